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
