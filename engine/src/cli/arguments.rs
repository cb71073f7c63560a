//! Flags to the members of an operation's input.

use serde_json::{Map, Value};

use super::name::kebab;
use super::paging::{self, Pages};
use super::shorthand;
use super::{CliOutput, Files, absolute, python_json, usage};
use crate::aws::Operation;
use crate::aws::shape::{Kind, Member};
use crate::json::json;
use crate::pieces::Pieces;

/// Flags that every command takes.
#[derive(Clone, Debug, Default)]
pub struct Global {
    pub region: Option<String>,
    /// What the flag or the profile says; JSON when `None`.
    pub output: Option<Form>,
    pub query: Option<String>,
    pub profile: Option<String>,
}

/// `--output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    #[default]
    Json,
    Text,
    Table,
    Yaml,
    /// A document for each page, in a list.
    YamlStream,
}

impl Form {
    pub fn parse(name: &str) -> Option<Form> {
        Some(match name {
            "json" => Form::Json,
            "text" => Form::Text,
            "table" => Form::Table,
            "yaml" => Form::Yaml,
            "yaml-stream" => Form::YamlStream,
            _ => return None,
        })
    }
}

impl Global {
    /// Takes the global flags out of a line.
    pub fn take(words: &mut Vec<String>) -> Result<Global, CliOutput> {
        let mut global = Global::default();
        let mut rest = Vec::with_capacity(words.len());
        let mut line = std::mem::take(words).into_iter();
        while let Some(word) = line.next() {
            let (flag, inline) = match word.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag.to_owned(), Some(value.to_owned())),
                _ => (word.clone(), None),
            };
            let mut argument = || {
                let value = inline.clone().or_else(|| line.next());
                value.ok_or_else(|| usage::error(&format!("argument {flag}: expected one argument")))
            };
            match flag.as_str() {
                "--region" => global.region = Some(argument()?),
                "--query" => global.query = Some(argument()?),
                "--output" => {
                    let form = argument()?;
                    global.output = Some(Form::parse(&form).ok_or_else(|| {
                        let forms = ["json", "text", "table", "yaml", "yaml-stream"];
                        usage::invalid_choice("--output", &form, &forms.map(str::to_owned))
                    })?);
                }
                "--profile" => global.profile = Some(argument()?),
                // There is no network, so nobody answers at an address of one's own.
                "--endpoint-url" => {
                    let url = argument()?;
                    let sentence = format!("Could not connect to the endpoint URL: \"{url}\"");
                    return Err(CliOutput::failed(255, sentence));
                }
                "--debug" | "--no-sign-request" => return Err(usage::not_simulated(&flag, None)),
                "--color" | "--cli-read-timeout" | "--cli-connect-timeout" | "--ca-bundle" => {
                    argument()?;
                }
                "--no-cli-pager" | "--cli-auto-prompt" | "--no-cli-auto-prompt" | "--no-verify-ssl" => {}
                _ => rest.push(word),
            }
        }
        *words = rest;
        Ok(global)
    }
}

/// An operation's input, read from its flags.
pub struct Invocation {
    pub parameters: Value,
    pub body: Option<Pieces>,
    /// Where GetObject writes.
    pub output_file: Option<String>,
    /// What is to be seen of all pages; `None` when there are none or the first is enough.
    pub pages: Option<Pages>,
}

impl Invocation {
    /// GetObject's last word without a flag is the file to write.
    pub fn read(words: &[String], operation: Operation, files: &dyn Files) -> Result<Self, CliOutput> {
        let members = &operation.members()[..];
        let takes_file = operation.name() == "GetObject";
        let mut parameters = Map::new();
        let (mut body, mut output_file) = (None, None);
        let mut unknown = Vec::new();
        let mut pages = paging::is_paged(operation.name(), members).then(Pages::default);
        let paged = pages.is_some();
        let mut at = 0;
        while at < words.len() {
            let word = &words[at];
            at += 1;
            let Some(flag) = word.strip_prefix("--") else {
                match takes_file && output_file.is_none() {
                    true => output_file = Some(word.clone()),
                    false => unknown.push(word.clone()),
                }
                continue;
            };
            let (flag, inline) = match flag.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (flag, None),
            };
            if paged && matches!(flag, "max-items" | "starting-token" | "page-size") {
                let text = inline.or_else(|| words.get(at).cloned()).unwrap_or_default();
                at += usize::from(!word.contains('='));
                let number =
                    if flag == "starting-token" { paging::starting(&text) } else { text.parse().ok() };
                let Some(number) = number else {
                    return Err(match flag {
                        "starting-token" => CliOutput::failed(255, "Bad starting token: ".to_owned() + &text),
                        _ => usage::error(&format!("argument --{flag}: invalid int value: '{text}'")),
                    });
                };
                match (flag, &mut pages) {
                    ("max-items", Some(pages)) => pages.most = Some(number),
                    ("starting-token", Some(pages)) => pages.from = number,
                    ("page-size", Some(pages)) => pages.size = Some(number),
                    _ => {}
                }
                continue;
            }
            if flag == "no-paginate" {
                pages = None;
                continue;
            }
            if let "generate-cli-skeleton" | "cli-input-yaml" = flag {
                return Err(usage::not_simulated(word, None));
            }
            let named = |name: &str| members.iter().find(|member| kebab(member.name) == name);
            let (member, negated) = match named(flag) {
                Some(member) => (member, false),
                None => match flag
                    .strip_prefix("no-")
                    .and_then(named)
                    .filter(|member| member.kind == Kind::Boolean)
                {
                    Some(member) => (member, true),
                    None => match flag {
                        "cli-input-json" => {
                            let text = inline.or_else(|| words.get(at).cloned()).unwrap_or_default();
                            at += usize::from(!word.contains('='));
                            let text = loaded("--cli-input-json", &text, files)?;
                            // unconfirmed: what it says to JSON that is no object.
                            match read_json("cli-input-json", &text)? {
                                Value::Object(given) => {
                                    for (key, value) in given {
                                        parameters.entry(key).or_insert(value);
                                    }
                                }
                                _ => return Err(unreadable("cli-input-json", "Invalid JSON received.")),
                            }
                            continue;
                        }
                        _ => {
                            let bare = flag.strip_prefix("no-").unwrap_or(flag);
                            if usage::BEYOND.split(' ').any(|one| one == bare) {
                                let name = kebab(operation.name());
                                let command = format!("{} {name} --{flag}", operation.service().command());
                                return Err(usage::not_simulated(&command, None));
                            }
                            unknown.push(word.clone());
                            continue;
                        }
                    },
                },
            };
            if member.kind == Kind::Boolean {
                if let Some(text) = inline {
                    return Err(usage::ignored(flag, &text));
                }
                parameters.insert(member.name.to_owned(), json!(!negated));
                continue;
            }
            let mut values: Vec<String> = inline.into_iter().collect();
            let many = matches!(member.kind, Kind::Strings | Kind::Structures);
            while values.is_empty() || many {
                match words.get(at) {
                    Some(value) if !value.starts_with("--") => values.push(value.clone()),
                    _ => break,
                }
                at += 1;
            }
            if values.is_empty() && !many {
                return Err(usage::error(&format!("argument --{flag}: expected one argument")));
            }
            if member.kind == Kind::Blob {
                let path = values[0].strip_prefix("fileb://").or_else(|| values[0].strip_prefix("file://"));
                let found = files.read(&absolute(path.unwrap_or(&values[0])));
                body = Some(found.ok_or_else(|| {
                    unreadable(&format!("--{flag}"), "Blob values must be a path to a file.")
                })?);
                continue;
            }
            let mut texts = Vec::with_capacity(values.len());
            for value in &values {
                texts.push(loaded(&format!("--{flag}"), value, files)?);
            }
            parameters.insert(member.name.to_owned(), value(flag, member, texts, operation)?);
        }
        let missing: Vec<String> = members
            .iter()
            .filter(|member| {
                member.required
                    && !parameters.contains_key(member.name)
                    && !(member.kind == Kind::Blob && body.is_some())
            })
            .map(|member| format!("--{}", kebab(member.name)))
            .chain((takes_file && output_file.is_none()).then(|| "outfile".to_owned()))
            .collect();
        if !missing.is_empty() {
            return Err(usage::error(&format!(
                "the following arguments are required: {}",
                missing.join(", ")
            )));
        }
        if !unknown.is_empty() {
            return Err(usage::unknown_options(&unknown));
        }
        Ok(Invocation { parameters: Value::Object(parameters), body, output_file, pages })
    }
}

/// The text of an argument: itself, or what `file://` names.
fn loaded(flag: &str, value: &str, files: &dyn Files) -> Result<String, CliOutput> {
    let Some(path) = value.strip_prefix("file://").or_else(|| value.strip_prefix("fileb://")) else {
        return Ok(value.to_owned());
    };
    match files.read(&absolute(path)) {
        Some(bytes) => Ok(String::from_utf8_lossy(&bytes.whole()).into_owned()),
        None => Err(unreadable(
            flag,
            &format!("Unable to load paramfile {value}: [Errno 2] No such file or directory: '{path}'"),
        )),
    }
}

fn unreadable(parameter: &str, why: &str) -> CliOutput {
    CliOutput::failed(252, format!("Error parsing parameter '{parameter}': {why}"))
}

fn read_json(parameter: &str, text: &str) -> Result<Value, CliOutput> {
    serde_json::from_str(text).map_err(|_| {
        let fault = python_json::fault(text).unwrap_or_default();
        unreadable(parameter, &format!("Invalid JSON: {fault}\nJSON received: {text}"))
    })
}

/// A whole number as Python's `int` reads it.
pub fn integer(text: &str) -> Result<i64, CliOutput> {
    let sentence = || format!("invalid literal for int() with base 10: '{text}'");
    text.trim().parse().map_err(|_| CliOutput::failed(255, sentence()))
}

/// Words to a value of the member's kind.
fn value(
    flag: &str,
    member: &Member,
    mut texts: Vec<String>,
    operation: Operation,
) -> Result<Value, CliOutput> {
    let first = texts.first().cloned().unwrap_or_default();
    let parameter = format!("--{flag}");
    Ok(match member.kind {
        Kind::String | Kind::Boolean | Kind::Blob | Kind::Time => json!(texts.swap_remove(0)),
        Kind::Number => json!(first.trim().parse::<f64>().map_err(|_| {
            CliOutput::failed(255, format!("could not convert string to float: '{first}'"))
        })?),
        Kind::Integer => json!(integer(&first)?),
        Kind::Strings => match first.trim_start().starts_with('[') {
            true => read_json(&parameter, &first)?,
            false => json!(texts),
        },
        Kind::Structures => {
            if first.trim_start().starts_with('[') {
                return read_json(&parameter, &first);
            }
            let list: Result<Vec<Value>, CliOutput> =
                texts.iter().map(|text| structure(&parameter, text, member, operation)).collect();
            Value::Array(list?)
        }
        Kind::Structure | Kind::Map => structure(&parameter, &first, member, operation)?,
    })
}

/// JSON, or shorthand.
fn structure(parameter: &str, text: &str, member: &Member, operation: Operation) -> Result<Value, CliOutput> {
    if text.trim_start().starts_with('{') {
        return read_json(parameter, text);
    }
    let mut value = shorthand::parse(text).map_err(|sentence| unreadable(parameter, &sentence))?;
    if member.kind != Kind::Map {
        shorthand::typed(&mut value, member.name, operation.service().command(), operation.name());
    }
    Ok(value)
}
