//! Time that passes: from one thing that is due to the next, each at its own moment and in order.
//!
//! Nothing is queued. What lies ahead is asked of the state itself ([`Sandbox::next_due`]), so that a deleted
//! cluster leaves no appointments behind and a stored account needs none. Between two things that are due nothing
//! changes, which is what the meter relies on.

use super::Sandbox;
use super::background::Glue;
use super::upkeep::Upkeep;
use crate::aws::agenda::{self, Chore};
use crate::clock::Instant;
use crate::happening::Happening;

/// Pieces of Glue's work within a passage that nobody can interrupt.
const STEPS: u32 = 10_000;

/// Time on its way, held by whoever lets it pass.
pub struct Passage {
    /// Where it goes to; of one that seeks, the next thing that is due.
    until: Option<Instant>,
    seeks: bool,
    upkeep: Option<Box<Upkeep>>,
    glue: Option<Box<Glue>>,
}

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
        let passage = self.begin_passage(None);
        self.pass(passage);
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
        self.pass(Passage { until: Some(until), seeks: false, upkeep: None, glue: None });
    }

    fn pass(&mut self, mut passage: Passage) {
        let mut left = STEPS;
        while self.step_passage(&mut passage) {
            left = if passage.glue.is_some() { left - 1 } else { STEPS };
            // The module for it is still on its way, and comes only when this is over.
            if left == 0 {
                self.leave_glue(&mut passage);
                left = STEPS;
            }
        }
    }

    /// What was begun is begun anew by whoever works next.
    fn leave_glue(&mut self, passage: &mut Passage) {
        if let Some(glue) = passage.glue.take() {
            glue.leave(self);
        }
    }

    /// Time that is to pass for so long, or until something has happened that can be told.
    pub fn begin_passage(&mut self, micros: Option<i64>) -> Passage {
        let until = micros.map(|micros| Instant(self.clock.now().0.saturating_add(micros.max(0))));
        if until.is_none() {
            self.keep_up();
        }
        Passage { until, seeks: until.is_none(), upkeep: None, glue: None }
    }

    /// One bounded piece of it; `false` when it is over.
    pub fn step_passage(&mut self, passage: &mut Passage) -> bool {
        if let Some(upkeep) = &mut passage.upkeep {
            if !self.step_upkeep(upkeep) {
                passage.upkeep = None;
            }
            return true;
        }
        if let Some(glue) = &mut passage.glue {
            if !glue.work(self) {
                passage.glue = None;
            }
            return true;
        }
        let due = self.next_due();
        let until = match (passage.until, &due) {
            (Some(until), _) => until,
            (None, Some((at, _))) if self.happened.is_empty() => *passage.until.insert(*at),
            _ => return false,
        };
        let Some((at, chore)) = due.filter(|(at, _)| *at <= until) else {
            self.go_to(until);
            if self.account.budgets.are_set() {
                self.reckon();
            }
            passage.until = None;
            return passage.seeks;
        };
        self.go_to(at);
        self.reckon();
        let Some(chore) = chore else {
            passage.upkeep = Some(Box::new(self.begin_upkeep()));
            return true;
        };
        let happened = self.with_account(|account, _| agenda::carry_out(account, &chore, at));
        self.happened.extend(happened);
        // Crawls and runs that have begun are worked on before time goes on, so that their ends lie ahead. A query's own
        // sandbox has the account for a step only.
        if chore == Chore::Glue && self.acting.is_none() {
            passage.glue = Some(Box::default());
        }
        true
    }

    /// Leaves it where it is.
    pub fn stop_passage(&mut self, mut passage: Passage) {
        self.leave_glue(&mut passage);
        if let Some(upkeep) = passage.upkeep {
            self.stop_upkeep(*upkeep);
        }
    }

    /// What is overdue is due now. No chore of the account's: warehouses look after their tables.
    fn next_due(&self) -> Option<(Instant, Option<Chore>)> {
        let due = agenda::next(&self.account).map(|(at, chore)| (at.max(self.clock.now()), Some(chore)));
        let upkeep = self.next_upkeep().map(|at| (at, None));
        // At the same moment the tables come first: once the clock stands at a full hour, the next is the next hour.
        [upkeep, due].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// Moves the clock over a stretch in which nothing happens.
    fn go_to(&mut self, at: Instant) {
        self.clock.advance(at.0 - self.clock.now().0);
    }
}
