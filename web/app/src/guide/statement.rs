//! A statement in the guide: code, then who runs it, then Put in editor.

use yew::prelude::*;

use crate::icon::Icon;
use crate::ink;
use crate::page::use_page;

#[derive(Clone, Debug, PartialEq)]
pub enum Actor {
    /// Of the warehouse.
    User(String),
    /// Of the account.
    Principal(String),
    /// Nobody: time passes, by microseconds or until something happens.
    Clock(Option<i64>),
}

#[derive(Properties, PartialEq)]
pub struct StatementProps {
    pub actor: Actor,
    pub text: String,
}

#[component]
pub fn Statement(props: &StatementProps) -> Html {
    let page = use_page();
    let words = page.words();
    let onclick = {
        let (desk, actor, text) = (page.desk.clone(), props.actor.clone(), props.text.clone());
        Callback::from(move |_: MouseEvent| match &actor {
            Actor::User(user) => desk.put_in_editor(user.clone(), text.clone()),
            Actor::Principal(principal) => {
                desk.put_in_terminal(principal.clone(), format!("aws {}", text.trim()))
            }
            Actor::Clock(micros) => desk.advance(*micros),
        })
    };
    let (tag, name, icon, put) = match &props.actor {
        Actor::User(user) => ("SQL", user.as_str(), "into", words.put_in_editor),
        Actor::Principal(principal) => ("AWS", principal.as_str(), "into", words.put_in_terminal),
        Actor::Clock(_) => ("", "", "clock", words.let_time_pass),
    };
    let text = props.text.trim_end();
    let body = match &props.actor {
        Actor::User(_) => ink::sql(text),
        Actor::Principal(_) => html! { <><span class="prompt">{ "$ aws " }</span>{ text }</> },
        Actor::Clock(_) => html! { <><span class="prompt">{ "clock> " }</span>{ text }</> },
    };
    html! {
        <div class="stmt">
            <pre class="code">{ body }</pre>
            <div class="stmt-foot">
                <span class="meta">if !tag.is_empty() { <span class="who-tag">{ tag }</span> }{ name }</span>
                <button class="btn btn-sm" type="button" {onclick}><Icon name={icon} small=true />{ put }</button>
            </div>
        </div>
    }
}
