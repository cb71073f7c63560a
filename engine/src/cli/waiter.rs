//! `aws SERVICE wait NAME`: looks until something is there, or gone.

use super::arguments::Invocation;
use super::{CliOutput, Terminal, usage};
use crate::aws::{Fault, Service};

/// Service, name, the operation that is asked, and whether it should succeed.
const WAITERS: [(&str, &str, &str, bool); 8] = [
    ("s3api", "bucket-exists", "HeadBucket", true),
    ("s3api", "bucket-not-exists", "HeadBucket", false),
    ("s3api", "object-exists", "HeadObject", true),
    ("s3api", "object-not-exists", "HeadObject", false),
    ("iam", "user-exists", "GetUser", true),
    ("iam", "role-exists", "GetRole", true),
    ("iam", "policy-exists", "GetPolicy", true),
    ("iam", "instance-profile-exists", "GetInstanceProfile", true),
];

/// Whether the service has waiters. Those for which time passes are the sandbox's (`sandbox/waiting`).
pub fn has(service: Service) -> bool {
    matches!(service, Service::Redshift | Service::SageMaker)
        || WAITERS.iter().any(|(command, ..)| *command == service.command())
}

/// Nothing happens by itself in IAM and S3 while a line runs, so one look decides.
pub fn run(terminal: &mut Terminal<'_>, service: Service, words: &[String]) -> CliOutput {
    let own = WAITERS.iter().filter(|(command, ..)| *command == service.command());
    let Some(name) = words.first() else {
        return usage::error("the following arguments are required: waiter");
    };
    let Some((_, _, operation, there)) = own.clone().find(|(_, waiter, ..)| waiter == name) else {
        let names: Vec<String> = own.map(|(_, waiter, ..)| (*waiter).to_owned()).collect();
        return usage::invalid_choice("waiter", name, &names);
    };
    let Some(known) = service.operation(operation) else {
        return usage::not_simulated(service.command(), Some(name));
    };
    let parameters = match Invocation::read(&words[1..], known, &*terminal.files) {
        Ok(invocation) => invocation.parameters,
        Err(output) => return output,
    };
    let answer = terminal.call(service, operation, parameters, None);
    let title: String = name.split('-').map(usage::capital).collect();
    match answer {
        Ok(_) if *there => CliOutput::default(),
        Err(error) if !there && error.fault.status() == 404 => CliOutput::default(),
        Err(error) if matches!(error.fault, Fault::Denied(_)) => {
            CliOutput::failed(255, format!("Waiter {title} failed: {error}"))
        }
        Ok(_) | Err(_) => CliOutput::failed(
            255,
            format!(
                "Waiter {title} failed: Max attempts exceeded. Previously accepted state: Matched expected HTTP status code: {}",
                if *there { 404 } else { 200 }
            ),
        ),
    }
}
