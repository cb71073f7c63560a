//! The account a test file begins with.

use sandshift_engine::sandbox::Sandbox;
use sandshift_lessons::state;

/// The seed of every account that tests open; a new workspace in the page has the same.
pub const SEED: u64 = 20_230_525;

/// Opens the account that a line `# start: NAME` among the first comments asks for; else the empty one.
///
/// # Errors
/// A name that no state has, or a state that cannot be made.
pub fn sandbox(text: &str) -> Result<Sandbox, String> {
    let comments = text.lines().take_while(|line| line.starts_with('#') || line.trim().is_empty());
    let asked = comments.filter_map(|line| line.trim_start_matches('#').trim().strip_prefix("start:")).next();
    named(asked.map_or("empty", str::trim))
}

/// Opens an account in a named state.
pub fn named(name: &str) -> Result<Sandbox, String> {
    let make = state::named(name)
        .ok_or_else(|| format!("no state is called `{name}`; there are {}", state::NAMES.join(", ")))?;
    make(SEED).map_err(|error| format!("start `{name}`: {error}"))
}
