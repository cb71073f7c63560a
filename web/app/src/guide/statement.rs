//! A statement in the guide: code, then who runs it, then Put in editor.

use yew::prelude::*;

use crate::icon::small_icon;
use crate::ink;
use crate::page::Page;

#[derive(Clone, Debug, PartialEq)]
pub enum Actor {
    /// Of the warehouse.
    User(String),
    /// Of the account.
    Principal(String),
    /// Nobody: time passes, by microseconds or until something happens.
    Clock(Option<i64>),
}

pub fn statement(page: &Page, actor: Actor, text: &str) -> Html {
    let words = page.words();
    let onclick = {
        let (desk, actor, text) = (page.desk.clone(), actor.clone(), text.to_owned());
        Callback::from(move |_: MouseEvent| match &actor {
            Actor::User(user) => desk.put_in_editor(user.clone(), text.clone()),
            Actor::Principal(principal) => {
                desk.put_in_terminal(principal.clone(), format!("aws {}", text.trim()))
            }
            Actor::Clock(micros) => desk.advance(*micros),
        })
    };
    let (tag, name, drawing, put) = match &actor {
        Actor::User(user) => ("SQL", user.as_str(), "into", words.put_in_editor),
        Actor::Principal(principal) => ("AWS", principal.as_str(), "into", words.put_in_terminal),
        Actor::Clock(_) => ("", "", "clock", words.let_time_pass),
    };
    let text = text.trim_end();
    let body = match &actor {
        Actor::User(_) => ink::sql(text),
        Actor::Principal(_) => html! { <><span class="prompt">{ "$ aws " }</span>{ text }</> },
        Actor::Clock(_) => html! { <><span class="prompt">{ "clock> " }</span>{ text }</> },
    };
    html! {
        <div class="stmt">
            <pre class="code">{ body }</pre>
            <div class="stmt-foot">
                <span class="meta">if !tag.is_empty() { <span class="who-tag">{ tag }</span> }{ name }</span>
                <button class="btn btn-sm" type="button" {onclick}>{ small_icon(drawing) }{ put }</button>
            </div>
        </div>
    }
}
