//! Proves labs, and makes new ones.
//!
//! A proof acts a lab on a [`Stage`]: accounts that can be copied, typed into and looked at. Native tools give it the
//! engine that they link; an author's browser gives it the engine of the page, so that the proof is a small module
//! beside it and not a part of it. Read [`stage`], then [`prove`](mod@prove); [`words`] is what needs no stage.

pub mod prove;
pub mod scaffold;
pub mod stage;
pub mod words;

pub use prove::{Act, Scene, prove};
pub use stage::{Seen, Stage, Typed};
