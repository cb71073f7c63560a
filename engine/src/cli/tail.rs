//! `aws logs tail`: the late lines of a log group, one under the other.

use super::arguments::Invocation;
use super::{CliOutput, Terminal, refusal, usage};
use crate::aws::timestamp::{iso, parse, plain};
use crate::aws::{Operation, Service, logs};
use crate::clock::Instant;
use crate::json::json;

pub fn run(terminal: &mut Terminal<'_>, words: &[String]) -> CliOutput {
    let (mut since, mut form, mut follow) = ("10m", "detailed", false);
    let (mut group, mut flags, mut unknown) = (None, Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let (flag, inline) =
            word.split_once('=').map_or((word.as_str(), None), |(flag, text)| (flag, Some(text)));
        match flag {
            "--follow" => match inline {
                Some(text) => return usage::ignored("follow", text),
                None => follow = true,
            },
            "--since" | "--format" => {
                let text = inline.or_else(|| words.get(at).map(String::as_str));
                at += usize::from(inline.is_none());
                let Some(text) = text else {
                    return usage::error(&format!("argument {flag}: expected one argument"));
                };
                *(if flag == "--since" { &mut since } else { &mut form }) = text;
            }
            // These are the operation's.
            "--filter-pattern" | "--log-stream-name-prefix" | "--log-stream-names" => {
                flags.push(word.clone());
                let most =
                    if flag == "--log-stream-names" { words.len() } else { usize::from(inline.is_none()) };
                let taken = words[at..].iter().take(most).take_while(|text| !text.starts_with("--")).count();
                flags.extend_from_slice(&words[at..at + taken]);
                at += taken;
            }
            _ if word.starts_with("--") || group.is_some() => unknown.push(word.clone()),
            _ => group = Some(word.clone()),
        }
    }
    let Some(group) = group else {
        return usage::error("the following arguments are required: group_name");
    };
    if !unknown.is_empty() {
        return usage::unknown_options(&unknown);
    }
    flags.extend(["--log-group-name".to_owned(), group]);
    if follow || form == "json" {
        // Time goes on between two lines of the terminal only, so there is nothing to follow.
        let what = if form == "json" { "logs tail --format json" } else { "logs tail --follow" };
        return usage::not_simulated(what, None);
    }
    if form != "detailed" && form != "short" {
        return usage::invalid_choice("--format", form, &["detailed", "short", "json"].map(str::to_owned));
    }
    let filter = Operation::Logs(logs::Operation::FilterLogEvents);
    let mut asked = match Invocation::read(&flags, filter, &*terminal.files) {
        Ok(invocation) => invocation.parameters,
        Err(output) => return output,
    };
    let Some(since) = beginning(since, terminal.now) else {
        return CliOutput::failed(252, format!("Unable to parse time: {since}"));
    };
    asked["startTime"] = json!(since);
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
