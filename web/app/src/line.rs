//! The lines under the bar: where the work is kept, what went wrong.

use yew::prelude::*;

use crate::bar::moment;
use crate::icon::{icon, small_icon};
use crate::page::{Page, notices};
use crate::route::Route;
use crate::store::{Action, Engine, Notice, Question};
use sandshift_protocol::StorageState;

pub fn lines(page: &Page) -> Html {
    let (state, words) = (&page.state, page.words());
    if state.route == Route::Home {
        return html! { <div class="lines" /> };
    }
    let restart = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| desk.restart())
    };
    html! {
        <div class="lines">
            {
                match &state.engine {
                    // On its way it stands in the bar (`bar/engine.rs`).
                    Engine::Absent | Engine::Starting | Engine::Downloading { .. } | Engine::Ready => html! {},
                    Engine::Unreadable(why) => {
                        let export = {
                            let desk = page.desk.clone();
                            Callback::from(move |_: MouseEvent| desk.export_workspace())
                        };
                        let again = page.desk.on(|_: MouseEvent| Action::Asked(Question::ResetLab));
                        html! {
                            <div class="line line-bad" role="alert">
                                { icon("warn") }
                                <span><b>{ words.keeping.unreadable }</b>{ " " }{ (words.keeping.unreadable_why)(why) }{ " " }{ words.keeping.unreadable_note }</span>
                                <button class="btn btn-sm" type="button" onclick={export}>{ words.export_workspace }</button>
                                <button class="btn btn-sm" type="button" onclick={again}>{ words.reset_lab }</button>
                            </div>
                        }
                    }
                    Engine::Failed(reason) => html! {
                        <div class="line line-bad" role="alert">
                            { icon("warn") }
                            <span><b>{ words.engine_failed }</b>{ " " }{ words.engine_failed_note }{ " " }<span class="mono">{ reason }</span></span>
                            <button class="btn btn-sm" type="button" onclick={restart}>{ words.reload }</button>
                        </div>
                    },
                }
            }
            {
                match &state.storage {
                    StorageState::Kept => html! {},
                    StorageState::MemoryOnly { reason } => html! {
                        <div class="line line-warn" role="status">{ icon("warn") }<span>{ (words.keeping.memory_only)(reason) }</span></div>
                    },
                    StorageState::NotSaved { full, reason } => {
                        let text = if *full { words.keeping.storage_full.to_owned() } else { (words.keeping.not_saved)(reason) };
                        html! { <div class="line line-bad" role="alert">{ icon("warn") }<span>{ text }</span></div> }
                    }
                    StorageState::SecondTab { gone } => {
                        let text = if *gone { words.keeping.two_ways } else { words.keeping.second_tab };
                        html! { <div class="line line-warn" role="status">{ icon("warn") }<span>{ text }</span></div> }
                    }
                }
            }
            if let Some((passed, whole)) = state.passing {
                { passing(page, passed, whole) }
            }
            if !state.meanwhile.0.is_empty() {
                <div class="line" role="status">
                    { icon("clock") }
                    <ul class="meanwhile" aria-label={words.meanwhile}>
                        if state.meanwhile.1 > 0 {
                            <li class="meta">{ (words.meanwhile_earlier)(state.meanwhile.1) }</li>
                        }
                        { for state.meanwhile.0.iter().map(|happening| html! {
                            <li><span class="num meta">{ moment(happening.at) }</span>{ " " }{ (words.happened)(&happening.kind) }{ " " }<span class="mono">{ &happening.subject }</span>if happening.times > 1 { <span class="meta num">{ (words.times)(happening.times) }</span> }</li>
                        }) }
                    </ul>
                    <button class="btn btn-quiet btn-icon btn-sm" type="button" onclick={page.desk.on(|_: MouseEvent| Action::MeanwhileClosed)}>{ small_icon("cross") }<span class="sr">{ words.close }</span></button>
                </div>
            }
            if state.resetting {
                <div class="line" role="status"><span class="dot dot-busy" />{ words.moving_on }</div>
            }
            {
                for notices(state).map(|(at, notice)| {
                    let text = match notice {
                        Notice::Failed { message, hint } => match hint {
                            Some(hint) => format!("{message} {hint}"),
                            None => message.clone(),
                        },
                        Notice::NotImported(why) => format!("{} {}", words.keeping.not_imported, (words.keeping.unreadable_why)(why)),
                        Notice::Recovered { message } => (words.recovered)(message),
                    };
                    let close = page.desk.on(move |_: MouseEvent| Action::NoticeClosed(at));
                    html! {
                        <div class="line line-bad" role="alert">
                            { icon("warn") }<span>{ text }</span>
                            <button class="btn btn-quiet btn-icon btn-sm" type="button" onclick={close}>{ small_icon("cross") }<span class="sr">{ words.close }</span></button>
                        </div>
                    }
                })
            }
        </div>
    }
}

/// Time on its way, and what stops it.
fn passing(page: &Page, passed: u64, whole: Option<u64>) -> Html {
    let words = page.words();
    let stretch = |micros: u64| (words.minutes_passed)(micros / 60_000_000);
    let bar = whole.map(|whole| {
        let share = (passed as f64 / whole.max(1) as f64 * 100.0).clamp(0.0, 100.0);
        html! {
            <div class="bar" role="progressbar" aria-label={words.time_passes} aria-valuemin="0" aria-valuemax="100" aria-valuenow={format!("{share:.0}")}><i style={format!("inline-size:{share:.1}%")} /></div>
        }
    });
    let of = whole.map(|whole| format!(" / {}", stretch(whole)));
    let stop = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| desk.cancel())
    };
    html! {
        <div class="line progress-line">
            { icon("clock") }<span>{ words.time_passes }</span>
            { bar }
            <span class="num">{ stretch(passed) }{ of }</span>
            <button class="btn btn-sm" type="button" onclick={stop}>{ small_icon("stop") }{ words.stop_time }</button>
        </div>
    }
}
