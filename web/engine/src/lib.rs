//! The engine as the module that a worker loads.
//!
//! Beside `sandshift-worker` because Cargo optimises nothing across crates for one that is a library and a module at
//! once, and tests link that one: so this is twice as many functions, 0.6 MB, shorter.

#[cfg(target_arch = "wasm32")]
pub use sandshift_worker::exports::*;
