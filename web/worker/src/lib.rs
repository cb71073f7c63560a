//! The engine in a Web Worker, behind the protocol.
//!
//! [`workspace`] is the worker without a browser: messages in, events out, stepped. It builds and is tested
//! natively. [`exports`] is what JavaScript sees of it; `worker.js` beside this crate drives the steps, keeps
//! the store (IndexedDB) and survives a trap, which nothing inside a WebAssembly instance could.

mod access;
mod account;
mod comparison;
mod difference;
mod failure;
mod holders;
mod results;
mod script;
pub mod workspace;

#[cfg(target_arch = "wasm32")]
pub mod exports;
#[cfg(target_arch = "wasm32")]
mod extension;
#[cfg(target_arch = "wasm32")]
mod rehearsal;
