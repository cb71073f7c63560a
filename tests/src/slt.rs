//! Runs sqllogictest files against a fresh account each.
//!
//! `connection NAME` means: in a session of that warehouse user, opened at its first statement; `connection NAME#2` is
//! another session of the same user. Cells print as the page prints them; NULL as `NULL`, an empty string as `(empty)`.
//! Column types: I (integers), R (decimals and floats), T (everything else); any other letter stands for any type.
//!
//! `query T notices` compares what was said beside the answer (`NOTICE:  ...`, a line each) instead of the answer.
//! `system ok` types its lines, each of which begins with `aws`, in the account's terminal.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use regex::Regex;
use sandshift_engine::sandbox::{ADMIN, PRINCIPAL, Sandbox};
use sandshift_engine::sql::error::SqlError;
use sandshift_engine::sql::session::SessionId;
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

/// A refusal or mistake as the harness compares it.
#[derive(Debug)]
struct Failure(SqlError);

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
        let session = lock(sandbox).connect(user, None).map_err(Failure)?;
        Ok(Door { sandbox: sandbox.clone(), session, notices })
    }
}

fn lock(sandbox: &Mutex<Sandbox>) -> std::sync::MutexGuard<'_, Sandbox> {
    // One thread runs a file; a panic in it ends the file.
    sandbox.lock().unwrap_or_else(PoisonError::into_inner)
}

impl DB for Door {
    type Error = Failure;
    type ColumnType = Kind;

    fn run(&mut self, sql: &str) -> Result<DBOutput<Kind>, Failure> {
        let mut output = DBOutput::StatementComplete(0);
        let mut notices = Vec::new();
        for executed in lock(&self.sandbox).execute(self.session, sql) {
            let answer = executed.result.map_err(Failure)?;
            notices.extend(answer.completion.notices.iter().map(|notice| vec![notice.clone()]));
            output = match (rows(&answer), &answer.completion.fields) {
                (Some(rows), Some(fields)) => {
                    let types = fields.iter().map(|field| Kind::of(field.data_type)).collect();
                    DBOutput::Rows { types, rows }
                }
                _ => DBOutput::StatementComplete(answer.completion.rows_affected.unwrap_or(0)),
            };
        }
        Ok(match self.notices.load(Ordering::Relaxed) {
            true => DBOutput::Rows { types: vec![Kind::Text], rows: notices },
            false => output,
        })
    }

    fn engine_name(&self) -> &str {
        "sandshift"
    }

    fn error_sql_state(error: &Failure) -> Option<String> {
        Some(error.0.kind.state().to_owned())
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
