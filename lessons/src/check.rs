//! Looks whether a step's checks hold.
//!
//! A condition is tried on a copy of the account (blocks are shared, so a copy is free), and the copy is
//! thrown away: a check leaves no trace in history, system views or bill. Checks look at what people can do,
//! not at what was typed.

use sandshift_engine::sandbox::{ADMIN, CliOutput, Executed, Sandbox};
use sandshift_engine::sql::error::SqlError;
use sandshift_engine::sql::session::SessionId;
use sandshift_prose::definition::{Actor, Attempt, CheckKind, Condition, Expect, Step, Table};

use crate::matching::difference;
use crate::record::Record;
use crate::transcript::{self, Terminal, Transcript, connect, error_text, table};

/// Steps that all of a check's statements may take together, so that no lab can make its reader wait without end;
/// the longest of the course takes 1,505.
pub(crate) const PATIENCE: u64 = 5_000;

/// Where one check stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckStatus {
    pub check: String,
    pub passed: bool,
    /// What was tried and what came of it, when that was not what is wanted.
    pub missing: Option<String>,
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepStatus {
    pub step: String,
    pub passed: bool,
    pub checks: Vec<CheckStatus>,
    /// A foreseen wrong answer that was recognised, by its id.
    pub wrong: Option<String>,
}

/// Evaluates every check of the step.
pub fn evaluate(step: &Step, sandbox: &Sandbox, record: &Record) -> StepStatus {
    let checks: Vec<CheckStatus> = step
        .checks
        .iter()
        .map(|check| {
            let missing = match &check.kind {
                CheckKind::State(condition) => attempt(condition, sandbox).err(),
                CheckKind::Result { .. } if !record.has_done(&step.id, &check.id) => {
                    Some(record.difference(&step.id, &check.id).unwrap_or_default().to_owned())
                }
                CheckKind::Result { .. } => None,
                CheckKind::Did(_) => unless(record.has_done(&step.id, &check.id)),
                CheckKind::Question { answer, .. } => {
                    unless(record.answer(&step.id, &check.id) == Some(answer.as_str()))
                }
                CheckKind::Prediction { .. } => unless(record.answer(&step.id, &check.id).is_some()),
            };
            CheckStatus {
                check: check.id.clone(),
                passed: missing.is_none(),
                missing: missing.filter(|missing| !missing.is_empty()),
            }
        })
        .collect();
    let passed = checks.iter().all(|check| check.passed);
    let wrong = if passed { None } else { recognise(step, sandbox, record) };
    StepStatus { step: step.id.clone(), passed, checks, wrong }
}

/// The first foreseen wrong answer whose conditions all hold.
pub fn recognise(step: &Step, sandbox: &Sandbox, record: &Record) -> Option<String> {
    let found = step.wrong.iter().find(|wrong| {
        wrong.choose.iter().all(|(check, option)| record.answer(&step.id, check) == Some(option.as_str()))
            && wrong.when.iter().all(|condition| attempt(condition, sandbox).is_ok())
    });
    found.map(|wrong| wrong.id.clone())
}

/// What a query comes to that a learner's own is held against.
pub fn comes_to(query: &str, sandbox: &Sandbox) -> Result<Table, String> {
    let mut copy = sandbox.clone();
    copy.patience = PATIENCE;
    // What somebody is in the middle of is no matter of the check.
    copy.forget_locks();
    let session = copy.connect(ADMIN, None).map_err(|error| error_text(&error))?;
    match copy.execute(session, query).pop().map(|each| each.result) {
        Some(Ok(answer)) => table(&answer).ok_or_else(|| format!("{query}\n(no rows)")),
        Some(Err(error)) => Err(format!("{query}\n{}", error_text(&error))),
        None => Err(format!("{query}\n(no statement)")),
    }
}

fn unless(passed: bool) -> Option<String> {
    (!passed).then(String::new)
}

/// Tries the condition on a copy. The error says what was tried and what came of it.
pub fn attempt(condition: &Condition, sandbox: &Sandbox) -> Result<(), String> {
    let mut copy = sandbox.clone();
    copy.patience = PATIENCE;
    // What somebody is in the middle of is no matter of the check.
    copy.forget_locks();
    prepare(&condition.given, &mut copy)?;
    let actor = person(&condition.actor, &mut copy)?;
    match &condition.attempt {
        Attempt::Aws(line) => {
            let printed = transcript::aws(&mut copy, &actor, line);
            judge_aws(&condition.expect, &printed, &format!("aws {}", line.trim()))
        }
        Attempt::Login { password } => {
            let login = connect(&mut copy, &actor, Some(password)).map(|_| ());
            judge_plain(&condition.expect, login.as_ref().err(), &format!("login {actor}"))
        }
        Attempt::Sql(sql) => {
            let who = match &condition.actor {
                Actor::User(name) => name.clone(),
                Actor::MemberOf(group) => format!("group {group}"),
                Actor::HolderOf(role) => format!("role {role}"),
                Actor::Principal(name) => format!("IAM user {name}"),
            };
            let session =
                connect(&mut copy, &actor, None).map_err(|error| format!("{who}\n{}", error_text(&error)))?;
            judge(&condition.expect, &copy.execute(session, sql), &format!("{who}> {}", sql.trim()))
        }
    }
}

fn prepare(given: &str, copy: &mut Sandbox) -> Result<(), String> {
    if given.is_empty() {
        return Ok(());
    }
    let transcript = Transcript::parse("given", given)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let mut terminal = Terminal::default();
    for entry in &transcript.entries {
        let answered = terminal.enter(copy, entry);
        if answered.refused != entry.refusal {
            return Err(format!("{}\n{}", entry.input, answered.output));
        }
    }
    terminal.close(copy);
    Ok(())
}

/// The user who tries it; somebody new, where a member of a group or the holder of a role is wanted.
fn person(actor: &Actor, copy: &mut Sandbox) -> Result<String, String> {
    const SOMEBODY: &str = "sandshift_somebody";
    let join = match actor {
        Actor::User(name) | Actor::Principal(name) => return Ok(name.clone()),
        Actor::MemberOf(group) => format!("ALTER GROUP {group} ADD USER {SOMEBODY};"),
        Actor::HolderOf(role) => format!("GRANT ROLE {role} TO {SOMEBODY};"),
    };
    let told = |error: &SqlError| error_text(error);
    let session: SessionId = copy.connect(ADMIN, None).map_err(|error| told(&error))?;
    let executed = copy.execute(session, &format!("CREATE USER {SOMEBODY} PASSWORD DISABLE; {join}"));
    copy.disconnect(session);
    match executed.iter().find_map(|each| each.result.as_ref().err()) {
        Some(error) => Err(told(error)),
        None => Ok(SOMEBODY.to_owned()),
    }
}

/// Judges the last statement; those before it must have succeeded.
fn judge(expect: &Expect, executed: &[Executed], tried: &str) -> Result<(), String> {
    let Some((last, before)) = executed.split_last() else {
        return Err(format!("{tried}\n(no statement)"));
    };
    if let Some(error) = before.iter().find_map(|each| each.result.as_ref().err()) {
        return Err(format!("{tried}\n{}", error_text(error)));
    }
    let Expect::Rows { wanted, matching } = expect else {
        return judge_plain(expect, last.result.as_ref().err(), tried);
    };
    match &last.result {
        Err(error) => Err(format!("{tried}\n{}", error_text(error))),
        Ok(answer) => {
            let Some(got) = table(answer) else {
                return Err(format!("{tried}\n({})", answer.completion.tag));
            };
            match difference(wanted, &got, matching) {
                None => Ok(()),
                Some(differs) => Err(format!("{tried}\n{differs}")),
            }
        }
    }
}

fn judge_plain(expect: &Expect, error: Option<&SqlError>, tried: &str) -> Result<(), String> {
    match (expect, error) {
        (Expect::Refused { state, message }, Some(error))
            if error.kind.state() == state
                && message.as_ref().is_none_or(|part| error.kind.message().contains(part.as_str())) =>
        {
            Ok(())
        }
        (Expect::Success | Expect::Rows { .. } | Expect::Prints(_), None) => Ok(()),
        (_, Some(error)) => Err(format!("{tried}\n{}", error_text(error))),
        (Expect::Refused { .. }, None) => Err(format!("{tried}\nOK")),
    }
}

/// Judges what the AWS CLI came to.
fn judge_aws(expect: &Expect, output: &CliOutput, tried: &str) -> Result<(), String> {
    let held = match expect {
        Expect::Refused { state, message } => {
            output.code != 0
                && output.stderr.contains(&format!("({state})"))
                && message.as_ref().is_none_or(|part| output.stderr.contains(part.as_str()))
        }
        Expect::Prints(text) => output.code == 0 && output.stdout.trim() == text.trim(),
        Expect::Success | Expect::Rows { .. } => output.code == 0,
    };
    let said = if output.code == 0 { &output.stdout } else { &output.stderr };
    if held { Ok(()) } else { Err(format!("{tried}\n{}", said.trim())) }
}
