//! `aws logs tail`: the late lines of a log group, one under the other.

use serde_json::{Value, json};

use super::arguments::Invocation;
use super::{CliOutput, Terminal, refusal, usage};
use crate::aws::timestamp::{iso, parse, plain};
use crate::aws::{Service, shape};
use crate::clock::Instant;

pub fn run(terminal: &mut Terminal<'_>, words: &[String]) -> CliOutput {
    let Some((group, rest)) = words.split_first().filter(|(group, _)| !group.starts_with("--")) else {
        return usage::error("the following arguments are required: group_name");
    };
    let flags = "since format follow:bool filterPattern logStreamNames:strings logStreamNamePrefix";
    let mut asked = match Invocation::read(rest, &shape::members(flags), false, &*terminal.files) {
        Ok(invocation) => invocation.parameters,
        Err(output) => return output,
    };
    let mut take = |name: &str| asked.as_object_mut().and_then(|asked| asked.shift_remove(name));
    let (since, form, follow) = (take("since"), take("format"), take("follow"));
    let (since, form) = (text(&since, "10m"), text(&form, "detailed"));
    if follow == Some(json!(true)) || form == "json" {
        // Time goes on between two lines of the terminal only, so there is nothing to follow.
        return usage::not_simulated(
            if form == "json" { "logs tail --format json" } else { "logs tail --follow" },
            None,
        );
    }
    let Some(since) = beginning(since, terminal.now) else {
        return CliOutput::failed(252, format!("Unable to parse time: {since}"));
    };
    (asked["logGroupName"], asked["startTime"]) = (json!(group), json!(since));
    let answer = match terminal.call(Service::Logs, "FilterLogEvents", asked, None) {
        Ok(reply) => reply.value,
        Err(error) => return refusal(&error),
    };
    let mut out = String::new();
    for event in answer["events"].as_array().into_iter().flatten() {
        let at = Instant(event["timestamp"].as_i64().unwrap_or(0) * 1_000);
        let message = event["message"].as_str().unwrap_or("");
        let line = match form {
            "short" => format!("{} {message}\n", plain(at).replacen(' ', "T", 1)),
            _ => {
                let time = iso(at).replacen('+', &format!(".{:06}+", at.0.rem_euclid(1_000_000)), 1);
                format!("{time} {} {message}\n", event["logStreamName"].as_str().unwrap_or(""))
            }
        };
        out.push_str(&line);
    }
    CliOutput::done(out)
}

fn text<'a>(given: &'a Option<Value>, usual: &'a str) -> &'a str {
    given.as_ref().and_then(Value::as_str).unwrap_or(usual)
}

/// `5m` ago, or a time, in milliseconds.
fn beginning(since: &str, now: Instant) -> Option<i64> {
    let units = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800)];
    let ago = units
        .iter()
        .find_map(|(unit, seconds)| since.strip_suffix(*unit)?.parse::<i64>().ok()?.checked_mul(*seconds));
    match ago {
        Some(seconds) => Some(now.0 / 1_000 - seconds.saturating_mul(1_000)),
        None => parse(since).map(|seconds| seconds * 1_000),
    }
}
