//! The `sql` door, from the outside: CSV, errors and the user it runs as.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_tests::sql::{Options, run};

fn answer(user: Option<&str>, script: &str) -> Result<String, String> {
    let mut out = Vec::new();
    let options = Options { user: user.map(str::to_owned), setup: Vec::new() };
    run(&options, script, &mut out).map(|()| String::from_utf8(out).unwrap())
}

#[test]
fn results_are_csv_with_a_blank_line_between() {
    let text = answer(None, "SELECT 1 AS a, 'x,y' AS b; SELECT NULL AS n, '' AS e;").unwrap();
    assert_eq!(text, "a,b\n1,\"x,y\"\n\nn,e\n,\"\"\n");
}

#[test]
fn an_error_is_a_line_and_the_script_goes_on() {
    let text = answer(None, "SELECT * FROM nowhere; SELECT 2 AS two;").unwrap();
    assert!(text.starts_with("ERROR 42P01 "), "{text}");
    assert!(text.ends_with("\n\ntwo\n2\n"), "{text}");
}

#[test]
fn a_user_who_does_not_exist_is_told() {
    assert!(answer(Some("nobody"), "SELECT 1;").unwrap_err().contains("nobody"));
}
