//! CREATE MODEL (Developer Guide, "CREATE MODEL"): what is asked is checked, rows are gathered and learned from.
//!
//! The training happens while the statement runs, in a module beside the engine; the statement can be stopped at any
//! time and then leaves nothing. When it ends the model is in training, until the account's clock has passed the time
//! that SageMaker would have needed (`aws::sagemaker::learning`).

pub mod columns;
mod gathering;
mod rules;
mod task;

pub use task::{ModelStep, ModelTask, note};
