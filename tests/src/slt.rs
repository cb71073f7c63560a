//! Runs sqllogictest files against a fresh account each.
//!
//! `connection NAME` means: in a session of that warehouse user, opened at its first statement; `connection NAME#2` is
//! another session of the same user, `connection NAME@DATABASE` one in another database. Cells print as the page prints them; NULL as `NULL`, an empty string as `(empty)`.
//! Column types: I (integers), R (decimals and floats), T (everything else); any other letter stands for any type.
//!
//! `query T notices` compares what was said beside the answer (`NOTICE:  ...`, a line each) instead of the answer.
//! `system ok` types its lines, each of which begins with `aws`, in the account's terminal.
//!
//! A statement that has to wait ends its record with `statement error waits for HOLDER on SCHEMA.TABLE`. It goes on waiting
//! behind its connection: a later record with the same words on the same connection is how it ends, or that it still
//! waits. Nothing else can be said on that connection meanwhile.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use regex::Regex;
use sandshift_engine::sandbox::{ADMIN, Answer, PRINCIPAL, Running, Sandbox};
use sandshift_engine::sql::error::SqlError;
use sandshift_engine::sql::outcome::Step;
use sandshift_engine::sql::parse;
use sandshift_engine::sql::session::SessionId;
use sandshift_engine::sql::statement::ParsedStatement;
use sandshift_engine::warehouse::data_type::DataType;
use sandshift_lessons::transcript::{aws, error_text, rows};
use sqllogictest::{
    ColumnType, Connection, DB, DBOutput, ExpectedError, QueryExpect, Record, Runner, StatementExpect,
};

use crate::{files, start};

/// Runs one file; gives how many statements and queries it has.
///
/// # Errors
/// The records that do not come out as written, with file and line.
pub fn run(path: &Path) -> Result<usize, String> {
    let text = files::read(path)?;
    WAITS.with_borrow_mut(HashMap::clear);
    let sandbox = Arc::new(Mutex::new(start::sandbox(&text)?));
    let records = sqllogictest::parse_file::<Kind>(path).map_err(|error| error.to_string())?;
    let next_user = Rc::new(RefCell::new(ADMIN.to_owned()));
    let user = next_user.clone();
    let notices = Arc::new(AtomicBool::new(false));
    let (account, asked) = (sandbox.clone(), notices.clone());
    let mut runner = Runner::new(move || {
        let opened = Door::open(&account, &user.borrow(), asked.clone());
        async move { opened }
    });
    runner.with_normalizer(|line| line.trim().to_owned());
    runner.with_column_validator(|actual, expected| {
        actual.len() == expected.len()
            && actual.iter().zip(expected).all(|(actual, expected)| expected.takes(*actual))
    });
    let (mut count, mut differences) = (0, Vec::new());
    for mut record in records {
        if let Record::Statement { expected: StatementExpect::Error(expected), .. }
        | Record::Query { expected: QueryExpect::Error(expected), .. } = &mut record
        {
            read_literally(expected);
        }
        if let Record::Statement { connection, .. } | Record::Query { connection, .. } = &record {
            count += 1;
            *next_user.borrow_mut() = match connection {
                Connection::Default => ADMIN.to_owned(),
                Connection::Named(name) => name.split('#').next().unwrap_or_default().to_owned(),
            };
        }
        let asked = matches!(
            &record,
            Record::Query { expected: QueryExpect::Results { label: Some(label), .. }, .. } if label == "notices"
        );
        notices.store(asked, Ordering::Relaxed);
        if let Record::Halt { .. } = record {
            break;
        }
        if let Record::System { loc, command, stdout, .. } = &record {
            count += 1;
            type_all(&mut lock(&sandbox), command, stdout.as_deref())
                .map_err(|reason| format!("{reason}\nat {loc}"))?;
            continue;
        }
        if let Err(error) = runner.run(record) {
            differences.push(error.to_string());
        }
        // What comes after so many is mostly their consequence.
        if differences.len() == 20 {
            break;
        }
    }
    if differences.is_empty() { Ok(count) } else { Err(differences.join("\n\n")) }
}

/// Types lines of the AWS CLI as the account's learner; each must succeed and, where it is written, print what is written.
fn type_all(sandbox: &mut Sandbox, command: &str, expected: Option<&str>) -> Result<(), String> {
    let mut all = String::new();
    sandbox.finish_background();
    for line in command.lines() {
        let line =
            line.strip_prefix("aws ").ok_or_else(|| format!("`{line}` is not a line of the AWS CLI"))?;
        let printed = aws(sandbox, PRINCIPAL, line);
        if printed.code != 0 {
            return Err(format!("`aws {line}` failed: {}{}", printed.stdout, printed.stderr));
        }
        all.push_str(&printed.stdout);
    }
    match expected.map(str::trim) {
        Some(expected) if expected != all.trim() => {
            Err(format!("the terminal printed\n{all}\ninstead of\n{expected}"))
        }
        _ => Ok(()),
    }
}

/// `statement error (42P01) relation "t" does not exist` demands both SQLSTATE and text. The text may be a regular
/// expression; as messages are full of parentheses, it also matches as it stands.
fn read_literally(expected: &mut ExpectedError) {
    let ExpectedError::Inline(given) = expected else { return };
    let given = given.as_str();
    let (state, text) = code_and_text(given);
    let literal: String = text
        .chars()
        .flat_map(|letter| {
            let escape = "\\.+*?()|[]{}^$".contains(letter).then_some('\\');
            escape.into_iter().chain([letter])
        })
        .collect();
    if let Ok(regex) = Regex::new(&format!("ERROR {state}: .*(?:{text}|{literal})")) {
        *expected = ExpectedError::Inline(regex);
    }
}

/// `(42P01) text` and `42P01: text` name the SQLSTATE, too; `.....` stands for any.
fn code_and_text(given: &str) -> (&str, &str) {
    let bracketed = given.strip_prefix('(').and_then(|rest| rest.split_once(") "));
    let is_code = |code: &str| {
        code.len() == 5 && code.chars().all(|each| each.is_ascii_uppercase() || each.is_ascii_digit())
    };
    match bracketed.or_else(|| given.split_once(": ")) {
        Some((code, text)) if is_code(code) => (code, text),
        _ => (".....", given),
    }
}

/// A session of one user in the file's account.
struct Door {
    sandbox: Arc<Mutex<Sandbox>>,
    session: SessionId,
    /// Whether the record at hand compares what was said beside the answer.
    notices: Arc<AtomicBool>,
}

thread_local! {
    // By session. They stay on the thread that runs the file; the runner wants doors that could leave it.
    static WAITS: RefCell<HashMap<SessionId, Waits>> = RefCell::default();
}

/// A statement that waits, with the words of its record and what is to be run behind it.
struct Waits {
    words: String,
    running: Running,
    left: VecDeque<ParsedStatement>,
}

/// A refusal or mistake as the harness compares it.
#[derive(Debug)]
struct Failure(SqlError);

type Outcome = Result<DBOutput<Kind>, Failure>;

/// A column's letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    Real,
    Any,
}

impl Door {
    fn open(sandbox: &Arc<Mutex<Sandbox>>, user: &str, notices: Arc<AtomicBool>) -> Result<Door, Failure> {
        let (user, database) = user.split_once('@').unwrap_or((user, ""));
        let session = lock(sandbox).connect(user, None).map_err(Failure)?;
        if !database.is_empty() {
            lock(sandbox).turn_to(session, database).map_err(Failure)?;
        }
        Ok(Door { sandbox: sandbox.clone(), session, notices })
    }

    /// Runs statements, the one that waited first.
    fn go(&self, words: &str, held: Option<Running>, mut left: VecDeque<ParsedStatement>) -> Outcome {
        let mut sandbox = lock(&self.sandbox);
        let (mut held, mut output) = (held, DBOutput::StatementComplete(0));
        let mut notices = Vec::new();
        loop {
            let mut running = match (held.take(), left.pop_front()) {
                (Some(running), first) => {
                    first.into_iter().for_each(|first| left.push_front(first));
                    running
                }
                (None, Some(statement)) => sandbox.start(self.session, &statement).map_err(Failure)?,
                (None, None) if self.notices.load(Ordering::Relaxed) => {
                    return Ok(DBOutput::Rows { types: vec![Kind::Text], rows: notices });
                }
                (None, None) => return Ok(output),
            };
            let mut batches = Vec::new();
            let completion = loop {
                match sandbox.step(&mut running).map_err(Failure)? {
                    Step::Running(_) => {}
                    Step::Rows(batch) => batches.push(batch),
                    Step::Done(completion) => break completion,
                    Step::Waiting(wait) => {
                        let waits = Waits { words: words.to_owned(), running, left };
                        WAITS.with_borrow_mut(|all| all.insert(self.session, waits));
                        let told = format!("waits for {} on {}", wait.user, wait.table);
                        return Err(Failure(SqlError::product("55P03", told)));
                    }
                }
            };
            notices.extend(completion.notices.iter().map(|notice| vec![notice.clone()]));
            output = told(&Answer { completion, batches });
        }
    }
}

fn lock(sandbox: &Mutex<Sandbox>) -> std::sync::MutexGuard<'_, Sandbox> {
    // One thread runs a file; a panic in it ends the file.
    sandbox.lock().unwrap_or_else(PoisonError::into_inner)
}

impl DB for Door {
    type Error = Failure;
    type ColumnType = Kind;

    fn run(&mut self, sql: &str) -> Outcome {
        if let Some(waits) = WAITS.with_borrow_mut(|all| all.remove(&self.session)) {
            if waits.words != sql {
                let told = format!("this connection still waits at: {}", waits.words);
                WAITS.with_borrow_mut(|all| all.insert(self.session, waits));
                return Err(Failure(SqlError::product("55P03", told)));
            }
            return self.go(sql, Some(waits.running), waits.left);
        }
        if let Ok(statements) = parse::script(sql).into_iter().collect::<Result<_, _>>() {
            return self.go(sql, None, statements);
        }
        // What does not parse ends a transaction that is open, too.
        let executed = lock(&self.sandbox).execute(self.session, sql);
        executed.into_iter().try_fold(DBOutput::StatementComplete(0), |_, each| {
            each.result.as_ref().map(told).map_err(|error| Failure(error.clone()))
        })
    }

    fn engine_name(&self) -> &str {
        "sandshift"
    }

    fn error_sql_state(error: &Failure) -> Option<String> {
        Some(error.0.kind.state().to_owned())
    }
}

/// An answer as records tell it.
fn told(answer: &Answer) -> DBOutput<Kind> {
    match (rows(answer), &answer.completion.fields) {
        (Some(rows), Some(fields)) => {
            DBOutput::Rows { types: fields.iter().map(|field| Kind::of(field.data_type)).collect(), rows }
        }
        _ => DBOutput::StatementComplete(answer.completion.rows_affected.unwrap_or(0)),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&error_text(&self.0))
    }
}

impl std::error::Error for Failure {}

impl Kind {
    fn of(data_type: DataType) -> Kind {
        match data_type {
            DataType::SmallInt | DataType::Integer | DataType::BigInt => Kind::Integer,
            DataType::Decimal { .. } | DataType::Real | DataType::Double => Kind::Real,
            _ => Kind::Text,
        }
    }

    fn takes(self, actual: Kind) -> bool {
        self == Kind::Any || self == actual
    }
}

impl ColumnType for Kind {
    fn from_char(letter: char) -> Option<Self> {
        Some(match letter {
            'T' => Kind::Text,
            'I' => Kind::Integer,
            'R' => Kind::Real,
            _ => Kind::Any,
        })
    }

    fn to_char(&self) -> char {
        match self {
            Kind::Text => 'T',
            Kind::Integer => 'I',
            Kind::Real => 'R',
            Kind::Any => '?',
        }
    }
}
