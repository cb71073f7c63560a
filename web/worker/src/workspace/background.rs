//! What the Data API and Athena were given, worked on in slices while no script runs.

use super::Workspace;

impl Workspace {
    /// Whether there is something to do that nobody waits for, beside statements of the Data API.
    pub(super) fn has_background(&self) -> bool {
        let account = &self.sandbox.account;
        self.background.is_at_work()
            || account.athena.waiting().is_some()
            || sandshift_engine::aws::glue::crawl::waiting(account).is_some()
            || sandshift_engine::aws::glue::job_run::waiting(account).is_some()
            || sandshift_engine::aws::sagemaker::bidden::waiting(account).is_some()
    }

    pub(super) fn step_background(&mut self, until: f64) {
        while (self.now)() < until {
            if !self.background.work(&mut self.sandbox) {
                return;
            }
            self.changed = true;
            let goes_on = self.has_background() || self.background.has_statement(&mut self.sandbox);
            if !goes_on {
                // Pages that showed it on its way look again.
                return self.tell_account(0);
            }
        }
    }
}
