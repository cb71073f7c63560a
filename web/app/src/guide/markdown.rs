//! A lab's text, drawn: its tree becomes elements of ours.

use sandshift_prose::text::{Node, Tag, Text, said};
use yew::prelude::*;
use yew::virtual_dom::VTag;

use crate::ink;

/// A text on lines of its own.
pub fn text(text: &Text, class: &'static str) -> Html {
    let class = (!class.is_empty()).then_some(class);
    html! { <div {class}>{ draw(text.nodes()) }</div> }
}

/// One line without a paragraph around it, for labels and checks.
pub fn inline(text: &Text) -> Html {
    draw(text.line())
}

fn draw(nodes: &[Node]) -> Html {
    nodes
        .iter()
        .map(|node| match node {
            Node::Words(words) => html! { { words.clone() } },
            Node::Element { tag: Tag::Listing, argument, inside } => {
                let text = said(inside);
                let body = if argument == "sql" {
                    ink::sql(&text)
                } else {
                    html! { { text } }
                };
                html! { <div class="stmt"><pre class="code">{ body }</pre></div> }
            }
            Node::Element { tag, argument, inside } => {
                let mut drawn = VTag::new(tag.name());
                let attributes: &[(&'static str, &str)] = match tag {
                    Tag::Link => &[("href", argument), ("rel", "noopener"), ("target", "_blank")],
                    Tag::Numbered => &[("start", argument)],
                    Tag::Head => &[("scope", "col")],
                    Tag::Table => &[("class", "table")],
                    _ => &[],
                };
                for (name, value) in attributes {
                    drawn.add_attribute(name, (*value).to_owned());
                }
                drawn.add_child(draw(inside));
                drawn.into()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
