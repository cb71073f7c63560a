//! Runs transcripts against an account.
//!
//! What is printed below a prompt:
//! - rows: cells joined by ` | `, no header; NULL as `NULL`, an empty string as `(empty)`; `(no rows)` for none;
//! - other statements: their tag (`CREATE GROUP`), as psql prints it, with notices above it;
//! - a statement that failed: `ERROR 42501: permission denied for relation t`, and `DETAIL:` when there is one;
//! - `aws`: what it printed, standard output first.
//!
//! Empty lines are left out of every output, because an empty line ends it.

use std::fmt;

use sandshift_engine::aws::timestamp;
use sandshift_engine::happening::Happening;
use sandshift_engine::sandbox::{Answer, CliOutput, Executed, Sandbox};
use sandshift_engine::sorted::SortedMap;
use sandshift_engine::sql::error::{SqlError, SqlResult};
use sandshift_engine::sql::session::SessionId;
use sandshift_prose::definition::Table;
pub use sandshift_prose::transcript::{Door, Entry, LONGEST, Transcript};

use crate::Problem;
use crate::matching::ROWS;

/// The doors of one account, with a session of its own for each warehouse user who has typed something.
#[derive(Default)]
pub struct Terminal {
    sessions: SortedMap<String, SessionId>,
}

/// What came of one prompt.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    pub output: String,
    /// Whether any statement of it failed.
    pub refused: bool,
    /// Its SQL statements, one by one.
    pub statements: Vec<Done>,
}

/// A statement that somebody ran, and whether it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub user: String,
    pub text: String,
    /// SQLSTATE; `None` when it succeeded.
    pub refused: Option<String>,
    /// The rows it came to, as far as a check would look at them.
    pub came: Option<Table>,
}

/// What a transcript's run came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Prompts run.
    pub entries: usize,
    pub differences: Vec<Difference>,
}

/// A prompt that did not come out as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub line: u32,
    pub input: String,
    pub expected: String,
    pub actual: String,
}

/// Types a line of the AWS CLI. `$(aws ...)` in it stands for what that line prints, as in a shell; where that line
/// fails, its failure is the answer, because the rest would only hide it.
pub fn aws(sandbox: &mut Sandbox, principal: &str, line: &str) -> CliOutput {
    match filled(sandbox, principal, line) {
        Ok(whole) => sandbox.aws(principal, &whole),
        Err(printed) => printed,
    }
}

/// The line with what its `$(aws ...)` print.
///
/// # Errors
/// What one of them printed that failed.
pub fn filled(sandbox: &mut Sandbox, principal: &str, line: &str) -> Result<String, CliOutput> {
    let (mut whole, mut rest) = (String::new(), line);
    while let Some((before, inner, after)) = inserted(rest) {
        let printed = sandbox.aws(principal, inner);
        if printed.code != 0 {
            return Err(printed);
        }
        whole.push_str(before);
        whole.push_str(printed.stdout.trim());
        rest = after;
    }
    whole.push_str(rest);
    Ok(whole)
}

/// The first `$(aws ...)` of a line, and what stands around it.
fn inserted(line: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = line.split_once("$(aws ")?;
    let mut depth = 1;
    let end = rest.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0
    })?;
    Some((before, &rest[..end], &rest[end + 1..]))
}

impl Terminal {
    /// Types the entry and waits for its answer.
    pub fn enter(&mut self, sandbox: &mut Sandbox, entry: &Entry) -> Answered {
        // What the Data API was given is done meanwhile, unless somebody is quick enough to cancel it.
        if !["cancel-statement", "stop-query"].iter().any(|quick| entry.input.contains(quick)) {
            sandbox.finish_background();
        }
        match &entry.door {
            Door::Sql { user } => self.sql(sandbox, user, &entry.input),
            Door::Login { user } => self.login(sandbox, user, &entry.input),
            Door::Aws { principal } => {
                let printed = aws(sandbox, principal, &entry.input);
                let output = printable(&format!("{}\n{}", printed.stdout, printed.stderr));
                Answered { output, refused: printed.code != 0, statements: Vec::new() }
            }
            Door::Clock { micros } => {
                let happened = match micros {
                    Some(micros) => sandbox.advance(*micros),
                    None => sandbox.advance_to_next(),
                };
                Answered { output: printable(&told(&happened)), ..Answered::default() }
            }
        }
    }

    /// Opens a session with a password, which may be what an `aws` line prints.
    fn login(&mut self, sandbox: &mut Sandbox, user: &str, written: &str) -> Answered {
        let command = written.strip_prefix("$(aws ").and_then(|rest| rest.strip_suffix(')'));
        let password = match command.and_then(|command| command.split_once('>')) {
            Some((principal, line)) => sandbox.aws(principal.trim(), line.trim()).stdout.trim().to_owned(),
            None => written.to_owned(),
        };
        match connect(sandbox, user, Some(&password)) {
            Ok(session) => {
                if let Some(old) = self.sessions.insert(user.to_owned(), session) {
                    sandbox.disconnect(old);
                }
                Answered::default()
            }
            Err(error) => {
                let output = printable(&error_text(&error));
                Answered { output, refused: true, statements: Vec::new() }
            }
        }
    }

    fn sql(&mut self, sandbox: &mut Sandbox, user: &str, text: &str) -> Answered {
        let session = match self.sessions.get(user) {
            Some(session) if sandbox.session(*session).is_some() => *session,
            // None yet, or one that somebody terminated.
            _ => match connect(sandbox, user, None) {
                Ok(session) => {
                    self.sessions.insert(user.to_owned(), session);
                    session
                }
                Err(error) => {
                    let output = printable(&error_text(&error));
                    return Answered { output, refused: true, statements: Vec::new() };
                }
            },
        };
        let executed = sandbox.execute(session, text);
        let texts: Vec<String> = executed.iter().map(executed_text).collect();
        Answered {
            output: printable(&texts.join("\n")),
            refused: executed.iter().any(|each| each.result.is_err()),
            statements: executed
                .into_iter()
                .map(|each| Done {
                    user: user.to_owned(),
                    text: each.text,
                    came: each.result.as_ref().ok().and_then(table),
                    refused: each.result.err().map(|error| error.kind.state().to_owned()),
                })
                .collect(),
        }
    }

    /// Ends the sessions; what they left uncommitted is gone.
    pub fn close(self, sandbox: &mut Sandbox) {
        for session in self.sessions.into_values() {
            sandbox.disconnect(session);
        }
    }
}

/// Runs a transcript and compares.
///
/// # Errors
/// Lines that are no transcript.
pub fn run(text: &str, sandbox: &mut Sandbox) -> Result<Report, Vec<Problem>> {
    let transcript = Transcript::parse("transcript", text)?;
    let mut report = Report::default();
    let mut terminal = Terminal::default();
    for entry in &transcript.entries {
        let answered = terminal.enter(sandbox, entry);
        report.entries += 1;
        report.differences.extend(difference(entry, &answered));
    }
    terminal.close(sandbox);
    Ok(report)
}

/// Runs a transcript and writes what came out below its prompts. Whether refusals came where they are
/// expected is still compared: that is never blessed away.
///
/// # Errors
/// Lines that are no transcript.
pub fn bless(text: &str, sandbox: &mut Sandbox) -> Result<(String, Report), Vec<Problem>> {
    let transcript = Transcript::parse("transcript", text)?;
    let mut report = Report::default();
    let mut terminal = Terminal::default();
    let mut outputs = Vec::new();
    for entry in &transcript.entries {
        let answered = terminal.enter(sandbox, entry);
        report.entries += 1;
        if answered.refused != entry.refusal {
            report.differences.extend(difference(entry, &answered));
        }
        outputs.push(answered.output);
    }
    terminal.close(sandbox);
    Ok((transcript.with_outputs(&outputs), report))
}

/// How the answer differs from what the entry says, if it does.
pub fn difference(entry: &Entry, answered: &Answered) -> Option<Difference> {
    let expected = match &entry.output {
        Some(output) if printable(output) == answered.output && entry.refusal == answered.refused => {
            return None;
        }
        Some(output) => printable(output),
        None if entry.refusal == answered.refused => return None,
        None if entry.refusal => "a refusal".to_owned(),
        None => "no refusal".to_owned(),
    };
    Some(Difference {
        line: entry.line,
        input: entry.input.clone(),
        expected,
        actual: answered.output.clone(),
    })
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "line {}: {}", self.line, self.input)?;
        for line in self.expected.lines() {
            writeln!(f, "  - {line}")?;
        }
        for line in self.actual.lines() {
            writeln!(f, "  + {line}")?;
        }
        Ok(())
    }
}

/// `ERROR 42501: permission denied for relation t`, with the product's DETAIL below it.
pub fn error_text(error: &SqlError) -> String {
    let mut text = format!("ERROR {}: {}", error.kind.state(), error.kind.message());
    if let Some(detail) = error.kind.detail() {
        text.push_str("\nDETAIL: ");
        text.push_str(&detail);
    }
    for line in &error.around {
        text.push('\n');
        text.push_str(line);
    }
    text
}

fn executed_text(executed: &Executed) -> String {
    match &executed.result {
        Err(error) => error_text(error),
        Ok(answer) => {
            let mut lines = answer.completion.notices.clone();
            match rows(answer) {
                None => lines.push(answer.completion.tag.clone()),
                Some(rows) if rows.is_empty() => lines.push("(no rows)".to_owned()),
                Some(rows) => lines.extend(rows.into_iter().map(|row| row.join(" | "))),
            }
            lines.join("\n")
        }
    }
}

/// The answer's cells as text; `None` for a statement that answers with no rows at all.
pub fn rows(answer: &Answer) -> Option<Vec<Vec<String>>> {
    let fields = answer.completion.fields.as_ref()?;
    let mut rows = Vec::new();
    for batch in &answer.batches {
        for row in 0..batch.rows {
            rows.push(
                batch
                    .columns
                    .iter()
                    .zip(fields)
                    .map(|(column, field)| {
                        match answer.completion.printing.display(column, field.data_type, row) {
                            None => "NULL".to_owned(),
                            Some(text) if text.is_empty() => "(empty)".to_owned(),
                            Some(text) => text,
                        }
                    })
                    .collect(),
            );
        }
    }
    Some(rows)
}

/// The answer as a check looks at it; `None` for a statement without rows, and for more of them than are compared.
pub fn table(answer: &Answer) -> Option<Table> {
    if answer.batches.iter().map(|batch| batch.rows).sum::<usize>() > ROWS {
        return None;
    }
    let fields = answer.completion.fields.as_ref()?;
    let columns = fields.iter().map(|field| field.name.to_string()).collect();
    Some(Table { columns, rows: rows(answer)? })
}

/// `admin` is of the present cluster, `admin@name` of the cluster or workgroup of that name.
pub(crate) fn connect(sandbox: &mut Sandbox, user: &str, password: Option<&str>) -> SqlResult<SessionId> {
    match user.rsplit_once('@') {
        Some((user, cluster)) => sandbox.connect_to(cluster, user, password),
        None => sandbox.connect(user, password),
    }
}

/// What happened while time passed: `2023-05-25 18:00:30 snapshot-taken rs:...`. What happened to one thing over and
/// over is told once.
fn told(happened: &[Happening]) -> String {
    let same = |one: &Happening, other: &Happening| one.kind == other.kind && one.subject == other.subject;
    let mut lines = Vec::new();
    for (at, one) in happened.iter().enumerate() {
        let times = happened.iter().filter(|other| same(one, other)).count();
        if times > 4 && happened[..at].iter().any(|other| same(one, other)) {
            continue;
        }
        let mut line = format!("{} {} {}", timestamp::plain(one.at), one.kind.name(), one.subject);
        if times > 4 {
            line.push_str(&format!(" ({times} times)"));
        }
        lines.push(line);
    }
    lines.join("\n")
}

fn printable(text: &str) -> String {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
