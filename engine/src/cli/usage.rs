//! Help, and what the CLI says to a line that it cannot read.

use super::CliOutput;
use super::name::kebab;
use crate::aws::Service;
use crate::aws::shape::{Kind, Member};
use crate::gap::Feature;

const USAGE: &str = "usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]
To see help text, you can run:

  aws help
  aws <command> help
  aws <command> <subcommand> help
";

/// Commands that AWS has; those that are not simulated say so.
pub const SERVICES: [&str; 18] = [
    "budgets",
    "ce",
    "cloudformation",
    "cloudtrail",
    "cloudwatch",
    "configure",
    "dynamodb",
    "ec2",
    "ecr",
    "kms",
    "lakeformation",
    "lambda",
    "rds",
    "redshift-data",
    "sagemaker",
    "secretsmanager",
    "sns",
    "sqs",
];

/// Flags of simulated operations that AWS has and the sandbox does not.
pub const BEYOND: &str = "expected-bucket-owner expected-source-bucket-owner content-md5 checksum-algorithm checksum-mode checksum-crc32 checksum-crc32-c checksum-sha1 checksum-sha256 request-payer mfa bypass-governance-retention grant-full-control grant-read grant-read-acp grant-write grant-write-acp access-control-policy object-lock-enabled-for-bucket object-lock-mode object-lock-retain-until-date object-lock-legal-hold-status website-redirect-location expires ssekms-key-id ssekms-encryption-context sse-customer-algorithm sse-customer-key sse-customer-key-md5 bucket-key-enabled if-modified-since if-unmodified-since response-content-type response-content-disposition response-content-encoding response-content-language response-cache-control response-expires part-number copy-source-if-match copy-source-if-none-match copy-source-if-modified-since copy-source-if-unmodified-since open-table-format-input audit-context result-reuse-configuration execution-parameters content-length copy-source-sse-customer-algorithm copy-source-sse-customer-key copy-source-sse-customer-key-md5 vpc-security-group-ids cluster-security-groups hsm-client-certificate-identifier hsm-configuration-identifier elastic-ip kms-key-id additional-info availability-zone-relocation availability-zone aqua-configuration-status load-sample-data reserved-node-id target-reserved-node-offering-id snapshot-copy-grant-name vpc-config enable-network-isolation enable-inter-container-traffic-encryption enable-managed-spot-training environment checkpoint-config data-capture-config async-inference-config explainer-config shadow-production-variants deployment-config inference-execution-config debug-hook-config debug-rule-configurations tensor-board-output-config experiment-config profiler-config profiler-rule-configurations retry-strategy warm-pool-status-equals creation-time-after creation-time-before last-modified-time-after last-modified-time-before";

pub fn all_services() -> Vec<String> {
    let simulated = Service::ALL.iter().map(|service| service.command());
    let mut names: Vec<String> =
        SERVICES.into_iter().chain(simulated).chain(["s3"]).map(str::to_owned).collect();
    crate::sorted::sort(&mut names);
    names.dedup();
    names
}

/// `available` as `Available`.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// The usage block and an error; exit code 252.
pub fn error(sentence: &str) -> CliOutput {
    CliOutput::failed(252, format!("{USAGE}\naws: error: {sentence}"))
}

/// A text behind a flag that takes none.
pub fn ignored(flag: &str, text: &str) -> CliOutput {
    error(&format!("argument --{flag}: ignored explicit argument '{text}'"))
}

/// Flags that nobody knows.
pub fn unknown_options(flags: &[String]) -> CliOutput {
    CliOutput::failed(252, format!("{USAGE}\nUnknown options: {}", flags.join(", ")))
}

/// A name that is none of `names`, with those that are near.
pub fn invalid_choice(argument: &str, given: &str, names: &[String]) -> CliOutput {
    let mut sentence = format!("argument {argument}: Invalid choice, valid choices are:\n");
    for pair in names.chunks(2) {
        sentence.push_str(&format!("\n{:<40} | {:<40}", pair[0], pair.get(1).map_or("", String::as_str)));
    }
    let near = close(given, names);
    if !near.is_empty() {
        sentence.push_str(&format!("\n\n\nInvalid choice: '{given}', maybe you meant:\n"));
        for name in near {
            sentence.push_str(&format!("\n  * {name}"));
        }
    }
    error(&sentence)
}

/// What AWS has and the sandbox does not: said plainly, naming it.
pub fn not_simulated(service: &str, operation: Option<&str>) -> CliOutput {
    let name = operation.map_or_else(|| service.to_owned(), |operation| format!("{service} {operation}"));
    CliOutput::failed(254, format!("not simulated yet: {} (aws {name})", Feature::AwsOperation.name()))
}

pub fn help() -> String {
    let simulated: Vec<&str> = Service::ALL.iter().map(|service| service.command()).collect();
    format!(
        "{USAGE}\nSimulated here: s3, {}.\nEvery other command of AWS says that it is not simulated yet.\n",
        simulated.join(", ")
    )
}

pub fn service_help(service: Service, names: &[String]) -> String {
    let mut text = format!("aws {} <operation> [parameters]\n\nOperations:\n", service.command());
    for name in names {
        text.push_str(&format!("  {name}\n"));
    }
    text
}

pub fn operation_help(service: Service, command: &str, members: &[Member]) -> String {
    let mut text = format!("SYNOPSIS\n\n    aws {} {command}\n", service.command());
    for member in members {
        let flag = match member.kind {
            Kind::Boolean => format!("--{0} | --no-{0}", kebab(member.name)),
            _ => format!("--{} <value>", kebab(member.name)),
        };
        text.push_str(&if member.required { format!("    {flag}\n") } else { format!("    [{flag}]\n") });
    }
    text
}

/// The names that are nearly what was given, the nearest first: Python's `difflib.get_close_matches` at 0.8.
fn close<'a>(given: &str, names: &'a [String]) -> Vec<&'a String> {
    let given: Vec<char> = given.chars().collect();
    let mut near: Vec<(usize, &String)> = Vec::new();
    for name in names {
        let letters: Vec<char> = name.chars().collect();
        let ratio = 2_000 * common(&given, &letters) / (given.len() + letters.len()).max(1);
        if ratio >= 800 {
            near.push((ratio, name));
        }
    }
    crate::sorted::sort_by(&mut near, |a, b| b.0.cmp(&a.0));
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// How many letters two words share: their longest common piece, and what is left and right of it.
fn common(a: &[char], b: &[char]) -> usize {
    let (mut best, mut at) = (0, (0, 0));
    for i in 0..a.len() {
        for j in 0..b.len() {
            let length = a[i..].iter().zip(&b[j..]).take_while(|(x, y)| x == y).count();
            if length > best {
                (best, at) = (length, (i, j));
            }
        }
    }
    if best == 0 {
        return 0;
    }
    best + common(&a[..at.0], &b[..at.1]) + common(&a[at.0 + best..], &b[at.1 + best..])
}
