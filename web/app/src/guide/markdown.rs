//! A lab's text, drawn: its tree becomes elements of ours.

use sandshift_prose::text::{Node, Tag, Text, said};
use yew::prelude::*;
use yew::virtual_dom::VTag;

use crate::ink;

#[derive(Properties, PartialEq)]
pub struct MarkdownProps {
    pub text: Text,
    #[prop_or("prose")]
    pub class: &'static str,
}

/// Drawn again only when its text changes.
#[component]
pub fn Markdown(props: &MarkdownProps) -> Html {
    let drawn = draw(props.text.nodes());
    if props.class.is_empty() {
        html! { <div>{ drawn }</div> }
    } else {
        html! { <div class={props.class}>{ drawn }</div> }
    }
}

/// One line without a paragraph around it, for labels and checks.
#[component]
pub fn Inline(props: &MarkdownProps) -> Html {
    draw(props.text.line())
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
