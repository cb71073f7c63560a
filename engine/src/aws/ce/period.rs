//! Times of a question: days from a start to before an end, cut into days or months.

use serde_json::Value;

use super::invalid;
use crate::aws::Fault;
use crate::aws::parameters::Parameters;
use crate::aws::pricing::invoice::month_of;
use crate::json::json;
use crate::warehouse::calendar::{self, parse};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    Daily,
    Monthly,
}

impl Granularity {
    pub fn read(parameters: Parameters<'_>) -> Result<Self, Fault> {
        match parameters.required("Granularity") {
            "DAILY" => Ok(Granularity::Daily),
            "MONTHLY" => Ok(Granularity::Monthly),
            "HOURLY" => Err(Fault::refused(
                "DataUnavailableException",
                400,
                "Hourly granularity has to be enabled in the Cost Explorer preferences, at a price; this account has it not.",
            )),
            other => Err(invalid(format!(
                "Granularity {other} is invalid. Valid values are: DAILY, MONTHLY, HOURLY."
            ))),
        }
    }

    /// `from..to` in pieces.
    pub fn pieces(self, (from, to): (i32, i32)) -> Vec<(i32, i32)> {
        let mut pieces = Vec::new();
        let mut begin = from;
        while begin < to {
            let end = match self {
                Granularity::Daily => begin + 1,
                Granularity::Monthly => month_of(begin).1.min(to),
            };
            pieces.push((begin, end));
            begin = end;
        }
        pieces
    }
}

/// `TimePeriod` as days: the start, and the first day that is not asked for.
pub fn read(parameters: Parameters<'_>) -> Result<(i32, i32), Fault> {
    let period = parameters.structure("TimePeriod");
    let side = |name: &str| {
        let text = period.required(name);
        let plain = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        let day = parse::date(text).filter(|_| plain);
        day.ok_or_else(|| invalid(format!("{name} time {text} is invalid. Valid format is: yyyy-MM-dd.")))
    };
    Ok((side("Start")?, side("End")?))
}

pub fn text(day: i32) -> String {
    calendar::text::date(day)
}

pub fn value((from, to): (i32, i32)) -> Value {
    json!({"Start": text(from), "End": text(to)})
}
