//! Flags to the members of an operation's input.

use serde_json::{Map, Value, json};

use super::name::kebab;
use super::paging::{self, Pages};
use super::shorthand;
use super::{CliOutput, Files, absolute, usage};
use crate::aws::shape::{Kind, Member};
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
    /// `takes_file`: a last word without a flag is the file to write.
    pub fn read(
        words: &[String],
        members: &[Member],
        takes_file: bool,
        files: &dyn Files,
    ) -> Result<Self, CliOutput> {
        let mut parameters = Map::new();
        let (mut body, mut output_file) = (None, None);
        let mut unknown = Vec::new();
        let mut pages = paging::is_paged(members).then(Pages::default);
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
                            at += 1;
                            let text = loaded(&text, files)?;
                            match serde_json::from_str::<Value>(&text) {
                                Ok(Value::Object(given)) => {
                                    for (key, value) in given {
                                        parameters.entry(key).or_insert(value);
                                    }
                                }
                                _ => {
                                    return Err(CliOutput::failed(
                                        252,
                                        "Error parsing parameter 'cli-input-json': Invalid JSON received.",
                                    ));
                                }
                            }
                            continue;
                        }
                        _ => {
                            unknown.push(word.clone());
                            continue;
                        }
                    },
                },
            };
            if member.kind == Kind::Boolean {
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
                body = Some(file(&values[0], &values[0], files)?);
                continue;
            }
            let mut texts = Vec::with_capacity(values.len());
            for value in &values {
                texts.push(loaded(value, files)?);
            }
            parameters.insert(member.name.to_owned(), value(flag, member, texts)?);
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
fn loaded(value: &str, files: &dyn Files) -> Result<String, CliOutput> {
    match value.strip_prefix("file://").or_else(|| value.strip_prefix("fileb://")) {
        None => Ok(value.to_owned()),
        Some(path) => Ok(String::from_utf8_lossy(&file(path, value, files)?.whole()).into_owned()),
    }
}

fn file(path: &str, written: &str, files: &dyn Files) -> Result<Pieces, CliOutput> {
    let path = path.strip_prefix("fileb://").or_else(|| path.strip_prefix("file://")).unwrap_or(path);
    files.read(&absolute(path)).ok_or_else(|| {
        let what = if written.contains("://") {
            format!("Unable to load paramfile {written}: ")
        } else {
            String::new()
        };
        CliOutput::failed(252, format!("{what}[Errno 2] No such file or directory: '{path}'"))
    })
}

/// Words to a value of the member's kind. What does not fit stays text, for the service's own check.
fn value(flag: &str, member: &Member, mut texts: Vec<String>) -> Result<Value, CliOutput> {
    let first = texts.first().cloned().unwrap_or_default();
    let bad_json = |text: &str| {
        CliOutput::failed(252, format!("Error parsing parameter '--{flag}': Invalid JSON:\n{text}"))
    };
    Ok(match member.kind {
        Kind::String | Kind::Boolean | Kind::Blob | Kind::Time => json!(texts.swap_remove(0)),
        Kind::Number => first.parse::<f64>().map_or_else(|_| json!(first), |number| json!(number)),
        // What is no number goes on as it is, and is told as such.
        Kind::Integer => first.parse::<i64>().map_or_else(|_| json!(first), |number| json!(number)),
        Kind::Strings => match first.trim_start().starts_with('[') {
            true => serde_json::from_str(&first).map_err(|_| bad_json(&first))?,
            false => json!(texts),
        },
        Kind::Structures => {
            if first.trim_start().starts_with('[') {
                return serde_json::from_str(&first).map_err(|_| bad_json(&first));
            }
            let mut list = Vec::with_capacity(texts.len());
            for text in &texts {
                list.push(structure(flag, text).map_err(|_| bad_json(text))??);
            }
            Value::Array(list)
        }
        Kind::Structure | Kind::Map => structure(flag, &first).map_err(|_| bad_json(&first))??,
    })
}

/// JSON, or shorthand.
fn structure(flag: &str, text: &str) -> Result<Result<Value, CliOutput>, serde_json::Error> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map(Ok);
    }
    Ok(shorthand::parse(text).map_err(|sentence| {
        CliOutput::failed(252, format!("Error parsing parameter '--{flag}': {sentence}"))
    }))
}
