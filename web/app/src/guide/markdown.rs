//! Markdown, drawn. Events become elements of ours; raw HTML in a lesson is shown as the text it is.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use yew::prelude::*;
use yew::virtual_dom::{VNode, VTag};

use crate::ink;

#[derive(Properties, PartialEq)]
pub struct MarkdownProps {
    pub text: String,
    #[prop_or("prose")]
    pub class: &'static str,
}

/// Parses only when its text changes.
#[component]
pub fn Markdown(props: &MarkdownProps) -> Html {
    let drawn = use_memo(props.text.clone(), |text| draw(text));
    if props.class.is_empty() {
        html! { <div>{ (*drawn).clone() }</div> }
    } else {
        html! { <div class={props.class}>{ (*drawn).clone() }</div> }
    }
}

/// One line of Markdown without a paragraph around it, for labels and checks.
#[component]
pub fn Inline(props: &MarkdownProps) -> Html {
    let drawn = use_memo(props.text.clone(), |text| unwrapped(draw(text)));
    (*drawn).clone()
}

/// How deep quotations, lists and the like are drawn inside each other.
const DEEPEST: usize = 40;

/// A frame is an element that is not closed yet.
struct Frame {
    tag: Option<VTag>,
    code: Option<String>,
    inside: Vec<VNode>,
}

impl Frame {
    fn plain(tag: &'static str) -> Self {
        Self { tag: Some(VTag::new(tag)), code: None, inside: Vec::new() }
    }

    fn with(tag: &'static str, attributes: &[(&'static str, String)]) -> Self {
        let mut frame = Self::plain(tag);
        if let Some(tag) = &mut frame.tag {
            for (name, value) in attributes {
                tag.add_attribute(name, value.clone());
            }
        }
        frame
    }

    fn close(self) -> VNode {
        match (self.tag, self.code) {
            (_, Some(language)) => {
                let text: String = self.inside.iter().map(text_of).collect();
                let text = text.trim_end();
                let body = if language == "sql" {
                    ink::sql(text)
                } else {
                    html! { { text } }
                };
                html! { <div class="stmt"><pre class="code">{ body }</pre></div> }
            }
            (Some(mut tag), None) => {
                tag.add_children(self.inside);
                tag.into()
            }
            (None, None) => self.inside.into_iter().collect(),
        }
    }
}

fn text_of(node: &VNode) -> String {
    match node {
        VNode::VText(text) => text.text.to_string(),
        _ => String::new(),
    }
}

fn draw(text: &str) -> Html {
    let mut stack = vec![Frame { tag: None, code: None, inside: Vec::new() }];
    let mut head = false;
    let mut too_deep = 0;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        let node = match event {
            // Deeper than anybody writes: drawing goes down as deep, and a page's stack has an end.
            Event::Start(_) if stack.len() + too_deep >= DEEPEST => {
                too_deep += 1;
                continue;
            }
            Event::End(_) if too_deep > 0 => {
                too_deep -= 1;
                continue;
            }
            Event::Start(tag) => {
                head = head || matches!(tag, Tag::TableHead);
                stack.push(frame(&tag, head));
                continue;
            }
            Event::End(end) => {
                head = head && end != TagEnd::TableHead;
                match stack.pop() {
                    Some(frame) if !stack.is_empty() => frame.close(),
                    Some(frame) => {
                        stack.push(frame);
                        continue;
                    }
                    None => break,
                }
            }
            Event::Text(text) => html! { { text.to_string() } },
            Event::Code(text) => html! { <code>{ text.to_string() }</code> },
            Event::SoftBreak => html! { { " " } },
            Event::HardBreak => html! { <br /> },
            Event::Rule => html! { <hr /> },
            Event::Html(text) | Event::InlineHtml(text) => html! { { text.to_string() } },
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                html! { { text.to_string() } }
            }
            Event::TaskListMarker(done) => html! { { if done { "☑ " } else { "☐ " } } },
        };
        if let Some(frame) = stack.last_mut() {
            frame.inside.push(node);
        }
    }
    stack.into_iter().next().map(Frame::close).unwrap_or_default()
}

fn frame(tag: &Tag<'_>, head: bool) -> Frame {
    match tag {
        Tag::Paragraph => Frame::plain("p"),
        // A step's title is an h2, so what a lesson calls a heading starts below it.
        Tag::Heading { level, .. } => match level {
            HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3 => Frame::plain("h3"),
            HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => Frame::plain("h4"),
        },
        Tag::BlockQuote(_) => Frame::plain("blockquote"),
        Tag::CodeBlock(kind) => {
            let language = match kind {
                CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default().to_owned(),
                CodeBlockKind::Indented => String::new(),
            };
            Frame { tag: None, code: Some(language), inside: Vec::new() }
        }
        Tag::List(Some(start)) => Frame::with("ol", &[("start", start.to_string())]),
        Tag::List(None) => Frame::plain("ul"),
        Tag::Item => Frame::plain("li"),
        Tag::Emphasis => Frame::plain("em"),
        Tag::Strong => Frame::plain("strong"),
        Tag::Strikethrough => Frame::plain("s"),
        Tag::Superscript => Frame::plain("sup"),
        Tag::Subscript => Frame::plain("sub"),
        Tag::Link { dest_url, .. } => {
            // Only addresses a person can see through: nothing that runs.
            let safe = dest_url.starts_with("https://") || dest_url.starts_with('#');
            if safe {
                let href = ("href", dest_url.to_string());
                Frame::with("a", &[href, ("rel", "noopener".to_owned()), ("target", "_blank".to_owned())])
            } else {
                Frame::plain("span")
            }
        }
        // Pictures come with their labs later; their words are shown.
        Tag::Image { .. } => Frame::plain("span"),
        Tag::Table(_) => Frame::with("table", &[("class", "table".to_owned())]),
        Tag::TableHead | Tag::TableRow => Frame::plain("tr"),
        Tag::TableCell if head => Frame::with("th", &[("scope", "col".to_owned())]),
        Tag::TableCell => Frame::plain("td"),
        Tag::HtmlBlock
        | Tag::FootnoteDefinition(_)
        | Tag::DefinitionList
        | Tag::DefinitionListTitle
        | Tag::DefinitionListDefinition
        | Tag::MetadataBlock(_) => Frame::plain("div"),
    }
}

/// Takes the only paragraph's contents out of it.
fn unwrapped(node: Html) -> Html {
    if let VNode::VList(list) = &node
        && let [VNode::VTag(only)] = &list[..]
        && only.tag() == "p"
    {
        return only.children().cloned().unwrap_or_default();
    }
    node
}

#[cfg(test)]
mod tests;
