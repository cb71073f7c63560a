//! Conditions: when a statement counts (IAM User Guide, "IAM JSON policy elements: Condition operators").

use std::cmp::Ordering;

use super::Context;
use super::document::Version;
use super::pattern::Pattern;
use crate::aws::timestamp;

/// `{operator: {key: values}}`, one entry of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    pub operator: Operator,
    pub key: String,
    pub values: Vec<String>,
}

/// An operator with its prefix and suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    pub quantifier: Quantifier,
    pub test: Test,
    /// `...IfExists`: an absent key satisfies it.
    pub if_exists: bool,
}

/// How the values of a key with several values count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    None,
    ForAllValues,
    ForAnyValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    StringEquals { negated: bool, ignore_case: bool },
    StringLike { negated: bool },
    Numeric(Relation),
    Date(Relation),
    Bool,
    BinaryEquals,
    IpAddress { negated: bool },
    Arn { negated: bool },
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Equals,
    NotEquals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

impl Operator {
    /// The operator called `name`, or `None` when the language has no such operator.
    pub fn parse(name: &str) -> Option<Self> {
        let (quantifier, name) = match name.split_once(':') {
            Some(("ForAllValues", rest)) => (Quantifier::ForAllValues, rest),
            Some(("ForAnyValue", rest)) => (Quantifier::ForAnyValue, rest),
            Some(_) => return None,
            None => (Quantifier::None, name),
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let test = match name {
            "StringEquals" => Test::StringEquals { negated: false, ignore_case: false },
            "StringNotEquals" => Test::StringEquals { negated: true, ignore_case: false },
            "StringEqualsIgnoreCase" => Test::StringEquals { negated: false, ignore_case: true },
            "StringNotEqualsIgnoreCase" => Test::StringEquals { negated: true, ignore_case: true },
            "StringLike" => Test::StringLike { negated: false },
            "StringNotLike" => Test::StringLike { negated: true },
            "Bool" => Test::Bool,
            "BinaryEquals" => Test::BinaryEquals,
            "IpAddress" => Test::IpAddress { negated: false },
            "NotIpAddress" => Test::IpAddress { negated: true },
            "ArnEquals" | "ArnLike" => Test::Arn { negated: false },
            "ArnNotEquals" | "ArnNotLike" => Test::Arn { negated: true },
            "Null" if !if_exists => Test::Null,
            _ => match (name.strip_prefix("Numeric"), name.strip_prefix("Date")) {
                (Some(relation), _) => Test::Numeric(Relation::parse(relation)?),
                (_, Some(relation)) => Test::Date(Relation::parse(relation)?),
                _ => return None,
            },
        };
        Some(Operator { quantifier, test, if_exists })
    }
}

impl Relation {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "Equals" => Relation::Equals,
            "NotEquals" => Relation::NotEquals,
            "LessThan" => Relation::LessThan,
            "LessThanEquals" => Relation::LessThanEquals,
            "GreaterThan" => Relation::GreaterThan,
            "GreaterThanEquals" => Relation::GreaterThanEquals,
            _ => return None,
        })
    }

    /// `NotEquals` is a negated `Equals`, so it holds for `Equal` here and is turned round by the caller.
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Relation::Equals | Relation::NotEquals => ordering.is_eq(),
            Relation::LessThan => ordering.is_lt(),
            Relation::LessThanEquals => ordering.is_le(),
            Relation::GreaterThan => ordering.is_gt(),
            Relation::GreaterThanEquals => ordering.is_ge(),
        }
    }
}

impl Test {
    /// Negated operators are satisfied by an absent key, and demand that no listed value matches.
    fn negated(self) -> bool {
        match self {
            Test::StringEquals { negated, .. }
            | Test::StringLike { negated }
            | Test::IpAddress { negated }
            | Test::Arn { negated } => negated,
            Test::Numeric(relation) | Test::Date(relation) => relation == Relation::NotEquals,
            Test::Bool | Test::BinaryEquals | Test::Null => false,
        }
    }

    /// Variables are resolved in strings, ARNs and booleans only.
    fn resolves_variables(self) -> bool {
        matches!(self, Test::StringEquals { .. } | Test::StringLike { .. } | Test::Arn { .. } | Test::Bool)
    }

    /// Whether `actual` matches `wanted`, before negation.
    fn matches(self, actual: &str, wanted: &Pattern) -> bool {
        match self {
            Test::StringEquals { ignore_case: false, .. } | Test::BinaryEquals => actual == wanted.text(),
            Test::StringEquals { ignore_case: true, .. } => {
                actual.to_lowercase() == wanted.text().to_lowercase()
            }
            Test::StringLike { .. } => wanted.matches(actual),
            Test::Arn { .. } => wanted.matches_arn(actual),
            Test::Bool => actual.eq_ignore_ascii_case(&wanted.text()),
            Test::Numeric(relation) => {
                match (actual.trim().parse::<f64>(), wanted.text().trim().parse::<f64>()) {
                    (Ok(actual), Ok(wanted)) => {
                        actual.partial_cmp(&wanted).is_some_and(|order| relation.holds(order))
                    }
                    _ => false,
                }
            }
            Test::Date(relation) => match (timestamp::parse(actual), timestamp::parse(&wanted.text())) {
                (Some(actual), Some(wanted)) => relation.holds(actual.cmp(&wanted)),
                _ => false,
            },
            Test::IpAddress { .. } => in_network(actual, &wanted.text()),
            Test::Null => false,
        }
    }
}

impl Condition {
    pub fn holds(&self, version: Version, context: &Context) -> bool {
        let actual = context.get(&self.key);
        let Operator { quantifier, test, if_exists } = self.operator;
        if test == Test::Null {
            let absent = actual.is_none();
            return self.values.iter().any(|value| value.eq_ignore_ascii_case("true") == absent);
        }
        let Some(actual) = actual else {
            return if_exists
                || match quantifier {
                    Quantifier::None => test.negated(),
                    Quantifier::ForAllValues => true,
                    Quantifier::ForAnyValue => false,
                };
        };
        let mut wanted = Vec::with_capacity(self.values.len());
        for value in &self.values {
            if test.resolves_variables() {
                match Pattern::resolve(value, version, context) {
                    Some(pattern) => wanted.push(pattern),
                    // What stands for nothing matches nothing; where matching nothing would satisfy, the statement
                    // does not match at all.
                    None if test.negated() => return false,
                    None => {}
                }
            } else {
                wanted.push(Pattern::plain(value));
            }
        }
        let satisfies =
            |value: &String| wanted.iter().any(|pattern| test.matches(value, pattern)) != test.negated();
        match quantifier {
            Quantifier::ForAllValues => actual.iter().all(satisfies),
            Quantifier::ForAnyValue => actual.iter().any(satisfies),
            Quantifier::None if test.negated() => actual.iter().all(satisfies),
            Quantifier::None => actual.iter().any(satisfies),
        }
    }
}

/// Whether `address` lies in `network` (CIDR; without a length the one address). IPv4 and IPv6.
fn in_network(address: &str, network: &str) -> bool {
    use std::net::IpAddr;
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => match length.parse::<u32>() {
            Ok(length) => (base, Some(length)),
            Err(_) => return false,
        },
        None => (network, None),
    };
    let (Ok(address), Ok(base)) = (address.parse::<IpAddr>(), base.parse::<IpAddr>()) else { return false };
    let (address, base, bits) = match (address, base) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(u32::from(a)), u128::from(u32::from(b)), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (u128::from(a), u128::from(b), 128),
        _ => return false,
    };
    let length = length.unwrap_or(bits).min(bits);
    length == 0 || (address >> (bits - length)) == (base >> (bits - length))
}
