//! From a table's columns to numbers: what kind of column each is, how it is encoded, filled and scaled.
//!
//! Everything is fitted to the training rows and to them alone, and never looks at the target: what a pipeline knows
//! of a column it would know without the answers.

mod infer;
mod moment;
mod pipeline;
mod projection;
mod recipe;

pub use infer::{Role, Unusable, role};
pub(crate) use infer::{as_numbers, as_words, spell};
pub use pipeline::Pipeline;
pub use recipe::{Automatic, Recipe, Rule, Transformer};
