//! What is written is what is read, and what may not be drawn is not read.

use super::{Node, Tag, Text};

#[test]
fn every_text_comes_back_as_it_was_written() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/markdown/injections.txt");
    let cases = std::fs::read_to_string(cases).unwrap();
    for markdown in cases
        .split("\n==== ")
        .chain(["1. a\n2. b\n\n| a | b |\n|-|-|\n| c | **d** |\n\n```sql\nSELECT 1;\n```"])
    {
        let text = Text::read(markdown);
        let written = serde_json::to_string(&text).unwrap();
        assert_eq!(serde_json::from_str::<Text>(&written).unwrap(), text, "{written}");
    }
}

#[test]
fn an_element_is_a_list_that_begins_with_its_name() {
    let written = serde_json::to_string(&Text::read("See [there](https://example.com), `now`.")).unwrap();
    assert_eq!(written, r#"[["p","See ",["a https://example.com","there"],", ",["code","now"],"."]]"#);
}

#[test]
fn what_runs_is_not_read() {
    for written in [
        r#"[["script","pwned()"]]"#,
        r#"[["a javascript:pwned()","x"]]"#,
        r#"[["p",["a data:text/html,x","x"]]]"#,
        r#"[["a","x"]]"#,
        r#"[[]]"#,
        r#"[[["p"]]]"#,
        r#"[{"p":1}]"#,
    ] {
        assert!(serde_json::from_str::<Text>(written).is_err(), "{written}");
    }
}

#[test]
fn every_tag_stands_at_its_place() {
    for (at, (tag, name)) in Tag::ALL.into_iter().enumerate() {
        assert_eq!((tag as usize, tag.name()), (at, name));
    }
}

#[test]
fn a_label_has_no_paragraph_around_it() {
    assert_eq!(Text::read("Read it").line(), [Node::Words("Read it".to_owned())]);
    assert_eq!(Text::read("a\n\nb").line().len(), 2);
}
