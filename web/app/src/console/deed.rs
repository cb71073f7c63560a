//! Something that is done: a dialog with its questions, what it will destroy, the lines that do the same, and the
//! refusal when it is refused.

use std::rc::Rc;

use sandshift_protocol::CallFailure;
use serde_json::Value;
use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::prelude::*;

use super::book::{Book, half, is, list, plain};
use super::calls::{planned, read, with};
use super::cell::facts;
use super::command;
use super::failure::failure;
use super::field::{beginnings, field, mistake, read_documents};
use super::path::{filled, holds};
use super::table::Wish;
use crate::icon::icon;
use crate::page::use_page;

#[derive(Properties, PartialEq)]
pub struct DeedProps {
    pub wish: Wish,
    /// Over: with the place to go to when something was done.
    pub over: Callback<Option<String>>,
}

/// Where the dialog is.
#[derive(Clone, PartialEq)]
enum Stage {
    Preparing,
    Asking,
    Doing,
    Refused(Rc<CallFailure>),
    /// Done, and the answer is worth reading.
    Done,
}

#[component]
pub fn Deed(props: &DeedProps) -> Html {
    let page = use_page();
    let book = Book::here(&page);
    let spec = props.wish.0.clone();
    let node = use_node_ref();
    let form = use_state(|| props.wish.1.clone());
    let stage = use_state(|| Stage::Preparing);
    let typed = use_state(String::new);
    {
        let (node, form, stage) = (node.clone(), form.clone(), stage.clone());
        let (desk, wish) = (page.desk.clone(), props.wish.clone());
        use_effect_with((), move |()| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                // Fails only for a dialog that is not in the document, and this one is.
                let _ = dialog.show_modal();
            }
            yew::platform::spawn_local(async move {
                let answers = read(&desk, list(&wish.0, "reads"), (*wish.1).clone()).await;
                let begun = beginnings(list(&wish.0, "ask"), &answers.known);
                form.set(Rc::new(begun));
                stage.set(match answers.failures.first() {
                    Some((_, failure)) => Stage::Refused(Rc::new(failure.clone())),
                    None => Stage::Asking,
                });
            });
        });
    }
    let known = &**form;
    let title = half(&filled(plain(&spec, "title"), known), book.language).to_owned();
    let title =
        if title.is_empty() { book.text(&spec, "name").trim_end_matches('…').to_owned() } else { title };
    let plan = planned(list(&spec, "do"), &read_documents(list(&spec, "ask"), known));
    let lines: Vec<String> = plan.iter().filter_map(|call| call.line.clone()).collect();
    let asked = |ask: &&Value| plain(ask, "if").is_empty() || holds(known, plain(ask, "if"));
    let asks: Vec<&Value> = list(&spec, "ask").iter().filter(asked).collect();
    let confirm = filled(plain(&spec, "confirm"), known);
    let unconfirmed = !confirm.is_empty() && **typed != *confirm;
    let wrong = asks.iter().any(|ask| mistake(ask, known).is_some());
    let busy = matches!(*stage, Stage::Doing | Stage::Preparing);
    let then = filled(plain(&spec, "then"), known);
    // Closed before it is gone, so that the keyboard returns to where it came from.
    let leave = {
        let (over, node) = (props.over.clone(), node.clone());
        Callback::from(move |then: Option<String>| {
            if let Some(dialog) = node.cast::<HtmlDialogElement>() {
                dialog.close();
            }
            over.emit(then);
        })
    };
    let close = {
        let (over, done, then) = (leave.clone(), *stage == Stage::Done, then.clone());
        Callback::from(move |_: ()| over.emit(done.then(|| then.clone())))
    };
    let onclose = close.reform(|_: MouseEvent| ());
    let oncancel = close.reform(|event: Event| event.prevent_default());
    let change = {
        let (form, stage) = (form.clone(), stage.clone());
        Callback::from(move |(name, value): (String, Value)| {
            form.set(Rc::new(with(&form, &name, value)));
            if matches!(*stage, Stage::Refused(_)) {
                stage.set(Stage::Asking);
            }
        })
    };
    let onsubmit = {
        let (desk, over, stage, form) = (page.desk.clone(), leave, stage.clone(), form.clone());
        let (spec, plan) = (spec.clone(), plan.clone());
        let told = book.say("did", &title);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            stage.set(Stage::Doing);
            let (desk, over, stage, form) = (desk.clone(), over.clone(), stage.clone(), form.clone());
            let (spec, plan, then, told) = (spec.clone(), plan.clone(), then.clone(), told.clone());
            yew::platform::spawn_local(async move {
                let mut last = Value::Null;
                for call in &plan {
                    match desk.aws(call, None).await {
                        Ok((value, _)) => last = value,
                        Err(failure) => return stage.set(Stage::Refused(Rc::new(failure))),
                    }
                }
                if list(&spec, "show").is_empty() {
                    desk.tell(told);
                    over.emit(Some(then));
                } else {
                    form.set(Rc::new(with(&form, "result", last)));
                    stage.set(Stage::Done);
                }
            });
        })
    };
    let typing = Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            typed.set(input.value());
        }
    });
    let note = half(&filled(plain(&spec, "note"), known), book.language).to_owned();
    let danger = is(&spec, "danger");
    let verb = match book.text(&spec, "verb") {
        "" => book.text(&spec, "name").trim_end_matches('…').to_owned(),
        verb => verb.to_owned(),
    };
    html! {
        <dialog class="dialog deed" ref={node} aria-labelledby="deed-t" {oncancel}>
            <form method="dialog" {onsubmit}>
                <div class="dialog-head">
                    <h2 id="deed-t">{ title }</h2>
                    <button class="btn btn-quiet btn-icon" type="button" onclick={onclose.clone()}>{ icon("cross") }<span class="sr">{ page.words().close }</span></button>
                </div>
                if *stage == Stage::Done {
                    <div class="dialog-body" role="status">{ facts(&page, &book, &spec, known, known) }</div>
                    <div class="dialog-foot"><button class="btn btn-primary" type="button" onclick={onclose}>{ page.words().close }</button></div>
                } else {
                    <div class="dialog-body">
                        if !note.is_empty() { <p class="soft">{ note }</p> }
                        if let Some(loses) = spec.get("loses") {
                            <div class="callout callout-bad">{ icon("warn") }<div><b>{ book.word("loses").to_owned() }</b>{ facts(&page, &book, loses, known, known) }</div></div>
                        }
                        if *stage != Stage::Preparing { { for asks.iter().map(|ask| field(&book, ask, known, "deed", &change)) } }
                        if !confirm.is_empty() {
                            <div class="field"><label for="deed-confirm">{ book.say("type_to_confirm", &confirm) }</label><input class="input mono" id="deed-confirm" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" oninput={typing} /></div>
                        }
                        <div role="alert">
                            if let Stage::Refused(refused) = &*stage { { failure(&page, &book, refused) } }
                        </div>
                        if !lines.is_empty() {
                            <div class="deed-lines">{ command::actor(&page, book.word("same_line")) }{ command::lines(&page, &book, &lines) }</div>
                        }
                    </div>
                    <div class="dialog-foot">
                        <button class="btn" type="button" onclick={onclose}>{ page.words().cancel }</button>
                        <button class={if danger { "btn btn-danger" } else { "btn btn-primary" }} type="submit" disabled={busy || unconfirmed || wrong}>{ verb }</button>
                    </div>
                }
            </form>
        </dialog>
    }
}
