//! A call that failed, where it failed: AWS's code and text, and for a refusal what decided it and how little would do.

use sandshift_protocol::{CallFailure, Denial, FailureKind};
use serde_json::json;
use yew::prelude::*;

use super::book::Book;
use super::cell::pretty;
use crate::icon::{icon, small_icon};
use crate::page::Page;

pub fn failure(page: &Page, book: &Book, failure: &CallFailure) -> Html {
    if failure.kind == FailureKind::NotSimulated {
        return html! {
            <div class="callout" role="alert">{ icon("note") }<div><b>{ book.say("not_simulated", &failure.operation) }</b><span class="mono">{ &failure.message }</span></div></div>
        };
    }
    let copy = {
        let (desk, text) = (page.desk.clone(), format!("{}: {}", failure.code, failure.message));
        Callback::from(move |_: MouseEvent| desk.copy(text.clone()))
    };
    html! {
        <section class="refusal" role="alert">
            <header class="refusal-head">
                <h3>{ icon("stop") }{ book.word(if failure.denial.is_some() { "denied" } else { "failed" }).to_owned() }</h3>
                <span class="pill mono">{ &failure.code }</span>
                <button class="btn btn-quiet btn-sm" type="button" onclick={copy}>{ small_icon("copy") }<span>{ page.words().copy }</span></button>
            </header>
            <div class="refusal-body">
                <p class="refusal-msg lines-of">{ &failure.message }</p>
                if let Some(denial) = &failure.denial { { why(page, book, denial) } }
            </div>
        </section>
    }
}

fn why(page: &Page, book: &Book, denial: &Denial) -> Html {
    let asked = [("who", &denial.principal), ("action", &denial.action), ("resource", &denial.resource)];
    let kind = book.word(&format!("kind_{}", denial.policy_kind)).to_owned();
    let verdict = match &denial.by {
        Some(by) => {
            let sid = by.sid.as_ref().map(|sid| format!(" (Sid {sid})")).unwrap_or_default();
            book.say(
                "denied_by",
                &format!("{} · {}{sid}", by.policy, book.say("statement", &by.number.to_string())),
            )
        }
        None => book.say("allowed_by_none", &kind),
    };
    // A deny is lifted where it stands; no Allow elsewhere would do.
    let smallest = denial
        .by
        .is_none()
        .then(|| pretty(&json!({"Effect": "Allow", "Action": denial.action, "Resource": denial.resource})));
    html! {
        <>
            <dl class="facts asked">
                { for asked.into_iter().map(|(name, value)| html! { <div><dt>{ book.word(name).to_owned() }</dt><dd class="mono">{ value }</dd></div> }) }
            </dl>
            <p class="verdict-line"><span class="pill pill-bad">{ kind.clone() }</span>{ verdict }</p>
            if let Some(smallest) = smallest {
                <div class="grant">
                    <h4>{ book.word("smallest").to_owned() }</h4>
                    <div class="stmt">
                        <pre class="code" tabindex="0">{ smallest.clone() }</pre>
                        <div class="stmt-foot">{ copy_button(page, smallest) }</div>
                    </div>
                </div>
            }
        </>
    }
}

fn copy_button(page: &Page, text: String) -> Html {
    let desk = page.desk.clone();
    let onclick = Callback::from(move |_: MouseEvent| desk.copy(text.clone()));
    html! { <button class="btn btn-sm btn-quiet" type="button" {onclick}>{ small_icon("copy") }{ page.words().copy }</button> }
}
