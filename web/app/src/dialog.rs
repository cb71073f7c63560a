//! The one dialog: says what will be destroyed, and asks.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use crate::console::half;
use crate::icon::icon;
use crate::page::use_page;
use crate::store::{Action, Question};

/// Of an account without a lesson.
const ACCOUNT: (&str, &str) = (
    "이 계정을 처음으로 되돌릴까요?|Reset this account?",
    "웨어하우스와 AWS 계정이 처음으로 돌아갑니다. 여기서 한 일이 모두 지워집니다. 편집기의 글과 기록은 남습니다.|The warehouse and the AWS account go back to their beginning. Everything you did here is deleted. Editor text and history stay.",
);

#[component]
pub fn Dialog() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let node = use_node_ref();
    let open = state.question.is_some();
    use_effect_with((open, node.clone()), |(open, node)| {
        if let Some(dialog) = node.cast::<HtmlDialogElement>() {
            if *open && !dialog.open() {
                // Fails only for a dialog that is not in the document, and this one is.
                let _ = dialog.show_modal();
            } else if !*open && dialog.open() {
                dialog.close();
            }
        }
    });
    let (title, text, verb) = match &state.question {
        None => ("", String::new(), ""),
        Some(Question::ResetStep { .. }) => {
            (words.reset_step_ask.0, words.reset_step_ask.1.to_owned(), words.reset_do)
        }
        Some(Question::ResetLab) if state.route.is_sandbox() => {
            let (title, text) = ACCOUNT;
            (half(title, state.language), half(text, state.language).to_owned(), words.reset_do)
        }
        Some(Question::ResetLab) => (words.reset_lab_ask.0, words.reset_lab_ask.1.to_owned(), words.reset_do),
        Some(Question::EraseAll) => {
            (words.keeping.erase_ask.0, words.keeping.erase_ask.1.to_owned(), words.keeping.erase_do)
        }
        Some(Question::Import { name, .. }) => {
            (words.import_ask.0, (words.import_ask.1)(name), words.import_do)
        }
    };
    let close = page.desk.on(|_: MouseEvent| Action::QuestionClosed);
    let oncancel = page.desk.on(|event: Event| {
        event.prevent_default();
        Action::QuestionClosed
    });
    let confirm = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| desk.confirm())
    };
    html! {
        <dialog class="dialog" ref={node} aria-labelledby="dialog-t" aria-describedby="dialog-d" {oncancel}>
            <div class="dialog-head">
                <h2 id="dialog-t">{ title }</h2>
                <button class="btn btn-quiet btn-icon" type="button" onclick={close.clone()}>{ icon("cross") }<span class="sr">{ words.close }</span></button>
            </div>
            <div class="dialog-body"><p id="dialog-d">{ text }</p></div>
            <div class="dialog-foot">
                <button class="btn" type="button" onclick={close}>{ words.cancel }</button>
                <button class="btn btn-danger" type="button" onclick={confirm}>{ verb }</button>
            </div>
        </dialog>
    }
}
