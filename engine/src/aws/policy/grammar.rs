//! What may stand in a policy: the words of actions, resources and principals.

use super::document::{Malformed, malformed};

/// What an IAM resource's last part may begin with.
const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

pub(super) const NO_VENDOR: &str =
    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";

pub(super) fn check_action(action: &str) -> Result<(), Malformed> {
    if action == "*" {
        return Ok(());
    }
    let Some((vendor, name)) = action.split_once(':') else {
        return malformed(NO_VENDOR);
    };
    if name.contains(':') {
        return malformed("Actions/Condition can contain only one colon.");
    }
    let valid =
        !vendor.is_empty() && vendor.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    if valid || vendor == "*" { Ok(()) } else { malformed(format!("Vendor {vendor} is not valid")) }
}

pub(super) fn check_resource(resource: &str) -> Result<(), Malformed> {
    if resource == "*" {
        return Ok(());
    }
    let mut parts = resource.splitn(6, ':');
    let (Some(_), Some(partition)) = (parts.next().filter(|arn| *arn == "arn"), parts.next()) else {
        return malformed(format!("Resource {resource} must be in ARN format or \"*\"."));
    };
    if !matches!(partition, "aws" | "aws-cn" | "aws-us-gov" | "*") {
        return malformed(format!("Partition \"{partition}\" is not valid for resource \"{resource}\"."));
    }
    let vendor = parts.next().unwrap_or("");
    if vendor.is_empty() || vendor.contains(['*', '?']) {
        return malformed("Resource vendor must be fully qualified and cannot contain regexes.");
    }
    let (Some(region), Some(_), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
        // `arn:aws:s3:*` and the like.
        return malformed("The policy failed legacy parsing");
    };
    match vendor {
        "iam" if !region.is_empty() => {
            malformed(format!("IAM resource {resource} cannot contain region information."))
        }
        "s3" if !region.is_empty() => {
            malformed(format!("Resource {resource} can not contain region information."))
        }
        "iam" if path != "*" && path != "root" && !IAM_PATHS.iter().any(|start| path.starts_with(start)) => {
            malformed(format!(
                "IAM resource path must either be \"*\" or start with {}.",
                IAM_PATHS.join(", ")
            ))
        }
        _ => Ok(()),
    }
}

/// An account's number or the ARN of somebody in particular.
pub(super) fn is_aws_principal(name: &str) -> bool {
    let account = |text: &str| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    account(name)
        || matches!(parts[..], ["arn", "aws", "iam" | "sts", "", owner, who]
            if account(owner) && !who.is_empty() && !name.contains(['*', '?']))
}

pub(super) fn is_service_principal(name: &str) -> bool {
    name.strip_suffix(".amazonaws.com").is_some_and(|service| {
        !service.is_empty()
            && service.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.')
    })
}

/// Whether one object of a JSON text has a key twice; the reader would silently take the last.
pub(super) fn repeats_a_key(text: &str) -> bool {
    let mut open: Vec<Vec<&str>> = Vec::new();
    let mut string: Option<usize> = None;
    let mut last = "";
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if let Some(start) = string {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    last = &text[start..at];
                    string = None;
                }
                _ => {}
            }
            continue;
        }
        match c {
            '"' => string = Some(at + 1),
            // Lists are counted as well, so that what closes meets what opened.
            '{' | '[' => open.push(Vec::new()),
            '}' | ']' => {
                open.pop();
            }
            ':' => {
                let Some(keys) = open.last_mut() else { continue };
                if keys.contains(&last) {
                    return true;
                }
                keys.push(last);
            }
            _ => {}
        }
    }
    false
}
