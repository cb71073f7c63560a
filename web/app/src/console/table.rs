//! Rows of an answer as a table, with what can be done to all of them and to each.

use std::rc::Rc;

use serde_json::Value;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::book::{Book, is, list, plain};
use super::calls::{Answers, with};
use super::cell::{cell, is_right, searched};
use super::path::{holds, rows};
use crate::icon::small_icon;
use crate::page::{Page, use_page};

/// More rows than this are found by typing, not by scrolling.
const SHOWN: usize = 200;
/// From how many rows on a search is offered.
const SEARCHED: usize = 8;

/// What is asked for, and what is known where it was asked.
pub type Wish = (Rc<Value>, Rc<Value>);

#[derive(Properties, PartialEq)]
pub struct TableProps {
    pub section: Rc<Value>,
    pub answers: Answers,
    pub wish: Callback<Wish>,
}

#[component]
pub fn Table(props: &TableProps) -> Html {
    let page = use_page();
    let book = Book::here(&page);
    let sought = use_state(String::new);
    let (section, known) = (&*props.section, &*props.answers.known);
    let mut all = rows(known, plain(section, "rows"));
    let only = plain(section, "only");
    all.retain(|row| only.is_empty() || holds(row, only));
    if is(section, "latest") {
        all.reverse();
    }
    let columns = list(section, "show");
    let needle = sought.to_lowercase();
    let matching = |row: &Value| {
        needle.is_empty()
            || columns.iter().any(|column| searched(column, row).to_lowercase().contains(&needle))
    };
    let found: Vec<Value> = all.iter().filter(|row| matching(row)).cloned().collect();
    let oninput = {
        let sought = sought.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                sought.set(input.value());
            }
        })
    };
    let deeds = list(section, "each");
    let name = book.text(section, "name").to_owned();
    if all.is_empty() {
        return html! { if props.answers.over { { empty(&book, section) } } };
    }
    html! {
        <>
            if all.len() > SEARCHED {
                <div class="find"><input class="input" type="search" aria-label={book.word("find").to_owned()} placeholder={book.word("find").to_owned()} value={(*sought).clone()} {oninput} /><span class="meta num" role="status">{ format!("{} / {}", found.len(), all.len()) }</span></div>
            }
            <div class="scroll-x" tabindex="0" role="group" aria-label={name.clone()}>
                <table class="table">
                    <caption class="sr">{ name }</caption>
                    <thead><tr>
                        { for columns.iter().map(|column| html! { <th scope="col" class={is_right(column).then_some("r")}>{ book.text(column, "name").to_owned() }</th> }) }
                        if !deeds.is_empty() { <th scope="col" class="r"><span class="sr">{ book.word("actions").to_owned() }</span></th> }
                    </tr></thead>
                    <tbody>
                        { for found.iter().take(SHOWN).map(|row| html! {
                            <tr>
                                { for columns.iter().enumerate().map(|(at, column)| {
                                    let drawn = cell(&page, &book, column, row, known);
                                    let class = is_right(column).then_some("r");
                                    if at == 0 { html! { <th scope="row" {class}>{ drawn }</th> } } else { html! { <td {class}>{ drawn }</td> } }
                                }) }
                                if !deeds.is_empty() {
                                    <td class="r deeds">{ for deeds.iter().map(|deed| button(&page, &book, deed, &with(known, "row", row.clone()), &props.wish, true)) }</td>
                                }
                            </tr>
                        }) }
                    </tbody>
                </table>
            </div>
            if found.len() > SHOWN { <p class="meta">{ book.say("more_rows", &(found.len() - SHOWN).to_string()) }</p> }
        </>
    }
}

/// Why there is nothing, and what would fill it.
pub fn empty(book: &Book, section: &Value) -> Html {
    let (title, text) = (book.text(section, "empty"), book.text(section, "fill"));
    let title = if title.is_empty() { book.word("nothing") } else { title };
    html! { <div class="blank"><b>{ title.to_owned() }</b>if !text.is_empty() { <span>{ text.to_owned() }</span> }</div> }
}

/// Whether a deed can be done now; the reason when it cannot.
pub fn withheld<'a>(book: &'a Book, deed: &'a Value, known: &Value) -> Option<&'a str> {
    let condition = plain(deed, "when");
    (!condition.is_empty() && !holds(known, condition)).then(|| book.text(deed, "else"))
}

/// The button of a deed.
pub fn button(
    page: &Page,
    book: &Book,
    deed: &Value,
    known: &Value,
    wish: &Callback<Wish>,
    small: bool,
) -> Html {
    let reason = withheld(book, deed, known).map(str::to_owned);
    if small && reason.is_some() {
        return html! {};
    }
    let class = classes!(
        "btn",
        small.then_some("btn-sm btn-quiet"),
        (is(deed, "first") && !small).then_some("btn-primary"),
        is(deed, "danger").then_some("btn-danger"),
    );
    let onclick = {
        let (wish, deed, known) = (wish.clone(), Rc::new(deed.clone()), Rc::new(known.clone()));
        Callback::from(move |_: MouseEvent| wish.emit((deed.clone(), known.clone())))
    };
    let disabled = reason.is_some() || !page.state.is_ready();
    let icon = plain(deed, "icon") == "more";
    html! {
        <button key={plain(deed, "name").to_owned()} {class} type="button" {onclick} {disabled} title={reason}>if icon { { small_icon("more") } }{ book.text(deed, "name").to_owned() }</button>
    }
}
