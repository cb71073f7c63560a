//! The workbench: an instrument. One room at a time, each with its own address.

mod editor;
mod failure;
mod grid;
mod handle;
mod history;
mod query;
mod refusal;
mod results;
mod terminal;

use yew::prelude::*;

use crate::icon::Icon;
use crate::page::use_page;
use crate::route::{Room, Route};
use query::Query;
use terminal::Terminal;

#[component]
pub fn Bench() -> Html {
    let page = use_page();
    let words = page.words();
    let Route::Lab { id, room } = &page.state.route else { return html! {} };
    let rooms = [(Room::Query, words.query, "sql"), (Room::Terminal, words.terminal, "term")];
    html! {
        <section class="bench" aria-label={words.workbench}>
            <nav class="rooms" aria-label={words.workbench}>
                { for rooms.map(|(place, name, icon)| {
                    let href = Route::Lab { id: id.clone(), room: place }.href();
                    html! { <a {href} aria-current={(place == *room).then_some("page")}><Icon name={icon} />{ name }</a> }
                }) }
            </nav>
            // The editor stays where it is, with its undo history, while another room is looked at.
            <div class="room-box" hidden={*room != Room::Query}><Query /></div>
            if *room == Room::Terminal {
                <Terminal />
            }
        </section>
    }
}
