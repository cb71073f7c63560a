//! Whose credentials sign a line: those of the environment, of a profile in `~/.aws`, or of whoever sits at the
//! terminal, in the order in which the CLI looks.

use super::arguments::Global;
use super::{CliOutput, Files, HOME, refusal};
use crate::aws::{Account, Caller, Identity, call};
use crate::clock::Instant;
use crate::json::json;
use crate::sorted::SortedMap;

/// The two files of profiles: keys lie in the first, everything else in the second.
pub const CREDENTIALS: &str = "credentials";
pub const CONFIG: &str = "config";

pub type Section = SortedMap<String, String>;

/// Where one of the files is.
pub fn path(file: &str) -> String {
    format!("{HOME}/.aws/{file}")
}

/// A file's text; empty when it is not there.
pub fn text(files: &dyn Files, file: &str) -> String {
    files
        .read(&path(file))
        .map_or_else(String::new, |bytes| String::from_utf8_lossy(&bytes.whole()).into_owned())
}

/// The name between brackets: the config file calls profiles `profile NAME`, all but the default one.
pub fn heading(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
    Some(name.strip_prefix("profile ").map_or(name, str::trim))
}

/// Names of all profiles, each once, in the order of the files.
pub fn names(files: &dyn Files) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for file in [CONFIG, CREDENTIALS] {
        for name in text(files, file).lines().filter_map(heading) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// What both files say of a profile; `None` when neither names it.
pub fn section(files: &dyn Files, name: &str) -> Option<Section> {
    let mut found: Option<Section> = None;
    for file in [CONFIG, CREDENTIALS] {
        let mut inside = false;
        for line in text(files, file).lines() {
            if let Some(other) = heading(line) {
                inside = other == name;
                if inside {
                    found.get_or_insert_default();
                }
            } else if let (true, Some((key, value))) = (inside, line.split_once('='))
                && !line.trim_start().starts_with(['#', ';'])
            {
                found.get_or_insert_default().insert(key.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
    found
}

/// Takes assignments (`AWS_PROFILE=mina aws ...`) off the front of a line.
pub fn environment(words: &mut Vec<String>) -> Section {
    let mut found = Section::new();
    while let Some((name, value)) = words.first().and_then(|word| word.split_once('='))
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    {
        found.insert(name.to_owned(), value.to_owned());
        words.remove(0);
    }
    found
}

/// The profile that a line names, by its flag or in the environment.
pub fn named<'a>(global: &'a Global, environment: &'a Section) -> Option<&'a str> {
    let environment = || environment.get("AWS_PROFILE").or_else(|| environment.get("AWS_DEFAULT_PROFILE"));
    global.profile.as_deref().or_else(|| environment().map(String::as_str))
}

/// Who signs, and to which region it goes. What the flags left open is filled in from profile and environment.
pub fn resolve(
    account: &mut Account,
    files: &dyn Files,
    principal: &str,
    environment: &Section,
    global: &mut Global,
    now: Instant,
) -> Result<Caller, CliOutput> {
    let name = named(global, environment).map(str::to_owned);
    let profile = match &name {
        Some(name) if name != "default" => Some(section(files, name).ok_or_else(|| missing(name))?),
        _ => section(files, "default"),
    }
    .unwrap_or_default();
    let own = ["AWS_REGION", "AWS_DEFAULT_REGION"].iter().find_map(|key| environment.get(*key));
    global.region = global.region.take().or_else(|| own.or_else(|| profile.get("region")).cloned());
    if global.output.is_none() {
        let wanted = environment.get("AWS_DEFAULT_OUTPUT").or_else(|| profile.get("output"));
        global.output = wanted.and_then(|form| super::arguments::Form::parse(form));
    }
    let signed = match (environment.get("AWS_ACCESS_KEY_ID"), &global.profile) {
        (Some(id), None) => {
            let of = |key: &str| environment.get(key).map(String::as_str);
            let secret =
                of("AWS_SECRET_ACCESS_KEY").ok_or_else(|| partial("env", "AWS_SECRET_ACCESS_KEY"))?;
            by_key(account, id, secret, of("AWS_SESSION_TOKEN"))
        }
        _ => by_profile(account, files, principal, &profile, now, 0)?,
    };
    Ok(signed.in_region(global.region.clone()))
}

fn missing(name: &str) -> CliOutput {
    CliOutput::failed(255, format!("The config profile ({name}) could not be found"))
}

fn partial(provider: &str, key: &str) -> CliOutput {
    CliOutput::failed(255, format!("Partial credentials found in {provider}, missing: {key}"))
}

fn by_profile(
    account: &mut Account,
    files: &dyn Files,
    principal: &str,
    profile: &Section,
    now: Instant,
    depth: usize,
) -> Result<Caller, CliOutput> {
    let of = |key: &str| profile.get(key).map(String::as_str);
    if let Some(role) = of("role_arn") {
        let source = match of("source_profile") {
            // Profiles that name each other in a circle end somewhere.
            Some(name) if depth < 8 => {
                let source = section(files, name).ok_or_else(|| {
                    CliOutput::failed(
                        255,
                        format!(
                            "The source profile \"{name}\" referenced in the profile could not be found."
                        ),
                    )
                })?;
                by_profile(account, files, principal, &source, now, depth + 1)?
            }
            _ => Caller::user(principal),
        };
        return assume(account, &source, role, profile, now);
    }
    match (of("aws_access_key_id"), of("aws_secret_access_key")) {
        (Some(id), Some(secret)) => Ok(by_key(account, id, secret, of("aws_session_token"))),
        (Some(_), None) => Err(partial("shared-credentials-file", "aws_secret_access_key")),
        _ => Ok(Caller::user(principal)),
    }
}

/// Whoever holds a key. A key that is not there, or whose secret is another, is refused by the service.
fn by_key(account: &Account, id: &str, secret: &str, token: Option<&str>) -> Caller {
    if let Some(session) = account.sts.session(id).filter(|session| token == Some(session.token.as_str())) {
        return Caller::temporary(session).forged(session.secret != secret);
    }
    match account.iam.access_key(id) {
        Some((user, own)) if token.is_none() => Caller::key(&user.name, id).forged(own != secret),
        _ => Caller::key("", id),
    }
}

/// Credentials of the role, from an earlier line when they still hold.
fn assume(
    account: &mut Account,
    source: &Caller,
    role: &str,
    profile: &Section,
    now: Instant,
) -> Result<Caller, CliOutput> {
    let of = |key: &str| profile.get(key).cloned();
    let wanted = of("role_session_name");
    let role_name = role.rsplit('/').next().unwrap_or(role);
    let cached = account.sts.sessions.iter().rev().find(|known| {
        let named = match &known.identity {
            Identity::Session { role, session } if role == role_name => Some(session),
            _ => None,
        };
        known.expires > now
            && named.is_some_and(|name| match &wanted {
                Some(wanted) => name == wanted,
                None => name.starts_with("botocore-session-"),
            })
    });
    if let Some(known) = cached {
        return Ok(Caller::temporary(known));
    }
    let name = wanted.clone().unwrap_or_else(|| format!("botocore-session-{}", now.0 / 1_000_000));
    let mut parameters = json!({"RoleArn": role, "RoleSessionName": name});
    if let Some(external) = of("external_id") {
        parameters["ExternalId"] = json!(external);
    }
    if let Some(seconds) = of("duration_seconds").and_then(|text| text.parse::<i64>().ok()) {
        parameters["DurationSeconds"] = json!(seconds);
    }
    let answer =
        call(account, source, "sts", "AssumeRole", parameters, now).map_err(|error| refusal(&error))?;
    let key = answer["Credentials"]["AccessKeyId"].as_str().unwrap_or("");
    Ok(account.sts.session(key).map_or_else(|| source.clone(), Caller::temporary))
}
