//! What versions before this one have stored is read, or refused by name (`sandshift_tests::kept`).

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

#[test]
fn what_was_kept_is_read() {
    assert!(sandshift_tests::kept::check().unwrap_or_else(|what| panic!("{what}")) > 0);
}
