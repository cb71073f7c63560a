//! `aws configure`: the profiles in `~/.aws`, and what a line would take from where.

use super::arguments::Global;
use super::profile::{CONFIG, CREDENTIALS, Section, heading, named, names, path, section, text};
use super::{CliOutput, Files, usage};
use crate::aws::{Account, Caller};

pub fn run(
    account: &Account,
    files: &mut dyn Files,
    words: &[String],
    global: &Global,
    environment: &Section,
    caller: &Caller,
) -> CliOutput {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let profile = named(global, environment).unwrap_or("default").to_owned();
    match words[..] {
        ["list"] => CliOutput::done(list(account, files, global, environment, caller)),
        ["list-profiles"] => {
            CliOutput::done(names(files).into_iter().map(|name| name + "\n").collect::<String>())
        }
        ["get", key] => {
            let (profile, key) = place(&profile, key);
            match section(files, &profile).and_then(|section| section.get(&key).cloned()) {
                Some(value) => CliOutput::done(value + "\n"),
                None => CliOutput { code: 1, ..CliOutput::default() },
            }
        }
        ["set", key, value] => {
            let (profile, key) = place(&profile, key);
            let secret =
                matches!(key.as_str(), "aws_access_key_id" | "aws_secret_access_key" | "aws_session_token");
            set(files, if secret { CREDENTIALS } else { CONFIG }, &profile, &key, value);
            CliOutput::default()
        }
        ["get" | "set", ..] => usage::error("the following arguments are required: varname"),
        // A dialogue of questions, and ways to sign in that need a browser.
        [] => usage::not_simulated("configure", None),
        [
            other @ ("sso" | "sso-session" | "import" | "add-model" | "export-credentials" | "mfa-login"),
            ..,
        ] => usage::not_simulated("configure", Some(other)),
        [other, ..] => usage::invalid_choice(
            "subcommand",
            other,
            &[
                "list",
                "get",
                "set",
                "add-model",
                "import",
                "list-profiles",
                "sso",
                "sso-session",
                "export-credentials",
            ]
            .map(str::to_owned),
        ),
    }
}

/// `region`, `default.region` or `profile.mina.region`.
fn place(profile: &str, key: &str) -> (String, String) {
    match key.split('.').collect::<Vec<_>>()[..] {
        ["profile", name, key] => (name.to_owned(), key.to_owned()),
        ["default", key] => ("default".to_owned(), key.to_owned()),
        _ => (profile.to_owned(), key.to_owned()),
    }
}

/// Puts a line into its section of a file, making both where they are not.
fn set(files: &mut dyn Files, file: &str, profile: &str, key: &str, value: &str) {
    let line = format!("{key} = {value}");
    let mut lines: Vec<String> = text(files, file).lines().map(str::to_owned).collect();
    let start = lines.iter().position(|line| heading(line) == Some(profile));
    match start {
        None => {
            let name = if file == CONFIG && profile != "default" { "profile " } else { "" };
            lines.extend([format!("[{name}{profile}]"), line]);
        }
        Some(start) => {
            let end = lines[start + 1..].iter().position(|line| heading(line).is_some());
            let end = end.map_or(lines.len(), |length| start + 1 + length);
            let old = lines[start..end]
                .iter()
                .position(|line| line.split_once('=').is_some_and(|(name, _)| name.trim() == key));
            match old {
                Some(at) => lines[start + at] = line,
                None => lines.insert(end, line),
            }
        }
    }
    files.write(&path(file), (lines.join("\n") + "\n").into_bytes().into());
}

fn list(
    account: &Account,
    files: &dyn Files,
    global: &Global,
    environment: &Section,
    caller: &Caller,
) -> String {
    let profile = named(global, environment);
    let own = section(files, profile.unwrap_or("default")).unwrap_or_default();
    let hidden = |text: &str| format!("{}{}", "*".repeat(16), &text[text.len().saturating_sub(4)..]);
    let from = match (&environment.get("AWS_ACCESS_KEY_ID"), own.contains_key("role_arn")) {
        (Some(_), _) => "env",
        (None, true) => "assume-role",
        (None, false) if own.contains_key("aws_access_key_id") => "shared-credentials-file",
        (None, false) => "container-role",
    };
    // Whoever merely sits at the terminal has credentials that change by the hour; they are not shown.
    let (key, secret) = match &caller.key {
        Some(key) => {
            let secret = account.iam.access_key(key).map(|(_, secret)| secret);
            let secret = secret.or_else(|| account.sts.session(key).map(|session| session.secret.as_str()));
            (hidden(key), hidden(secret.unwrap_or("")))
        }
        None => (hidden(""), hidden("")),
    };
    let mut out = String::new();
    let mut row = |name: &str, value: &str, kind: &str, place: &str| {
        out.push_str(&format!("{name:>10} {value:>24} {kind:>16}    {place}\n"));
    };
    row("Name", "Value", "Type", "Location");
    row("----", "-----", "----", "--------");
    match (profile, &global.profile) {
        (Some(name), Some(_)) => row("profile", name, "manual", "--profile"),
        (Some(name), None) => row("profile", name, "env", "['AWS_DEFAULT_PROFILE', 'AWS_PROFILE']"),
        (None, _) => row("profile", "<not set>", "None", "None"),
    }
    row("access_key", &key, from, "");
    row("secret_key", &secret, from, "");
    match (own.get("region"), environment.get("AWS_REGION").or_else(|| environment.get("AWS_DEFAULT_REGION")))
    {
        (Some(region), None) => row("region", region, "config-file", "~/.aws/config"),
        (_, region) => {
            let region = region.unwrap_or(&account.region);
            row("region", region, "env", "['AWS_REGION', 'AWS_DEFAULT_REGION']");
        }
    }
    out
}
