//! The query room: who runs it, the editor, and what came of it.

use yew::prelude::*;

use super::editor::{Editor, Holder};
use super::history::History;
use super::place::place_line;
use super::results::Results;
use crate::icon::icon;
use crate::page::{Desk, use_page};
use crate::store::{Action, State};

/// More users than this go into a list rather than a row of buttons.
const BUTTONS: usize = 4;

#[component]
pub fn Query() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let holder = use_memo((), |()| Holder::default());
    let holder = (*holder).clone();
    let selected = use_state(|| false);
    let history = use_state(|| false);

    let run_all = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| all(&desk))
    };
    let run_selection = {
        let (desk, holder) = (page.desk.clone(), holder.clone());
        Callback::from(move |_: MouseEvent| selection_or_all(&desk, &holder))
    };
    let on_run = {
        let (desk, holder) = (page.desk.clone(), holder.clone());
        Callback::from(move |()| selection_or_all(&desk, &holder))
    };
    let on_select = {
        let selected = selected.clone();
        Callback::from(move |now: bool| selected.set(now))
    };
    let cancel = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| desk.cancel())
    };
    let compare = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| {
            let state = desk.state();
            let other = match state.other {
                Some(_) => None,
                None => partner(&state),
            };
            desk.act(Action::CompareWith(other));
        })
    };
    let comparing = state.other.is_some();
    let alone = state.account.users.len() < 2;
    let running = state.run.is_some() || state.is_waiting();
    let slow = state.run.as_ref().is_some_and(|run| run.slow);
    let toggle = {
        let history = history.clone();
        Callback::from(move |_: MouseEvent| history.set(!*history))
    };
    html! {
        <div class="query">
            <h2 class="sr">{ words.query }</h2>
            { place_line(&page) }
            <div class="toolbar">
                <button class="btn btn-primary" type="button" onclick={run_all} disabled={!state.is_ready() || running}>{ icon("play") }{ if comparing { words.comparing.run_as_both } else { words.run } }<span class="kbd phone-hide">{ "Ctrl ↵" }</span></button>
                // One place for both: a selection cannot be run while something runs, and nothing moves.
                if slow {
                    <button class="btn btn-danger" type="button" key="cancel" onclick={cancel}>{ icon("stop") }{ words.cancel }</button>
                } else {
                    <button class="btn" type="button" key="selection" onclick={run_selection} disabled={!state.is_ready() || running || !*selected} title={words.run_selection_note}>{ words.run_selection }</button>
                }
                <span class="push btn-row">
                    { who(&page.desk) }
                    if comparing {
                        { with(&page.desk) }
                    }
                    <button class="btn btn-quiet" type="button" onclick={compare} disabled={alone} aria-pressed={if comparing { "true" } else { "false" }} title={words.comparing.compare_note}>{ icon("pair") }<span class="label">{ words.comparing.compare }</span></button>
                    <button class="btn btn-quiet btn-icon" type="button" onclick={toggle} aria-expanded={if *history { "true" } else { "false" }}>{ icon("clock") }<span class="sr">{ words.history }</span></button>
                </span>
            </div>
            <Editor handle={holder.clone()} {on_run} {on_select} />
            <div class="results">
                if *history {
                    <History />
                }
                <Results />
            </div>
        </div>
    }
}

/// Whom to compare with at first: a superuser with somebody who is none, and the other way round.
fn partner(state: &State) -> Option<String> {
    let is_super = |name: &str| state.account.users.iter().any(|user| user.name == name && user.superuser);
    let own = is_super(&state.user);
    let others = || state.account.users.iter().filter(|user| user.name != state.user);
    others().find(|user| user.superuser != own).or(others().next()).map(|user| user.name.clone())
}

/// Who runs it besides.
fn with(desk: &Desk) -> Html {
    let state = desk.state();
    let words = state.language.words();
    let onchange = desk.on(|event: Event| {
        let name = event.target_dyn_into::<web_sys::HtmlSelectElement>().map(|select| select.value());
        Action::CompareWith(name)
    });
    html! {
        <>
            <span class="meta" aria-hidden="true">{ "↔" }</span>
            <select class="select who-select" aria-label={words.comparing.compare_with} {onchange}>
                { for state.account.users.iter().filter(|user| user.name != state.user).map(|user| html! {
                    <option value={user.name.clone()} selected={Some(&user.name) == state.other.as_ref()}>{ &user.name }</option>
                }) }
            </select>
        </>
    }
}

fn who(desk: &Desk) -> Html {
    let state = desk.state();
    let words = state.language.words();
    let users = &state.account.users;
    // Beside the list of whom to compare with there is room for a list only.
    if users.len() > BUTTONS || state.other.is_some() {
        let onchange = desk.on(|event: Event| {
            let name = event.target_dyn_into::<web_sys::HtmlSelectElement>().map(|select| select.value());
            Action::UserChosen(name.unwrap_or_default())
        });
        return html! {
            <select class="select who-select" aria-label={words.run_as} {onchange}>
                { for users.iter().map(|user| html! { <option value={user.name.clone()} selected={user.name == state.user}>{ &user.name }</option> }) }
            </select>
        };
    }
    html! {
        <span class="seg" role="group" aria-label={words.run_as}>
            { for users.iter().map(|user| {
                let name = user.name.clone();
                let onclick = desk.on(move |_: MouseEvent| Action::UserChosen(name.clone()));
                let pressed = if user.name == state.user { "true" } else { "false" };
                html! { <button type="button" aria-pressed={pressed} {onclick}>{ &user.name }</button> }
            }) }
        </span>
    }
}

fn all(desk: &Desk) {
    let state = desk.state();
    desk.run(state.text_of(&state.user).to_owned(), 0, 0);
}

fn selection_or_all(desk: &Desk, holder: &Holder) {
    let selection = holder.0.borrow().as_ref().map(|handle| handle.selection()).unwrap_or_default();
    if selection.text.trim().is_empty() {
        return all(desk);
    }
    let state = desk.state();
    let before = state.text_of(&state.user).encode_utf16().take(selection.from as usize);
    let lines = before.filter(|unit| *unit == u16::from(b'\n')).count() as u32;
    desk.run(selection.text, selection.from, lines);
}
