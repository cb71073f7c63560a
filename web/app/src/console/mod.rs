//! The console: pages of the AWS account, drawn from descriptions, in the words and places of the real one.
//!
//! Read [`book`] for where the descriptions come from, [`path`] for how they speak of answers, [`calls`] for how
//! they are asked and acted on, [`sheet`] for how one page is drawn, [`deed`] for how something is done.

mod bars;
mod book;
mod calls;
mod cell;
mod command;
mod deed;
mod disk;
mod failure;
mod field;
mod grid;
mod objects;
mod path;
mod preview;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod trial;

use serde_json::Value;
use yew::prelude::*;

use crate::host;
use crate::page::{Page, use_page};
use crate::route::{Room, Route};
pub use book::half;
use book::{Book, list, plain};
pub use calls::Ready;
use sheet::Sheet;

/// Where one begins.
const FIRST: &str = "redshift/clusters";

/// The address of a place in the console of the open lab.
pub fn address(page: &Page, place: &str) -> String {
    let encoded = String::from(js_sys::encode_uri(place)).replace('#', "%23").replace('?', "%3F");
    page.state.route.console(&encoded).href()
}

/// Where one is, as it was before it was put into an address.
fn place(page: &Page) -> String {
    let written = match &page.state.route {
        Route::Lab { room: Room::Console(place), .. } if !place.is_empty() => place.as_str(),
        _ => page.state.console.as_str(),
    };
    let read = js_sys::decode_uri(written).map(String::from).unwrap_or_else(|_| written.to_owned());
    let read = read.replace("%23", "#").replace("%3F", "?");
    if read.is_empty() { FIRST.to_owned() } else { read }
}

#[component]
pub fn Console() -> Html {
    let page = use_page();
    let place = place(&page);
    let service = place.split('/').next().unwrap_or_default().to_owned();
    let failed = use_state(|| None::<String>);
    let redraw = use_force_update();
    {
        let failed = failed.clone();
        use_effect_with(service.clone(), move |service| {
            let service = service.clone();
            failed.set(None);
            yew::platform::spawn_local(async move {
                let mut reason = None;
                for name in ["index", &service] {
                    reason = reason.or(book::fetch(name).await.err());
                }
                failed.set(reason);
                redraw.force_update();
            });
        });
    }
    let index = book::read("index");
    let described = book::read(&service);
    html! {
        <div class="console">
            <link rel="stylesheet" href={host::address("console/console.css")} />
            {
                match (index, described, &*failed) {
                    (Some(index), Some(described), _) => {
                        let book = Book { index, language: page.state.language };
                        html! { <>{ services(&page, &book, &place) }<Sheet {described} {place} key={service} /></> }
                    }
                    (_, _, Some(reason)) => html! {
                        <div class="room"><div class="room-in"><div class="blank" role="alert"><b>{ page.words().lesson_failed }</b><span>{ reason }</span></div></div></div>
                    },
                    _ => html! { <div class="room" /> },
                }
            }
        </div>
    }
}

/// The services at the side: the open one with its pages first, the others below it; folded away on a phone.
fn services(page: &Page, book: &Book, place: &str) -> Html {
    let mut parts = place.split('/');
    let (service, sheet) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let all = list(&book.index, "services");
    let Some(open) = all.iter().find(|each| plain(each, "id") == service) else { return html! {} };
    let above = plain(&open["above"], sheet);
    let link = |of: &Value, to: String, here: bool| {
        html! {
            <li><a href={address(page, &to)} aria-current={here.then_some("page")}>{ book.text(of, "name").to_owned() }</a></li>
        }
    };
    let pages = list(open, "pages");
    let now = pages.iter().find(|each| plain(each, "id") == sheet || plain(each, "id") == above);
    let name = now.map_or("", |now| book.text(now, "name"));
    let nav = html! {
        <>
            <h2>{ book.text(open, "name").to_owned() }</h2>
            <ul>
                { for pages.iter().map(|each| {
                    let id = plain(each, "id");
                    link(each, format!("{service}/{id}"), id == sheet || id == above)
                }) }
            </ul>
            <h2>{ book.word("others").to_owned() }</h2>
            <ul>
                { for all.iter().filter(|each| plain(each, "id") != service).map(|each| {
                    let first = list(each, "pages").first().map_or("", |first| plain(first, "id"));
                    link(each, format!("{}/{first}", plain(each, "id")), false)
                }) }
            </ul>
        </>
    };
    html! {
        <>
            <nav class="services" aria-label={book.word("services").to_owned()}>{ nav.clone() }</nav>
            <details class="services-fold" key={place.to_owned()}>
                <summary><span class="meta">{ book.text(open, "name").to_owned() }</span><b>{ name.to_owned() }</b>{ crate::icon::small_icon("caret") }</summary>
                <nav aria-label={book.word("services").to_owned()}>{ nav }</nav>
            </details>
        </>
    }
}
