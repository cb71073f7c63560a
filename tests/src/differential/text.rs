//! Random expressions that are text.

use super::difference as listed;
use super::expression::Scope;
use super::query::Generator;
use super::tables::{Kind, literal};

/// Regular expressions that POSIX and Redshift read alike.
pub const PATTERNS: [&str; 7] = ["a", "[a-c]", "b.", "^a", "[0-9]+", "a|c", "c$"];

const DATE_TEMPLATES: [&str; 8] = [
    "YYYY-MM-DD",
    "DD Mon YYYY",
    "FMDay, FMMonth DD",
    "DAY MONTH",
    "YYYY-Q",
    "IYYY-IW-D",
    "DDD J",
    "FMDDth Month YY",
];
const TIME_TEMPLATES: [&str; 6] = [
    "YYYY-MM-DD HH24:MI:SS",
    "HH12:MI AM",
    "HH:MI:SS p.m.",
    "SSSS",
    "YYYYMMDDHH24MISS",
    "Dy DD Mon HH24:MI:SS.US",
];
const NUMBER_TEMPLATES: [&str; 12] = [
    "FM99990.00",
    "999.99",
    "S9999",
    "00000",
    "9,999.99",
    "FM999999",
    "999PR",
    "FM9,990.0",
    "999999999999MI",
    "0.9",
    "FM999.999",
    "99V9",
];

impl Generator<'_> {
    pub fn text(&mut self, scope: &Scope, depth: usize) -> String {
        use Kind::{Date, Decimal, Integer, Text, Timestamp};
        let choice = self.choices.below(36);
        let count = self.choices.below(6);
        let mut operand = |kind| self.scalar(kind, scope, depth);
        match choice {
            0 => format!("UPPER({})", operand(Text)),
            1 => format!("LOWER({})", operand(Text)),
            2 => format!("({} || {})", operand(Text), operand(Text)),
            3 => format!("SUBSTRING({}, {}, {count})", operand(Text), count % 4),
            4 => format!("LEFT({}, {count})", operand(Text)),
            5 => format!("RIGHT({}, {count})", operand(Text)),
            6 => format!("REPLACE({}, {}, '-')", operand(Text), literal(Text, self.choices)),
            7 => format!("TRIM(BOTH 'a' FROM {})", operand(Text)),
            8 => format!("LTRIM({}, 'ab')", operand(Text)),
            9 => format!("RTRIM({}, 'cb')", operand(Text)),
            10 => format!("LPAD({}, {}, 'xy')", operand(Text), count * 2),
            11 => format!("RPAD({}, {}, '-+')", operand(Text), count * 2),
            12 => format!("REVERSE({})", operand(Text)),
            13 => format!("INITCAP({})", operand(Text)),
            14 => format!("REPEAT({}, {})", operand(Text), count % 3),
            15 => format!("SPLIT_PART({}, '-', {})", operand(Text), 1 + count % 3),
            16 => format!("TRANSLATE({}, 'abc', 'xy')", operand(Text)),
            17 => format!("CAST({} AS VARCHAR)", operand(Integer)),
            18 => format!("CAST({} AS VARCHAR)", operand(Date)),
            19 => {
                let time = operand(Timestamp);
                format!("TO_CHAR({time}, '{}')", self.choices.of(&TIME_TEMPLATES))
            }
            20 => {
                let date = operand(Date);
                format!("TO_CHAR({date}, '{}')", self.choices.of(&DATE_TEMPLATES))
            }
            21 => listed::CONCATENATION.of(&[&operand(Text), &operand(Text)]),
            22 => format!("MD5({})", operand(Text)),
            23 => {
                let number = self.leaf(Decimal, scope);
                format!("TO_CHAR({number}, '{}')", self.choices.of(&NUMBER_TEMPLATES))
            }
            24 => {
                let number = self.leaf(Integer, scope);
                format!("TO_CHAR({number}, '{}')", self.choices.of(&NUMBER_TEMPLATES))
            }
            25 => {
                let whole = operand(Text);
                listed::REGEXP_PART.of(&[&whole, &format!("'{}'", self.choices.of(&PATTERNS))])
            }
            26 => {
                let whole = operand(Text);
                listed::REGEXP_REPLACED.of(&[&whole, &format!("'{}'", self.choices.of(&PATTERNS)), "'<>'"])
            }
            27 => format!("CHR(CAST(64 + ABS({}) % 50 AS INTEGER))", self.leaf(Integer, scope)),
            28 => format!("TRIM({})", operand(Text)),
            29 => format!("TRIM(LEADING 'a' FROM {})", operand(Text)),
            30 => format!("BTRIM({}, 'ac')", operand(Text)),
            31 => format!("SUBSTRING({} FROM {count})", operand(Text)),
            32 => format!("LEFT({}, -{count})", operand(Text)),
            33 => format!("CAST({} AS VARCHAR)", operand(Timestamp)),
            34 => format!("QUOTE_LITERAL({})", operand(Text)),
            _ => format!("TO_HEX(CAST({} AS INTEGER))", self.leaf(Integer, scope)),
        }
    }
}
