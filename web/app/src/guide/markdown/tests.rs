//! Labs are not trusted: what `tests/markdown/injections.txt` tries, and what becomes of it.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::panic)]

use std::fmt::Write;
use std::path::PathBuf;

use yew::virtual_dom::{VList, VNode, VTag};

use sandshift_prose::text::Text;

fn draw(markdown: &str) -> VNode {
    super::draw(Text::read(markdown).nodes())
}

/// Everything that may come of Markdown. Nothing here runs, loads or sends by itself.
const ELEMENTS: &str =
    " a blockquote br code div em h3 h4 hr li ol p pre s span strong sub sup table td th tr ul ";
const ATTRIBUTES: &str = " class href rel scope start target ";

fn cases() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/markdown/injections.txt")
}

#[test]
fn whatever_a_lab_tries_is_drawn_as_the_text_it_is() {
    let text = std::fs::read_to_string(cases()).unwrap();
    let mut all = text.split("\n==== ");
    let preface = all.next().unwrap();
    let (mut tried, mut wrong) = (0, String::new());
    let mut blessed = preface.to_owned();
    for case in all {
        let (name, rest) = case.split_once('\n').unwrap();
        let (markdown, expected) = rest.split_once("\n----").unwrap();
        let drawn = draw(markdown);
        harmless(&drawn, name);
        let found = html(&drawn);
        if found != expected.trim() {
            writeln!(wrong, "{name}\n  expected {}\n  found    {found}", expected.trim()).unwrap();
        }
        write!(blessed, "\n==== {name}\n{markdown}\n----\n{found}").unwrap();
        tried += 1;
    }
    // Written beside it for whoever has added cases, to be read before it is taken.
    if !wrong.is_empty() {
        std::fs::write(std::env::temp_dir().join("sandshift-injections.txt"), blessed + "\n").unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(tried > 60, "{tried} cases");
}

/// Whatever is drawn is of what may be, and leads where a person can see.
fn harmless(node: &VNode, case: &str) {
    match node {
        VNode::VText(_) => {}
        VNode::VList(list) => list.iter().for_each(|each| harmless(each, case)),
        VNode::VTag(tag) => {
            assert!(ELEMENTS.contains(&format!(" {} ", tag.tag())), "{case}: <{}>", tag.tag());
            for (name, value) in tag.attributes.iter() {
                assert!(ATTRIBUTES.contains(&format!(" {name} ")), "{case}: {name}={value:?}");
                if name == "href" {
                    assert!(value.starts_with("https://") || value.starts_with('#'), "{case}: {value:?}");
                }
            }
            tag.children().into_iter().for_each(|inside| harmless(inside, case));
        }
        other => panic!("{case}: {other:?}"),
    }
}

fn html(node: &VNode) -> String {
    match node {
        VNode::VText(text) => escaped(&text.text),
        VNode::VList(list) => inside(list),
        VNode::VTag(tag) => element(tag),
        _ => String::new(),
    }
}

fn inside(list: &VList) -> String {
    list.iter().map(html).collect()
}

fn element(tag: &VTag) -> String {
    let mut attributes: Vec<String> =
        tag.attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escaped(value))).collect();
    attributes.sort();
    let children: String = tag.children().into_iter().map(html).collect();
    format!("<{0}{1}>{children}</{0}>", tag.tag(), attributes.concat())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\n', "&#10;")
}

/// A page's stack has an end, and its patience too.
#[test]
fn what_is_too_deep_or_too_long_is_drawn_none_the_less() {
    for text in [
        "> ".repeat(20_000) + "x",
        "- ".repeat(20_000) + "x",
        "[".repeat(20_000) + "x" + &"](#)".repeat(20_000),
        "*a ".repeat(20_000),
        "<div>\n\n".repeat(5_000),
        "`".repeat(50_000) + "x",
        "|a".repeat(10_000) + "|\n" + &"|-".repeat(10_000) + "|\n",
        "&amp;".repeat(50_000),
        "![".repeat(10_000) + &"](x)".repeat(10_000),
    ] {
        let begun = std::time::Instant::now();
        harmless(&draw(&text), &text[..8]);
        let took = begun.elapsed();
        assert!(took.as_secs() < 10, "{}...: {took:?}", &text[..8]);
    }
}
