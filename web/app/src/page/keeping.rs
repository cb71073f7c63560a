//! Keeping what a person would not want to lose: in the worker's store, and progress where the home page finds it.

use gloo::timers::callback::Timeout;
use sandshift_protocol::Request;

use super::Desk;
use crate::host;
use crate::keep;
use crate::store::Engine;

/// Milliseconds after the last change until it is kept.
const KEEP_AFTER: u32 = 250;

impl Desk {
    pub(super) fn keep_soon(&self) {
        if self.state().engine != Engine::Ready || self.inner.keep_soon.borrow().is_some() {
            return;
        }
        let desk = self.clone();
        let timer = Timeout::new(KEEP_AFTER, move || desk.keep_now());
        *self.inner.keep_soon.borrow_mut() = Some(timer);
    }

    /// Sends what has changed since it was last kept.
    pub fn keep_now(&self) {
        self.inner.keep_soon.borrow_mut().take();
        let state = self.state();
        let Some(client) = self.client().filter(|_| state.engine == Engine::Ready) else { return };
        let now = keep::snapshot(&state);
        let mut kept = self.inner.kept.borrow_mut();
        for (key, value) in &now {
            if kept.get(key) != Some(value) {
                client.send(Request::Keep { key: key.clone(), value: value.clone() });
            }
        }
        // Results are left out while a script runs; what was kept of them stays kept.
        kept.extend(now);
    }

    pub(super) fn remember_progress(&self) {
        let state = self.state();
        let Some(lesson) = state.lesson.there().filter(|_| !state.steps.is_empty()) else { return };
        let passed = lesson.steps().iter().map(|step| state.is_passed(&step.id)).collect();
        let open = state.open_step.as_ref().and_then(|step| lesson.place(step)).unwrap_or(0);
        host::remember_progress(&lesson.id, &host::Progress { passed, open });
    }
}
