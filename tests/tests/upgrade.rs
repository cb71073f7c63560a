//! What versions before this one have stored is read (`sandshift_tests::kept`).

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[test]
fn what_was_kept_is_read() {
    assert!(sandshift_tests::kept::check().unwrap_or_else(|what| panic!("{what}")) > 0);
}

/// A stored shape that changes without its form's number is found here, and a road that does not lead everywhere.
#[test]
fn every_form_has_a_book_and_a_road() {
    assert!(sandshift_tests::kept::books().unwrap_or_else(|what| panic!("{what}")) > 1);
}
