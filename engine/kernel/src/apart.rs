//! A way that is seldom gone is a function of its own.
//!
//! A linker that may see everything puts what is called in one place into its caller, so that the one `match` over all
//! statements becomes a function of 80 KB. A browser compiles a function as a whole when it is first called, and the
//! first answer waits for it.

/// What `work` gives, from a function that is compiled when it is first called.
#[inline(never)]
pub fn apart<R>(work: impl FnOnce() -> R) -> R {
    work()
}
