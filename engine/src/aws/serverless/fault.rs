//! What the serverless API refuses. Sentences without a source are marked where they are written.

use crate::aws::Fault;

pub fn not_found(message: impl Into<String>) -> Fault {
    Fault::refused("ResourceNotFoundException", 400, message)
}

pub fn conflict(message: impl Into<String>) -> Fault {
    Fault::refused("ConflictException", 400, message)
}

pub fn validation(message: impl Into<String>) -> Fault {
    Fault::refused("ValidationException", 400, message)
}

/// A name of 3 to 64 lower-case letters, digits and hyphens.
///
/// # Errors
/// The sentence is the services' usual one for a pattern; unconfirmed here.
pub fn checked(member: &str, name: &str) -> Result<String, Fault> {
    let fits = (3..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if fits {
        return Ok(name.to_owned());
    }
    Err(validation(format!(
        "1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9-]+$"
    )))
}

/// Days that a snapshot is kept: -1 for good.
///
/// # Errors
/// unconfirmed: the sentence.
pub fn retention(days: Option<i64>, default: i64) -> Result<i64, Fault> {
    match days.unwrap_or(default) {
        days if days == -1 || (1..=3_653).contains(&days) => Ok(days),
        _ => Err(validation("The retention period must be -1 or an integer between 1 and 3653.")),
    }
}
