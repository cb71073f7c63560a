//! Time that passes: from one thing that is due to the next, each at its own moment and in order.
//!
//! Nothing is queued. What lies ahead is asked of the state itself ([`Sandbox::next_due`]), so that a deleted
//! cluster leaves no appointments behind and a stored account needs none. Between two things that are due nothing
//! changes, which is what the meter relies on.

use super::Sandbox;
use super::background::Glue;
use crate::aws::agenda::{self, Chore};
use crate::clock::Instant;
use crate::happening::Happening;

/// Pieces of Glue's work within a passage of time.
const STEPS: u32 = 10_000;

impl Sandbox {
    /// Lets time pass, and tells what happened in it and since somebody last asked.
    pub fn advance(&mut self, micros: i64) -> Vec<Happening> {
        self.pass_until(Instant(self.clock.now().0.saturating_add(micros.max(0))));
        self.happenings()
    }

    /// Lets time pass until something has happened that can be told; not at all when nothing lies ahead.
    pub fn advance_to_next(&mut self) -> Vec<Happening> {
        self.pass_to_next();
        self.happenings()
    }

    /// The same, without telling yet.
    pub fn pass_to_next(&mut self) {
        self.keep_up();
        while self.happened.is_empty()
            && let Some((at, _)) = self.next_due()
        {
            self.pass_until(at);
        }
    }

    /// Lets time pass; what happens in it is told to whoever asks next.
    pub fn pass_on(&mut self, micros: i64) {
        self.pass_until(Instant(self.clock.now().0.saturating_add(micros.max(0))));
    }

    /// When something happens next.
    pub fn next_event(&self) -> Option<Instant> {
        self.next_due().map(|(at, _)| at)
    }

    /// What happened since somebody last asked.
    pub fn happenings(&mut self) -> Vec<Happening> {
        std::mem::take(&mut self.happened)
    }

    /// Does what has become due while statements ran.
    pub(super) fn keep_up(&mut self) {
        self.pass_until(self.clock.now());
    }

    /// Time that work takes: what becomes due in it is done before the next work begins.
    pub(super) fn spend(&mut self, micros: i64) {
        self.go_to(Instant(self.clock.now().0.saturating_add(micros.max(0))));
    }

    fn pass_until(&mut self, until: Instant) {
        while let Some((at, chore)) = self.next_due().filter(|(at, _)| *at <= until) {
            self.go_to(at);
            self.reckon();
            let Some(chore) = chore else {
                self.look_after_tables();
                continue;
            };
            let happened = self.with_account(|account, _| agenda::carry_out(account, &chore, at));
            self.happened.extend(happened);
            // A query's own sandbox has the account for a step only.
            if chore == Chore::Glue && self.acting.is_none() {
                self.look_at_once();
            }
        }
        self.go_to(until);
        if self.account.budgets.are_set() {
            self.reckon();
        }
    }

    /// Crawls and runs that have begun are worked on before time goes on, so that their ends lie ahead. Where the module
    /// for that is still on its way, time does not wait for it.
    fn look_at_once(&mut self) {
        let mut glue = Glue::default();
        for _ in 0..STEPS {
            if !glue.work(self) {
                break;
            }
        }
    }

    /// What is overdue is due now. No chore of the account's: warehouses look after their tables.
    fn next_due(&self) -> Option<(Instant, Option<Chore>)> {
        let due = agenda::next(&self.account).map(|(at, chore)| (at.max(self.clock.now()), Some(chore)));
        let upkeep = self.next_upkeep().map(|at| (at, None));
        // At the same moment the account's comes first.
        [due, upkeep].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// Moves the clock over a stretch in which nothing happens.
    fn go_to(&mut self, at: Instant) {
        self.clock.advance(at.0 - self.clock.now().0);
    }
}
