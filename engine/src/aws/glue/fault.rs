//! What Glue refuses, by its codes (Glue API reference, "Errors").

use serde_json::Value;

use crate::aws::Fault;
use crate::aws::parameters::Parameters;

pub fn not_found(sentence: impl Into<String>) -> Fault {
    Fault::refused("EntityNotFoundException", 400, sentence)
}

pub fn exists(sentence: impl Into<String>) -> Fault {
    Fault::refused("AlreadyExistsException", 400, sentence)
}

pub fn invalid(sentence: impl Into<String>) -> Fault {
    Fault::refused("InvalidInputException", 400, sentence)
}

/// What cannot be done now, by a code of its own.
pub fn refused(code: &'static str, sentence: impl Into<String>) -> Fault {
    Fault::refused(code, 400, sentence)
}

/// What Glue has and the sandbox does not, by name.
pub fn not_simulated(what: &str) -> Fault {
    invalid(format!("not simulated yet: {} (glue): {what}", crate::gap::Feature::AwsOperation.name()))
}

/// Members that the sandbox does nothing with are refused by name, unless they say nothing.
pub fn plain(given: Parameters<'_>, members: &str) -> Result<(), Fault> {
    let says = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    match members.split(' ').find(|member| given.get(member).is_some_and(says)) {
        Some(member) => Err(not_simulated(&format!("{member} in Glue"))),
        None => Ok(()),
    }
}
