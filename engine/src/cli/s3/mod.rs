//! `aws s3`: commands above the API, with formats of their own (AWS CLI source, `awscli/customizations/s3`).

pub mod bucket;
pub mod list;
mod presign;
pub mod transfer;

use serde_json::{Map, Value};

use super::{CliOutput, Terminal, shorthand, usage};
use crate::aws::{ApiError, Reply, Service};
use crate::json::json;

/// A command: its name, the forms of its places, how many there must be and may be, its flags.
type Command = (&'static str, &'static str, usize, usize, &'static [&'static str]);

const TRANSFER: &str = "dryrun quiet include exclude acl follow-symlinks no-follow-symlinks no-guess-mime-type sse storage-class content-type cache-control content-disposition content-encoding content-language source-region only-show-errors no-progress page-size metadata metadata-directive";
const ENDS: &str = "<LocalPath> <S3Uri> or <S3Uri> <LocalPath> or <S3Uri> <S3Uri>";

const COMMANDS: [Command; 8] = [
    ("ls", "<S3Uri> or NONE", 0, 1, &["recursive page-size human-readable summarize"]),
    ("cp", ENDS, 2, 2, &[TRANSFER, "expected-size recursive"]),
    ("mv", ENDS, 2, 2, &[TRANSFER, "recursive"]),
    ("rm", "<S3Uri>", 1, 1, &["dryrun quiet recursive include exclude only-show-errors page-size"]),
    ("sync", ENDS, 2, 2, &[TRANSFER, "size-only exact-timestamps delete"]),
    ("mb", "<S3Uri>", 1, 1, &[]),
    ("rb", "<S3Uri>", 1, 1, &["force"]),
    ("presign", "<S3Uri>", 1, 1, &["expires-in"]),
];

/// Flags that AWS has and the sandbox does not simulate.
const BEYOND: &str = "sse-c sse-c-key sse-kms-key-id sse-c-copy-source sse-c-copy-source-key copy-props grants website-redirect expires ignore-glacier-warnings force-glacier-transfer request-payer checksum-mode checksum-algorithm";

/// Flags that take no argument.
const SWITCHES: &str = "recursive dryrun force delete quiet only-show-errors human-readable summarize size-only no-progress exact-timestamps no-guess-mime-type follow-symlinks no-follow-symlinks";

/// Flags that become a member of every object written.
const EXTRA: [(&str, &str); 7] = [
    ("--acl", "ACL"),
    ("--storage-class", "StorageClass"),
    ("--cache-control", "CacheControl"),
    ("--content-disposition", "ContentDisposition"),
    ("--content-encoding", "ContentEncoding"),
    ("--content-language", "ContentLanguage"),
    ("--metadata-directive", "MetadataDirective"),
];

/// `s3://bucket/key` taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri {
    pub bucket: String,
    pub key: String,
}

impl Uri {
    pub fn parse(text: &str) -> Option<Uri> {
        let path = text.strip_prefix("s3://")?;
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        Some(Uri { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

/// Flags of `aws s3`, those that matter here.
#[derive(Debug, Default)]
pub struct Flags {
    pub paths: Vec<String>,
    pub recursive: bool,
    pub dry_run: bool,
    pub force: bool,
    pub delete: bool,
    pub quiet: bool,
    pub only_show_errors: bool,
    pub human_readable: bool,
    pub summarize: bool,
    pub size_only: bool,
    pub content_type: Option<String>,
    /// Members that every object written gets: `StorageClass`, `ACL`, `Metadata` and the like.
    pub extra: Map<String, Value>,
    /// Of a presigned link, in seconds.
    pub expires_in: Option<i64>,
    /// `--exclude` (false) and `--include` (true) in the order they were written; the last that matches counts.
    pub filters: Vec<(bool, String)>,
}

impl Flags {
    fn read(words: &[String], command: &Command) -> Result<Flags, CliOutput> {
        let (_, _, least, most, known) = command;
        let mut flags = Flags::default();
        let mut unknown = Vec::new();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (word, inline) = match word.split_once('=') {
                Some((flag, text)) if flag.starts_with("--") => (flag, Some(text.to_owned())),
                _ => (word.as_str(), None),
            };
            let following = inline.clone().or_else(|| words.as_slice().first().cloned());
            let (given, inlined) = (inline.clone(), inline.is_some());
            let argument = || {
                given
                    .or_else(|| words.next().cloned())
                    .ok_or_else(|| usage::error(&format!("argument {word}: expected one argument")))
            };
            if let Some(name) = word.strip_prefix("--") {
                let listed = |list: &str| list.split(' ').any(|one| one == name);
                if !known.iter().any(|list| listed(list)) {
                    if listed(BEYOND) {
                        return Err(usage::not_simulated(&format!("s3 {} --{name}", command.0), None));
                    }
                    unknown.push(inline.map_or_else(|| word.to_owned(), |text| format!("{word}={text}")));
                    continue;
                }
                if let Some(text) = inline.filter(|_| SWITCHES.split(' ').any(|switch| switch == name)) {
                    return Err(usage::ignored(name, &text));
                }
            }
            match word {
                "--recursive" => flags.recursive = true,
                "--dryrun" => flags.dry_run = true,
                "--force" => flags.force = true,
                "--delete" => flags.delete = true,
                "--quiet" => flags.quiet = true,
                "--only-show-errors" => flags.only_show_errors = true,
                "--human-readable" => flags.human_readable = true,
                "--summarize" => flags.summarize = true,
                "--size-only" => flags.size_only = true,
                "--no-progress"
                | "--exact-timestamps"
                | "--no-guess-mime-type"
                | "--follow-symlinks"
                | "--no-follow-symlinks" => {}
                "--content-type" => flags.content_type = Some(argument()?),
                "--metadata" => {
                    let text = argument()?;
                    let value = match text.trim_start().starts_with('{') {
                        true => serde_json::from_str(&text).map_err(|error| error.to_string()),
                        false => shorthand::parse(&text),
                    };
                    let value = value.map_err(|sentence| {
                        CliOutput::failed(252, format!("Error parsing parameter '--metadata': {sentence}"))
                    })?;
                    flags.extra.insert("Metadata".to_owned(), value);
                }
                // The algorithm may be left out.
                "--sse" => {
                    let algorithm = match following.as_deref() {
                        Some("AES256" | "aws:kms") => argument()?,
                        Some(other) if inlined => {
                            let known = ["AES256", "aws:kms"].map(str::to_owned);
                            return Err(usage::invalid_choice("--sse", other, &known));
                        }
                        _ => "AES256".to_owned(),
                    };
                    flags.extra.insert("ServerSideEncryption".to_owned(), json!(algorithm));
                }
                "--expires-in" => {
                    flags.expires_in = Some(super::arguments::integer(&argument()?)?);
                }
                flag if EXTRA.iter().any(|(known, _)| *known == flag) => {
                    if let Some((_, member)) = EXTRA.iter().find(|(known, _)| *known == flag) {
                        flags.extra.insert((*member).to_owned(), json!(argument()?));
                    }
                }
                "--exclude" => flags.filters.push((false, argument()?)),
                "--include" => flags.filters.push((true, argument()?)),
                "--page-size" => {
                    super::arguments::integer(&argument()?)?;
                }
                "--expected-size" | "--source-region" => {
                    argument()?;
                }
                flag if flag.starts_with("--") => unknown.push(flag.to_owned()),
                path => flags.paths.push(path.to_owned()),
            }
        }
        if flags.paths.len() < *least {
            let named = if *least == 1 && command.0 != "rm" { "path" } else { "paths" };
            return Err(usage::error(&format!("the following arguments are required: {named}")));
        }
        unknown.extend(flags.paths.drain((*most).min(flags.paths.len())..));
        if !unknown.is_empty() {
            return Err(usage::unknown_options(&unknown));
        }
        Ok(flags)
    }
}

pub fn run(terminal: &mut Terminal<'_>, words: &[String]) -> CliOutput {
    let Some(command) = words.first() else {
        return usage::error("the following arguments are required: subcommand");
    };
    let names = COMMANDS.map(|(name, ..)| name);
    if command == "help" {
        return CliOutput::done(format!(
            "aws s3 <command> [<arg> ...]\n\nCommands:\n  {}\n",
            names.join("\n  ")
        ));
    }
    if command == "website" {
        return usage::not_simulated("s3", Some(command));
    }
    let Some(known) = COMMANDS.iter().find(|(name, ..)| name == command) else {
        return usage::invalid_choice("subcommand", command, &names.map(str::to_owned));
    };
    if words.get(1).is_some_and(|word| word == "help") {
        return CliOutput::done(synopsis(known));
    }
    let flags = match Flags::read(&words[1..], known) {
        Ok(flags) => flags,
        Err(output) => return output,
    };
    match known.0 {
        "ls" => list::ls(terminal, &flags),
        "mb" => bucket::mb(terminal, &flags),
        "rb" => bucket::rb(terminal, &flags),
        "rm" => transfer::rm(terminal, &flags),
        "sync" => transfer::sync(terminal, &flags),
        "presign" => presign::presign(terminal, &flags),
        command => transfer::copy(terminal, &flags, command == "mv"),
    }
}

/// What `aws s3 <command> help` lists.
fn synopsis((name, forms, _, _, flags): &Command) -> String {
    let mut text = format!("SYNOPSIS\n\n    aws s3 {name}\n    {forms}\n");
    for flag in flags.iter().flat_map(|list| list.split(' ')) {
        let value = if SWITCHES.split(' ').any(|switch| switch == flag) { "" } else { " <value>" };
        text.push_str(&format!("    [--{flag}{value}]\n"));
    }
    text
}

/// One call of the API below.
fn call(
    terminal: &mut Terminal<'_>,
    operation: &str,
    parameters: Value,
    body: Option<crate::pieces::Pieces>,
) -> Result<Reply, ApiError> {
    terminal.call(Service::S3, operation, parameters, body)
}

/// An object in a listing.
#[derive(Clone, Debug)]
pub struct Listed {
    pub key: String,
    pub size: u64,
    /// ISO 8601.
    pub modified: String,
    pub frozen: bool,
}

/// Whether an object lies where it cannot be read without being restored.
fn is_frozen(told: &Value) -> bool {
    matches!(told["StorageClass"].as_str(), Some("GLACIER" | "DEEP_ARCHIVE"))
}

/// All pages of a listing: objects, and common prefixes when there is a delimiter.
fn objects(
    terminal: &mut Terminal<'_>,
    uri: &Uri,
    delimiter: Option<&str>,
) -> Result<(Vec<Listed>, Vec<String>), ApiError> {
    let (mut listed, mut folders) = (Vec::new(), Vec::new());
    let mut token: Option<String> = None;
    loop {
        let mut parameters = json!({"Bucket": uri.bucket, "Prefix": uri.key});
        if let Some(delimiter) = delimiter {
            parameters["Delimiter"] = json!(delimiter);
        }
        if let Some(token) = &token {
            parameters["ContinuationToken"] = json!(token);
        }
        let page = call(terminal, "ListObjectsV2", parameters, None)?.value;
        for object in page["Contents"].as_array().into_iter().flatten() {
            listed.push(Listed {
                key: object["Key"].as_str().unwrap_or("").to_owned(),
                size: object["Size"].as_u64().unwrap_or(0),
                modified: object["LastModified"].as_str().unwrap_or("").to_owned(),
                frozen: is_frozen(object),
            });
        }
        for folder in page["CommonPrefixes"].as_array().into_iter().flatten() {
            folders.push(folder["Prefix"].as_str().unwrap_or("").to_owned());
        }
        match page["NextContinuationToken"].as_str() {
            Some(next) => token = Some(next.to_owned()),
            None => return Ok((listed, folders)),
        }
    }
}
