//! What Glue refuses, by its codes (Glue API reference, "Errors").

use crate::aws::Fault;

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
