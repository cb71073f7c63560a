//! The work of a job's run: the module beside the engine says what its nodes come to, and the engine runs that as it
//! runs any statement, in a sandbox of its own, as the job's role.

use serde_json::Value;

use super::athena::CATALOG;
use super::job_told::told;
use super::{ADMIN, Running, Sandbox};
use crate::aws::Caller;
use crate::aws::glue::bookmark::Seen;
use crate::aws::glue::found;
use crate::aws::glue::job_log;
use crate::aws::glue::job_run::{self, Place};
use crate::json::json;
use crate::load::asked::{self, Asked, Trouble};
use crate::sql::error::SqlError;
use crate::sql::outcome::Step;
use crate::sql::parse;
use crate::sql::session::SessionId;
use crate::warehouse::identifier::Identifier;

/// The schema of tables over a job's own sources, which no catalog has.
pub(super) const OWN: &str = "$job";

/// A run that is worked on.
pub(super) struct Work {
    place: Place,
    caller: Caller,
    region: String,
    scratch: Option<(Box<Sandbox>, SessionId)>,
    phase: Phase,
    /// Names of sources, by their tables.
    names: Value,
    /// Targets that are still to be written; the last is next.
    outputs: Vec<Value>,
    seen: Option<Seen>,
}

enum Phase {
    Planning(Asked<Vec<u8>>),
    /// What the statement writes, and the statement once it is begun.
    Writing(Value, Box<Running>),
    /// What the catalog is to know, and what was written.
    Looking(Value, Asked<Vec<u8>>),
    Next,
}

impl Work {
    /// Stops half-way.
    pub(super) fn leave(mut self, sandbox: &mut Sandbox) {
        if let (Some((scratch, _)), Phase::Writing(_, running)) = (&mut self.scratch, self.phase) {
            sandbox.lend_account(scratch, |scratch| scratch.cancel(*running));
        }
        sandbox.with_account(|account, _| job_run::leave(account, &self.place));
    }
}

/// One bounded piece of a run's work; `false` when there is nothing to do.
pub(super) fn work(current: &mut Option<Box<Work>>, sandbox: &mut Sandbox) -> bool {
    let now = sandbox.clock.now();
    let Some(mut work) = current.take() else {
        let Some(place) = job_run::waiting(&sandbox.account) else { return false };
        match sandbox.with_account(|account, _| job_run::begin(account, &place, now)) {
            Ok(begun) => {
                let order = begun.order.to_string().into_bytes();
                let phase = Phase::Planning(asked::glue(sandbox.extensions, order, begun.samples));
                let (caller, region) = (begun.caller, begun.region);
                *current = Some(Box::new(Work {
                    place,
                    caller,
                    region,
                    scratch: None,
                    phase,
                    names: Value::Null,
                    outputs: Vec::new(),
                    seen: begun.seen,
                }));
            }
            Err(why) => sandbox.with_account(|account, _| job_run::end(account, &place, Err(why), now)),
        }
        return true;
    };
    if !job_run::goes_on(&sandbox.account, &work.place) {
        work.leave(sandbox);
        return true;
    }
    match sandbox.advance_run(&mut work) {
        Ok(false) => *current = Some(work),
        result => {
            let (result, now) = (result.map(|_| ()), sandbox.clock.now());
            sandbox.with_account(|account, _| job_run::end(account, &work.place, result, now));
        }
    }
    true
}

/// What the module answered; `None` while it works.
fn answered(asked: &mut Asked<Vec<u8>>) -> Result<Option<Value>, String> {
    match asked.step() {
        Ok(None) => Ok(None),
        Ok(Some(answer)) => serde_json::from_slice(&answer).map(Some).map_err(|error| error.to_string()),
        Err(Trouble::Failed(why) | Trouble::Lost(why)) => Err(why),
    }
}

/// unconfirmed: the words around the engine's own; the number is another each time. A refusal of S3 is worded as the SDK
/// for Java words it.
fn failed(error: &SqlError) -> String {
    let mut said = error.kind.message();
    if let Some(refused) = said.strip_prefix("S3ServiceException:") {
        let parts: Vec<&str> = refused.split(',').collect();
        let part =
            |name: &str| parts.iter().find_map(|part| part.strip_prefix(name)).unwrap_or("").to_owned();
        let (status, code) = (part("Status "), part("Error "));
        let first = parts.first().copied().unwrap_or("");
        said = format!("{first} (Service: Amazon S3; Status Code: {status}; Error Code: {code})");
    }
    format!("An error occurred while calling o108.pyWriteDynamicFrame. {said}")
}

impl Sandbox {
    /// Whether all is done.
    fn advance_run(&mut self, work: &mut Work) -> Result<bool, String> {
        match &mut work.phase {
            Phase::Planning(asked) => {
                let Some(mut plan) = answered(asked)? else { return Ok(false) };
                let mut scratch = Box::new(self.scratch(&work.region, &work.caller));
                if let Some(acting) = &mut scratch.acting {
                    acting.own = plan["Tables"].take();
                    acting.bookmark = work.seen.take().map(|seen| (seen, plan["Nodes"].take()));
                }
                let session = scratch.connect(ADMIN, None).map_err(|error| failed(&error))?;
                if let Some(session) = scratch.sessions.get_mut(&session) {
                    session.database = Identifier::fold(CATALOG);
                }
                work.names = plan["Names"].take();
                work.outputs = plan["Outputs"].as_array().cloned().unwrap_or_default();
                work.outputs.reverse();
                (work.scratch, work.phase) = (Some((scratch, session)), Phase::Next);
            }
            Phase::Next => {
                let Some(output) = work.outputs.pop() else { return Ok(true) };
                let Some((scratch, session)) = &mut work.scratch else { return Ok(true) };
                let session = *session;
                let mut parsed =
                    parse::parse(output["Sql"].as_str().unwrap_or("")).map_err(|error| failed(&error))?;
                let Some(statement) = parsed.pop().filter(|_| parsed.is_empty()) else {
                    return Err("a node's query is more than one statement".to_owned());
                };
                let stem = output["Stem"].as_str().unwrap_or("").to_owned();
                let begun = self.lend_account(scratch, |scratch| {
                    let mut running = scratch.start(session, &statement)?;
                    running.name_files(stem);
                    Ok(running)
                });
                let running = begun.map_err(|error| failed(&error))?;
                work.phase = Phase::Writing(output, Box::new(running));
            }
            Phase::Writing(output, running) => {
                let Some((scratch, _)) = &mut work.scratch else { return Ok(true) };
                // One clock: the time of a file that is written is later than that of whoever looked before.
                scratch.clock.advance((self.clock.now().0 - scratch.clock.now().0).max(0));
                let step = self.lend_account(scratch, |scratch| scratch.step(running));
                self.clock.advance((scratch.clock.now().0 - self.clock.now().0).max(0));
                // What was read and written before a failure is told, too.
                if matches!(step, Ok(Step::Done(_)) | Err(_)) {
                    let (lines, printed) = told(scratch, running, &work.names, output);
                    let (place, caller, now) = (&work.place, &work.caller, self.clock.now());
                    self.with_account(|account, _| {
                        job_log::driver(account, place, caller, &lines, now);
                        job_log::output(account, place, caller, printed, now);
                    });
                }
                if let Step::Done(_) = step.map_err(|error| failed(&error))? {
                    let output = output.take();
                    work.phase = Phase::Next;
                    if output["Update"].is_object() {
                        let (path, now) =
                            (output["Path"].as_str().unwrap_or("").to_owned(), self.clock.now());
                        let caller = work.caller.clone();
                        let look = |account: &mut _, _: &mut _| job_run::look(account, &caller, &path, now);
                        let samples = self.with_account(look)?;
                        let order = json!({"Crawl": [path]}).to_string().into_bytes();
                        let asked = asked::glue(self.extensions, order, samples);
                        work.phase = Phase::Looking(output["Update"].clone(), asked);
                    }
                }
            }
            Phase::Looking(update, asked) => {
                let Some(mut tables) = answered(asked)? else { return Ok(false) };
                let (now, caller) = (self.clock.now(), work.caller.clone());
                if let Some(table) = tables.get_mut(0) {
                    table["Name"] = update["Name"].clone();
                }
                let update = std::mem::take(update);
                let place = &work.place;
                self.with_account(|account, _| {
                    let [made, changed, _] = found::write(account, &update, "", tables, &caller, now)?;
                    let did = if made > 0 {
                        "created"
                    } else if changed > 0 {
                        "updated"
                    } else {
                        "left as it is"
                    };
                    let of = |name: &str| update[name].as_str().unwrap_or("").to_owned();
                    let table = format!("{}.{}", of("DatabaseName"), of("Name"));
                    let line = format!("INFO GlueContext: catalog table {table} {did}");
                    job_log::driver(account, place, &caller, &[line], now);
                    Ok::<_, String>(())
                })?;
                work.phase = Phase::Next;
            }
        }
        Ok(false)
    }
}
