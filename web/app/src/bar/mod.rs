//! The bar: who acts, when, what it costs, how the cluster is, and the page's own switches.

mod engine;
mod menu;
mod sign_in;
mod time;
mod workspace;

use yew::prelude::*;

use crate::icon::{icon, small_icon};
use crate::page::Page;
use crate::route::{Room, Route};
use crate::store::{Action, Engine, SignIn};
use crate::warehouse::{dot, status};
use engine::engine;
pub use menu::Menu;
use sandshift_protocol::{TransactionState, WarehouseUser};
pub use sign_in::SignInDialog;
pub use time::moment;
use time::time_menu;
use workspace::WorkspaceMenu;

pub fn bar(page: &Page) -> Html {
    let (state, words) = (&page.state, page.words());
    let in_lab = matches!(state.route, Route::Lab { .. });
    let ready = in_lab && matches!(state.engine, Engine::Ready);
    let theme = {
        let desk = page.desk.clone();
        Callback::from(move |_: MouseEvent| desk.switch_theme())
    };
    let language = {
        let (desk, other) = (page.desk.clone(), state.language.other());
        Callback::from(move |_: MouseEvent| desk.choose_language(other))
    };
    html! {
        <header class="topbar">
            <a class="brand" href={Route::Home.href()}>
                <svg viewBox="0 0 20 20" aria-hidden="true"><rect x="1" y="3" width="13" height="3.6" rx="1" /><rect class="b2" x="6" y="8.2" width="13" height="3.6" rx="1" /><rect x="3" y="13.4" width="13" height="3.6" rx="1" /></svg>
                <span class="name">{ "Sandshift" }</span>
            </a>
            { where_am_i(page) }
            <div class="vitals">
                if ready {
                    <div class="who">
                        { users(page) }
                        { principals(page) }
                    </div>
                    { time_menu(page) }
                    <a class="vital" href={crate::console::address(page, "billing/costs")}>
                        { icon("bill") }<span class="sr">{ words.bill_so_far }</span><span class="num">{ dollars(state.account.bill_micros) }</span>
                    </a>
                    <a class="vital vital-still" href={state.route.console("redshift/clusters").href()}>
                        { dot(&state.account.cluster_status) }
                        <span class="sr">{ words.cluster }</span>
                        <span class="opt">{ status(&state.account.cluster_status, state.language).to_owned() }</span>
                    </a>
                } else if in_lab {
                    { engine(page) }
                }
            </div>
            <span class="rule" />
            <div class="prefs">
                if ready {
                    <WorkspaceMenu />
                }
                <button class="btn btn-quiet" type="button" onclick={language} aria-label={words.switch_language}><span lang={state.language.other().code()}>{ state.language.other().own_name() }</span></button>
                <button class="btn btn-quiet btn-icon" type="button" onclick={theme}>{ icon("sun") }<span class="sr">{ words.theme }</span></button>
            </div>
        </header>
    }
}

/// `$77.87`; the first cent is said to be less than one.
fn dollars(micros: u64) -> String {
    match micros {
        1..10_000 => "<$0.01".to_owned(),
        _ => format!("${}.{:02}", micros / 1_000_000, micros / 10_000 % 100),
    }
}

fn where_am_i(page: &Page) -> Html {
    let (state, words) = (&page.state, page.words());
    if state.route.is_sandbox() {
        return html! { <nav class="where" aria-label={words.home_title}><a href={state.route.console("").href()}>{ words.sandbox.0 }</a></nav> };
    }
    let (Route::Lab { id, .. }, Some(lesson)) = (&state.route, state.lesson.there()) else { return html! {} };
    let open = state.open_step.as_ref().and_then(|step| lesson.place(step));
    let home = Route::Lab { id: id.clone(), room: Room::Query }.href();
    html! {
        <nav class="where" aria-label={words.home_title}>
            <a href={home}>{ (words.lab_name)(lesson.order, &lesson.prose(state.language).title) }</a>
            <span class="wide"><span class="blocks" aria-hidden="true">
                { for lesson.steps().iter().enumerate().map(|(at, step)| {
                    let class = if Some(at) == open { "now" } else if state.is_passed(&step.id) { "done" } else { "" };
                    html! { <i {class} /> }
                }) }
            </span></span>
            if let Some(open) = open {
                <span class="meta num wide">{ format!("{}/{}", open + 1, lesson.steps().len()) }</span>
            }
        </nav>
    }
}

/// Groups and roles as one line: `analytics_users, reader`.
fn belongs_to(page: &Page, user: &WarehouseUser) -> String {
    let words = page.words();
    if user.superuser {
        return words.superuser.to_owned();
    }
    let all: Vec<&str> = user.groups.iter().chain(&user.roles).map(String::as_str).collect();
    if all.is_empty() { words.no_group.to_owned() } else { all.join(", ") }
}

fn users(page: &Page) -> Html {
    let (state, words) = (&page.state, page.words());
    let transaction = state.account.transactions.iter().find(|(user, _)| *user == state.user);
    let face = html! {
        <>
            <span class="sr">{ words.warehouse_user }</span>
            <span class="who-tag" aria-hidden="true">{ "SQL" }</span>
            <span class="who-name">{ &state.user }</span>
            if let Some((_, how)) = transaction {
                <span class={classes!("pill", if *how == TransactionState::Aborted { "pill-bad" } else { "pill-now" })}>{
                    match how {
                        TransactionState::Open => words.transaction_open,
                        TransactionState::Aborted => words.transaction_aborted,
                    }
                }</span>
            }
        </>
    };
    let sign_in = page.desk.on(|_: MouseEvent| Action::SignInAsked(Some(SignIn::default())));
    let rights = match &state.route {
        Route::Lab { id, .. } => Some(Route::Lab { id: id.clone(), room: Room::Users }.href()),
        Route::Home => None,
    };
    html! {
        <Menu {face} class="vital" id="menu-user">
            <p class="over">{ words.warehouse_user_menu }</p>
            <ul>
                { for state.account.users.iter().map(|user| {
                    let name = user.name.clone();
                    let chosen = user.name == state.user;
                    let onclick = page.desk.on(move |_: MouseEvent| Action::UserChosen(name.clone()));
                    html! {
                        <li><button class={classes!("menu-item", chosen.then_some("is-on"))} type="button" aria-current={chosen.then_some("true")} {onclick}>{ &user.name }<span class="end">{ belongs_to(page, user) }</span></button></li>
                    }
                }) }
            </ul>
            <p>{ words.warehouse_user_note }</p>
            <ul class="menu-more">
                <li><button class="menu-item" type="button" onclick={sign_in}>{ small_icon("key") }{ words.sign_in_menu }</button></li>
                if let Some(href) = rights {
                    <li><a class="menu-item" {href}>{ small_icon("user") }{ words.rights_of_all }</a></li>
                }
            </ul>
        </Menu>
    }
}

fn principals(page: &Page) -> Html {
    let (state, words) = (&page.state, page.words());
    if state.account.principals.is_empty() {
        return html! {};
    }
    let face = html! {
        <>
            <span class="sr">{ words.principal }</span>
            <span class="who-tag" aria-hidden="true">{ "AWS" }</span>
            <span class="who-name">{ &state.principal }</span>
        </>
    };
    html! {
        <Menu {face} class="vital" id="menu-principal">
            <p class="over">{ words.principal_menu }</p>
            <ul>
                { for state.account.principals.iter().map(|principal| {
                    let name = principal.clone();
                    let chosen = *principal == state.principal;
                    let onclick = page.desk.on(move |_: MouseEvent| Action::PrincipalChosen(name.clone()));
                    html! {
                        <li><button class={classes!("menu-item", chosen.then_some("is-on"))} type="button" aria-current={chosen.then_some("true")} {onclick}>{ principal }<span class="end mono">{ format!("user/{principal}") }</span></button></li>
                    }
                }) }
            </ul>
            <p>{ words.principal_note }</p>
            <ul class="menu-more">
                <li><a class="menu-item" href={state.route.console(&format!("iam/user/{}", state.principal)).href()}>{ small_icon("key") }{ words.principal_policies }</a></li>
            </ul>
        </Menu>
    }
}
