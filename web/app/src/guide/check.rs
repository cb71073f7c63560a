//! What is to be done in a step. It turns green by itself; what is open says what is missing.

use sandshift_prose::definition::{CheckKind, Step};
use sandshift_prose::markdown::StepProse;
use sandshift_prose::text::Text;
use yew::prelude::*;

use super::fact::{Fact, Kind};
use super::markdown::{inline, text};
use crate::icon::icon;
use crate::page::Page;
use crate::words::Words;

pub fn checks(page: &Page, step: &Step, prose: &StepProse) -> Html {
    let (state, words) = (&page.state, page.words());
    let found = state.step(&step.id);
    let passed = |check: &str| {
        found.is_some_and(|found| found.checks.iter().any(|each| each.check == check && each.passed))
    };
    let count = step.checks.iter().filter(|check| passed(&check.id)).count();
    let check_now = {
        let (desk, id) = (page.desk.clone(), step.id.clone());
        Callback::from(move |_: MouseEvent| desk.check(id.clone()))
    };
    let wrong = found.and_then(|found| found.wrong.as_ref()).and_then(|wrong| prose.wrong.get(wrong));
    html! {
        <section class="checks-box" aria-labelledby="checks-t">
            <div class="checks-head">
                <h3 id="checks-t">{ words.checks }</h3>
                <span class="meta num">{ words.checks_note }{ " · " }{ format!("{count}/{}", step.checks.len()) }</span>
            </div>
            <ul class="checks" aria-live="polite">
                { for step.checks.iter().map(|check| {
                    let done = passed(&check.id);
                    let label = prose.checks.get(&check.id).map(|words| &words.text);
                    let facts = found
                        .and_then(|found| found.checks.iter().find(|each| each.check == check.id))
                        .and_then(|each| each.missing.clone());
                    let missing = prose.missing.get(&check.id).map(|words| &words.text);
                    // Facts are about the account; of a question there is nothing more to say.
                    let fact = facts.as_deref().filter(|_| matches!(check.kind, CheckKind::State(_) | CheckKind::Result { .. })).map(Fact::read);
                    html! {
                        <li class={done.then_some("pass")} key={check.id.clone()} data-check={check.id.clone()}>
                            <span class="mark">{ icon("check") }</span>
                            <div>
                                if let Some(label) = label { { inline(label) } } else { { &check.id } }
                                <span class="sr">{ format!(": {}", if done { words.check_passed } else { words.check_open }) }</span>
                                if !done && found.is_some() {
                                    { say(words, fact, missing) }
                                }
                            </div>
                        </li>
                    }
                }) }
            </ul>
            <div aria-live="polite">
                if let Some(wrong) = wrong {
                    <div class="callout callout-warn">{ icon("warn") }{ text(&wrong.text, "") }</div>
                }
            </div>
            if found.is_some_and(|found| found.passed) {
                <p class="state state-ok passed-line" role="status">{ icon("check") }{ words.step_passed }</p>
            } else if state.is_ready() {
                <button class="btn btn-quiet btn-sm check-now" type="button" onclick={check_now}>{ words.check_now }</button>
            }
        </section>
    }
}

/// What is missing: a thing that is not there comes before anything the author foresaw, the server's words come last.
fn say(words: &Words, fact: Option<Fact<'_>>, missing: Option<&Text>) -> Html {
    match (fact, missing) {
        (Some(Fact::Absent { kind, name }), _) => {
            let told = match kind {
                Kind::Group => words.group_absent,
                Kind::Role => words.role_absent,
                Kind::User => words.user_absent,
                Kind::Relation => words.table_absent,
            };
            html! { <span class="say">{ told(name) }</span> }
        }
        // What a query came to is nearer than any word about it.
        (Some(Fact::Differs(found)), _) => html! {
            <>
                <span class="say">{ if found.columns { words.other_columns.to_owned() } else { found.row.map_or_else(|| words.row_missing.to_owned(), words.row_differs) } }</span>
                if let Some(wanted) = found.wanted { <span class="say mono">{ format!("{}: {wanted}", words.wanted) }</span> }
                if let Some(came) = found.came { <span class="say mono">{ format!("{}: {came}", words.came) }</span> }
            </>
        },
        (_, Some(missing)) => html! { <span class="say">{ inline(missing) }</span> },
        (Some(Fact::Said(message)), None) => html! { <span class="say mono">{ message }</span> },
        (Some(Fact::Came) | None, None) => html! {},
    }
}
