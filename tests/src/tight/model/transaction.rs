//! Transactions: what ROLLBACK takes back, grants and policies too, and that a refusal takes back everything. Only one is
//! open at a time, and nobody else does anything meanwhile: how transactions meet is not this model's subject.

use super::{Answer, Outcome, Reason, Refusal, World, refused, refused_with};
use crate::tight::act::{Act, Name, OUTSIDE, On, What};

/// A transaction that has not ended.
#[derive(Clone, Debug)]
pub struct Open {
    pub by: Name,
    before: World,
    pub aborted: bool,
}

impl World {
    pub fn open(&self) -> Option<&Open> {
        self.open.as_deref()
    }

    /// Whether this is the moment for `act`: nobody interrupts an open transaction.
    pub fn lets(&self, act: &Act) -> bool {
        self.users.contains_key(act.by) && self.open().is_none_or(|open| open.by == act.by && !act.lent)
    }

    /// Does what `act` says if it may be done; a refusal changes nothing, but ends what can be done in a transaction.
    pub fn take(&mut self, act: &Act) -> Outcome {
        let open = self.open.take();
        if let Some(open) = open {
            return self.within(open, act);
        }
        if matches!(act.what, What::Begin) {
            let open = Open { by: act.by, before: self.clone(), aborted: false };
            self.open = Some(Box::new(open));
            return Ok(Answer::Done);
        }
        let outcome = self.take_or_leave(act);
        if outcome.is_ok() {
            self.keep_up();
        }
        outcome
    }

    fn take_or_leave(&mut self, act: &Act) -> Outcome {
        if let What::Select(_)
        | What::Outside
        | What::Guess
        | What::List(_)
        | What::HasTable { .. }
        | What::HasSchema { .. } = act.what
        {
            return self.run(act.by, &act.what);
        }
        let mut after = self.clone();
        let outcome = after.run(act.by, &act.what);
        if outcome.is_ok() {
            *self = after;
        }
        outcome
    }

    fn within(&mut self, mut open: Box<Open>, act: &Act) -> Outcome {
        let outcome = match act.what {
            What::End { commit } => {
                if open.aborted || !commit {
                    *self = open.before;
                }
                self.keep_up();
                return Ok(Answer::Done);
            }
            _ if open.aborted => {
                let text = "current transaction is aborted, commands ignored until end of transaction block";
                refused_with("25P02", text.to_owned())
            }
            What::CreateModel { .. } => refused("25001"),
            // Which of the reasons is told is not clear from the reference.
            What::Grant { on: On::Schema(OUTSIDE), .. } | What::Revoke { on: On::Schema(OUTSIDE), .. } => {
                Err(Refusal(["25001", "42501", "42704"].map(|state| Reason { state, text: None }).into()))
            }
            _ => self.take_or_leave(act),
        };
        open.aborted |= outcome.is_err();
        self.open = Some(open);
        outcome
    }
}
