//! Random expressions of a wanted kind over the columns in sight.
//!
//! Whatever is made here must not fail for a reason of its own: divisors are guarded, products are of leaves only so
//! that integers do not overflow, and DOUBLEs are halves and quarters whose sums are exact.

use super::difference as listed;
use super::query::Generator;
use super::tables::{KINDS, Kind, literal, type_name};
use super::text::PATTERNS;

/// Something that an expression may be made of.
#[derive(Clone, Debug)]
pub struct Column {
    pub text: String,
    pub kind: Kind,
}

/// What an expression sees.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub columns: Vec<Column>,
    /// Columns of the queries around it.
    pub outer: Vec<Column>,
    /// What a query inside it sees of these; `None` where it may ask none.
    pub lent: Option<Vec<Column>>,
}

impl Scope {
    /// The same without what only whole queries may hold: for arguments of aggregates, and keys.
    pub fn plain(&self) -> Scope {
        Scope { columns: self.columns.clone(), outer: Vec::new(), lent: None }
    }

    /// What a query inside sees.
    pub fn below(&self) -> Vec<Column> {
        self.lent.iter().flatten().chain(&self.outer).cloned().collect()
    }
}

const PARTS_OF_DATE: [&str; 6] = ["year", "month", "day", "quarter", "week", "dow"];
const PARTS_OF_TIME: [&str; 4] = ["hour", "minute", "second", "year"];
const PARTS_TO_ADD: [&str; 5] = ["day", "month", "year", "week", "quarter"];
const PARTS_APART: [&str; 4] = ["day", "month", "year", "quarter"];
const PARTS_TO_CUT: [&str; 4] = ["month", "year", "day", "week"];
impl Generator<'_> {
    /// An expression of `kind`, at most `depth` deep.
    pub fn scalar(&mut self, kind: Kind, scope: &Scope, depth: usize) -> String {
        if depth == 0 || self.choices.below(10) < 4 {
            return self.leaf(kind, scope);
        }
        if self.choices.chance(25) {
            return self.any_kind(kind, scope, depth - 1);
        }
        match kind {
            Kind::Integer => self.integer(scope, depth - 1),
            Kind::Decimal => self.decimal(scope, depth - 1),
            Kind::Double => self.double(scope, depth - 1),
            Kind::Text => self.text(scope, depth - 1),
            Kind::Date => self.date(scope, depth - 1),
            Kind::Timestamp => self.timestamp(scope, depth - 1),
            Kind::Boolean => self.predicate(scope, depth - 1),
        }
    }

    pub fn kind(&mut self) -> Kind {
        self.choices.one(&KINDS)
    }

    /// A column, or else a literal.
    pub fn leaf(&mut self, kind: Kind, scope: &Scope) -> String {
        let choice = self.choices.below(20);
        let of = |columns: &[Column]| -> Vec<String> {
            columns.iter().filter(|column| column.kind == kind).map(|column| column.text.clone()).collect()
        };
        let (own, outer) = (of(&scope.columns), of(&scope.outer));
        let among = match choice {
            17 | 18 if !outer.is_empty() => outer,
            19 if self.choices.below(4) == 3 => return format!("CAST(NULL AS {})", type_name(kind)),
            15.. => Vec::new(),
            _ => own,
        };
        if among.is_empty() {
            return literal(kind, self.choices);
        }
        among[self.choices.below(among.len())].clone()
    }

    /// What every kind has: CASE, COALESCE and their like, and a query for one value.
    fn any_kind(&mut self, kind: Kind, scope: &Scope, depth: usize) -> String {
        let choice = self.choices.below(if scope.lent.is_some() { 11 } else { 9 });
        if choice >= 9 {
            return self.one_value(kind, scope);
        }
        let one = self.scalar(kind, scope, depth);
        let other = self.scalar(kind, scope, depth);
        match choice {
            0 => format!("COALESCE({one}, {other})"),
            1 => {
                format!("CASE WHEN {} THEN {one} ELSE {other} END", self.scalar(Kind::Boolean, scope, depth))
            }
            2 => format!("CASE WHEN {} THEN {one} END", self.scalar(Kind::Boolean, scope, depth)),
            3 => {
                let operand = self.kind();
                let (what, first, second) = (
                    self.scalar(operand, scope, depth),
                    self.leaf(operand, scope),
                    literal(operand, self.choices),
                );
                format!("CASE {what} WHEN {first} THEN {one} WHEN {second} THEN {other} ELSE {one} END")
            }
            4 => format!("NULLIF({one}, {other})"),
            5 if kind != Kind::Boolean => format!("GREATEST({one}, {other})"),
            6 if kind != Kind::Boolean => format!("LEAST({one}, {other})"),
            5 | 6 => format!("COALESCE({one}, {other}, TRUE)"),
            7 => listed::NVL.of(&[&one, &other]),
            _ => {
                let operand = self.kind();
                let (tested, against) = (self.leaf(operand, scope), self.leaf(operand, scope));
                if self.choices.chance(50) {
                    return listed::NVL2.of(&[&tested, &one, &other]);
                }
                listed::DECODE.of(&[&tested, &against, &one, &other])
            }
        }
    }

    fn integer(&mut self, scope: &Scope, depth: usize) -> String {
        use Kind::{Date, Decimal, Double, Integer, Text, Timestamp};
        let choice = self.choices.below(31);
        let mut operand = |kind| self.scalar(kind, scope, depth);
        match choice {
            0 => format!("({} + {})", operand(Integer), operand(Integer)),
            1 => format!("({} - {})", operand(Integer), operand(Integer)),
            2 => format!("({} * {})", self.leaf(Integer, scope), self.leaf(Integer, scope)),
            3 => format!("({} / NULLIF({}, 0))", operand(Integer), operand(Integer)),
            4 => format!("({} % NULLIF({}, 0))", operand(Integer), operand(Integer)),
            5 => format!("(-({}))", operand(Integer)),
            6 => format!("ABS({})", operand(Integer)),
            7 => format!("LENGTH({})", operand(Text)),
            8 => {
                let date = operand(Date);
                listed::EXTRACTED.of(&[self.choices.of(&PARTS_OF_DATE), &date])
            }
            9 => {
                let time = operand(Timestamp);
                listed::EXTRACTED.of(&[self.choices.of(&PARTS_OF_TIME), &time])
            }
            10 => format!("({} - {})", operand(Date), operand(Date)),
            11 => format!("POSITION({} IN {})", self.leaf(Text, scope), self.scalar(Text, scope, depth)),
            12 => format!("STRPOS({}, {})", operand(Text), self.leaf(Text, scope)),
            13 => format!("CAST({} AS INTEGER)", self.leaf(Double, scope)),
            14 => listed::DECIMAL_TO_INTEGER.of(&[&operand(Decimal)]),
            15 => {
                let (from, to) = (operand(Date), operand(Timestamp));
                listed::DATES_APART.of(&[self.choices.of(&PARTS_APART), &from, &to])
            }
            16 => listed::SIGN.of(&[&operand(Integer)]),
            17 => format!("ASCII({})", operand(Text)),
            18 => format!("MOD({}, NULLIF({}, 0))", operand(Integer), operand(Integer)),
            19 => format!("OCTET_LENGTH({})", operand(Text)),
            20 | 21 => {
                let name = self.choices.of(&["REGEXP_COUNT", "REGEXP_INSTR"]);
                format!("{name}({}, '{}')", self.scalar(Text, scope, depth), self.choices.of(&PATTERNS))
            }
            22 => {
                let sign = self.choices.of(&["&", "|", "#"]);
                format!("({} {sign} {})", self.leaf(Integer, scope), self.leaf(Integer, scope))
            }
            23 => {
                let sign = self.choices.of(&["<<", ">>"]);
                format!("({} {sign} {})", self.leaf(Integer, scope), self.choices.below(5))
            }
            24 => format!("(~{})", self.leaf(Integer, scope)),
            25 => {
                let [from, to] = [(); 2].map(|()| format!("DATE_TRUNC('second', {})", operand(Timestamp)));
                listed::EXTRACTED.of(&["epoch", &format!("({from} - {to})")])
            }
            26 => format!("CAST({} AS INTEGER)", operand(Kind::Boolean)),
            28 => listed::DAYS_COMPARED.of(&[&operand(Date), &operand(Date)]),
            29 => listed::YEAR_OF.of(&[&operand(Date)]),
            30 => format!("LENGTH(REPLACE({}, {}, ''))", operand(Text), literal(Text, self.choices)),
            _ => {
                let part = self.leaf(Text, scope);
                listed::CHARINDEX.of(&[&part, &self.scalar(Text, scope, depth)])
            }
        }
    }

    fn decimal(&mut self, scope: &Scope, depth: usize) -> String {
        use Kind::{Decimal, Integer};
        let choice = self.choices.below(14);
        let mut operand = |kind| self.scalar(kind, scope, depth);
        match choice {
            0 => format!("({} + {})", operand(Decimal), operand(Decimal)),
            1 => format!("({} - {})", operand(Decimal), operand(Decimal)),
            2 => format!("({} * {})", self.leaf(Decimal, scope), self.leaf(Decimal, scope)),
            3 => listed::QUOTIENT.of(&[&self.leaf(Decimal, scope), &self.leaf(Decimal, scope)]),
            4 => format!("({} + {})", operand(Integer), operand(Decimal)),
            5 => format!("({} * {})", self.leaf(Decimal, scope), self.leaf(Integer, scope)),
            6 => format!("CAST({} AS DECIMAL(18,2))", operand(Integer)),
            7 => listed::CUT_TO_SCALE_2.of(&[&operand(Decimal)]),
            8 => format!("ROUND({}, {})", operand(Decimal), self.choices.below(3)),
            9 => format!("TRUNC({}, {})", operand(Decimal), self.choices.below(3)),
            10 => format!("FLOOR({})", operand(Decimal)),
            11 => format!("CEIL({})", operand(Decimal)),
            12 => format!("ABS({})", operand(Decimal)),
            _ => format!("(-({}))", operand(Decimal)),
        }
    }

    fn double(&mut self, scope: &Scope, depth: usize) -> String {
        use Kind::{Decimal, Double, Integer};
        let choice = self.choices.below(19);
        let mut operand = |kind| self.scalar(kind, scope, depth);
        match choice {
            18 => listed::MONTHS_BETWEEN.of(&[&operand(Kind::Date), &operand(Kind::Date)]),
            0 => format!("({} + {})", operand(Double), operand(Double)),
            1 => format!("({} - {})", operand(Double), operand(Double)),
            2 => format!("({} * {})", self.leaf(Double, scope), self.leaf(Double, scope)),
            3 => format!("({} / NULLIF({}, 0))", self.leaf(Double, scope), self.leaf(Double, scope)),
            4 => format!("({} + {})", operand(Integer), operand(Double)),
            5 => format!("({} * {})", self.leaf(Double, scope), self.leaf(Decimal, scope)),
            6 => format!("CAST({} AS DOUBLE PRECISION)", operand(Integer)),
            7 => format!("CAST({} AS DOUBLE PRECISION)", operand(Decimal)),
            8 => format!("SQRT(ABS({}))", operand(Double)),
            9 => format!("FLOOR({})", operand(Double)),
            10 => format!("CEIL({})", operand(Double)),
            11 => listed::ROUND_DOUBLE.of(&[&operand(Double)]),
            12 => format!("POWER({}, 2)", self.leaf(Double, scope)),
            13 => format!("LN(ABS({}) + 1)", operand(Double)),
            14 => format!("EXP({} / 16)", self.leaf(Double, scope)),
            15 => {
                let name = self.choices.of(&["SIN", "COS", "ATAN", "RADIANS", "DEGREES", "CBRT"]);
                format!("{name}({})", self.leaf(Double, scope))
            }
            16 => format!("CAST({} AS DOUBLE PRECISION)", listed::SIGN.of(&[&operand(Integer)])),
            _ => format!("ABS({})", operand(Double)),
        }
    }

    fn date(&mut self, scope: &Scope, depth: usize) -> String {
        use Kind::{Date, Timestamp};
        let choice = self.choices.below(6);
        let days = self.choices.below(40);
        let mut operand = |kind| self.scalar(kind, scope, depth);
        match choice {
            0 => format!("({} + {days})", operand(Date)),
            1 => format!("({} - {days})", operand(Date)),
            2 => format!("CAST({} AS DATE)", operand(Timestamp)),
            3 => listed::LAST_DAY.of(&[&operand(Date)]),
            4 => {
                let date = operand(Date);
                listed::NEXT_DAY.of(&[&date, self.choices.of(&["Mon", "Thu", "Sun"])])
            }
            _ => listed::TRUNC_TIMESTAMP.of(&[&operand(Timestamp)]),
        }
    }

    fn timestamp(&mut self, scope: &Scope, depth: usize) -> String {
        use Kind::{Date, Timestamp};
        let choice = self.choices.below(7);
        let number = self.choices.below(30) as i64 - 6;
        let mut operand = |kind| self.scalar(kind, scope, depth);
        match choice {
            0 => format!("CAST({} AS TIMESTAMP)", operand(Date)),
            1 => {
                let time = operand(Timestamp);
                format!("DATE_TRUNC('{}', {time})", self.choices.of(&PARTS_TO_CUT))
            }
            2 => {
                let date = operand(Date);
                let part = format!("'{}'", self.choices.of(&PARTS_TO_CUT));
                listed::DATE_TRUNCATED.of(&[&part, &date])
            }
            3 | 4 => {
                let from = operand(if choice == 3 { Date } else { Timestamp });
                listed::DATE_ADDED.of(&[self.choices.of(&PARTS_TO_ADD), &number.to_string(), &from])
            }
            5 => listed::MONTHS_ADDED.of(&[&operand(Timestamp), &number.to_string()]),
            _ => format!("({} + INTERVAL '{} days')", operand(Timestamp), number.abs()),
        }
    }
}
