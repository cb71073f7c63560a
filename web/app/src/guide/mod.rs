//! The guide: a book page. One step is open; those before are folded above it, those after are listed below.

mod blanks;
mod check;
mod fact;
mod help;
pub mod markdown;
mod question;
pub mod statement;

use sandshift_prose::definition::Step;
use sandshift_prose::markdown::{Block, StepProse};
use yew::prelude::*;

use crate::console::half;
use crate::course::Lesson;
use crate::host;
use crate::icon::icon;
use crate::page::{Page, use_page};
use crate::store::{Action, Fetched, Question};
use blanks::blanks;
use check::checks;
use help::Help;
use markdown::text;
use question::ask;
use statement::{Actor, statement};

#[component]
pub fn Guide() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let scroll = use_node_ref();
    use_effect_with((state.open_step.clone(), scroll.clone()), |(_, scroll)| {
        if let Some(guide) = scroll.cast::<web_sys::Element>() {
            guide.set_scroll_top(0);
        }
    });
    let inner = match &state.lesson {
        Fetched::Waiting => html! { <p class="meta" role="status">{ words.fetching }</p> },
        Fetched::Failed(reason) => {
            let desk = page.desk.clone();
            let retry = Callback::from(move |_: MouseEvent| desk.fetch_course());
            html! {
                <div class="blank" role="alert">
                    <b>{ words.lesson_failed }</b><span class="lines-of">{ reason }</span>
                    <span class="btn-row">
                        <button class="btn" type="button" onclick={retry}>{ words.retry }</button>
                        <a class="btn btn-quiet" href="#/">{ words.to_course }</a>
                    </span>
                </div>
            }
        }
        Fetched::There(lesson) => match state.open_step.as_ref().and_then(|step| lesson.place(step)) {
            Some(at) => open(&page, lesson, at),
            None => html! {},
        },
    };
    html! {
        <section class="guide" id="guide" aria-label={words.guide} tabindex="0" ref={scroll}>
            <div class="guide-in">{ inner }</div>
        </section>
    }
}

fn open(page: &Page, lesson: &Lesson, at: usize) -> Html {
    let (state, words) = (&page.state, page.words());
    let step = &lesson.steps()[at];
    let prose = lesson.step_prose(state.language, &step.id);
    let before = &lesson.steps()[..at];
    let all_passed = before.iter().all(|step| state.is_passed(&step.id));
    html! {
        <>
            if at == 0 {
                if !lesson.prose(state.language).lead.is_empty() {
                    { text(&lesson.prose(state.language).lead, "prose lead") }
                }
            } else {
                <details class="fold" key={format!("before-{at}")}>
                    <summary>{ icon("right") }{ (words.steps_before)(at, all_passed) }</summary>
                    <div class="in">{ for before.iter().enumerate().map(|(number, step)| step_row(page, lesson, number, step)) }</div>
                </details>
            }
            <div class="step" key={step.id.clone()}>
                <h2 class="step-title" id="step-t" tabindex="-1"><span class="no">{ at + 1 }</span><span>{ lesson.step_title(state.language, step) }</span></h2>
                if let Some(prose) = prose {
                    { blocks(page, step, prose) }
                    { checks(page, step, prose) }
                    <Help step={step.clone()} prose={prose.clone()} />
                }
                { turn(page, lesson, at) }
            </div>
            <div class="guide-end">
                { for lesson.steps().iter().enumerate().skip(at + 1).map(|(number, step)| step_row(page, lesson, number, step)) }
            </div>
        </>
    }
}

fn blocks(page: &Page, step: &Step, prose: &StepProse) -> Html {
    prose
        .blocks
        .iter()
        .enumerate()
        .map(|(at, block)| match block {
            Block::Text { text: told, .. } => text(told, "prose"),
            Block::Sql { user, text, .. } => statement(page, Actor::User(user.clone()), text),
            Block::Aws { principal, text, .. } => statement(page, Actor::Principal(principal.clone()), text),
            Block::Clock { text, micros, .. } => statement(page, Actor::Clock(*micros), text),
            Block::Note { title, text: told, .. } => html! {
                <div class="callout">{ icon("note") }<div><b>{ title }</b>{ text(told, "") }</div></div>
            },
            Block::Blanks { user, text, .. } => {
                let key = format!("{}/ blanks {at}", step.id);
                let filled = page.state.answers.get(&key).cloned().unwrap_or_default();
                blanks(page, user, text, key, &filled)
            }
            Block::Question { check, prompt, options, .. } => {
                let answer = prose.answers.get(check).map(|words| &words.text);
                let chosen = page.state.answers.get(&format!("{}/{check}", step.id));
                ask(page, step, check, prompt, options, answer, chosen.map(String::as_str))
            }
        })
        .collect()
}

fn step_row(page: &Page, lesson: &Lesson, number: usize, step: &Step) -> Html {
    let (state, words) = (&page.state, page.words());
    let passed = state.is_passed(&step.id);
    let onclick = go_to(page, step.id.clone());
    html! {
        <button class="step-row" type="button" {onclick}>
            if passed {
                { icon("check") }<span class="sr">{ words.passed }</span>
            }
            <span class="no">{ number + 1 }</span>
            <span>{ lesson.step_title(state.language, step) }</span>
            <span class="end">{ icon("right") }</span>
        </button>
    }
}

fn go_to(page: &Page, step: String) -> Callback<MouseEvent> {
    let desk = page.desk.clone();
    Callback::from(move |_: MouseEvent| {
        desk.open_step(step.clone());
        // The new title is drawn first, then the keyboard goes there and a screen reader reads it.
        gloo::timers::callback::Timeout::new(0, || host::focus("step-t")).forget();
    })
}

const TAKE: &str = "실제 AWS에서 해 보기: 스크립트 내려받기|Take it to AWS: the scripts";
const TAKE_NOTE: &str = "실행하는 run.sh와 모두 지우는 cleanup.sh입니다. 본인의 AWS 계정에서는 요금이 나옵니다.|run.sh does it, cleanup.sh removes all of it. In an account of your own it costs money.";

/// The labs as scripts for a real account, where the site was built with them; a page of one file has none beside it.
fn taken(page: &Page) -> Html {
    let language = page.state.language;
    let course = page.state.course.there();
    match course.and_then(|course| course.labs.iter().find_map(|lab| lab.taken.as_ref())) {
        Some(file) if !host::is_alone() => html! {
            <p><a href={format!("./labs/{file}")} download="sandshift-aws.zip">{ half(TAKE, language) }</a>{ " " }<span class="soft">{ half(TAKE_NOTE, language) }</span></p>
        },
        _ => html! {},
    }
}

/// The way on: back, reset, forward. Forward is the one primary action once the step is passed.
fn turn(page: &Page, lesson: &Lesson, at: usize) -> Html {
    let (state, words) = (&page.state, page.words());
    let step = &lesson.steps()[at];
    let passed = state.is_passed(&step.id);
    let last = at + 1 == lesson.steps().len();
    let id = step.id.clone();
    let reset = page.desk.on(move |_: MouseEvent| Action::Asked(Question::ResetStep { step: id.clone() }));
    html! {
        <>
            if passed && last && lesson.steps().iter().all(|step| state.is_passed(&step.id)) {
                <div class="callout callout-ok" role="status">{ icon("check") }<div><b>{ words.lab_done }</b>{ words.lab_done_note }{ taken(page) }</div></div>
            }
            <div class="turn">
                if at > 0 {
                    <button class="btn btn-quiet" type="button" onclick={go_to(page, lesson.steps()[at - 1].id.clone())}>{ icon("left") }{ words.previous_step }</button>
                }
                if state.is_ready() {
                    <button class="btn btn-quiet" type="button" onclick={reset}>{ words.reset_step }</button>
                }
                if last {
                    <a class={classes!("btn", "push", passed.then_some("btn-primary"))} href="#/">{ words.to_course }{ icon("right") }</a>
                } else {
                    <button class={classes!("btn", "push", passed.then_some("btn-primary"))} type="button" onclick={go_to(page, lesson.steps()[at + 1].id.clone())}>{ words.next_step }{ icon("right") }</button>
                }
            </div>
        </>
    }
}
