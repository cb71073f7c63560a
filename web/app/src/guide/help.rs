//! Help, in rising order: hints one by one, and the solution last, behind a question.

use sandshift_prose::Transcript;
use sandshift_prose::definition::Step;
use sandshift_prose::markdown::{Hint, HintWhen, StepProse};
use sandshift_prose::transcript::Door;
use yew::prelude::*;

use super::markdown::text;
use super::statement::{Actor, statement};
use crate::icon::icon;
use crate::page::use_page;
use crate::store::Action;

#[derive(Properties, PartialEq)]
pub struct HelpProps {
    pub step: Step,
    pub prose: StepProse,
}

#[component]
pub fn Help(props: &HelpProps) -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let opened = use_state(|| 0_usize);
    let open = |check: &str| {
        let found =
            state.step(&props.step.id).and_then(|step| step.checks.iter().find(|each| each.check == check));
        found.is_some_and(|found| !found.passed)
    };
    // Some hints are only of use to who has tried something.
    let tries = state.tries(&props.step.id);
    let hints: Vec<&Hint> = props
        .prose
        .hints
        .iter()
        .filter(|hint| match &hint.when {
            HintWhen::Always => true,
            HintWhen::Tries(least) => tries >= *least,
            HintWhen::Wrong(wrong) => state.went_wrong(&props.step.id, wrong),
            HintWhen::Open(check) => tries > 0 && open(check),
        })
        .collect();
    let revealed = state.revealed.contains(&props.step.id);
    let reveal = {
        let id = props.step.id.clone();
        page.desk.on(move |_: MouseEvent| Action::SolutionRevealed(id.clone()))
    };
    let solution = use_memo(props.step.solution.clone(), |text| {
        Transcript::parse("solution", text).map(|transcript| transcript.entries).unwrap_or_default()
    });
    html! {
        <>
            // The next hint is offered once the one before it was opened.
            { for hints.iter().enumerate().take(*opened + 1).map(|(at, hint)| {
                let opened = opened.clone();
                let onclick = Callback::from(move |_: MouseEvent| {
                    if *opened <= at {
                        opened.set(at + 1);
                    }
                });
                html! {
                    <details class="fold" key={at}>
                        <summary {onclick}>{ icon("right") }{ (words.hint)(at + 1) }<span class="end">{ (words.of_hints)(hints.len()) }</span></summary>
                        <div class="in">{ text(&hint.text, "") }</div>
                    </details>
                }
            }) }
            if !solution.is_empty() {
                <details class="fold" key="solution">
                    <summary>{ icon("right") }{ words.solution }<span class="end">{ words.solution_note }</span></summary>
                    <div class="in">
                        if revealed {
                            if let Some(said) = &props.prose.solution {
                                { text(&said.text, "") }
                            }
                            <p class="meta">{ words.solution_from_start }</p>
                            { for together(&solution).into_iter().map(|(actor, text)| statement(&page, actor, &text)) }
                        } else {
                            <p>{ words.solution_ask }</p>
                            <button class="btn btn-sm" type="button" onclick={reveal}>{ words.solution_show }</button>
                        }
                    </div>
                </details>
            }
        </>
    }
}

/// Statements that one user runs one after another are put into the editor together, up to one that is to be refused:
/// a refusal ends the run, and what stood behind it would never happen.
fn together(entries: &[sandshift_prose::transcript::Entry]) -> Vec<(Actor, String)> {
    let mut out: Vec<(Actor, String)> = Vec::new();
    let mut ended = false;
    for entry in entries {
        let actor = match &entry.door {
            Door::Sql { user } => Actor::User(user.clone()),
            Door::Aws { principal } => Actor::Principal(principal.clone()),
            Door::Clock { micros } => Actor::Clock(*micros),
            Door::Login { .. } => continue,
        };
        match out.last_mut() {
            Some((Actor::User(last), text)) if !ended && actor == Actor::User(last.clone()) => {
                text.push('\n');
                text.push_str(&entry.input);
            }
            _ => out.push((actor, entry.input.clone())),
        }
        ended = entry.refusal;
    }
    out
}
