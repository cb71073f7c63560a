//! A plan as a tree: steps as boxes, rows flowing up, and what travels between nodes said in words.

use yew::prelude::*;

use super::plan::{Plan, Step};
use super::plan_text::{PlanProps, use_lines};
use crate::icon::small_icon;
use crate::page::use_page;
use crate::words::Words;

#[component]
pub fn PlanGraph(props: &PlanProps) -> Html {
    let page = use_page();
    let words = page.words();
    let lines = use_lines(&page, &props.rows);
    let plan = Plan::read(lines.iter().map(String::as_str));
    // The root stands in the middle: what is wider than the window is seen from there.
    let node = use_node_ref();
    use_effect_with((props.rows.result, lines.len(), node.clone()), |(_, _, node)| {
        if let Some(area) = node.cast::<web_sys::Element>() {
            area.set_scroll_left((area.scroll_width() - area.client_width()) / 2);
        }
    });
    let whole = plan.roots.iter().map(Step::sum).sum::<f64>();
    html! {
        <div class="plan" ref={node} tabindex="0" role="group" aria-label={words.view_graph}>
            <p class="meta">{ words.plan_help }</p>
            { for plan.notes.iter().map(|note| html! {
                <p class="plan-note">{ small_icon("warn") }{ note }</p>
            }) }
            <ul class="plan-tree">{ for plan.roots.iter().map(|step| branch(step, whole, words)) }</ul>
        </div>
    }
}

fn branch(step: &Step, whole: f64, words: &Words) -> Html {
    let share = if whole > 0.0 { step.own() / whole * 100.0 } else { 0.0 };
    let travels = step.movement.as_deref().map(|code| {
        let still = code.ends_with("_NONE");
        html! {
            <p class={classes!("plan-move", if still { "still" } else { "travels" })}>
                <b class="mono">{ code.to_owned() }</b>
                if let Some(said) = (words.movement)(code) { <span>{ said }</span> }
            </p>
        }
    });
    // A line as thick as its rows have digits.
    let weight = format!("--flow:{}px", step.rows.max(1).ilog10() + 1);
    html! {
        <li style={weight}>
            <div class="plan-step">
                if let Some(role) = &step.role { <span class="pill pill-line">{ role }</span> }
                <p class="plan-name"><b>{ &step.name }</b>
                    if let Some(target) = &step.target { <span class="mono">{ target }</span> }
                </p>
                { travels.unwrap_or_default() }
                { for step.details.iter().map(|detail| html! { <p class="plan-detail mono">{ detail }</p> }) }
                <p class="plan-figures num">
                    <span>{ (words.plan_rows)(step.rows) }</span>
                    <span>{ (words.plan_width)(step.width) }</span>
                    <span>{ words.plan_cost }{ format!(" {}", figure(step.cost)) }</span>
                </p>
                <div class="bar" role="img" aria-label={(words.plan_share)(share.round() as u32)} title={(words.plan_share)(share.round() as u32)}><i style={format!("inline-size:{share:.1}%")} /></div>
            </div>
            if !step.inputs.is_empty() {
                <ul>{ for step.inputs.iter().map(|input| branch(input, whole, words)) }</ul>
            }
        </li>
    }
}

/// A cost as it is printed, with its thousands grouped.
fn figure(cost: f64) -> String {
    let cents = (cost * 100.0).round() as u64;
    format!("{}.{:02}", crate::words::grouped(cents / 100), cents % 100)
}
