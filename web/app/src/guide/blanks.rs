//! A statement with blanks. What is written into them goes with it into the editor; what comes of it is checked there.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::icon::small_icon;
use crate::ink;
use crate::page::Page;
use crate::store::Action;

/// Between the words of two blanks, where they are kept.
const BETWEEN: char = '\n';

pub fn blanks(page: &Page, user: &str, text: &str, name: String, filled: &str) -> Html {
    let words = page.words();
    let parts = parts(text);
    let mut filled: Vec<String> = filled.split(BETWEEN).map(str::to_owned).collect();
    filled.resize(parts.len() - 1, String::new());
    let put = {
        let (desk, user) = (page.desk.clone(), user.to_owned());
        let text: String = parts
            .iter()
            .zip(filled.iter().chain([&String::new()]))
            .flat_map(|(part, word)| [*part, word])
            .collect();
        Callback::from(move |_: MouseEvent| desk.put_in_editor(user.clone(), text.clone()))
    };
    let blank = |at: usize| {
        let (name, before) = (name.clone(), filled.clone());
        let oninput = page.desk.on(move |event: InputEvent| {
            let typed = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let mut filled = before.clone();
            filled[at] = typed.map(|input| input.value().replace(BETWEEN, " ")).unwrap_or_default();
            Action::OptionChosen { question: name.clone(), option: filled.join("\n") }
        });
        let wide = filled[at].chars().count().clamp(8, 40).to_string();
        html! {
            <input class="blank-in" type="text" aria-label={(words.blank)(at + 1, filled.len())} value={filled[at].clone()} size={wide} spellcheck="false" autocapitalize="off" autocomplete="off" {oninput} />
        }
    };
    html! {
        <div class="stmt">
            <pre class="code">
                { for parts.iter().enumerate().map(|(at, part)| html! {
                    <>{ ink::sql(part) }if at + 1 < parts.len() { { blank(at) } }</>
                }) }
            </pre>
            <div class="stmt-foot">
                <span class="meta"><span class="who-tag">{ "SQL" }</span>{ user.to_owned() }</span>
                <button class="btn btn-sm" type="button" onclick={put} disabled={filled.iter().any(|word| word.trim().is_empty())}>{ small_icon("into") }{ words.put_in_editor }</button>
            </div>
        </div>
    }
}

/// What stands around the blanks: one more than there are of those.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_end();
    while let Some(at) = rest.find("___") {
        parts.push(&rest[..at]);
        rest = rest[at..].trim_start_matches('_');
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn blanks_are_three_or_more() {
        assert_eq!(parts("SELECT ___, a_b FROM _____;"), ["SELECT ", ", a_b FROM ", ";"]);
        assert_eq!(parts("___"), ["", ""]);
    }
}
