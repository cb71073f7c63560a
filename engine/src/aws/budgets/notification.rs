//! When somebody is told, and who.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::invalid;
use crate::aws::Fault;
use crate::aws::parameters::Parameters;
use crate::json::json;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// FORECASTED, not ACTUAL.
    pub forecast: bool,
    pub operator: Operator,
    pub threshold: f64,
    /// ABSOLUTE_VALUE, not PERCENTAGE.
    pub absolute: bool,
    /// Kind (EMAIL or SNS) and address.
    pub subscribers: Vec<(String, String)>,
    /// The threshold is passed, and was told.
    pub alarm: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    Greater,
    Less,
    Equal,
}

const OPERATORS: [(Operator, &str); 3] =
    [(Operator::Greater, "GREATER_THAN"), (Operator::Less, "LESS_THAN"), (Operator::Equal, "EQUAL_TO")];

impl Notification {
    pub fn read(given: Parameters<'_>, subscribers: &[Parameters<'_>]) -> Result<Self, Fault> {
        let forecast = match given.required("NotificationType") {
            "ACTUAL" => false,
            "FORECASTED" => true,
            other => return Err(invalid(format!("NotificationType {other} is invalid"))),
        };
        let operator = given.required("ComparisonOperator");
        let Some((operator, _)) = OPERATORS.into_iter().find(|(_, name)| *name == operator) else {
            return Err(invalid(format!("ComparisonOperator {operator} is invalid")));
        };
        let absolute = match given.text("ThresholdType") {
            None | Some("PERCENTAGE") => false,
            Some("ABSOLUTE_VALUE") => true,
            Some(other) => return Err(invalid(format!("ThresholdType {other} is invalid"))),
        };
        // Shorthand knows no numbers, JSON does.
        let threshold = given
            .get("Threshold")
            .and_then(|value| value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok())));
        let threshold = threshold.filter(|threshold| (0.0..=15_000_000_000.0).contains(threshold));
        let threshold = threshold.ok_or_else(|| invalid("Threshold must be a number of 0 to 15000000000"))?;
        let mut told = Vec::new();
        for subscriber in subscribers {
            let (kind, address) = (subscriber.required("SubscriptionType"), subscriber.required("Address"));
            if !matches!(kind, "EMAIL" | "SNS") || kind == "EMAIL" && !address.contains('@') {
                return Err(invalid(format!("{kind} {address} cannot be told")));
            }
            told.push((kind.to_owned(), address.to_owned()));
        }
        Ok(Notification { forecast, operator, threshold, absolute, subscribers: told, alarm: false })
    }

    fn same(&self, other: &Notification) -> bool {
        (self.forecast, self.operator, self.threshold, self.absolute)
            == (other.forecast, other.operator, other.threshold, other.absolute)
    }

    /// Millionths of a dollar at which it speaks.
    pub fn micros(&self, limit: u64) -> u64 {
        let factor = if self.absolute { 1_000_000.0 } else { limit as f64 / 100.0 };
        (self.threshold * factor) as u64
    }

    pub fn passed(&self, micros: u64, limit: u64) -> bool {
        match self.operator {
            Operator::Greater => micros > self.micros(limit),
            Operator::Less => micros < self.micros(limit),
            Operator::Equal => micros == self.micros(limit),
        }
    }

    pub fn value(&self) -> Value {
        json!({
            "NotificationType": if self.forecast { "FORECASTED" } else { "ACTUAL" },
            "ComparisonOperator": OPERATORS[self.operator as usize].1,
            "Threshold": self.threshold,
            "ThresholdType": if self.absolute { "ABSOLUTE_VALUE" } else { "PERCENTAGE" },
            "NotificationState": if self.alarm { "ALARM" } else { "OK" },
        })
    }
}

/// One more, unless it is there or there are ten of its kind.
pub fn add(all: &mut Vec<Notification>, new: Notification) -> Result<(), Fault> {
    if all.iter().any(|known| known.same(&new)) {
        return Err(Fault::refused("DuplicateRecordException", 400, "The notification already exists."));
    }
    if all.len() >= 10 {
        let message = "A budget can have ten notifications at most.";
        return Err(Fault::refused("CreationLimitExceededException", 400, message));
    }
    all.push(new);
    Ok(())
}

/// The place of the one described.
pub fn find(all: &[Notification], given: Parameters<'_>) -> Result<usize, Fault> {
    let wanted = Notification::read(given, &[])?;
    all.iter()
        .position(|known| known.same(&wanted))
        .ok_or_else(|| Fault::refused("NotFoundException", 400, "The notification doesn't exist."))
}
