//! The course: labs that are there with their progress, and honestly those that are not yet.

use yew::prelude::*;

use crate::console::half;
use crate::course::Entry;
use crate::host::{self, Progress};
use crate::icon::{icon, small_icon};
use crate::page::Page;
use crate::route::{Room, Route};
use crate::store::{Action, Fetched, Question};

/// The authors' page is a file of the site, beside this one.
const AUTHOR: &str = "가르치시나요? 브라우저에서 랩을 쓰고 증명해 보세요|Do you teach? Write a lab and prove it in the browser";

pub fn home(page: &Page) -> Html {
    let (state, words) = (&page.state, page.words());
    // Until the program is here these words stand in `static/index.html`.
    let top = html! {
        <div class="home-top">
            <div>
                <h1>{ words.lead_title[0] }<br />{ words.lead_title[1] }</h1>
                <div class="prose"><p>{ words.lead }</p></div>
            </div>
            { resume(page) }
        </div>
    };
    html! {
        <main class="home" id="main" tabindex="-1">
            { top.clone() }
            {
                match &state.course {
                    Fetched::Failed(reason) => {
                        let desk = page.desk.clone();
                        let retry = Callback::from(move |_: MouseEvent| desk.fetch_course());
                        html! {
                            <div class="blank" role="alert">
                                <b>{ words.index_failed }</b><span>{ reason }</span>
                                <button class="btn" type="button" onclick={retry}>{ words.retry }</button>
                            </div>
                        }
                    }
                    // What stands below comes with the list, so that nothing moves when it is there.
                    Fetched::Waiting => return html! { <main class="home" id="main" tabindex="-1">{ top }</main> },
                    Fetched::There(_) => ledger(page),
                }
            }
            <section class="sandbox" aria-labelledby="sandbox-t">
                <div><h2 id="sandbox-t">{ words.sandbox.0 }</h2><p>{ words.sandbox.1 }</p></div>
                <a class="btn" href={Route::Home.console("").href()}>{ words.sandbox_open }{ small_icon("right") }</a>
            </section>
            <div class="foot-notes">
                { for [words.own_state, words.kept_here, words.no_bill].map(|(title, text)| html! { <p><b>{ title }</b>{ text }</p> }) }
            </div>
            if !host::is_alone() {
                <p class="erase"><a href="./author.html">{ half(AUTHOR, state.language) }</a></p>
            }
            <p class="erase"><button class="btn btn-sm btn-quiet" type="button" onclick={page.desk.on(|_: MouseEvent| Action::Asked(Question::EraseAll))}>{ words.keeping.erase }</button></p>
        </main>
    }
}

fn address(lab: &Entry) -> String {
    Route::Lab { id: lab.id.clone(), room: Room::Query }.href()
}

/// The one next action: where the person stopped, or the first lab.
fn resume(page: &Page) -> Html {
    let (state, words) = (&page.state, page.words());
    let Some(course) = state.course.there() else { return html! {} };
    let begun = course.labs.iter().find_map(|lab| {
        let progress = host::progress(&lab.id)?;
        progress.passed.iter().any(|passed| !passed).then_some((lab, progress))
    });
    let (lab, over, title, note, verb) = match (begun, course.labs.first()) {
        (Some((lab, progress)), _) => {
            let title = format!(
                "{} · {}",
                (words.stopped_at)(lab.order, progress.open as u32 + 1),
                lab.title(state.language)
            );
            (lab, words.stopped_here, title, words.resume_note, words.resume)
        }
        (None, Some(lab)) if host::progress(&lab.id).is_none() => {
            let title = (words.lab_name)(lab.order, lab.title(state.language));
            (lab, words.begin_with, title, words.begin_note, words.begin)
        }
        (None, _) => return html! {},
    };
    html! {
        <section class="card resume" aria-labelledby="resume-t">
            <div><p class="over">{ over }</p><h2 id="resume-t">{ title }</h2></div>
            <p class="meta">{ note }</p>
            <a class="btn btn-primary btn-lg" href={address(lab)}>{ verb }{ icon("right") }</a>
        </section>
    }
}

fn ledger(page: &Page) -> Html {
    let (state, words) = (&page.state, page.words());
    let labs = state.course.there().map(|course| course.labs.as_slice()).unwrap_or_default();
    // The course has five labs; those the server does not have yet are told by their place.
    let coming = (1..).zip([None].into_iter().chain(words.coming_labs.iter().map(Some)));
    let coming: Vec<_> = coming
        .filter(|(order, _)| !labs.iter().any(|lab| lab.order == *order))
        .filter_map(|(order, lab)| Some((order, lab?)))
        .collect();
    html! {
        <table class="ledger">
            <caption>{ (words.ledger)(labs.len() + coming.len()) }</caption>
            <thead><tr>
                <td /><th scope="col">{ words.column_can }</th><th scope="col">{ words.column_progress }</th>
                <th scope="col" class="r">{ words.column_time }</th><td />
            </tr></thead>
            <tbody>
                { for labs.iter().map(|lab| row(page, lab)) }
                { for coming.into_iter().map(|(order, (title, can))| html! {
                    <tr class="coming">
                        <td class="lab-no">{ order }</td>
                        <th class="what" scope="row"><h3>{ *title }</h3><p class="can">{ *can }</p></th>
                        <td class="prog"><span class="pill pill-line">{ words.coming }</span></td>
                        <td class="r mins" /><td class="r go" />
                    </tr>
                }) }
            </tbody>
        </table>
    }
}

fn row(page: &Page, lab: &Entry) -> Html {
    let (language, words) = (page.state.language, page.words());
    let begun = host::progress(&lab.id);
    let progress =
        begun.clone().unwrap_or_else(|| Progress { passed: vec![false; lab.steps], open: usize::MAX });
    let passed = progress.passed.iter().filter(|passed| **passed).count();
    let all = progress.passed.len();
    let done = all > 0 && passed == all;
    let (note, verb) = match (&begun, done) {
        (_, true) => (words.done.to_owned(), words.review),
        (Some(_), false) => ((words.steps_done)(passed, all), words.resume),
        (None, false) => ((words.steps)(all), words.begin),
    };
    html! {
        <tr class={(begun.is_some() && !done).then_some("current")}>
            <td class="lab-no">{ lab.order }</td>
            <th class="what" scope="row"><h3><a href={address(lab)}>{ lab.title(language) }</a></h3><p class="can">{ lab.outcome(language) }</p></th>
            <td class="prog">
                <span class="blocks" aria-hidden="true">
                    { for progress.passed.iter().enumerate().map(|(at, passed)| {
                        let class = if *passed { "done" } else if at == progress.open { "now" } else { "" };
                        html! { <i {class} /> }
                    }) }
                </span>
                <small>{ note }</small>
            </td>
            <td class="r mins">{ (words.minutes)(lab.minutes) }</td>
            <td class="r go"><a class="btn btn-sm" href={address(lab)}>{ verb }<span class="sr">{ format!(": {}", lab.title(language)) }</span></a></td>
        </tr>
    }
}
