//! Icons, by name. Their drawings are symbols in `index.html`.

use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct IconProps {
    pub name: &'static str,
    #[prop_or_default]
    pub small: bool,
}

/// Decoration: what it means is always said in words beside it.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    html! {
        <svg class={classes!("i", props.small.then_some("i-sm"))} aria-hidden="true"><use href={format!("#{}", props.name)} /></svg>
    }
}
