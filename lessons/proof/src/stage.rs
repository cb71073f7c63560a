//! Where a lab is acted: what a proof asks of an engine.

use sandshift_prose::transcript::Entry;

/// Accounts, each with the record of what was done and answered in it.
pub trait Stage {
    /// One account, and whoever has typed something in it.
    type Account;

    /// The account in which the lab begins.
    ///
    /// # Errors
    /// The statement of the starting state that failed, in words.
    fn begin(&mut self) -> Result<Self::Account, String>;

    fn copy(&mut self, account: &Self::Account) -> Self::Account;

    /// Types one entry of a transcript and waits for its answer.
    fn enter(&mut self, account: &mut Self::Account, entry: &Entry) -> Typed;

    /// Everybody leaves: what they left uncommitted is gone.
    fn leave(&mut self, account: &mut Self::Account);

    /// Chooses an option of a question or prediction.
    fn choose(&mut self, account: &mut Self::Account, step: &str, check: &str, option: &str);

    /// Tries every check of the step, and notes that it is passed.
    fn look(&mut self, account: &mut Self::Account, step: &str) -> Seen;
}

/// What came of one prompt.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// `None` when it came out as its entry says, else what came.
    pub differs: Option<Differs>,
    /// As a terminal prints it.
    pub output: String,
    pub refused: bool,
}

/// What a prompt should have come to, and what it came to.
#[derive(Clone, Debug)]
pub struct Differs {
    pub expected: String,
    pub actual: String,
}

/// Where a step stands.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What is missing, by check; a check that passed is not in it.
    pub open: Vec<(String, String)>,
    /// The first foreseen wrong answer whose conditions hold.
    pub wrong: Option<String>,
}
