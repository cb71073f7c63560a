//! `aws s3 cp`, `mv`, `rm` and `sync`.

use serde_json::Value;

use super::{ENDS, Flags, Listed, Uri, call, is_frozen, objects};
use crate::aws::policy::pattern::Pattern;
use crate::aws::timestamp;
use crate::aws::{ApiError, Fault};
use crate::cli::{CliOutput, HOME, Terminal, absolute, usage};
use crate::json::json;
use crate::pieces::Pieces;
use crate::sorted::SortedMap;

/// An end of a transfer.
#[derive(Clone, Debug)]
enum Place {
    Local(String),
    S3(Uri),
}

impl Place {
    fn parse(text: &str) -> Place {
        Uri::parse(text).map_or_else(|| Place::Local(text.to_owned()), Place::S3)
    }

    /// As the CLI prints it: local paths relative to the working directory unless they were absolute.
    fn shown(&self) -> String {
        match self {
            Place::S3(uri) => format!("s3://{}/{}", uri.bucket, uri.key),
            Place::Local(path) if path.starts_with('/') => path.clone(),
            Place::Local(path) => format!("./{}", path.trim_start_matches("./")),
        }
    }

    /// The place called `name` below this one.
    fn below(&self, name: &str) -> Place {
        match self {
            Place::S3(uri) => {
                let slash = if uri.key.is_empty() || uri.key.ends_with('/') { "" } else { "/" };
                Place::S3(Uri { bucket: uri.bucket.clone(), key: format!("{}{slash}{name}", uri.key) })
            }
            Place::Local(path) => {
                let path = if path == "." { "" } else { path.as_str() };
                let slash = if path.is_empty() || path.ends_with('/') { "" } else { "/" };
                Place::Local(format!("{path}{slash}{name}"))
            }
        }
    }
}

/// One way of a transfer.
struct Pair {
    from: Place,
    to: Place,
    frozen: bool,
}

/// What was said so far, and how it ends.
#[derive(Default)]
struct Report {
    out: CliOutput,
}

impl Report {
    fn said(&mut self, flags: &Flags, line: &str) {
        if !flags.quiet && !flags.only_show_errors {
            let prefix = if flags.dry_run { "(dryrun) " } else { "" };
            self.out.stdout.push_str(&format!("{prefix}{line}\n"));
        }
    }

    fn skipped(&mut self, flags: &Flags, name: &str, verb: &str) {
        if !flags.quiet {
            self.out.stderr.push_str(&format!(
                "warning: Skipping file {name}. Object is of storage class GLACIER. Unable to perform {verb} operations on GLACIER objects. You must restore the object to be able to perform the operation. See aws s3 {verb} help for additional parameter options to ignore or force these transfers.\n"
            ));
        }
        if self.out.code == 0 {
            self.out.code = 2;
        }
    }

    fn failed(&mut self, flags: &Flags, line: &str) {
        if !flags.quiet {
            self.out.stderr.push_str(&format!("{line}\n"));
        }
        self.out.code = 1;
    }
}

fn missing(path: &str) -> CliOutput {
    CliOutput::failed(255, format!("The user-provided path {path} does not exist."))
}

fn fatal(error: &ApiError) -> CliOutput {
    CliOutput { stderr: format!("\nfatal error: {error}\n"), code: 1, ..CliOutput::default() }
}

fn wrong_form(command: &str) -> CliOutput {
    let forms = if command == "rm" { "<S3Uri>" } else { ENDS };
    CliOutput::failed(252, format!("usage: aws s3 {command} {forms}\nError: Invalid argument type"))
}

/// `cp`, and `mv` when `moves`.
pub fn copy(terminal: &mut Terminal<'_>, flags: &Flags, moves: bool) -> CliOutput {
    let command = if moves { "mv" } else { "cp" };
    let [from, to] = &flags.paths[..] else { return wrong_form(command) };
    let (from, to) = (Place::parse(from), Place::parse(to));
    if matches!((&from, &to), (Place::Local(_), Place::Local(_))) {
        return wrong_form(command);
    }
    if moves && from.shown() == to.shown() {
        let sentence = format!("Cannot mv a file onto itself: {} - {}", from.shown(), to.shown());
        return CliOutput::failed(252, sentence);
    }
    if let (Place::S3(uri), Place::Local(path)) = (&from, &to)
        && path == "-"
    {
        return print(terminal, uri);
    }
    if matches!(&from, Place::Local(path) if path == "-") {
        return usage::not_simulated(&format!("s3 {command} -"), None);
    }
    let pairs =
        match if flags.recursive { many(terminal, flags, &from, &to) } else { one(terminal, &from, &to) } {
            Ok(pairs) => pairs,
            Err(output) => return output,
        };
    let mut report = Report::default();
    for pair in pairs {
        transfer(terminal, flags, &pair, moves, &mut report);
    }
    report.out
}

/// `cp s3://b/k -`: the object on standard output.
fn print(terminal: &mut Terminal<'_>, uri: &Uri) -> CliOutput {
    match call(terminal, "GetObject", json!({"Bucket": uri.bucket, "Key": uri.key}), None) {
        Ok(reply) => {
            CliOutput::done(String::from_utf8_lossy(&reply.body.unwrap_or_default().whole()).into_owned())
        }
        Err(error) => fatal(&error),
    }
}

/// The one pair of a transfer that is not recursive.
fn one(terminal: &mut Terminal<'_>, from: &Place, to: &Place) -> Result<Vec<Pair>, CliOutput> {
    let mut frozen = false;
    let name = match from {
        Place::Local(path) => {
            if terminal.files.read(&absolute(path)).is_none() {
                return Err(missing(path));
            }
            path.rsplit('/').next().unwrap_or(path).to_owned()
        }
        Place::S3(uri) => {
            let parameters = json!({"Bucket": uri.bucket, "Key": uri.key});
            match call(terminal, "HeadObject", parameters, None) {
                Ok(head) => frozen = is_frozen(&head.value),
                // The CLI knows which key it asked for, S3's answer to HEAD does not say.
                Err(error) => {
                    return Err(match &error.fault {
                        Fault::S3(fault) if fault.status() == 404 => CliOutput {
                            stderr: format!(
                                "\nfatal error: An error occurred (404) when calling the HeadObject operation: Key \"{}\" does not exist\n",
                                uri.key
                            ),
                            code: 1,
                            ..CliOutput::default()
                        },
                        _ => fatal(&error),
                    });
                }
            }
            uri.key.rsplit('/').next().unwrap_or(&uri.key).to_owned()
        }
    };
    let into = match to {
        Place::S3(uri) => uri.key.is_empty() || uri.key.ends_with('/'),
        Place::Local(path) => path == "." || path.ends_with('/') || is_directory(terminal, path),
    };
    let to = if into { to.below(&name) } else { to.clone() };
    Ok(vec![Pair { from: from.clone(), to, frozen }])
}

fn is_directory(terminal: &Terminal<'_>, path: &str) -> bool {
    let below = format!("{}/", absolute(path));
    terminal.files.paths().iter().any(|path| path.starts_with(&below))
}

/// Every pair of a recursive transfer.
fn many(
    terminal: &mut Terminal<'_>,
    flags: &Flags,
    from: &Place,
    to: &Place,
) -> Result<Vec<Pair>, CliOutput> {
    let names = contents(terminal, from, true)?;
    Ok(names
        .into_iter()
        .filter(|(name, _)| taken(name, &flags.filters))
        .map(|(name, object)| Pair { from: from.below(&name), to: to.below(&name), frozen: object.frozen })
        .collect())
}

/// What lies below a place: names relative to it, with size and time of change. A source must be there.
fn contents(
    terminal: &mut Terminal<'_>,
    place: &Place,
    source: bool,
) -> Result<SortedMap<String, Listed>, CliOutput> {
    match place {
        Place::Local(path) => {
            let below = format!("{}/", absolute(path).trim_end_matches('/'));
            let paths = terminal.files.paths();
            let home = format!("{HOME}/");
            if source && !home.starts_with(&below) && !paths.iter().any(|path| path.starts_with(&below)) {
                return Err(missing(path));
            }
            let found: SortedMap<String, Listed> = paths
                .iter()
                .filter_map(|path| {
                    let name = path.strip_prefix(&below)?;
                    let size = terminal.files.read(path)?.len() as u64;
                    Some((
                        name.to_owned(),
                        Listed { key: path.clone(), size, modified: String::new(), frozen: false },
                    ))
                })
                .collect();
            Ok(found)
        }
        Place::S3(uri) => {
            let slash = if uri.key.is_empty() || uri.key.ends_with('/') { "" } else { "/" };
            let prefix = Uri { bucket: uri.bucket.clone(), key: format!("{}{slash}", uri.key) };
            let (listed, _) = objects(terminal, &prefix, None).map_err(|error| fatal(&error))?;
            Ok(listed
                .into_iter()
                .filter_map(|object| {
                    let name = object.key.strip_prefix(&prefix.key)?.to_owned();
                    // "Folders" of the console are no files.
                    (!name.is_empty() && !name.ends_with('/')).then_some((name, object))
                })
                .collect())
        }
    }
}

/// Whether the filters let a name through: everything is in until something takes it out, the last word counts.
fn taken(name: &str, filters: &[(bool, String)]) -> bool {
    filters
        .iter()
        .rev()
        .find(|(_, pattern)| Pattern::plain(pattern).matches(name))
        .is_none_or(|(include, _)| *include)
}

fn transfer(terminal: &mut Terminal<'_>, flags: &Flags, pair: &Pair, moves: bool, report: &mut Report) {
    let (from, to) = (&pair.from, &pair.to);
    let verb = match (moves, from, to) {
        (true, _, _) => "move",
        (false, Place::Local(_), _) => "upload",
        (false, Place::S3(_), Place::Local(_)) => "download",
        (false, Place::S3(_), Place::S3(_)) => "copy",
    };
    let line = format!("{} to {}", from.shown(), to.shown());
    if pair.frozen {
        return report.skipped(flags, &from.shown(), verb);
    }
    if flags.dry_run {
        return report.said(flags, &format!("{verb}: {line}"));
    }
    let done = carry(terminal, flags, from, to).and_then(|()| match (moves, from) {
        (true, Place::Local(path)) => {
            terminal.files.remove(&absolute(path));
            Ok(())
        }
        (true, Place::S3(uri)) => {
            call(terminal, "DeleteObject", json!({"Bucket": uri.bucket, "Key": uri.key}), None).map(|_| ())
        }
        (false, _) => Ok(()),
    });
    match done {
        Ok(()) => report.said(flags, &format!("{verb}: {line}")),
        Err(error) => report.failed(flags, &format!("{verb} failed: {line} {error}")),
    }
}

fn carry(terminal: &mut Terminal<'_>, flags: &Flags, from: &Place, to: &Place) -> Result<(), ApiError> {
    match (from, to) {
        (Place::Local(path), Place::S3(uri)) => {
            let bytes = terminal.files.read(&absolute(path)).unwrap_or_default();
            let content_type = flags.content_type.as_deref().or_else(|| guessed(path));
            let mut parameters = json!({"Bucket": uri.bucket, "Key": uri.key});
            if let Some(content_type) = content_type {
                parameters["ContentType"] = json!(content_type);
            }
            add(&mut parameters, flags, |member| member != "MetadataDirective");
            if bytes.len() >= PART {
                return in_parts(terminal, parameters, &bytes);
            }
            call(terminal, "PutObject", parameters, Some(bytes)).map(|_| ())
        }
        (Place::S3(uri), Place::Local(path)) => {
            let reply = call(terminal, "GetObject", json!({"Bucket": uri.bucket, "Key": uri.key}), None)?;
            terminal.files.write(&absolute(path), reply.body.unwrap_or_default());
            Ok(())
        }
        (Place::S3(from), Place::S3(to)) => {
            let source = format!("{}/{}", from.bucket, from.key.replace('%', "%25"));
            let mut parameters = json!({"Bucket": to.bucket, "Key": to.key, "CopySource": source});
            if let Some(content_type) = &flags.content_type {
                parameters["ContentType"] = json!(content_type);
            }
            add(&mut parameters, flags, |_| true);
            call(terminal, "CopyObject", parameters, None).map(|_| ())
        }
        (Place::Local(_), Place::Local(_)) => Ok(()),
    }
}

/// From this size on files go up in parts of as much.
const PART: usize = 8 * 1_024 * 1_024;

fn add(parameters: &mut Value, flags: &Flags, fits: impl Fn(&str) -> bool) {
    for (member, value) in flags.extra.iter().filter(|(member, _)| fits(member)) {
        parameters[member.as_str()] = value.clone();
    }
}

/// A large file as the CLI uploads it. The parts are cut from the file's own bytes, which are not copied.
fn in_parts(terminal: &mut Terminal<'_>, parameters: Value, bytes: &Pieces) -> Result<(), ApiError> {
    let begun = call(terminal, "CreateMultipartUpload", parameters.clone(), None)?.value;
    let upload =
        json!({"Bucket": parameters["Bucket"], "Key": parameters["Key"], "UploadId": begun["UploadId"]});
    let mut parts = Vec::new();
    for (number, start) in (1..).zip((0..bytes.len()).step_by(PART)) {
        let mut part = upload.clone();
        part["PartNumber"] = json!(number);
        let slice = start..bytes.len().min(start + PART);
        match call(terminal, "UploadPart", part, Some(bytes.slice(slice))) {
            Ok(answer) => parts.push(json!({"PartNumber": number, "ETag": answer.value["ETag"]})),
            Err(error) => {
                // The CLI takes back what it has begun.
                call(terminal, "AbortMultipartUpload", upload, None)?;
                return Err(error);
            }
        }
    }
    let mut whole = upload;
    whole["MultipartUpload"] = json!({"Parts": parts});
    call(terminal, "CompleteMultipartUpload", whole, None).map(|_| ())
}

/// Python's `mimetypes`, for the endings that occur here.
fn guessed(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "csv" => "text/csv",
        "txt" => "text/plain",
        "json" => "application/json",
        "html" | "htm" => "text/html",
        "tsv" => "text/tab-separated-values",
        "xml" => "text/xml",
        "py" => "text/x-python",
        _ => return None,
    })
}

pub fn rm(terminal: &mut Terminal<'_>, flags: &Flags) -> CliOutput {
    let Some(uri) = flags.paths.first().and_then(|path| Uri::parse(path)).filter(|_| flags.paths.len() == 1)
    else {
        return wrong_form("rm");
    };
    let mut report = Report::default();
    let keys: Vec<String> = if flags.recursive {
        match objects(terminal, &uri, None) {
            Ok((listed, _)) => listed
                .into_iter()
                .map(|object| object.key)
                .filter(|key| {
                    taken(key.strip_prefix(&uri.key).unwrap_or(key).trim_start_matches('/'), &flags.filters)
                })
                .collect(),
            Err(error) => return fatal(&error),
        }
    } else {
        vec![uri.key.clone()]
    };
    for key in keys {
        remove(terminal, flags, &Place::S3(Uri { bucket: uri.bucket.clone(), key }), &mut report);
    }
    report.out
}

fn remove(terminal: &mut Terminal<'_>, flags: &Flags, place: &Place, report: &mut Report) {
    let name = place.shown();
    if flags.dry_run {
        return report.said(flags, &format!("delete: {name}"));
    }
    let done = match place {
        Place::Local(path) => {
            terminal.files.remove(&absolute(path));
            Ok(())
        }
        Place::S3(uri) => {
            call(terminal, "DeleteObject", json!({"Bucket": uri.bucket, "Key": uri.key}), None).map(|_| ())
        }
    };
    match done {
        Ok(()) => report.said(flags, &format!("delete: {name}")),
        Err(error) => report.failed(flags, &format!("delete failed: {name} {error}")),
    }
}

/// Copies what is missing, of another size, or newer at the source. Local files have no time of change in the
/// sandbox: they count as older than any object.
pub fn sync(terminal: &mut Terminal<'_>, flags: &Flags) -> CliOutput {
    let [from, to] = &flags.paths[..] else { return wrong_form("sync") };
    let (from, to) = (Place::parse(from), Place::parse(to));
    if matches!((&from, &to), (Place::Local(_), Place::Local(_))) {
        return wrong_form("sync");
    }
    let (source, target) = match (contents(terminal, &from, true), contents(terminal, &to, false)) {
        (Ok(source), Ok(target)) => (source, target),
        (Err(output), _) | (_, Err(output)) => return output,
    };
    let mut report = Report::default();
    for (name, object) in source.iter().filter(|(name, _)| taken(name, &flags.filters)) {
        let stale = target.get(name).is_none_or(|there| {
            let newer = timestamp::parse(&object.modified) > timestamp::parse(&there.modified)
                && !there.modified.is_empty()
                && !flags.size_only;
            there.size != object.size || newer
        });
        if stale {
            let pair = Pair { from: from.below(name), to: to.below(name), frozen: object.frozen };
            transfer(terminal, flags, &pair, false, &mut report);
        }
    }
    if flags.delete {
        for name in target.keys().filter(|name| !source.contains_key(*name) && taken(name, &flags.filters)) {
            remove(terminal, flags, &to.below(name), &mut report);
        }
    }
    report.out
}
