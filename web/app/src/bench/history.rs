//! Statements that were run, newest first, each with a way back into its user's editor.

use yew::prelude::*;

use crate::icon::small_icon;
use crate::ink;
use crate::page::use_page;

/// As many as can be looked through; the rest is older than anybody remembers.
const SHOWN: usize = 50;

/// Up to this many are looked through faster than searched.
const FEW: usize = 8;

#[component]
pub fn History() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let sought = use_state(String::new);
    let oninput = {
        let sought = sought.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                sought.set(input.value().to_lowercase());
            }
        })
    };
    let fits = |text: &str| sought.is_empty() || text.to_lowercase().contains(sought.as_str());
    html! {
        <section class="history" aria-label={words.history}>
            if state.history.is_empty() {
                <p class="meta">{ words.history_empty }</p>
            }
            if state.history.len() > FEW {
                <input class="input history-find" type="search" aria-label={words.history_find} placeholder={words.history_find} {oninput} />
            }
            <ol class="history-list">
                { for state.history.iter().rev().filter(|past| fits(&past.text)).take(SHOWN).map(|past| {
                    let (desk, user, text) = (page.desk.clone(), past.user.clone(), past.text.clone());
                    let onclick = Callback::from(move |_: MouseEvent| desk.put_in_editor(user.clone(), text.clone()));
                    html! {
                        <li>
                            <span class="meta"><span class="who-tag">{ "SQL" }</span>{ " " }{ &past.user }</span>
                            <code class="code">{ ink::sql(&past.text) }</code>
                            <span>if past.failed { <span class="pill pill-bad">{ if past.refused { words.refused } else { words.failed } }</span> }</span>
                            <button class="btn btn-quiet btn-icon btn-sm" type="button" {onclick}>{ small_icon("into") }<span class="sr">{ words.put_in_editor }</span></button>
                        </li>
                    }
                }) }
            </ol>
        </section>
    }
}
