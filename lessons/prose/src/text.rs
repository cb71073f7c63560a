//! Text with its marks: what an author's Markdown comes to.
//!
//! A lab is not trusted, so what may stand in its text is a list: elements that draw, and links to where a person can
//! see. Everything else is shown as the words it is. Markdown is read when a lab is digested; the page draws the tree.

use std::sync::Arc;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser};
use serde::{Deserialize, Serialize};

mod written;

/// Text in its order. Shared, because it is drawn often and changed never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(Arc<Vec<Node>>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Words(String),
    Element {
        tag: Tag,
        /// Where a link leads, the number a list begins with, the language of a block of code; otherwise nothing.
        argument: String,
        inside: Vec<Node>,
    },
}

/// What may be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    Paragraph,
    /// A step's title is an h2, so what a lesson calls a heading starts below it.
    Heading,
    Subheading,
    Quote,
    Numbered,
    Bulleted,
    Item,
    Emphasis,
    Strong,
    Struck,
    Superscript,
    Subscript,
    Link,
    /// A word of code inside a sentence.
    Code,
    /// Lines of code.
    Listing,
    Table,
    Row,
    Head,
    Cell,
    Break,
    Rule,
    /// Without a meaning of its own: a picture's words, a link that leads nowhere.
    Span,
    /// Likewise, on lines of its own.
    Division,
}

impl Tag {
    /// Every tag with the HTML element that it is drawn as, by which it is also written.
    pub const ALL: [(Tag, &'static str); 23] = [
        (Tag::Paragraph, "p"),
        (Tag::Heading, "h3"),
        (Tag::Subheading, "h4"),
        (Tag::Quote, "blockquote"),
        (Tag::Numbered, "ol"),
        (Tag::Bulleted, "ul"),
        (Tag::Item, "li"),
        (Tag::Emphasis, "em"),
        (Tag::Strong, "strong"),
        (Tag::Struck, "s"),
        (Tag::Superscript, "sup"),
        (Tag::Subscript, "sub"),
        (Tag::Link, "a"),
        (Tag::Code, "code"),
        (Tag::Listing, "pre"),
        (Tag::Table, "table"),
        (Tag::Row, "tr"),
        (Tag::Head, "th"),
        (Tag::Cell, "td"),
        (Tag::Break, "br"),
        (Tag::Rule, "hr"),
        (Tag::Span, "span"),
        (Tag::Division, "div"),
    ];

    pub fn name(self) -> &'static str {
        Tag::ALL[self as usize].1
    }
}

/// Only addresses a person can see through: nothing that runs.
fn leads_somewhere(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with('#')
}

/// How deep quotations, lists and the like stand inside each other: deeper than anybody writes, because drawing goes
/// down as deep, and a page's stack has an end.
const DEEPEST: usize = 40;

impl Text {
    /// Reads Markdown; none is wrong.
    pub fn read(markdown: &str) -> Text {
        let mut open: Vec<(Tag, String, Vec<Node>)> = vec![(Tag::Division, String::new(), Vec::new())];
        let mut in_head = false;
        let mut too_deep = 0;
        for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
            let alone = |tag| Node::Element { tag, argument: String::new(), inside: Vec::new() };
            let node = match event {
                Event::Start(_) if open.len() + too_deep >= DEEPEST => {
                    too_deep += 1;
                    continue;
                }
                Event::End(_) if too_deep > 0 => {
                    too_deep -= 1;
                    continue;
                }
                Event::Start(started) => {
                    in_head |= matches!(started, pulldown_cmark::Tag::TableHead);
                    let (tag, argument) = begun(&started, in_head);
                    open.push((tag, argument, Vec::new()));
                    continue;
                }
                Event::End(end) => {
                    in_head &= end != pulldown_cmark::TagEnd::TableHead;
                    let Some((tag, argument, mut inside)) = open.pop() else { break };
                    if tag == Tag::Listing {
                        inside = vec![Node::Words(said(&inside).trim_end().to_owned())];
                    }
                    Node::Element { tag, argument, inside }
                }
                Event::Code(text) => {
                    let inside = vec![Node::Words(text.into_string())];
                    Node::Element { tag: Tag::Code, argument: String::new(), inside }
                }
                Event::SoftBreak => Node::Words(" ".to_owned()),
                Event::HardBreak => alone(Tag::Break),
                Event::Rule => alone(Tag::Rule),
                Event::Text(text)
                | Event::Html(text)
                | Event::InlineHtml(text)
                | Event::FootnoteReference(text)
                | Event::InlineMath(text)
                | Event::DisplayMath(text) => Node::Words(text.into_string()),
                Event::TaskListMarker(done) => Node::Words(if done { "☑ " } else { "☐ " }.to_owned()),
            };
            let Some((_, _, inside)) = open.last_mut() else { break };
            match (inside.last_mut(), node) {
                (Some(Node::Words(before)), Node::Words(more)) => before.push_str(&more),
                (_, node) => inside.push(node),
            }
        }
        Text(Arc::new(open.into_iter().next().map(|(_, _, inside)| inside).unwrap_or_default()))
    }

    pub fn nodes(&self) -> &[Node] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Without the paragraph around it, where it is only one: for labels.
    pub fn line(&self) -> &[Node] {
        match self.nodes() {
            [Node::Element { tag: Tag::Paragraph, inside, .. }] => inside,
            nodes => nodes,
        }
    }
}

/// The words alone.
pub fn said(nodes: &[Node]) -> String {
    nodes
        .iter()
        .map(|node| match node {
            Node::Words(words) => words.clone(),
            Node::Element { inside, .. } => said(inside),
        })
        .collect()
}

fn begun(started: &pulldown_cmark::Tag<'_>, in_head: bool) -> (Tag, String) {
    use pulldown_cmark::Tag as Started;
    let tag = match started {
        Started::Paragraph => Tag::Paragraph,
        Started::Heading { level: HeadingLevel::H1 | HeadingLevel::H2 | HeadingLevel::H3, .. } => {
            Tag::Heading
        }
        Started::Heading { .. } => Tag::Subheading,
        Started::BlockQuote(_) => Tag::Quote,
        Started::CodeBlock(kind) => {
            let language = match kind {
                CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default(),
                CodeBlockKind::Indented => "",
            };
            return (Tag::Listing, language.to_owned());
        }
        Started::List(Some(first)) => return (Tag::Numbered, first.to_string()),
        Started::List(None) => Tag::Bulleted,
        Started::Item => Tag::Item,
        Started::Emphasis => Tag::Emphasis,
        Started::Strong => Tag::Strong,
        Started::Strikethrough => Tag::Struck,
        Started::Superscript => Tag::Superscript,
        Started::Subscript => Tag::Subscript,
        Started::Link { dest_url, .. } if leads_somewhere(dest_url) => {
            return (Tag::Link, dest_url.to_string());
        }
        Started::Link { .. } => Tag::Span,
        // Pictures come with their labs later; their words are shown.
        Started::Image { .. } => Tag::Span,
        Started::Table(_) => Tag::Table,
        Started::TableHead | Started::TableRow => Tag::Row,
        Started::TableCell if in_head => Tag::Head,
        Started::TableCell => Tag::Cell,
        Started::HtmlBlock
        | Started::FootnoteDefinition(_)
        | Started::DefinitionList
        | Started::DefinitionListTitle
        | Started::DefinitionListDefinition
        | Started::MetadataBlock(_) => Tag::Division,
    };
    (tag, String::new())
}

#[cfg(test)]
mod tests;
