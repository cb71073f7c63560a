//! One page of the console: what it reads, its head with what can be done, its tabs and their parts.

use std::cell::Cell;
use std::rc::Rc;

use serde_json::{Map, Value};
use yew::prelude::*;

use super::address;
use super::bars::bars;
use super::book::{Book, half, is, list, plain};
use super::calls::{Answers, read};
use super::cell::{cell, facts, pretty};
use super::command;
use super::deed::Deed;
use super::disk::Disk;
use super::failure::failure;
use super::grid::grid;
use super::objects::Objects;
use super::path::{filled, find, holds};
use super::preview::{self, Preview};
use super::table::{Table, Wish, button, empty, withheld};
use super::trial::Trial;
use crate::bar::{Menu, moment};
use crate::host;
use crate::icon::small_icon;
use crate::page::{Page, use_page};

const ROOM: &str = "console-room";

/// Between a place and the number of its open tab.
const TAB: &str = "~tab";

#[derive(Properties, PartialEq)]
pub struct SheetProps {
    /// The service's description.
    pub described: Rc<Value>,
    pub place: String,
}

#[component]
pub fn Sheet(props: &SheetProps) -> Html {
    let page = use_page();
    let book = Book::here(&page);
    let (place, tab) = match props.place.rsplit_once(TAB) {
        Some((place, tab)) => (place.to_owned(), tab.parse().unwrap_or(0)),
        None => (props.place.clone(), 0),
    };
    let name = place.split('/').nth(1).unwrap_or_default().to_owned();
    let sheet = &props.described["pages"][name.as_str()];
    let answers = use_state(Answers::default);
    let shown = use_state(String::new);
    let wish = use_state(|| None::<Wish>);
    let asked = use_mut_ref(|| Rc::new(Cell::new(0_u32)));
    {
        let (desk, described) = (page.desk.clone(), props.described.clone());
        let (answers, shown, asked) = (answers.clone(), shown.clone(), asked.borrow().clone());
        let state = &page.state;
        let begun = begun(&place, sheet, &page);
        let callers = (state.principal.clone(), state.user.clone());
        let because = (place.clone(), callers, state.is_ready(), state.moved);
        use_effect_with(because, move |(place, _, ready, _)| {
            if place != &*shown {
                if !shown.is_empty() {
                    // What was clicked is gone with the page it stood on.
                    host::refocus(ROOM);
                }
                answers.set(Answers::begin(begun.as_object().cloned().unwrap_or_default()));
                shown.set(place.clone());
            }
            let number = asked.get() + 1;
            asked.set(number);
            if *ready {
                yew::platform::spawn_local(async move {
                    let read = read(&desk, list(&described["pages"][name.as_str()], "reads"), begun).await;
                    // An answer to an older question is not this page's.
                    if asked.get() == number {
                        answers.set(read);
                    }
                });
            }
        });
    }
    if sheet.is_null() {
        return html! { <div class="room"><div class="room-in"><div class="blank"><b>{ book.word("no_page").to_owned() }</b></div></div></div> };
    }
    // For a moment after a step the answers are still those of the page before.
    let there = *shown == place;
    let known: Value = if there { (*answers.known).clone() } else { begun(&place, sheet, &page) };
    let drawn =
        Answers { known: Rc::new(known), ..if there { (*answers).clone() } else { Answers::default() } };
    let wishing = {
        let (wish, desk) = (wish.clone(), page.desk.clone());
        Callback::from(move |wanted: Wish| match plain(&wanted.0, "act") {
            "download" => preview::download(&desk, &wanted.1),
            "query" => desk.query_at(filled(plain(&wanted.0, "at"), &wanted.1)),
            _ => wish.set(Some(wanted)),
        })
    };
    let over = {
        let (wish, page) = (wish.clone(), page.clone());
        Callback::from(move |then: Option<String>| {
            wish.set(None);
            host::refocus("console-actions-face");
            host::refocus(ROOM);
            if let Some(place) = then.filter(|place| !place.is_empty()) {
                host::go(&address(&page, &place));
            }
        })
    };
    let tabs = list(sheet, "tabs");
    let parts = tabs.get(tab).or(tabs.first()).map_or_else(|| list(sheet, "parts"), |tab| list(tab, "parts"));
    html! {
        <>
            <div class="room" id={ROOM} tabindex="-1" key={place.clone()}>
                <div class="room-in">
                    { head(&page, &book, props, sheet, &drawn, &wishing) }
                    if !tabs.is_empty() { { tablist(&page, &book, tabs, tab, &place) } }
                    <div class="stack" role={(!tabs.is_empty()).then_some("tabpanel")} id="console-panel">
                        { for parts.iter().enumerate().filter(|(_, part)| plain(part, "if").is_empty() || holds(&drawn.known, plain(part, "if")))
                            .map(|(at, each)| html! { <section key={format!("{tab}-{at}")} class="card" aria-label={book.text(each, "name").to_owned()}>{ part(&page, &book, each, &drawn, &wishing) }</section> }) }
                    </div>
                </div>
            </div>
            if !drawn.lines.is_empty() {
                <details class="cli-dock">
                    <summary>{ small_icon("right") }{ command::actor(&page, &book.say("page_lines", &drawn.lines.len().to_string())) }</summary>
                    { command::lines(&page, &book, &drawn.lines) }
                </details>
            }
            if let Some(wish) = (*wish).clone() { <Deed {wish} {over} /> }
        </>
    }
}

/// What is known before anything was asked: the parts of the place, by their names, and where one is.
fn begun(place: &str, sheet: &Value, page: &Page) -> Value {
    let mut known = Map::new();
    let names = list(sheet, "args");
    let rest = place.splitn(3, '/').nth(2).unwrap_or_default();
    for (name, part) in names.iter().zip(rest.splitn(names.len().max(1), '/')) {
        known.insert(name.as_str().unwrap_or_default().to_owned(), part.into());
    }
    known.insert("region".to_owned(), page.state.account.region.clone().into());
    // Where an account's number is wanted; every sandbox has the same.
    known.insert("account".to_owned(), "123456789012".into());
    for (name, date) in dates(page.state.account.now) {
        known.insert(name.to_owned(), date.into());
    }
    known.insert("principal".to_owned(), page.state.principal.clone().into());
    known.insert("user".to_owned(), page.state.user.clone().into());
    Value::Object(known)
}

/// The days that questions about costs begin and end with.
fn dates(now: i64) -> [(&'static str, String); 6] {
    let day = |days: i64| moment(now + days * 86_400_000_000).get(..10).unwrap_or_default().to_owned();
    let first = |day: String| format!("{}01", day.get(..8).unwrap_or_default());
    let left = (0..=31).find(|days| day(*days).ends_with("-01") && *days > 0).unwrap_or(31);
    let last = if left == 1 { "yes" } else { "" };
    [
        ("tomorrow", day(1)),
        ("month_ago", day(-30)),
        ("month_start", first(day(0))),
        ("next_month", day(left)),
        ("last_day", last.to_owned()),
        ("today", day(0)),
    ]
}

fn head(
    page: &Page,
    book: &Book,
    props: &SheetProps,
    sheet: &Value,
    answers: &Answers,
    wish: &Callback<Wish>,
) -> Html {
    let known = &answers.known;
    let title = half(&filled(plain(sheet, "name"), known), book.language).to_owned();
    let service = props.place.split('/').next().unwrap_or_default();
    let above = list(sheet, "above").iter().filter_map(Value::as_str).map(|above| filled(above, known));
    let crumbs: Vec<(String, String)> = above
        .map(|place| {
            let id = place.split('/').next().unwrap_or_default();
            let name =
                half(&filled(plain(&props.described["pages"][id], "name"), known), book.language).to_owned();
            (format!("{service}/{place}"), name)
        })
        .collect();
    let (grouped, single): (Vec<&Value>, Vec<&Value>) =
        list(sheet, "deeds").iter().partition(|deed| !plain(deed, "group").is_empty());
    html! {
        <>
            if !crumbs.is_empty() {
                <nav aria-label={book.word("crumbs").to_owned()}><ol class="crumbs">
                    { for crumbs.into_iter().map(|(place, name)| html! { <li><a href={address(page, &place)}>{ name }</a></li> }) }
                </ol></nav>
            }
            <div class="room-head">
                <div class="lead"><h2 class="room-title">{ title }</h2>
                    <p class="under">{ for list(sheet, "under").iter().map(|column| html! { <span>{ cell(page, book, column, known, known) }</span> }) }</p>
                    if !book.text(sheet, "note").is_empty() { <p>{ book.text(sheet, "note").to_owned() }</p> }
                </div>
                <div class="btn-row">
                    if !grouped.is_empty() { { actions(page, book, &grouped, known, wish) } }
                    { for single.iter().map(|deed| button(page, book, deed, known, wish, false)) }
                </div>
            </div>
        </>
    }
}

/// The Actions menu: groups in their order, and what cannot be done now says why.
fn actions(page: &Page, book: &Book, deeds: &[&Value], known: &Rc<Value>, wish: &Callback<Wish>) -> Html {
    let mut groups: Vec<&str> = Vec::new();
    for deed in deeds {
        let group = book.text(deed, "group");
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    let face = html! { <>{ book.word("actions").to_owned() }{ small_icon("caret") }</> };
    let item = |deed: &Value| {
        let reason = withheld(book, deed, known).map(str::to_owned);
        let onclick = {
            let (wish, deed, known) = (wish.clone(), Rc::new(deed.clone()), known.clone());
            Callback::from(move |_: MouseEvent| wish.emit((deed.clone(), known.clone())))
        };
        let class = classes!("menu-item", is(deed, "danger").then_some("danger"));
        html! {
            <li><button {class} type="button" {onclick} disabled={reason.is_some() || !page.state.is_ready()}>{ book.text(deed, "name").to_owned() }if let Some(reason) = reason { <span class="end">{ reason }</span> }</button></li>
        }
    };
    html! {
        <Menu {face} class="btn" id="console-actions">
            { for groups.into_iter().map(|group| html! {
                <>
                    <p class="over">{ group.to_owned() }</p>
                    <ul>{ for deeds.iter().filter(|deed| book.text(deed, "group") == group).map(|deed| item(deed)) }</ul>
                </>
            }) }
        </Menu>
    }
}

fn tablist(page: &Page, book: &Book, tabs: &[Value], open: usize, place: &str) -> Html {
    let count = tabs.len();
    let to = |tab: usize| address(page, &format!("{place}{TAB}{tab}"));
    let all: Vec<String> = (0..count).map(to).collect();
    let onkeydown = {
        let all = all.clone();
        Callback::from(move |event: KeyboardEvent| {
            let next = match event.key().as_str() {
                "ArrowRight" => (open + 1) % count,
                "ArrowLeft" => (open + count - 1) % count,
                "Home" => 0,
                "End" => count - 1,
                _ => return,
            };
            event.prevent_default();
            host::go(&all[next]);
            host::focus(&format!("console-tab-{next}"));
        })
    };
    html! {
        <div class="tabs" role="tablist" aria-label={book.word("tabs").to_owned()} {onkeydown}>
            { for tabs.iter().zip(all).enumerate().map(|(at, (tab, to))| {
                let chosen = at == open;
                let onclick = Callback::from(move |_: MouseEvent| host::go(&to));
                html! { <button role="tab" type="button" id={format!("console-tab-{at}")} aria-selected={if chosen { "true" } else { "false" }} aria-controls="console-panel" tabindex={if chosen { "0" } else { "-1" }} {onclick}>{ book.text(tab, "name").to_owned() }</button> }
            }) }
        </div>
    }
}

/// What a part draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Table,
    Facts,
    Disk,
    Document,
    Objects,
    Bars,
    Grid,
    Preview,
    Trial,
    Words,
}

impl Kind {
    fn of(part: &Value) -> Self {
        match plain(part, "kind") {
            "facts" => Self::Facts,
            "disk" => Self::Disk,
            "document" => Self::Document,
            "objects" => Self::Objects,
            "bars" => Self::Bars,
            "grid" => Self::Grid,
            "preview" => Self::Preview,
            "trial" => Self::Trial,
            "words" => Self::Words,
            _ => Self::Table,
        }
    }
}

fn part(page: &Page, book: &Book, part: &Value, answers: &Answers, wish: &Callback<Wish>) -> Html {
    let known = &answers.known;
    let of = plain(part, if plain(part, "of").is_empty() { "rows" } else { "of" });
    let refused = answers.failure(of);
    let (section, answered) = (Rc::new(part.clone()), answers.clone());
    let (name, note) = (book.text(part, "name").to_owned(), book.text(part, "note").to_owned());
    let body = match (refused, Kind::of(part)) {
        (Some(refused), _) => failure(page, book, refused),
        (None, Kind::Table) => html! { <Table {section} answers={answered} wish={wish.clone()} /> },
        (None, Kind::Trial) => {
            html! { if answers.over { <Trial {section} answers={answered} wish={wish.clone()} /> } }
        }
        (None, Kind::Objects) => html! { <Objects {section} answers={answered} wish={wish.clone()} /> },
        (None, Kind::Preview) => html! { if answers.over { <Preview known={known.clone()} /> } },
        (None, Kind::Grid) => html! { if answers.over { { grid(book, part, known) } } },
        (None, Kind::Bars) => html! { if answers.over { { bars(book, part, known) } } },
        (None, Kind::Words) => html! {},
        (None, Kind::Facts) => match find(known, of) {
            Some(of) => facts(page, book, part, &of, known),
            None => html! { if answers.over { { empty(book, part) } } },
        },
        (None, Kind::Disk) => match find(known, of) {
            Some(table) => html! { <Disk table={Rc::new(table)} /> },
            None => html! { if answers.over { { empty(book, part) } } },
        },
        (None, Kind::Document) => match find(known, of) {
            Some(of) => {
                html! { <pre class="code doc" tabindex="0" aria-label={name.clone()}>{ pretty(&of) }</pre> }
            }
            None => html! { if answers.over { { empty(book, part) } } },
        },
    };
    html! {
        <>
            <div class="card-head">
                <h3>{ name }</h3>
                { for list(part, "deeds").iter().filter(|deed| withheld(book, deed, known).is_none()).map(|deed| button(page, book, deed, known, wish, false)) }
            </div>
            <div class="card-body">
                if !note.is_empty() { <p class="soft part-note">{ note }</p> }
                { body }
            </div>
        </>
    }
}
