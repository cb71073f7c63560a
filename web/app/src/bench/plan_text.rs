//! EXPLAIN's answer as the product prints it, whole lines with the steps set off from their details.

use yew::prelude::*;

use crate::icon::small_icon;
use crate::page::{Page, use_page};
use sandshift_protocol::ResultRows;

#[derive(Properties, PartialEq)]
pub struct PlanProps {
    pub rows: ResultRows,
}

/// All lines of a plan: most came with the answer, a long plan's rest is asked for.
#[hook]
pub fn use_lines(page: &Page, rows: &ResultRows) -> Vec<String> {
    let lines = |rows: &[Vec<Option<String>>]| -> Vec<String> {
        rows.iter().map(|row| row.first().cloned().flatten().unwrap_or_default()).collect()
    };
    let more = use_state(Vec::<String>::new);
    let known = lines(&rows.first);
    {
        let (desk, more, count) = (page.desk.clone(), more.clone(), rows.count);
        let from = known.len() as u64;
        use_effect_with(rows.result, move |result| {
            if from < count {
                desk.rows(*result, from, (count - from) as u32, move |_, rows| more.set(lines(&rows)));
            }
        });
    }
    known.into_iter().chain(more.iter().cloned()).collect()
}

#[component]
pub fn PlanText(props: &PlanProps) -> Html {
    let page = use_page();
    let words = page.words();
    let lines = use_lines(&page, &props.rows);
    let copy = {
        let (desk, text) = (page.desk.clone(), lines.join("\n"));
        Callback::from(move |_: MouseEvent| desk.copy(text.clone()))
    };
    html! {
        <>
            <pre class="code plan-text" tabindex="0" aria-label={words.results}>
                { for lines.iter().map(|line| printed(line)) }
            </pre>
            <div class="grid-foot">
                <span class="num">{ (words.rows)(props.rows.count) }</span>
                <span class="push"><button class="btn btn-quiet btn-sm" type="button" onclick={copy}>{ small_icon("copy") }{ words.copy_all }</button></span>
            </div>
        </>
    }
}

fn printed(line: &str) -> Html {
    if line.starts_with("-----") {
        return html! { <><span class="plan-note">{ line.to_owned() }</span>{ "\n" }</> };
    }
    match line.rsplit_once("(cost=") {
        Some((title, cost)) => {
            html! { <><b>{ title.to_owned() }</b><span class="c">{ format!("(cost={cost}") }</span>{ "\n" }</> }
        }
        None => html! { <>{ line.to_owned() }{ "\n" }</> },
    }
}
