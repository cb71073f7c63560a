//! A question asked on the page itself, with its answer below it: what a policy would decide.

use std::rc::Rc;

use sandshift_protocol::CallFailure;
use serde_json::Value;
use yew::prelude::*;

use super::book::{Book, list};
use super::calls::{Answers, planned, with};
use super::command;
use super::failure::failure;
use super::field::{beginnings, field, mistake};
use super::table::{Table, Wish};
use crate::page::use_page;

#[derive(Properties, PartialEq)]
pub struct TrialProps {
    pub section: Rc<Value>,
    pub answers: Answers,
    pub wish: Callback<Wish>,
}

#[component]
pub fn Trial(props: &TrialProps) -> Html {
    let page = use_page();
    let book = Book::here(&page);
    let section = &props.section;
    let asks = list(section, "ask");
    let form = use_state(|| beginnings(asks, &props.answers.known));
    let answer = use_state(|| None::<Result<Value, CallFailure>>);
    // What was typed stands; what the page has read since is taken over.
    let mut known = (*props.answers.known).clone();
    for (name, value) in form.as_object().into_iter().flatten() {
        known = with(&known, name, value.clone());
    }
    let plan = planned(list(section, "do"), &known);
    let lines: Vec<String> = plan.iter().filter_map(|call| call.line.clone()).collect();
    let change = {
        let form = form.clone();
        Callback::from(move |(name, value): (String, Value)| form.set(with(&form, &name, value)))
    };
    let onsubmit = {
        let (desk, answer) = (page.desk.clone(), answer.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let (desk, answer, plan) = (desk.clone(), answer.clone(), plan.clone());
            yew::platform::spawn_local(async move {
                for call in &plan {
                    answer.set(Some(desk.aws(call, None).await.map(|(value, _)| value)));
                }
            });
        })
    };
    let wrong = asks.iter().any(|ask| mistake(ask, &known).is_some());
    html! {
        <form class="trial" {onsubmit}>
            { for asks.iter().map(|ask| field(&book, ask, &known, "trial", &change)) }
            { command::lines(&page, &book, &lines) }
            <div><button class="btn btn-primary" type="submit" disabled={wrong || !page.state.is_ready()}>{ book.text(section, "verb").to_owned() }</button></div>
            <div role="status">
                {
                    match &*answer {
                        None => html! {},
                        Some(Err(refused)) => failure(&page, &book, refused),
                        Some(Ok(value)) => {
                            let answers = Answers { known: Rc::new(with(&known, "result", value.clone())), over: true, ..Answers::default() };
                            html! { <Table section={section.clone()} {answers} wish={props.wish.clone()} /> }
                        }
                    }
                }
            </div>
        </form>
    }
}
