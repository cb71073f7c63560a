//! An error that is not a refusal: the server's text untouched, where it is, what to try.

use yew::prelude::*;

use super::place::{UNREACHED, way_out};
use crate::icon::{icon, small_icon};
use crate::outcome::Outcome;
use crate::page::Page;
use sandshift_protocol::SqlFailure;

/// As the server prints it: message, detail, hint.
pub fn server_text(error: &SqlFailure) -> String {
    let mut text = format!("ERROR: {}", error.message);
    if let Some(detail) = &error.detail {
        text.push_str("\nDETAIL: ");
        text.push_str(detail);
    }
    text
}

pub fn failure(page: &Page, outcome: &Outcome, error: &SqlFailure) -> Html {
    let words = page.words();
    let text = server_text(error);
    let copy = {
        let (desk, text) = (page.desk.clone(), format!("{text}\nSQLSTATE: {}", error.state));
        Callback::from(move |_: MouseEvent| desk.copy(text.clone()))
    };
    html! {
        <section class="refusal" aria-label={if outcome.is_refused() { words.refused } else { words.failed }}>
            <header class="refusal-head">
                <h3>{ icon(if outcome.is_refused() { "stop" } else { "warn" }) }{ if outcome.is_refused() { words.refused } else { words.failed } }</h3>
                <span class="pill mono">{ "SQLSTATE " }{ &error.state }</span>
                <span class="meta">{ (words.statement_line)(outcome.number, error.line.map(|line| line + outcome.lines_before)) }</span>
                <button class="btn btn-quiet btn-sm" type="button" onclick={copy}>{ small_icon("copy") }<span>{ words.copy }</span></button>
            </header>
            <div class="refusal-body">
                <div>
                    <p class="refusal-msg lines-of">{ text }</p>
                    if let Some(hint) = error.hint.as_ref().filter(|_| error.state != UNREACHED) {
                        <p class="refusal-hint">{ hint }</p>
                    }
                    if error.state == UNREACHED && !outcome.past { { way_out(page) } }
                    if error.defect {
                        <p class="refusal-hint">{ words.our_defect }</p>
                    }
                    if outcome.more {
                        <p class="refusal-hint meta">{ words.not_run_after }</p>
                    }
                </div>
            </div>
        </section>
    }
}
