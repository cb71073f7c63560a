//! Results: a tab for each statement, and below it the rows, the refusal or the error.

use yew::prelude::*;

use super::failure::Failure;
use super::grid::Grid;
use super::refusal::Refusal;
use crate::host;
use crate::outcome::{Outcome, Status};
use crate::page::{Page, use_page};
use crate::store::Action;
use sandshift_protocol::StatementResult;

#[component]
pub fn Results() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let Some(shown) = state.outcomes.get(state.shown) else {
        if state.run.is_some() {
            return html! {};
        }
        return html! {
            <div class="results-blank"><div class="blank"><b>{ words.results_empty.0 }</b><span>{ words.results_empty.1 }</span></div></div>
        };
    };
    let count = state.outcomes.len();
    let onkeydown = {
        let (desk, now) = (page.desk.clone(), state.shown);
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" => (now + 1) % count,
                "ArrowLeft" => (now + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            desk.act(Action::TabChosen(next));
            host::focus(&format!("tab-{next}"));
        })
    };
    html! {
        <>
            <div class="tabs" role="tablist" aria-label={words.results} {onkeydown}>
                { for state.outcomes.iter().enumerate().map(|(at, outcome)| tab(&page, at, outcome)) }
            </div>
            <div role="tabpanel" id="results-panel" aria-labelledby={format!("tab-{}", state.shown)}>{ panel(&page, shown) }</div>
            <p class="sr" role="status">{ announced(&page, shown) }</p>
        </>
    }
}

fn tab(page: &Page, at: usize, outcome: &Outcome) -> Html {
    let words = page.words();
    let chosen = at == page.state.shown;
    let onclick = page.desk.on(move |_: MouseEvent| Action::TabChosen(at));
    let note = match &outcome.status {
        Status::Running { .. } => html! { <span class="dot dot-busy" /> },
        Status::Done(result) => match (&result.rows, result.rows_affected) {
            (Some(rows), _) => html! { <span class="meta">{ (words.rows)(rows.count) }</span> },
            (None, Some(rows)) => html! { <span class="meta">{ (words.rows_affected)(rows) }</span> },
            (None, None) => html! {},
        },
        Status::Failed { .. } if outcome.is_refused() => {
            html! { <span class="pill pill-bad">{ words.refused }</span> }
        }
        Status::Failed { .. } => html! { <span class="pill pill-bad">{ words.failed }</span> },
        Status::Canceled => html! { <span class="pill">{ words.canceled }</span> },
    };
    html! {
        <button role="tab" type="button" id={format!("tab-{at}")} aria-selected={if chosen { "true" } else { "false" }} aria-controls={chosen.then_some("results-panel")} tabindex={if chosen { "0" } else { "-1" }} {onclick}>
            <span class="meta num">{ outcome.number }</span>{ outcome.verb() }{ note }
        </button>
    }
}

fn panel(page: &Page, outcome: &Outcome) -> Html {
    let words = page.words();
    match &outcome.status {
        Status::Running { rows, total, elapsed_ms } => {
            let slow = page.state.run.as_ref().is_some_and(|run| run.slow);
            if !slow {
                return html! {};
            }
            let share = total.filter(|total| *total > 0).map(|total| *rows as f64 / total as f64 * 100.0);
            html! {
                <div class="progress-line progress-run">
                    <span>{ (words.running)(outcome.number) }</span>
                    if let Some(share) = share {
                        <div class="bar" role="progressbar" aria-label={(words.running)(outcome.number)} aria-valuemin="0" aria-valuemax="100" aria-valuenow={format!("{share:.0}")}><i style={format!("inline-size:{:.1}%", share.min(100.0))} /></div>
                    }
                    <span class="num">{ (words.running_rows)(*rows, *total, *elapsed_ms) }</span>
                </div>
            }
        }
        Status::Done(result) => done(page, outcome, result),
        Status::Failed { error, .. } if outcome.is_refused() && error.why.is_some() => {
            html! { <Refusal outcome={outcome.clone()} error={error.clone()} /> }
        }
        Status::Failed { error, .. } => html! { <Failure outcome={outcome.clone()} error={error.clone()} /> },
        Status::Canceled => html! {
            <div class="results-blank"><div class="blank"><b>{ words.canceled }</b><span>{ words.stopped_by_user }</span></div></div>
        },
    }
}

fn done(page: &Page, outcome: &Outcome, result: &StatementResult) -> Html {
    let words = page.words();
    html! {
        <>
            { for result.notices.iter().map(|notice| html! {
                <p class="notice"><span class="pill pill-line">{ words.notice }</span><span class="mono">{ notice }</span></p>
            }) }
            {
                match &result.rows {
                    Some(rows) => html! {
                        <Grid key={rows.result} rows={rows.clone()} past={outcome.past} measured={(words.measured)(result.elapsed_ms, result.blocks_read, result.blocks_skipped)} />
                    },
                    None => html! {
                        <p class="tag-line"><span class="state state-ok mono">{ &result.tag }</span><span class="meta num">{ (words.measured)(result.elapsed_ms, result.blocks_read, result.blocks_skipped) }</span></p>
                    },
                }
            }
        </>
    }
}

/// What a screen reader hears of it.
fn announced(page: &Page, outcome: &Outcome) -> String {
    let words = page.words();
    match &outcome.status {
        Status::Running { .. } => String::new(),
        Status::Done(result) => match &result.rows {
            Some(rows) => format!("{} {}", outcome.verb(), (words.rows)(rows.count)),
            None => result.tag.clone(),
        },
        Status::Failed { error, .. } => {
            let kind = if outcome.is_refused() { words.refused } else { words.failed };
            format!("{kind}: {}", error.message)
        }
        Status::Canceled => words.canceled.to_owned(),
    }
}
