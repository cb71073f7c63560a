//! Runs sqllogictest files against a fresh account each.
//!
//! `connection NAME` means: in a session of that warehouse user, opened at its first statement. Cells print as the
//! page prints them; NULL as `NULL`, an empty string as `(empty)`. Column types: I (integers), R (decimals and
//! floats), T (everything else); any other letter stands for any type.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use regex::Regex;
use sandshift_engine::sandbox::{ADMIN, Sandbox};
use sandshift_engine::sql::error::SqlError;
use sandshift_engine::sql::session::SessionId;
use sandshift_engine::warehouse::data_type::DataType;
use sandshift_lessons::transcript::{error_text, rows};
use sqllogictest::{
    ColumnType, Connection, DB, DBOutput, ExpectedError, QueryExpect, Record, Runner, StatementExpect,
};

use crate::{files, start};

/// Runs one file; gives how many statements and queries it has.
///
/// # Errors
/// The first record that does not come out as written, with file and line.
pub fn run(path: &Path) -> Result<usize, String> {
    let text = files::read(path)?;
    let sandbox = Arc::new(Mutex::new(start::sandbox(&text)?));
    let records = sqllogictest::parse_file::<Kind>(path).map_err(|error| error.to_string())?;
    let next_user = Rc::new(RefCell::new(ADMIN.to_owned()));
    let user = next_user.clone();
    let mut runner = Runner::new(move || {
        let opened = Door::open(&sandbox, &user.borrow());
        async move { opened }
    });
    runner.with_normalizer(|line| line.trim().to_owned());
    runner.with_column_validator(|actual, expected| {
        actual.len() == expected.len()
            && actual.iter().zip(expected).all(|(actual, expected)| expected.takes(*actual))
    });
    let mut count = 0;
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
                Connection::Named(name) => name.clone(),
            };
        }
        if let Record::Halt { .. } = record {
            break;
        }
        runner.run(record).map_err(|error| error.to_string())?;
    }
    Ok(count)
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
    fn open(sandbox: &Arc<Mutex<Sandbox>>, user: &str) -> Result<Door, Failure> {
        let session = lock(sandbox).connect(user, None).map_err(Failure)?;
        Ok(Door { sandbox: sandbox.clone(), session })
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
        for executed in lock(&self.sandbox).execute(self.session, sql) {
            let answer = executed.result.map_err(Failure)?;
            output = match (rows(&answer), &answer.completion.fields) {
                (Some(rows), Some(fields)) => {
                    let types = fields.iter().map(|field| Kind::of(field.data_type)).collect();
                    DBOutput::Rows { types, rows }
                }
                _ => DBOutput::StatementComplete(answer.completion.rows_affected.unwrap_or(0)),
            };
        }
        Ok(output)
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
