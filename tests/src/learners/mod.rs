//! The learners beside those they are like: XGBoost and scikit-learn, trained on the same rows.
//!
//! [`rows`] makes the problems, [`reference`] the virtual environment in which the others run (where there is no PyPI
//! this part is left out, and says so), [`ours`] trains and compares. AutoML is tried on the churn customers.

mod ours;
mod reference;
mod rows;

use std::path::Path;
use std::time::Instant;

/// # Errors
/// Empty (everything is printed) where something lies too far apart; else why it could not run.
pub fn run(root: &Path) -> Result<(), String> {
    let begun = Instant::now();
    let mut failed = ours::search_churn()?;
    match reference::environment(root) {
        Ok(python) => {
            let problems = rows::problems();
            let answers = reference::ask(&python, root, &problems)?;
            for problem in &problems {
                failed += ours::compare(problem, &answers[&problem.name])?;
            }
        }
        Err(reason) => println!("SKIPPED: no XGBoost and scikit-learn to compare with: {reason}"),
    }
    println!("{failed} too far apart, {:.1} s", begun.elapsed().as_secs_f64());
    if failed == 0 { Ok(()) } else { Err(String::new()) }
}
