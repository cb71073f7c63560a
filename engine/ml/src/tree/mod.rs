//! Gradient-boosted trees as XGBoost grows them: second-order gains over histograms, learned directions for gaps.

mod bins;
mod boosting;
mod forest;
mod grow;
mod loss;
mod shap;
mod split;

pub use boosting::{Boosting, BoostingOptions, Sampling};
pub use forest::{Forest, Node, Tree};
pub use loss::Loss;
pub use split::Regularization;
