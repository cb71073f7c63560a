//! The lines that do the same in a terminal.

use yew::prelude::*;

use super::book::Book;
use crate::icon::small_icon;
use crate::page::Page;

/// Lines with the principal who would run them, to copy or to take to the terminal.
pub fn lines(page: &Page, book: &Book, lines: &[String]) -> Html {
    html! {
        <>
            { for lines.iter().map(|line| {
                let (desk, text) = (page.desk.clone(), line.clone());
                let copy = Callback::from(move |_: MouseEvent| desk.copy(text.clone()));
                let (desk, text, principal) = (page.desk.clone(), line.clone(), page.state.principal.clone());
                let run = Callback::from(move |_: MouseEvent| desk.put_in_terminal(principal.clone(), text.clone()));
                html! {
                    <div class="cli">
                        <code class="code" tabindex="0"><span class="prompt">{ "$ " }</span>{ line }</code>
                        <button class="btn btn-quiet btn-sm btn-icon" type="button" onclick={copy} title={page.words().copy}>{ small_icon("copy") }<span class="sr">{ page.words().copy }</span></button>
                        <button class="btn btn-quiet btn-sm btn-icon" type="button" onclick={run} title={book.word("to_terminal").to_owned()}>{ small_icon("term") }<span class="sr">{ book.word("to_terminal").to_owned() }</span></button>
                    </div>
                }
            }) }
        </>
    }
}

/// Who calls.
pub fn actor(page: &Page, text: &str) -> Html {
    html! { <p class="actor"><span class="who-tag">{ "AWS" }</span>{ format!("user/{}", page.state.principal) }<span>{ text.to_owned() }</span></p> }
}
