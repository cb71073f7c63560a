//! The lab: guide on the left, workbench on the right, a divider that drags and listens to keys.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::bench::bench;
use crate::guide::Guide;
use crate::host;
use crate::outcome::Status;
use crate::page::use_page;
use crate::store::{Action, Pane};

#[component]
pub fn Lab() -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let split = use_node_ref();
    if state.route.is_sandbox() {
        return html! {
            <main class="lab pane-bench" id="main" tabindex="-1">
                <h1 class="sr">{ words.sandbox.0 }</h1>
                <div class="split free">{ bench(&page) }</div>
            </main>
        };
    }
    let style = format!("--guide:{:.2}%", state.split);
    let pane = match state.pane {
        Pane::Guide => "pane-guide",
        Pane::Workbench => "pane-bench",
    };
    let choose = |pane: Pane| page.desk.on(move |_: Event| Action::PaneChosen(pane));
    let place = state.lesson.there().and_then(|lesson| {
        let open = lesson.place(state.open_step.as_ref()?)?;
        Some(format!("{}/{}", open + 1, lesson.steps().len()))
    });
    let last = state.outcomes.last().map(|outcome| match &outcome.status {
        Status::Failed { .. } if outcome.is_refused() => words.refused,
        Status::Failed { .. } => words.failed,
        Status::Running { .. } | Status::Waiting(_) | Status::Done(_) | Status::Canceled => "",
    });
    html! {
        <main class={classes!("lab", pane)} id="main" tabindex="-1">
            if let Some(lesson) = state.lesson.there() {
                <h1 class="sr">{ (words.lab_name)(lesson.order, &lesson.prose(state.language).title) }</h1>
            }
            <fieldset class="panes">
                <legend class="sr">{ words.pane }</legend>
                <label><input type="radio" name="pane" checked={state.pane == Pane::Guide} onchange={choose(Pane::Guide)} />{ words.guide }
                    if let Some(place) = place { <span class="meta num">{ place }</span> }
                </label>
                <label><input type="radio" name="pane" checked={state.pane == Pane::Workbench} onchange={choose(Pane::Workbench)} />{ words.workbench }
                    if let Some(last) = last.filter(|last| !last.is_empty()) { <span class="pill pill-bad">{ last }</span> }
                </label>
            </fieldset>
            <div class="split" ref={split.clone()} {style}>
                <Guide />
                <Divider whole={split} />
                { bench(&page) }
            </div>
        </main>
    }
}

#[derive(Properties, PartialEq)]
struct DividerProps {
    whole: NodeRef,
}

#[component]
fn Divider(props: &DividerProps) -> Html {
    let page = use_page();
    let dragging = use_state(|| false);
    let moved = {
        let (desk, whole) = (page.desk.clone(), props.whole.clone());
        move |x: i32| {
            let Some(area) = whole.cast::<Element>().map(|element| element.get_bounding_client_rect()) else {
                return;
            };
            desk.act(Action::SplitMoved((f64::from(x) - area.left()) / area.width() * 100.0));
        }
    };
    let onpointerdown = {
        let dragging = dragging.clone();
        Callback::from(move |event: PointerEvent| {
            event.prevent_default();
            if let Some(bar) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
                // Without capture the drag still works over the bar itself.
                let _ = bar.set_pointer_capture(event.pointer_id());
                let _ = bar.focus();
            }
            dragging.set(true);
        })
    };
    let onpointermove = {
        let dragging = dragging.clone();
        Callback::from(move |event: PointerEvent| {
            if *dragging {
                moved(event.client_x());
            }
        })
    };
    let onpointerup = {
        let (desk, dragging) = (page.desk.clone(), dragging.clone());
        Callback::from(move |_: PointerEvent| {
            dragging.set(false);
            host::remember_split(desk.state().split);
        })
    };
    let onkeydown = {
        let desk = page.desk.clone();
        Callback::from(move |event: KeyboardEvent| {
            let now = desk.state().split;
            let next = match event.key().as_str() {
                "ArrowLeft" => now - 2.0,
                "ArrowRight" => now + 2.0,
                "Home" => 28.0,
                "End" => 60.0,
                _ => return,
            };
            event.prevent_default();
            desk.act(Action::SplitMoved(next));
            host::remember_split(desk.state().split);
        })
    };
    html! {
        <div class={classes!("split-bar", dragging.then_some("is-dragging"))} role="separator" tabindex="0" aria-orientation="vertical" aria-label={page.words().divider}
            aria-valuemin="28" aria-valuemax="60" aria-valuenow={format!("{:.0}", page.state.split)}
            {onpointerdown} {onpointermove} onpointerup={onpointerup.clone()} onpointercancel={onpointerup} {onkeydown} />
    }
}
