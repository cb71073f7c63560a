//! What a crawler and a job look at before they know what it is: the ends of objects, as their role may see them.

use serde_json::Value;

use crate::aws::{Account, ApiError, Caller, Fault, call_with_body};
use crate::clock::Instant;
use crate::extension::formats::Sample;
use crate::json::json;

/// Bytes of an object's beginning, and of its end.
const PIECE: usize = 256 << 10;
/// Bytes of all together; objects after that show less of themselves.
const MOST: usize = 32 << 20;
const LITTLE: usize = 4 << 10;

/// The objects below an `s3://` path that no pattern excludes.
pub(super) fn take(
    account: &mut Account,
    caller: &Caller,
    path: &str,
    exclusions: &[&str],
    now: Instant,
    samples: &mut Vec<Sample>,
) -> Result<(), String> {
    let place = path.strip_prefix("s3://").unwrap_or(path);
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let mut ask = |operation: &str, parameters: Value| {
        call_with_body(account, caller, "s3", operation, parameters, None, now).map_err(|error| told(&error))
    };
    let mut token = Value::Null;
    loop {
        let mut parameters = json!({"Bucket": bucket, "Prefix": prefix});
        if token.is_string() {
            parameters["ContinuationToken"] = token;
        }
        let page = ask("ListObjectsV2", parameters)?.value;
        for object in page["Contents"].as_array().into_iter().flatten() {
            let (key, size) =
                (object["Key"].as_str().unwrap_or(""), object["Size"].as_u64().unwrap_or(0) as usize);
            let inner = key.get(prefix.len()..).unwrap_or("");
            // `s3://b/usc` is a folder or an object, and not `s3://b/usc2/`.
            let below =
                prefix.is_empty() || prefix.ends_with('/') || inner.is_empty() || inner.starts_with('/');
            let inner = inner.trim_start_matches('/');
            let hidden = inner.split('/').any(|part| part.starts_with(['.', '_']));
            let excluded = exclusions.iter().any(|pattern| fits(pattern.as_bytes(), inner.as_bytes()));
            if !below || hidden || excluded || size == 0 || key.ends_with('/') {
                continue;
            }
            let taken: usize = samples.iter().map(|sample| sample.head.len() + sample.tail.len()).sum();
            let piece = if taken < MOST { PIECE } else { LITTLE };
            let mut part = |from: usize, to: usize| {
                let range = format!("bytes={from}-{}", to - 1);
                let got = ask("GetObject", json!({"Bucket": bucket, "Key": key, "Range": range}))?;
                Ok::<_, String>(got.body.unwrap_or_default().whole().into_owned())
            };
            let head = part(0, size.min(piece))?;
            let tail = if size > piece { part(size - piece, size)? } else { Vec::new() };
            samples.push(Sample { path: format!("s3://{bucket}/{key}"), size: size as u64, head, tail });
        }
        token = page["NextContinuationToken"].clone();
        if !token.is_string() {
            return Ok(());
        }
    }
}

/// A refusal as Glue's workers write it into their logs: the words of the SDK for Java.
pub(super) fn told(error: &ApiError) -> String {
    let service = if error.operation.contains("Object") { "Amazon S3" } else { "AWSGlue" };
    let (said, status, code) = (error.fault.message(), error.fault.status(), error.fault.code());
    match &error.fault {
        Fault::Denied(_) if service == "AWSGlue" => said,
        _ => format!("{said} (Service: {service}; Status Code: {status}; Error Code: {code})"),
    }
}

/// A pattern of an exclusion: `*` within a folder, `**` across them, `?` one character.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', b'*', rest @ ..] => (0..=text.len()).any(|at| fits(rest, &text[at..])),
        [b'*', rest @ ..] => {
            let end = text.iter().position(|byte| *byte == b'/').unwrap_or(text.len());
            (0..=end).any(|at| fits(rest, &text[at..]))
        }
        [b'?', rest @ ..] => text.first().is_some_and(|byte| *byte != b'/') && fits(rest, &text[1..]),
        [first, rest @ ..] => text.first() == Some(first) && fits(rest, &text[1..]),
    }
}
