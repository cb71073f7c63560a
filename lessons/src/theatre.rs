//! The stage on which a lab is proved: the engine that is linked here, or, in a browser, the page's.

use sandshift_engine::extension::Extensions;
use sandshift_engine::sandbox::Sandbox;
use sandshift_proof::{Scene, Seen, Stage, Typed, stage};
use sandshift_prose::Problem;

use crate::check::{evaluate, recognise};
use crate::extensions::linked;
use crate::lab::{Lab, PATIENCE};
use crate::record::Record;
use crate::transcript::{Entry, Terminal, difference};

/// Everything that is wrong with the lab; empty when it is proved. `seed` is the account's.
pub fn prove(lab: &Lab, seed: u64) -> Vec<Problem> {
    let mut problems = Vec::new();
    prove_aloud(lab, seed, &mut |scene| problems.extend(scene.problems));
    problems
}

/// The same, scene by scene.
pub fn prove_aloud(lab: &Lab, seed: u64, told: &mut dyn FnMut(Scene)) {
    let mut theatre = Theatre { lab: lab.clone(), seed, extensions: linked() };
    sandshift_proof::prove(&lab.digest(), &mut theatre, told);
}

/// A lab on the engine.
pub struct Theatre {
    pub lab: Lab,
    pub seed: u64,
    pub extensions: Extensions,
}

/// One account on it.
pub struct Acted {
    sandbox: Sandbox,
    record: Record,
    terminal: Terminal,
}

impl Stage for Theatre {
    type Account = Acted;

    fn begin(&mut self) -> Result<Acted, String> {
        let mut sandbox = self.lab.start(self.seed).map_err(|problem| problem.to_string())?;
        sandbox.extensions = self.extensions;
        Ok(Acted { sandbox, record: Record::default(), terminal: Terminal::default() })
    }

    fn copy(&mut self, account: &Acted) -> Acted {
        let (sandbox, record) = (account.sandbox.clone(), account.record.clone());
        Acted { sandbox, record, terminal: Terminal::default() }
    }

    fn enter(&mut self, account: &mut Acted, entry: &Entry) -> Typed {
        account.sandbox.patience = PATIENCE;
        let answered = account.terminal.enter(&mut account.sandbox, entry);
        for done in &answered.statements {
            self.lab.witness(&account.sandbox, &mut account.record, done, None);
        }
        let differs = difference(entry, &answered)
            .map(|found| stage::Differs { expected: found.expected, actual: found.actual });
        Typed { differs, output: answered.output, refused: answered.refused }
    }

    fn leave(&mut self, account: &mut Acted) {
        std::mem::take(&mut account.terminal).close(&mut account.sandbox);
    }

    fn choose(&mut self, account: &mut Acted, step: &str, check: &str, option: &str) {
        account.record.choose(&self.lab.definition, step, check, option);
    }

    fn look(&mut self, account: &mut Acted, step: &str) -> Seen {
        let Some(step) = self.lab.definition.step(step) else { return Seen::default() };
        let status = evaluate(step, &account.sandbox, &account.record);
        let open = status.checks.into_iter().filter(|check| !check.passed);
        let open = open.map(|check| (check.check, check.missing.unwrap_or_default())).collect();
        let wrong = match status.passed {
            true => recognise(step, &account.sandbox, &account.record),
            false => status.wrong,
        };
        // Queries are judged for the first step that is not passed.
        if status.passed {
            account.record.pass(&step.id);
        }
        Seen { open, wrong }
    }
}
