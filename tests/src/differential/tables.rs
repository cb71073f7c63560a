//! The tables that both sides hold: small, so that any join of them is quick, and full of what goes wrong (NULLs,
//! equal values, negative numbers, empty strings, letters of several bytes, leap days, month ends), plus a table
//! without rows and one of more rows than a batch of the engine holds.

use std::fmt::Write as _;

use super::difference;
use crate::choice::Choices;

/// What an expression is, as far as which others it may meet. Integers of every width are one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Decimal,
    Double,
    Text,
    Date,
    Timestamp,
    Boolean,
}

pub const KINDS: [Kind; 7] =
    [Kind::Integer, Kind::Decimal, Kind::Double, Kind::Text, Kind::Date, Kind::Timestamp, Kind::Boolean];

pub struct Table {
    pub name: &'static str,
    /// The first is its key: distinct and never NULL. Name, declared type, kind.
    pub columns: &'static [(&'static str, &'static str, Kind)],
    rows: usize,
}

pub const TABLES: [Table; 5] = [
    Table {
        name: "t",
        columns: &[
            ("id", "integer", Kind::Integer),
            ("a", "smallint", Kind::Integer),
            ("b", "integer", Kind::Integer),
            ("c", "bigint", Kind::Integer),
            ("d", "decimal(10,2)", Kind::Decimal),
            ("f", "double precision", Kind::Double),
            ("s", "varchar(20)", Kind::Text),
            ("k", "boolean", Kind::Boolean),
            ("dt", "date", Kind::Date),
            ("ts", "timestamp", Kind::Timestamp),
        ],
        rows: 24,
    },
    Table {
        name: "u",
        columns: &[
            ("uid", "integer", Kind::Integer),
            ("id", "integer", Kind::Integer),
            ("b", "integer", Kind::Integer),
            ("e", "decimal(12,4)", Kind::Decimal),
            ("s", "varchar(30)", Kind::Text),
            ("dt", "date", Kind::Date),
            ("k", "boolean", Kind::Boolean),
        ],
        rows: 16,
    },
    Table {
        name: "v",
        columns: &[
            ("vid", "bigint", Kind::Integer),
            ("s", "varchar(20)", Kind::Text),
            ("f", "double precision", Kind::Double),
            ("ts", "timestamp", Kind::Timestamp),
            ("d", "decimal(8,2)", Kind::Decimal),
        ],
        rows: 9,
    },
    Table {
        name: "nothing",
        columns: &[
            ("nid", "integer", Kind::Integer),
            ("b", "integer", Kind::Integer),
            ("s", "varchar(10)", Kind::Text),
            ("d", "decimal(10,2)", Kind::Decimal),
            ("dt", "date", Kind::Date),
        ],
        rows: 0,
    },
    Table {
        name: "many",
        columns: &[
            ("mid", "integer", Kind::Integer),
            ("id", "integer", Kind::Integer),
            ("c", "bigint", Kind::Integer),
            ("d", "decimal(10,2)", Kind::Decimal),
            ("s", "varchar(20)", Kind::Text),
            ("dt", "date", Kind::Date),
        ],
        rows: 9_000,
    },
];

/// Where `many` is among them: joined to nothing that multiplies it.
pub const MANY: usize = 4;

const WORDS: [&str; 16] = [
    "",
    "a",
    "ab",
    "abc",
    "Abc",
    "ABC",
    "b-a",
    "a-b-c",
    "zeta",
    "Zeta",
    "x%y",
    "x_y",
    "10",
    "9",
    "서울",
    "서울-부산",
];
const DATES: [&str; 15] = [
    "2019-05-01",
    "2019-12-31",
    "2020-01-01",
    "2020-02-29",
    "2021-02-28",
    "2021-03-31",
    "2023-05-25",
    "2023-05-28",
    "2023-10-31",
    "1999-12-31",
    "1970-01-01",
    "1969-07-20",
    "1972-02-29",
    "2000-02-29",
    "2024-12-30",
];
const TIMES: [&str; 7] =
    ["00:00:00", "23:59:59", "12:30:00", "06:07:08.25", "23:59:59.999", "00:00:01", "18:45:30"];

/// The script that makes and fills them, in both sides' words.
pub fn script(seed: u64) -> String {
    let mut choices = Choices::drawn(seed);
    let mut script = String::new();
    for table in &TABLES {
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|(name, declared, _)| format!("{name} {}", varying(name, declared)))
            .collect();
        // Writing to a String does not fail.
        let _ = writeln!(script, "CREATE TABLE {} ({});", table.name, columns.join(", "));
        for some in (0..table.rows).collect::<Vec<_>>().chunks(1_000) {
            let rows: Vec<String> = some.iter().map(|row| self::row(table, *row, &mut choices)).collect();
            let _ = writeln!(script, "INSERT INTO {} VALUES {};", table.name, rows.join(", "));
        }
    }
    script
}

fn varying(name: &str, declared: &str) -> String {
    match declared.strip_prefix("varchar(").and_then(|rest| rest.strip_suffix(')')) {
        Some(bytes) => difference::varying(name, bytes),
        None => declared.to_owned(),
    }
}

fn row(table: &Table, row: usize, choices: &mut Choices) -> String {
    let mut cells = vec![(row + 1).to_string()];
    for (name, declared, kind) in &table.columns[1..] {
        cells.push(if choices.chance(15) { "NULL".to_owned() } else { cell(name, declared, *kind, choices) });
    }
    format!("({})", cells.join(", "))
}

fn cell(name: &str, declared: &str, kind: Kind, choices: &mut Choices) -> String {
    let signed = |number: usize, spread: usize| number as i64 - spread as i64;
    match kind {
        Kind::Integer if name == "id" => (1 + choices.below(28)).to_string(),
        Kind::Integer if declared == "bigint" => {
            let far = [0, 1, -1, 100_000_000, -99_999_999, 2_147_483];
            if choices.chance(30) { choices.one(&far) } else { signed(choices.below(41), 20) }.to_string()
        }
        Kind::Integer => signed(choices.below(25), 8).to_string(),
        Kind::Decimal => {
            let digits = if declared.ends_with(",4)") { 4 } else { 2 };
            let near = ["0", "0.5", "-0.5", "1.25", "-1.25", "10", "99.99"];
            if choices.chance(40) {
                choices.one(&near).to_owned()
            } else {
                format!("{:.digits$}", signed(choices.below(200_001), 100_000) as f64 / 1_000.0)
            }
        }
        Kind::Double => (signed(choices.below(81), 40) as f64 / 4.0).to_string(),
        Kind::Text => format!("'{}'", choices.of(&WORDS)),
        Kind::Date => format!("'{}'", choices.of(&DATES)),
        Kind::Timestamp => format!("'{} {}'", choices.of(&DATES), choices.of(&TIMES)),
        Kind::Boolean => choices.of(&["true", "false"]).to_owned(),
    }
}

/// A literal of the kind, the simplest first.
pub fn literal(kind: Kind, choices: &mut Choices) -> String {
    match kind {
        Kind::Integer => choices.one(&["1", "0", "2", "3", "5", "7", "10", "(-1)", "(-4)"]).to_owned(),
        Kind::Decimal => choices.one(&["1.5", "0.25", "10.0", "(-2.75)", "0.01", "3.14"]).to_owned(),
        Kind::Double => {
            format!(
                "CAST({} AS DOUBLE PRECISION)",
                choices.one(&["1", "0.5", "'0'", "'-2.25'", "'8'", "'-0.125'"])
            )
        }
        Kind::Text => format!("'{}'", choices.of(&WORDS[1..])),
        Kind::Date => format!("DATE '{}'", choices.of(&DATES)),
        Kind::Timestamp => format!("TIMESTAMP '{} {}'", choices.of(&DATES), choices.of(&TIMES)),
        Kind::Boolean => choices.one(&["TRUE", "FALSE"]).to_owned(),
    }
}

/// The name of a type of that kind, for a cast of NULL.
pub fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "INTEGER",
        Kind::Decimal => "DECIMAL(10,2)",
        Kind::Double => "DOUBLE PRECISION",
        Kind::Text => "VARCHAR(20)",
        Kind::Date => "DATE",
        Kind::Timestamp => "TIMESTAMP",
        Kind::Boolean => "BOOLEAN",
    }
}
