//! A menu that opens below its button and closes when it has been used, left or escaped from.

use wasm_bindgen::JsCast;
use web_sys::{HtmlDetailsElement, HtmlElement, Node};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct MenuProps {
    pub face: Html,
    pub class: &'static str,
    pub id: &'static str,
    pub children: Html,
}

#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let node = use_node_ref();
    let close = {
        let node = node.clone();
        move || {
            if let Some(details) = node.cast::<HtmlDetailsElement>() {
                details.set_open(false);
            }
        }
    };
    let onkeydown = {
        let (node, close) = (node.clone(), close.clone());
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" => {
                close();
                let summary = node.cast::<HtmlElement>().and_then(|details| details.first_element_child());
                if let Some(summary) = summary.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
                    // Focusing what is on screen does not fail.
                    let _ = summary.focus();
                }
            }
            "ArrowDown" => move_focus(&node, &event, 1),
            "ArrowUp" => move_focus(&node, &event, -1),
            _ => {}
        })
    };
    let onfocusout = {
        let (node, close) = (node.clone(), close.clone());
        Callback::from(move |event: FocusEvent| {
            let to = event.related_target().and_then(|target| target.dyn_into::<Node>().ok());
            let inside = node.get().is_some_and(|own| own.contains(to.as_ref()));
            // A click on the menu's own paper takes the focus nowhere and is no leaving.
            if to.is_some() && !inside {
                close();
            }
        })
    };
    let onclick = {
        let close = close.clone();
        Callback::from(move |event: MouseEvent| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            if target.is_some_and(|element| element.closest("button, a").ok().flatten().is_some()) {
                close();
            }
        })
    };
    {
        let (node, close) = (node.clone(), close);
        use_effect_with((), move |()| {
            let listener = web_sys::window().and_then(|window| window.document()).map(|document| {
                gloo::events::EventListener::new(&document, "pointerdown", move |event| {
                    let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                    // What darkens the page behind a sheet is the menu's own, and outside of it for a finger.
                    let inside = |own: Node| own.contains(target.as_ref()) && Some(&own) != target.as_ref();
                    if !node.get().is_some_and(inside) {
                        close();
                    }
                })
            });
            move || drop(listener)
        });
    }
    html! {
        <details class="menu" id={props.id} ref={node} {onkeydown} {onfocusout}>
            <summary class={props.class} id={format!("{}-face", props.id)}>{ props.face.clone() }</summary>
            <div class="menu-list" {onclick}>{ props.children.clone() }</div>
        </details>
    }
}

fn move_focus(node: &NodeRef, event: &KeyboardEvent, by: i32) {
    let Some(details) = node.cast::<HtmlDetailsElement>().filter(HtmlDetailsElement::open) else { return };
    let Ok(items) = details.query_selector_all("summary, .menu-list button, .menu-list a") else { return };
    event.prevent_default();
    let now =
        web_sys::window().and_then(|window| window.document()).and_then(|document| document.active_element());
    let count = items.length() as i32;
    let at = (0..count).find(|&at| {
        let item = items.get(at as u32).and_then(|item| item.dyn_into::<web_sys::Element>().ok());
        item.is_some() && item == now
    });
    let next = (at.unwrap_or(0) + by).rem_euclid(count.max(1));
    if let Some(item) = items.get(next as u32).and_then(|item| item.dyn_into::<HtmlElement>().ok()) {
        // Focusing what is on screen does not fail.
        let _ = item.focus();
    }
}
