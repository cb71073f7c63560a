//! Icons, by name. Their drawings are symbols in `index.html`.

use yew::prelude::*;

/// Decoration: what it means is always said in words beside it.
pub fn icon(name: &'static str) -> Html {
    drawn(name, "i")
}

pub fn small_icon(name: &'static str) -> Html {
    drawn(name, "i i-sm")
}

fn drawn(name: &'static str, class: &'static str) -> Html {
    html! {
        <svg {class} aria-hidden="true"><use href={format!("#{name}")} /></svg>
    }
}
