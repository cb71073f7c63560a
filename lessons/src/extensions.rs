//! The modules beside the engine, linked: what every native door gives to its accounts.
//!
//! In the browser they are files of their own, and the worker gives its accounts what fetches them.

use sandshift_engine::extension::Extensions;

#[cfg(not(target_family = "wasm"))]
pub fn linked() -> Extensions {
    use sandshift_engine::extension::Extension;
    Extensions::new(|extension, task| match extension {
        Extension::Formats => sandshift_formats::begin(task),
        Extension::Learning => sandshift_ml::begin(task),
    })
}

#[cfg(target_family = "wasm")]
pub fn linked() -> Extensions {
    Extensions::default()
}
