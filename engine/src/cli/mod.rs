//! `aws ...` text to a call, and its answer to text, as the AWS CLI v2 prints it.
//!
//! A line is cut into words as a shell would ([`words`]), flags become members of the operation's input
//! ([`arguments`], [`shorthand`]), the call goes through `aws::call`, and the answer is filtered ([`query`])
//! and printed ([`output`], [`table`]). `aws s3` has commands of its own ([`s3`]).

pub mod arguments;
mod configure;
pub mod name;
pub mod output;
pub mod paging;
mod profile;
mod python_json;
pub mod query;
pub mod s3;
pub mod shorthand;
pub mod table;
mod tail;
pub mod usage;
mod waiter;
pub mod words;
mod yaml;

use serde_json::Value;

use crate::aws::redshift::copy::REGIONS;
use crate::aws::{Account, ApiError, Caller, Fault, Reply, Service, call_with_body};
use crate::clock::Instant;
use crate::pieces::Pieces;
use arguments::{Global, Invocation};

/// What an `aws` line printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CliOutput {
    pub stdout: String,
    pub stderr: String,
    /// 0 done; 1 an S3 transfer failed; 130 stopped; 252 usage; 254 the service refused; 255 anything else.
    pub code: i32,
}

/// The learner's local files, by absolute path.
pub trait Files {
    fn read(&self, path: &str) -> Option<Pieces>;
    fn write(&mut self, path: &str, bytes: Pieces);
    fn remove(&mut self, path: &str) -> bool;
    /// Every path, in order.
    fn paths(&self) -> Vec<String>;
}

/// Where relative paths begin.
pub const HOME: &str = "/home/learner";

/// What every command works with.
pub struct Terminal<'a> {
    pub account: &'a mut Account,
    pub caller: Caller,
    pub files: &'a mut dyn Files,
    pub now: Instant,
}

impl Terminal<'_> {
    /// One call. A bucket in another region is asked for there, as the CLI does when it is told so.
    fn call(
        &mut self,
        service: Service,
        operation: &str,
        parameters: Value,
        body: Option<Pieces>,
    ) -> Result<Reply, ApiError> {
        let redirects = service == Service::S3 && operation != "CreateBucket";
        let caller = if redirects { self.towards(&parameters) } else { self.caller.clone() };
        call_with_body(self.account, &caller, service.command(), operation, parameters, body, self.now)
    }

    /// The caller, in the region of the bucket that is named.
    fn towards(&self, parameters: &Value) -> Caller {
        let bucket = parameters["Bucket"].as_str().and_then(|name| self.account.s3.buckets.get(name));
        match bucket {
            Some(bucket) => self.caller.clone().in_region(Some(bucket.region.clone())),
            None => self.caller.clone(),
        }
    }
}

impl CliOutput {
    pub fn done(stdout: impl Into<String>) -> Self {
        CliOutput { stdout: stdout.into(), ..CliOutput::default() }
    }

    /// A line on standard error behind an empty one.
    pub fn failed(code: i32, sentence: impl std::fmt::Display) -> Self {
        CliOutput { stdout: String::new(), stderr: format!("\n{sentence}\n"), code }
    }
}

/// Runs one line as the IAM user `principal`. The line may begin with the word `aws`.
pub fn run(
    account: &mut Account,
    principal: &str,
    line: &str,
    files: &mut dyn Files,
    now: Instant,
) -> CliOutput {
    let mut words = match words::split(line) {
        Ok(words) => words,
        Err(sentence) => {
            return CliOutput { stderr: format!("{sentence}\n"), code: 2, ..CliOutput::default() };
        }
    };
    let environment = profile::environment(&mut words);
    if words.first().is_some_and(|word| word == "aws") {
        words.remove(0);
    }
    let mut global = match Global::take(&mut words) {
        Ok(global) => global,
        Err(output) => return output,
    };
    let Some(service) = words.first().cloned() else {
        return usage::error("the following arguments are required: command");
    };
    let rest = &words[1..];
    let local = service == "configure" && rest.first().is_some_and(|word| word != "list");
    let found = profile::resolve(account, &*files, principal, &environment, &mut global, now);
    let caller = match found {
        Ok(caller) => caller,
        // What only edits profiles needs none of them.
        Err(_) if local || service == "help" => Caller::user(principal),
        Err(output) => return output,
    };
    if let Some(output) = nowhere(&service, caller.region.as_deref()) {
        return output;
    }
    let mut terminal = Terminal { account, caller, files, now };
    match service.as_str() {
        "configure" => {
            configure::run(terminal.account, terminal.files, rest, &global, &environment, &terminal.caller)
        }
        "help" => CliOutput::done(usage::help()),
        "--version" => {
            CliOutput::done("aws-cli/2.11.21 Python/3.11.3 Linux/5.15 exe/x86_64.ubuntu.22 prompt/off\n")
        }
        "s3" => s3::run(&mut terminal, rest),
        name => match Service::parse(name).filter(|found| found.command() == name) {
            Some(service) => operation(&mut terminal, service, rest, &global),
            None if usage::SERVICES.contains(&name) => {
                usage::not_simulated(name, rest.first().map(String::as_str))
            }
            None => usage::invalid_choice("command", name, &usage::all_services()),
        },
    }
}

/// Regions that take no copies of snapshots yet.
const YOUNG: &str = "ap-south-2 ap-southeast-4 eu-central-2 eu-south-2 me-central-1";

/// Nobody answers in a region that does not exist. Some services have one place for all.
fn nowhere(service: &str, region: Option<&str>) -> Option<CliOutput> {
    let region =
        region.filter(|region| !REGIONS.split(' ').chain(YOUNG.split(' ')).any(|known| known == *region))?;
    let host = match service {
        "iam" | "ce" | "budgets" | "configure" | "help" | "--version" => return None,
        "s3api" => "s3",
        "sagemaker" => "api.sagemaker",
        other => Service::parse(other).map(|_| other)?,
    };
    let sentence =
        format!("Could not connect to the endpoint URL: \"https://{host}.{region}.amazonaws.com/\"");
    Some(CliOutput::failed(255, sentence))
}

fn operation(terminal: &mut Terminal<'_>, service: Service, words: &[String], global: &Global) -> CliOutput {
    let Some(command) = words.first() else {
        return usage::error("the following arguments are required: operation");
    };
    let mut names: Vec<String> = service.operations().into_iter().map(name::kebab).collect();
    if waiter::has(service) {
        names.push("wait".to_owned());
    }
    if service == Service::Logs {
        if command == "tail" {
            return tail::run(terminal, &words[1..]);
        }
        names.push("tail".to_owned());
    }
    crate::sorted::sort(&mut names);
    if command == "help" {
        return CliOutput::done(usage::service_help(service, &names));
    }
    if command == "wait" && waiter::has(service) {
        return waiter::run(terminal, service, &words[1..]);
    }
    let found = service.operations().into_iter().find(|operation| name::kebab(operation) == *command);
    let Some((operation, known)) = found.and_then(|name| Some((name, service.operation(name)?))) else {
        if service.gaps().any(|operation| name::kebab(&operation) == *command) {
            return usage::not_simulated(service.command(), Some(command));
        }
        return usage::invalid_choice("operation", command, &names);
    };
    let members = known.members();
    if words.get(1).is_some_and(|word| word == "help") {
        return CliOutput::done(usage::operation_help(service, command, &members));
    }
    let Invocation { mut parameters, body, output_file, pages } =
        match Invocation::read(&words[1..], known, &*terminal.files) {
            Ok(invocation) => invocation,
            Err(output) => return output,
        };
    // Whoever says how large a page is wants that page.
    let pages = pages.filter(|_| !paging::is_sized(&parameters));
    if let Some((size, member)) = pages.and_then(|pages| pages.size).zip(paging::size(&members)) {
        parameters[member] = size.into();
    }
    let reply = match terminal.call(service, operation, parameters.clone(), body) {
        Ok(reply) => reply,
        Err(error) => return refusal(&error),
    };
    if let (Some(path), Some(bytes)) = (output_file, reply.body) {
        terminal.files.write(&absolute(&path), bytes);
    }
    let mut value = reply.value;
    if let Some(pages) = pages {
        let mut ask = |more| terminal.call(service, operation, more, None).map(|page| page.value);
        if let Err(error) = paging::gather(&mut value, &parameters, usize::MAX, &mut ask) {
            return refusal(&error);
        }
        paging::cut(&mut value, pages, &members);
    }
    // The CLI leaves out what only steers the paging.
    if service == Service::S3
        && operation.starts_with("ListObject")
        && let Value::Object(fields) = &mut value
    {
        fields.retain(|name, value| value.is_array() || name.starts_with("Next"));
        if !fields.is_empty() {
            fields.insert("RequestCharged".to_owned(), Value::Null);
        }
    }
    match output::print(&value, global, operation) {
        Ok(text) => CliOutput::done(text),
        Err(sentence) => CliOutput::failed(255, sentence),
    }
}

/// An error as the CLI prints it, with its exit code.
pub fn refusal(error: &ApiError) -> CliOutput {
    match &error.fault {
        Fault::Parameters(_) => CliOutput::failed(252, error.fault.message()),
        _ => CliOutput::failed(254, error),
    }
}

/// A path as the disk knows it.
pub fn absolute(path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{HOME}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests;
