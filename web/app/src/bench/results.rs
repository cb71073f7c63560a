//! Results: a tab for each statement, and below it the rows, the refusal or the error.

use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use super::chart::Chart;
use super::comparison::{self, comparison};
use super::failure::failure;
use super::grid::Grid;
use super::plan_graph::PlanGraph;
use super::plan_text::PlanText;
use super::refusal::refusal;
use crate::bar::moment;
use crate::host;
use crate::icon::icon;
use crate::outcome::{Outcome, Status};
use crate::page::{Page, use_page};
use crate::store::Action;
use crate::words::Words;
use sandshift_protocol::{ResultRows, StatementResult, Waiting};

/// Below this width guide and workbench take turns, and the results lie under the editor.
const NARROW: f64 = 900.0;
/// Results that begin below this part of the screen are hardly seen.
const LOW: f64 = 0.6;

/// How a result is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    /// The grid; for a plan its text.
    Rows,
    Graph,
    Chart,
}

#[component]
pub fn Results() -> Html {
    let page = use_page();
    let state = &page.state;
    let view = use_state(|| View::Rows);
    let node = use_node_ref();
    // On a narrow screen the results lie below the editor: what has just come is brought into sight.
    let over = state.run.is_none() && (state.compared.is_some() || !state.outcomes.is_empty());
    use_effect_with((over, node.clone()), |(over, node)| {
        let low = |area: &Element| area.get_bounding_client_rect().top() > host::height() * LOW;
        if let Some(area) = node.cast::<Element>().filter(|_| *over && host::width() < NARROW).filter(low) {
            let how = ScrollIntoViewOptions::new();
            how.set_block(ScrollLogicalPosition::Center);
            area.scroll_into_view_with_scroll_into_view_options(&how);
        }
    });
    let said = match (&state.compared, state.outcomes.get(state.shown)) {
        (Some(compared), _) => comparison::summary(&page, compared),
        (None, Some(shown)) => announced(&page, shown),
        (None, None) => String::new(),
    };
    // One region for all of them: a screen reader hears what changes in a region that is there already.
    html! {
        <>
            <p class="sr" role="status" ref={node}>{ said }</p>
            { content(&page, &view) }
        </>
    }
}

fn content(page: &Page, view: &UseStateHandle<View>) -> Html {
    let (state, words) = (&page.state, page.words());
    if let Some(compared) = &state.compared {
        return comparison(page, compared);
    }
    if let Some(run) = state.run.as_ref().filter(|run| run.other.is_some()) {
        let (rows, total, elapsed_ms) = run.progress;
        return html! { if run.slow { { progress(words.comparing.running_both, rows, total, elapsed_ms, words) } } };
    }
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
            <div class="results-head">
                <div class="tabs" role="tablist" aria-label={words.results} {onkeydown}>
                    { for state.outcomes.iter().enumerate().map(|(at, outcome)| tab(page, at, outcome)) }
                </div>
                { views(page, shown, view) }
            </div>
            <div role="tabpanel" id="results-panel" aria-labelledby={format!("tab-{}", state.shown)}>{ panel(page, shown, **view) }</div>
        </>
    }
}

/// EXPLAIN answers with a plan, which has views of its own.
fn is_plan(rows: &ResultRows) -> bool {
    rows.columns.len() == 1 && rows.columns.iter().all(|column| column.name == "QUERY PLAN")
}

/// The ways to look at a result, for results that have more than one.
fn views(page: &Page, outcome: &Outcome, view: &UseStateHandle<View>) -> Html {
    let words = page.words();
    let Status::Done(result) = &outcome.status else { return html! {} };
    let Some(rows) = result.rows.as_ref().filter(|rows| !outcome.past && rows.count > 0) else {
        return html! {};
    };
    let other = if is_plan(rows) { (View::Graph, words.view_graph) } else { (View::Chart, words.view_chart) };
    let first = if is_plan(rows) { words.view_text } else { words.view_table };
    html! {
        <fieldset class="seg views"><legend class="sr">{ words.view_of }</legend>
            { for [(View::Rows, first), other].into_iter().map(|(kind, name)| {
                let (view, chosen) = (view.clone(), kind == **view || (kind == View::Rows && other.0 != **view));
                let onchange = Callback::from(move |_: Event| view.set(kind));
                html! { <label><input type="radio" name="result-view" checked={chosen} {onchange} />{ name }</label> }
            }) }
        </fieldset>
    }
}

fn tab(page: &Page, at: usize, outcome: &Outcome) -> Html {
    let words = page.words();
    let chosen = at == page.state.shown;
    let onclick = page.desk.on(move |_: MouseEvent| Action::TabChosen(at));
    let note = match &outcome.status {
        Status::Running { .. } => html! { <span class="dot dot-busy" /> },
        Status::Waiting(_) => html! { <span class="pill pill-warn">{ words.waiting }</span> },
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
    // A statement of another user's may still wait beside what was run since.
    let several = page.state.outcomes.iter().any(|other| other.user != outcome.user);
    html! {
        <button role="tab" type="button" id={format!("tab-{at}")} aria-selected={if chosen { "true" } else { "false" }} aria-controls={chosen.then_some("results-panel")} tabindex={if chosen { "0" } else { "-1" }} {onclick}>
            <span class="meta num">{ outcome.number }</span>{ outcome.verb() }
            if several { <span class="meta">{ &outcome.user }</span> }
            { note }
        </button>
    }
}

fn panel(page: &Page, outcome: &Outcome, view: View) -> Html {
    let words = page.words();
    match &outcome.status {
        Status::Running { rows, total, elapsed_ms } => {
            let slow = page.state.run.as_ref().is_some_and(|run| run.slow);
            if !slow {
                return html! {};
            }
            let learns =
                outcome.text.split_whitespace().take(2).map(str::to_lowercase).eq(["create", "model"]);
            match total {
                // Rows are what it reads first; then its total is a thousand, whatever it learns from.
                Some(_) if learns => {
                    bar(words.training, *rows, *total, (words.training_share)(*rows, *elapsed_ms))
                }
                _ => progress(&(words.running)(outcome.number), *rows, *total, *elapsed_ms, words),
            }
        }
        Status::Waiting(on) => {
            let (desk, run) = (page.desk.clone(), outcome.run);
            let onclick = Callback::from(move |_: MouseEvent| desk.cancel_run(Some(run)));
            html! {
                <div class="results-blank"><div class="blank">
                    <b>{ waits(page, on) }</b>
                    <span>{ words.waits_note }</span>
                    <button class="btn" type="button" {onclick}>{ icon("stop") }{ words.cancel }</button>
                </div></div>
            }
        }
        Status::Done(result) => done(page, outcome, result, view),
        Status::Failed { error, .. } if outcome.is_refused() && error.why.is_some() => {
            refusal(page, outcome, error)
        }
        Status::Failed { error, .. } => failure(page, outcome, error),
        Status::Canceled => html! {
            <div class="results-blank"><div class="blank"><b>{ words.canceled }</b><span>{ words.stopped_by_user }</span></div></div>
        },
    }
}

fn waits(page: &Page, on: &Waiting) -> String {
    (page.words().waits)(&on.user, on.process, &on.table, &moment(on.since))
}

fn progress(name: &str, rows: u64, total: Option<u64>, elapsed_ms: f64, words: &Words) -> Html {
    bar(name, rows, total, (words.running_rows)(rows, total, elapsed_ms))
}

fn bar(name: &str, rows: u64, total: Option<u64>, said: String) -> Html {
    let share = total.filter(|total| *total > 0).map(|total| rows as f64 / total as f64 * 100.0);
    html! {
        <div class="progress-line progress-run">
            <span>{ name.to_owned() }</span>
            if let Some(share) = share {
                <div class="bar" role="progressbar" aria-label={name.to_owned()} aria-valuemin="0" aria-valuemax="100" aria-valuenow={format!("{share:.0}")}><i style={format!("inline-size:{:.1}%", share.min(100.0))} /></div>
            }
            <span class="num">{ said }</span>
        </div>
    }
}

fn done(page: &Page, outcome: &Outcome, result: &StatementResult, view: View) -> Html {
    let words = page.words();
    html! {
        <>
            { for result.notices.iter().map(|notice| html! {
                <p class="notice"><span class="pill pill-line">{ words.notice }</span><span class="mono">{ notice }</span></p>
            }) }
            {
                match &result.rows {
                    Some(rows) if is_plan(rows) && !outcome.past => match view {
                        View::Graph => html! { <PlanGraph key={rows.result} rows={rows.clone()} /> },
                        View::Rows | View::Chart => html! { <PlanText key={rows.result} rows={rows.clone()} /> },
                    },
                    Some(rows) if view == View::Chart && !outcome.past && rows.count > 0 => html! {
                        <Chart key={rows.result} rows={rows.clone()} />
                    },
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
        Status::Waiting(on) => waits(page, on),
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
