//! The condition of GetPartitions: comparisons of partition keys with constants, as in a WHERE clause (Glue API
//! reference, "GetPartitions").

use std::cmp::Ordering;

use serde_json::Value;

use super::fault;
use crate::aws::Fault;

/// A condition over the values of a partition.
pub enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    /// Key, the orderings that pass, constant.
    Compare(Key, &'static [Ordering], String),
    In(Key, Vec<String>),
    Like(Key, String),
}

/// A partition key by its place; numbers are compared as such.
#[derive(Clone, Copy)]
pub struct Key {
    place: usize,
    numeric: bool,
}

use Ordering::{Equal, Greater, Less};

const OPERATORS: [(&str, &[Ordering]); 7] = [
    ("<>", &[Less, Greater]),
    ("!=", &[Less, Greater]),
    (">=", &[Greater, Equal]),
    ("<=", &[Less, Equal]),
    ("=", &[Equal]),
    (">", &[Greater]),
    ("<", &[Less]),
];

impl Key {
    fn compare(self, value: &str, other: &str) -> Ordering {
        match (value.parse::<f64>(), other.parse::<f64>()) {
            (Ok(value), Ok(other)) if self.numeric => value.total_cmp(&other),
            _ => value.cmp(other),
        }
    }
}

impl Expression {
    /// `keys`: the table's partition keys, `{Name, Type}`.
    pub fn parse(text: &str, keys: &[Value]) -> Result<Expression, Fault> {
        let refused = || fault::invalid(format!("Unsupported expression '{text}'"));
        let words = words(text).ok_or_else(refused)?;
        let mut reader = Reader { words, at: 0, keys };
        let expression = reader.or().filter(|_| reader.at == reader.words.len());
        expression.ok_or_else(refused)
    }

    pub fn holds(&self, values: &[String]) -> bool {
        let value = |key: &Key| values.get(key.place).map_or("", String::as_str);
        match self {
            Expression::And(left, right) => left.holds(values) && right.holds(values),
            Expression::Or(left, right) => left.holds(values) || right.holds(values),
            Expression::Not(inner) => !inner.holds(values),
            Expression::Compare(key, passing, constant) => {
                passing.contains(&key.compare(value(key), constant))
            }
            Expression::In(key, list) => list.iter().any(|item| key.compare(value(key), item).is_eq()),
            Expression::Like(key, pattern) => like(value(key).as_bytes(), pattern.as_bytes()),
        }
    }
}

/// `%` is any run of characters, `_` any one.
fn like(text: &[u8], pattern: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'%', rest)) => (0..=text.len()).any(|from| like(&text[from..], rest)),
        Some((b'_', rest)) => !text.is_empty() && like(&text[1..], rest),
        Some((byte, rest)) => text.first() == Some(byte) && like(&text[1..], rest),
    }
}

/// Names, operators and parentheses as they are; constants in quotes with the quote before them.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first == '\'' {
            let mut end = 1;
            loop {
                end += rest[end..].find('\'')? + 1;
                if !rest[end..].starts_with('\'') {
                    break;
                }
                end += 1;
            }
            words.push(format!("'{}", rest[1..end - 1].replace("''", "'")));
            rest = rest[end..].trim_start();
            continue;
        } else if let Some((operator, _)) = OPERATORS.iter().find(|(operator, _)| rest.starts_with(operator))
        {
            operator.len()
        } else if "(),".contains(first) {
            1
        } else {
            rest.find(|c: char| !(c.is_alphanumeric() || "_.-`\"".contains(c))).unwrap_or(rest.len())
        };
        if length == 0 {
            return None;
        }
        words.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Some(words)
}

struct Reader<'a> {
    words: Vec<String>,
    at: usize,
    keys: &'a [Value],
}

impl Reader<'_> {
    fn word(&mut self, word: &str) -> bool {
        let found = self.words.get(self.at).is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> Option<String> {
        self.at += 1;
        self.words.get(self.at - 1).cloned()
    }

    fn or(&mut self) -> Option<Expression> {
        let mut left = self.and()?;
        while self.word("OR") {
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Some(left)
    }

    fn and(&mut self) -> Option<Expression> {
        let mut left = self.condition()?;
        while self.word("AND") {
            left = Expression::And(Box::new(left), Box::new(self.condition()?));
        }
        Some(left)
    }

    fn condition(&mut self) -> Option<Expression> {
        if self.word("NOT") {
            return Some(Expression::Not(Box::new(self.condition()?)));
        }
        if self.word("(") {
            let inner = self.or()?;
            return self.word(")").then_some(inner);
        }
        let name = self.next()?;
        let name = name.trim_matches(['`', '"']);
        let is_named = |key: &Value| key["Name"].as_str().is_some_and(|key| key.eq_ignore_ascii_case(name));
        let place = self.keys.iter().position(is_named)?;
        let kind = self.keys[place]["Type"].as_str().unwrap_or("").to_lowercase();
        let kinds = ["int", "bigint", "smallint", "tinyint", "long", "decimal", "double", "float"];
        let key = Key { place, numeric: kinds.iter().any(|numeric| kind.starts_with(numeric)) };
        let negated = self.word("NOT");
        let condition = if self.word("IN") {
            if !self.word("(") {
                return None;
            }
            let mut list = vec![self.constant()?];
            while self.word(",") {
                list.push(self.constant()?);
            }
            if !self.word(")") {
                return None;
            }
            Expression::In(key, list)
        } else if self.word("BETWEEN") {
            let least = Expression::Compare(key, &[Greater, Equal], self.constant()?);
            if !self.word("AND") {
                return None;
            }
            let greatest = Expression::Compare(key, &[Less, Equal], self.constant()?);
            Expression::And(Box::new(least), Box::new(greatest))
        } else if self.word("LIKE") {
            Expression::Like(key, self.constant()?)
        } else {
            let operator = self.next()?;
            let (_, passing) = OPERATORS.iter().find(|(name, _)| *name == operator)?;
            Expression::Compare(key, passing, self.constant()?)
        };
        Some(if negated { Expression::Not(Box::new(condition)) } else { condition })
    }

    fn constant(&mut self) -> Option<String> {
        let word = self.next()?;
        let unquoted = word.strip_prefix('\'');
        if unquoted.is_none() && word.parse::<f64>().is_err() {
            return None;
        }
        Some(unquoted.unwrap_or(&word).to_owned())
    }
}
