//! The engine's side of a history: sessions of its users, and whether a statement came out as the model says.

use std::collections::BTreeMap;

use sandshift_engine::sandbox::{Answer as Answered, Sandbox};
use sandshift_engine::sql::session::SessionId;
use sandshift_lessons::transcript::rows;

use super::act::{ADMIN, Act, Name, What};
use super::model::{Answer, Outcome, Refusal};
use crate::guarded::{self, Ended, Limits};
use crate::start::SEED;

/// Steps after which a statement over these tables has no end.
const STEPS: usize = 10_000;

pub struct Sides {
    sandbox: Sandbox,
    sessions: BTreeMap<Name, SessionId>,
}

impl Sides {
    pub fn new() -> Self {
        Sides { sandbox: Sandbox::new(SEED), sessions: BTreeMap::new() }
    }

    fn session(&mut self, user: Name) -> Result<SessionId, String> {
        if let Some(session) = self.sessions.get(user) {
            return Ok(*session);
        }
        let session = self.sandbox.connect(user, None).map_err(|error| format!("no session: {error}"))?;
        self.sessions.insert(user, session);
        Ok(session)
    }

    /// Runs the statement; how it came out otherwise than expected.
    pub fn differ(&mut self, act: &Act, expected: &Outcome) -> Option<String> {
        let speaker = if act.lent { ADMIN } else { act.by };
        let ended = match self.session(speaker) {
            Ok(session) => {
                let mut run =
                    |text: &str| guarded::run(&mut self.sandbox, session, text, &Limits::steps(STEPS)).pop();
                if act.lent {
                    run(&format!("SET SESSION AUTHORIZATION {}", act.by));
                }
                let ended = run(&act.what.to_string());
                if act.lent {
                    run("RESET SESSION AUTHORIZATION");
                }
                ended
            }
            Err(reason) => return Some(format!("  {reason}\n")),
        };
        // Whoever is gone has no session; a new user of the same name is another.
        if let (What::DropUser(name), Ok(_)) = (&act.what, expected)
            && let Some(session) = self.sessions.remove(name)
        {
            self.sandbox.disconnect(session);
        }
        let ended = ended?;
        if agree(expected, &ended) {
            return None;
        }
        Some(format!("  expected: {}  got:      {}", told(expected), shown(&ended)))
    }
}

fn agree(expected: &Outcome, ended: &Ended) -> bool {
    match (expected, ended) {
        (Ok(Answer::Done), Ended::Answered(_)) => true,
        (Ok(Answer::Count(count)), Ended::Answered(answer)) => {
            answer.completion.rows_affected == Some(*count)
        }
        (Ok(Answer::Rows { names, rows }), Ended::Answered(answer)) => {
            let (our_names, our_rows) = table(answer);
            *names == our_names && *rows == our_rows
        }
        (Err(Refusal(reasons)), Ended::Refused(error)) => reasons.iter().any(|reason| {
            reason.state == error.kind.state()
                && reason.text.as_ref().is_none_or(|text| *text == error.kind.message())
        }),
        _ => false,
    }
}

fn table(answer: &Answered) -> (Vec<String>, Vec<Vec<String>>) {
    let fields = answer.completion.fields.iter().flatten();
    let mut rows = rows(answer).unwrap_or_default();
    rows.sort();
    (fields.map(|field| field.name.clone()).collect(), rows)
}

fn told(expected: &Outcome) -> String {
    match expected {
        Ok(Answer::Done) => "it is done\n".to_owned(),
        Ok(Answer::Count(count)) => format!("{count} rows written\n"),
        Ok(Answer::Rows { names, rows }) => listed(names, rows),
        Err(Refusal(reasons)) => {
            let reasons: Vec<String> = reasons
                .iter()
                .map(|reason| format!("{} {}", reason.state, reason.text.as_deref().unwrap_or("(any text)")))
                .collect();
            format!("ERROR {}\n", reasons.join(" or "))
        }
    }
}

fn shown(ended: &Ended) -> String {
    match ended {
        Ended::Answered(answer) if answer.completion.fields.is_some() => {
            let (names, rows) = table(answer);
            listed(&names, &rows)
        }
        Ended::Answered(answer) => {
            format!("{} ({} rows)\n", answer.completion.tag, answer.completion.rows_affected.unwrap_or(0))
        }
        Ended::Refused(error) => format!("ERROR {} {}\n", error.kind.state(), error.kind.message()),
        other => format!("{}\n", other.defect().unwrap_or_else(|| "it takes too long".to_owned())),
    }
}

fn listed(names: &[String], rows: &[Vec<String>]) -> String {
    let mut text = format!("{}\n", names.join(" | "));
    for row in rows {
        text += &format!("              {}\n", row.join(" | "));
    }
    text
}
