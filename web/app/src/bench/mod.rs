//! The workbench: an instrument. One room at a time, each with its own address.

mod chart;
mod comparison;
mod editor;
mod face;
mod failure;
mod grid;
mod handle;
mod history;
mod models;
mod place;
mod plan;
mod plan_graph;
mod plan_text;
mod query;
mod refusal;
mod results;
mod rights;
mod terminal;
mod users;

use yew::prelude::*;

use crate::console::{Console, half};
use crate::icon::icon;
use crate::page::Page;
use crate::route::{INSPECT, Room, Route};
use models::Models;
use query::Query;
use terminal::Terminal;
use users::Users;

pub fn bench(page: &Page) -> Html {
    let words = page.words();
    let Route::Lab { id, room } = &page.state.route else { return html! {} };
    let rooms = [
        (Room::Query, words.query, "sql"),
        (Room::Users, words.users, "user"),
        (Room::Console(page.state.console.clone()), words.console, "cloud"),
        (Room::Terminal, words.terminal, "term"),
        (Room::Models(String::new()), words.models, "model"),
        (Room::Console(format!("{INSPECT}tables")), half("들여다보기|Inspect", page.state.language), "eye"),
    ];
    let inspecting = |room: &Room| matches!(room, Room::Console(place) if place.starts_with(INSPECT));
    html! {
        <section class="bench" aria-label={words.workbench}>
            <nav class="rooms" aria-label={words.workbench}>
                { for rooms.map(|(place, name, drawing)| {
                    let here = std::mem::discriminant(&place) == std::mem::discriminant(room)
                        && inspecting(&place) == inspecting(room);
                    let href = Route::Lab { id: id.clone(), room: place }.href();
                    html! { <a {href} aria-current={here.then_some("page")}>{ icon(drawing) }{ name }</a> }
                }) }
            </nav>
            // The editor stays where it is, with its undo history, while another room is looked at.
            <div class="room-box" hidden={*room != Room::Query}><Query /></div>
            {
                match room {
                    Room::Query => html! {},
                    Room::Users => html! { <Users /> },
                    Room::Console(_) => html! { <Console /> },
                    Room::Terminal => html! { <Terminal /> },
                    Room::Models(_) => html! { <Models /> },
                }
            }
        </section>
    }
}
