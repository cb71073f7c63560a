//! The root: holds the desk, listens to the address and the tab, and picks the screen.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use yew::prelude::*;

use crate::bar::{SignInDialog, bar};
use crate::dialog::Dialog;
use crate::home::home;
use crate::host;
use crate::lab::Lab;
use crate::line::lines;
use crate::page::{Desk, Page};
use crate::route::Route;
use crate::store::State;

#[component]
pub fn App() -> Html {
    let redraw = use_force_update();
    let desk = use_memo((), |()| {
        let route = Route::from_hash(&host::hash());
        let state = State {
            why_shown: host::why_shown(),
            ..State::new(host::language(), host::theme(), route, host::split())
        };
        Desk::new(state, Callback::from(move |()| redraw.force_update()))
    });
    let page = Page { state: desk.state(), desk: (*desk).clone() };

    {
        let desk = (*desk).clone();
        use_effect_with((), move |()| {
            desk.go(desk.state().route.clone());
            let listeners = Rc::new(RefCell::new(listen(&desk)));
            move || listeners.borrow_mut().clear()
        });
    }
    let state = &page.state;
    let title = title(&page);
    use_effect_with((state.language, state.theme, title), |(language, theme, title)| {
        host::dress(*language, *theme, title);
    });

    let words = page.words();
    let fixed = matches!(state.route, Route::Lab { .. }).then_some("app-fixed");
    // The address is the place, so a link to #main would leave it: the keyboard is moved instead.
    let skip = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        host::focus("main");
    });
    html! {
        <ContextProvider<Page> context={page.clone()}>
            <div class={classes!("app", fixed)}>
                <a class="skip" href="#main" onclick={skip}>{ words.skip }</a>
                { bar(&page) }
                { lines(&page) }
                {
                    match &state.route {
                        Route::Home => home(&page),
                        Route::Lab { .. } => html! { <Lab /> },
                    }
                }
            </div>
            <Dialog />
            <SignInDialog />
            <div class="toasts" role="status">
                if let Some(text) = &state.toast {
                    <div class="toast">{ text }</div>
                }
            </div>
        </ContextProvider<Page>>
    }
}

fn title(page: &Page) -> String {
    let words = page.words();
    if page.state.route.is_sandbox() {
        return format!("{} · Sandshift", words.sandbox.0);
    }
    let place = match (&page.state.route, page.state.lesson.there()) {
        (Route::Lab { .. }, Some(lesson)) => {
            (words.lab_name)(lesson.order, &lesson.prose(page.state.language).title)
        }
        _ => words.home_title.to_owned(),
    };
    format!("{place} · Sandshift")
}

/// The address changed, or the tab is about to be hidden or closed.
fn listen(desk: &Desk) -> Vec<EventListener> {
    let Some(window) = host::window() else { return Vec::new() };
    let go = desk.clone();
    let keep = desk.clone();
    vec![
        EventListener::new(&window, "hashchange", move |_| go.go(Route::from_hash(&host::hash()))),
        EventListener::new(&window, "pagehide", move |_| keep.keep_now()),
    ]
}
