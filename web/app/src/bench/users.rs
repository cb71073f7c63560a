//! Users: who there is, and what each may do, through what.

use yew::prelude::*;

use super::rights::rights;
use crate::page::{Page, use_page};
use crate::route::{Room, Route};
use crate::store::Action;
use sandshift_protocol::{Access, WarehouseUser};

#[component]
pub fn Users() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let chosen = use_state(|| state.user.clone());
    let access = use_state(|| None::<Access>);
    let known = state.account.users.iter().any(|user| user.name == *chosen);
    let name = if known { (*chosen).clone() } else { state.user.clone() };
    {
        let (desk, access) = (page.desk.clone(), access.clone());
        use_effect_with((name.clone(), state.account.clone(), state.is_ready()), move |(name, ..)| {
            desk.access(name.clone(), move |found| access.set(Some(found)));
        });
    }
    let found = access.as_ref().filter(|access| access.user == name);
    html! {
        <div class="users">
            <h2 class="sr">{ words.users }</h2>
            <ul class="users-list" aria-label={words.users}>
                { for state.account.users.iter().map(|user| {
                    let own = user.name.clone();
                    let (choose, pressed) = (chosen.clone(), user.name == name);
                    let onclick = Callback::from(move |_: MouseEvent| choose.set(own.clone()));
                    html! {
                        <li><button type="button" class={classes!("menu-item", pressed.then_some("is-on"))} aria-pressed={if pressed { "true" } else { "false" }} {onclick}>
                            <span>{ &user.name }</span><span class="end">{ ties(&page, user) }</span>
                        </button></li>
                    }
                }) }
            </ul>
            <div class="users-one" aria-live="polite">
                if let Some(found) = found {
                    { heading(&page, found) }
                    { rights(&page, found) }
                }
            </div>
        </div>
    }
}

fn ties(page: &Page, user: &WarehouseUser) -> String {
    let words = page.words();
    if user.superuser {
        return words.superuser.to_owned();
    }
    let all: Vec<&str> = user.groups.iter().chain(&user.roles).map(String::as_str).collect();
    all.join(", ")
}

fn heading(page: &Page, access: &Access) -> Html {
    let (state, words) = (&page.state, page.words());
    let user = access.user.clone();
    let go = |page: &Page| {
        let Route::Lab { id, .. } = &page.state.route else { return };
        page.desk.go_to(&Route::Lab { id: id.clone(), room: Room::Query });
        // The button that was pressed is gone with its room.
        crate::host::focus("main");
    };
    let act_as = {
        let (page, user) = (page.clone(), user.clone());
        Callback::from(move |_: MouseEvent| {
            page.desk.act(Action::UserChosen(user.clone()));
            go(&page);
        })
    };
    let compare = {
        let (page, user) = (page.clone(), user.clone());
        Callback::from(move |_: MouseEvent| {
            page.desk.act(Action::CompareWith(Some(user.clone())));
            go(&page);
        })
    };
    let flag = |on: bool| if on { words.yes } else { words.no }.to_owned();
    let date = access.valid_until.map(crate::bar::moment).unwrap_or_else(|| words.forever.to_owned());
    let limit = access.connection_limit.map_or_else(|| words.unlimited.to_owned(), |limit| limit.to_string());
    let password = if access.password { words.password_set } else { words.password_disabled };
    let list = |names: &[String]| if names.is_empty() { words.none.to_owned() } else { names.join(", ") };
    let facts = [
        (words.groups, list(&access.groups)),
        (words.fact_password, password.to_owned()),
        (words.valid_until, date),
        (words.connection_limit, limit),
        (words.create_database, flag(access.create_database)),
        (words.syslog, flag(access.syslog_unrestricted)),
    ];
    html! {
        <>
            <div class="card-head users-head">
                <h3>{ (words.rights_of)(&user) }</h3>
                if access.superuser { <span class="pill pill-line">{ words.superuser }</span> }
                if user != state.user {
                    <span class="btn-row">
                        <button class="btn btn-sm" type="button" onclick={act_as}>{ (words.act_as)(&user) }</button>
                        <button class="btn btn-sm" type="button" onclick={compare}>{ (words.compare_to)(&state.user) }</button>
                    </span>
                }
            </div>
            <dl class="facts">
                <div><dt>{ words.roles }</dt><dd>
                    if access.roles.is_empty() { { words.none } }
                    { for access.roles.iter().map(|(role, through)| html! {
                        <p>{ role }{ through.as_ref().map(|through| html! { <>{ " " }<span class="meta">{ (words.role_through)(through) }</span></> }).unwrap_or_default() }</p>
                    }) }
                </dd></div>
                { for facts.into_iter().map(|(name, value)| html! { <div><dt>{ name }</dt><dd>{ value }</dd></div> }) }
            </dl>
        </>
    }
}
