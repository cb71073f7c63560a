//! What the page asks the worker to keep beside the account, and how it comes back.
//!
//! Everything is derived from the state; nothing is kept by hand at the places that change it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::outcome::{Outcome, Status};
use crate::store::State;

const USER: &str = "user";
const PRINCIPAL: &str = "principal";
const STEP: &str = "step";
const ANSWERS: &str = "answers";
const REVEALED: &str = "revealed";
const HISTORY: &str = "history";
const CALLS: &str = "calls";
const OUTCOMES: &str = "outcomes";
const SETTLED: &str = "settled";
const TERMINAL: &str = "terminal";
const CONSOLE: &str = "console";
/// One entry a user: `editor:admin`.
const EDITOR: &str = "editor:";

/// Rows of a result that are worth keeping over a reload.
const ROWS: usize = 100;

/// Everything worth keeping, by key.
pub fn snapshot(state: &State) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    let mut put = |key: &str, value: String| {
        kept.insert(key.to_owned(), value);
    };
    put(USER, state.user.clone());
    put(PRINCIPAL, state.principal.clone());
    if let Some(step) = &state.open_step {
        put(STEP, step.clone());
    }
    put(ANSWERS, json(&state.answers));
    put(REVEALED, json(&state.revealed));
    put(HISTORY, json(&state.history));
    let answered: Vec<_> = state.calls.iter().filter(|call| call.answer.is_some()).collect();
    put(CALLS, json(&answered));
    put(SETTLED, json(&state.settled));
    put(TERMINAL, state.terminal_line.clone());
    put(CONSOLE, state.console.clone());
    if state.run.is_none() {
        put(OUTCOMES, json(&state.outcomes.iter().map(shortened).collect::<Vec<_>>()));
    }
    for (user, text) in &state.texts {
        put(&format!("{EDITOR}{user}"), text.clone());
    }
    kept
}

/// Puts back what was kept. What cannot be read is left as it is: it is comfort, not the account.
pub fn restore(state: &mut State, kept: &[(String, String)]) {
    for (key, value) in kept {
        match key.as_str() {
            USER => state.user.clone_from(value),
            PRINCIPAL => state.principal.clone_from(value),
            STEP => state.open_step = Some(value.clone()),
            ANSWERS => read(value, &mut state.answers),
            REVEALED => read::<BTreeSet<String>>(value, &mut state.revealed),
            HISTORY => read(value, &mut state.history),
            CALLS => read(value, &mut state.calls),
            SETTLED => read(value, &mut state.settled),
            TERMINAL => state.terminal_line.clone_from(value),
            // An address that names a place is newer.
            CONSOLE if state.console.is_empty() => state.console.clone_from(value),
            OUTCOMES => {
                read(value, &mut state.outcomes);
                for outcome in &mut state.outcomes {
                    outcome.past = true;
                }
                state.shown = state.outcomes.len().saturating_sub(1);
            }
            _ => {
                if let Some(user) = key.strip_prefix(EDITOR) {
                    // What was typed while the engine was on its way is newer than what was kept.
                    let typed = state.texts.get(user).is_some_and(|text| !text.is_empty());
                    if !typed {
                        state.texts.insert(user.to_owned(), value.clone());
                    }
                }
            }
        }
    }
}

fn shortened(outcome: &Outcome) -> Outcome {
    let mut outcome = outcome.clone();
    // With this page the wait ends, too.
    if outcome.is_on_its_way() {
        outcome.status = Status::Canceled;
    }
    if let Status::Done(result) = &mut outcome.status
        && let Some(rows) = &mut std::rc::Rc::make_mut(result).rows
    {
        rows.first.truncate(ROWS);
    }
    outcome
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn read<T: DeserializeOwned>(text: &str, into: &mut T) {
    if let Ok(value) = sandshift_protocol::read(text) {
        *into = value;
    }
}
