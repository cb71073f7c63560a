//! Take it to AWS: what was done here, as a folder that does it in a real account, where data may outgrow a browser.
//!
//! `run.sh` sends `aws` lines, and SQL through the Redshift Data API; `cleanup.sh` removes all that it made, in the
//! order that AWS asks for; `settings.sh` has every name and the region as a parameter. Read [`trip`] (what goes in, which
//! files come out), [`beginning`] (what is there before), [`history`] (what a learner did, from the journal), then [`names`] (what becomes a parameter), [`shell`] (a line of the terminal as bash reads it),
//! [`sql`] (scripts cut into statements), [`leftover`] (what was made, and how it goes).

pub mod beginning;
pub mod history;
mod leftover;
mod names;
mod shell;
mod sql;
pub mod trip;

pub use beginning::{Account, Beginning, Table};
pub use history::History;
pub use trip::Trip;
