//! Statements as text, and what they become or why they do not.

use super::script;

/// What each statement of `text` became, or `state message [start..end]`.
fn summary(text: &str) -> Vec<String> {
    script(text)
        .into_iter()
        .map(|parsed| match parsed {
            Ok(parsed) => format!("{:?}", parsed.statement),
            Err(error) => {
                let place =
                    error.span.map_or(String::new(), |span| format!(" [{}..{}]", span.start, span.end));
                format!("{} {}{place}", error.kind.state(), error.kind.message())
            }
        })
        .collect()
}

#[test]
fn a_mistake_stands_at_its_token() {
    for (text, expected) in [
        ("SELEC 1", "42601 syntax error at or near \"SELEC\" [0..5]"),
        ("SELECT a, FROM t", "42601 syntax error at or near \"FROM\" [10..14]"),
        ("SELECT * FORM t", "42601 syntax error at or near \"FORM\" [9..13]"),
        ("SELECT * FROM", "42601 syntax error at end of input [13..13]"),
        ("SELECT 1 tag", "42601 syntax error at or near \"tag\" [9..12]"),
        ("CREATE TABLE user (a int)", "42601 syntax error at or near \"user\" [13..17]"),
        ("SELECT 'abc", "42601 unterminated quoted string at or near \"'abc\" [7..11]"),
        ("CREATE TABLE t (a uuid)", "42704 type \"uuid\" does not exist [18..22]"),
    ] {
        assert_eq!(summary(text), [expected], "{text}");
    }
}
