//! `aws s3`: commands above the API, with formats of their own (AWS CLI source, `awscli/customizations/s3`).

pub mod bucket;
pub mod list;
mod presign;
pub mod transfer;

use serde_json::{Map, Value, json};

use super::{CliOutput, Terminal, shorthand, usage};
use crate::aws::{ApiError, Reply, Service};

const COMMANDS: [&str; 9] = ["ls", "mb", "rb", "cp", "mv", "rm", "sync", "presign", "website"];

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
    fn read(words: &[String]) -> Result<Flags, CliOutput> {
        let mut flags = Flags::default();
        let mut unknown = Vec::new();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let following = words.as_slice().first().map(String::as_str);
            let mut argument = || {
                words
                    .next()
                    .cloned()
                    .ok_or_else(|| usage::error(&format!("argument {word}: expected one argument")))
            };
            match word.as_str() {
                "--recursive" => flags.recursive = true,
                "--dryrun" => flags.dry_run = true,
                "--force" => flags.force = true,
                "--delete" => flags.delete = true,
                "--quiet" => flags.quiet = true,
                "--only-show-errors" => flags.only_show_errors = true,
                "--human-readable" => flags.human_readable = true,
                "--summarize" => flags.summarize = true,
                "--size-only" => flags.size_only = true,
                "--no-progress" | "--exact-timestamps" | "--no-guess-mime-type" | "--follow-symlinks" => {}
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
                    let algorithm = match following {
                        Some("AES256" | "aws:kms") => argument()?,
                        _ => "AES256".to_owned(),
                    };
                    flags.extra.insert("ServerSideEncryption".to_owned(), json!(algorithm));
                }
                "--expires-in" => {
                    let text = argument()?;
                    let invalid =
                        || usage::error(&format!("argument --expires-in: invalid int value: '{text}'"));
                    flags.expires_in = Some(text.parse().map_err(|_| invalid())?);
                }
                flag if EXTRA.iter().any(|(known, _)| *known == flag) => {
                    if let Some((_, member)) = EXTRA.iter().find(|(known, _)| *known == flag) {
                        flags.extra.insert((*member).to_owned(), json!(argument()?));
                    }
                }
                "--exclude" => flags.filters.push((false, argument()?)),
                "--include" => flags.filters.push((true, argument()?)),
                "--expected-size" | "--source-region" | "--page-size" => {
                    argument()?;
                }
                flag if flag.starts_with("--") => unknown.push(flag.to_owned()),
                path => flags.paths.push(path.to_owned()),
            }
        }
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
    if command == "help" {
        return CliOutput::done(
            "aws s3 <command> [<arg> ...]\n\nCommands:\n  cp\n  ls\n  mb\n  mv\n  presign\n  rb\n  rm\n  sync\n",
        );
    }
    let flags = match Flags::read(&words[1..]) {
        Ok(flags) => flags,
        Err(output) => return output,
    };
    match command.as_str() {
        "ls" => list::ls(terminal, &flags),
        "mb" => bucket::mb(terminal, &flags),
        "rb" => bucket::rb(terminal, &flags),
        "cp" => transfer::copy(terminal, &flags, false),
        "mv" => transfer::copy(terminal, &flags, true),
        "rm" => transfer::rm(terminal, &flags),
        "sync" => transfer::sync(terminal, &flags),
        "presign" => presign::presign(terminal, &flags),
        "website" => usage::not_simulated("s3", Some(command)),
        other => usage::invalid_choice("subcommand", other, &COMMANDS.map(str::to_owned)),
    }
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
