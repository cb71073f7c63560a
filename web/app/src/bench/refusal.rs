//! A refusal explained: what was refused and, when asked, why in the order it was checked, what is missing, who could
//! give it and how little would do.
//!
//! It is asked for, so that there is a moment to guess; asked once, later refusals come explained.

use yew::prelude::*;

use super::failure::server_text;
use crate::host;
use crate::icon::{icon, small_icon};
use crate::ink;
use crate::outcome::Outcome;
use crate::page::Page;
use crate::store::Action;
use sandshift_protocol::{SqlFailure, Why, WhyLink};

pub fn refusal(page: &Page, outcome: &Outcome, error: &SqlFailure) -> Html {
    let words = page.words();
    let Some(why) = &error.why else { return html! {} };
    let text = server_text(error);
    let copy = {
        let (desk, text) = (page.desk.clone(), format!("{text}\nSQLSTATE: {}", error.state));
        Callback::from(move |_: MouseEvent| desk.copy(text.clone()))
    };
    let shown = page.state.why_shown;
    let ask = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| {
            host::remember_why(!shown);
            desk.act(Action::WhyShown(!shown));
        })
    };
    html! {
        <section class="refusal" aria-label={words.refused}>
            <header class="refusal-head">
                <h3>{ icon("stop") }{ words.refused }</h3>
                <span class="pill mono">{ "SQLSTATE " }{ &error.state }</span>
                <span class="meta">{ (words.statement_line)(outcome.number, error.line.map(|line| line + outcome.lines_before)) }</span>
                <button class="btn btn-quiet btn-sm" type="button" onclick={copy}>{ small_icon("copy") }<span>{ words.copy }</span></button>
            </header>
            <div class="refusal-body">
                <div>
                    <p class="refusal-msg lines-of">{ text }</p>
                    <p class="refusal-hint">{ error.hint.clone().unwrap_or_else(|| (words.refused_note)(&why.user)) }</p>
                </div>
                <button class="btn btn-sm why-ask" type="button" onclick={ask} aria-expanded={if shown { "true" } else { "false" }}>{ small_icon("right") }{ words.why_ask }</button>
                if shown {
                    <div class="refusal-cols">
                        { chain(page, why) }
                        { grant(page, why) }
                    </div>
                }
            </div>
        </section>
    }
}

fn chain(page: &Page, why: &Why) -> Html {
    let words = page.words();
    let member = if why.member_of.is_empty() {
        words.member_of_none.to_owned()
    } else {
        (words.member_of)(&why.member_of)
    };
    html! {
        <div class="why-box">
            <h4>{ words.why }</h4>
            <ol class="why">
                <li><span class="mark">{ icon("user") }</span><div><b>{ &why.user }</b>{ " " }<span class="soft">{ member }</span></div></li>
                { for why.chain.iter().map(|link| needed(page, why, link)) }
            </ol>
        </div>
    }
}

fn needed(page: &Page, why: &Why, link: &WhyLink) -> Html {
    let words = page.words();
    let (class, drawing, verdict) = match link.held {
        Some(_) => ("held", "check", words.held),
        None => ("missing", "cross", words.missing),
    };
    let how =
        link.held.as_deref().map_or_else(|| (words.missing_note)(&why.user), |how| (words.held_by)(how));
    html! {
        <li {class}>
            <span class="mark">{ icon(drawing) }</span>
            <div><b>{ (words.right)(&link.right) }</b>{ " " }{ (words.kind)(&link.object_kind) }{ " " }<span class="mono">{ &link.object }</span><span class="how">{ how }</span>
                if link.held.is_none() && !why.holders.is_empty() {
                    <span class="how">{ (words.holders)(&why.holders) }</span>
                }
            </div>
            <span class="verdict">{ verdict }</span>
        </li>
    }
}

fn grant(page: &Page, why: &Why) -> Html {
    let words = page.words();
    let first = why.grantors.first().map(|(name, _)| name.clone());
    html! {
        <div class="grant">
            if !why.grantors.is_empty() {
                <h4>{ words.who_could }</h4>
                { for why.grantors.iter().map(|(name, reason)| html! {
                    <p><b>{ name }</b>{ " " }<span class="soft">{ (words.grantor)(reason) }</span></p>
                }) }
            }
            if let Some(grant) = &why.smallest_grant {
                <h4>{ words.smallest_grant }</h4>
                <div class="stmt">
                    <pre class="code">{ ink::sql(grant) }</pre>
                    if let Some(giver) = first {
                        <div class="stmt-foot">{ put(page, giver, grant.clone()) }</div>
                    }
                </div>
                <p class="soft">{ words.ask_first }</p>
            }
        </div>
    }
}

fn put(page: &Page, giver: String, grant: String) -> Html {
    let label = (page.words().put_in_editor_of)(&giver);
    let desk = page.desk.clone();
    let onclick = Callback::from(move |_: MouseEvent| desk.put_in_editor(giver.clone(), grant.clone()));
    html! { <button class="btn btn-sm btn-quiet" type="button" {onclick}>{ small_icon("into") }{ label }</button> }
}
