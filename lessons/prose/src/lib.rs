//! A lab as its author wrote it.
//!
//! A lab is a folder: `lab.toml` ([`definition`]: steps, checks, solutions, foreseen wrong answers) and one
//! Markdown file a language ([`markdown`]), in which `## Title {#step-id}` begins a step and fenced blocks
//! carry what is not running text; what is running text becomes [`text`]. Solutions are [`transcript`]s. What is served of it is its [`digest`].
//! This crate only reads text: it knows no
//! engine, so that the page can show a lesson before the engine is there. What the words mean is decided in
//! `sandshift-lessons`.

pub mod budget;
pub mod course;
pub mod definition;
pub mod digest;
pub mod listing;
pub mod markdown;
pub mod problem;
pub mod text;
pub mod transcript;

pub use definition::Definition;
pub use digest::Digest;
pub use markdown::Prose;
pub use problem::Problem;
pub use transcript::Transcript;
