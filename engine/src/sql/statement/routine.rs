//! Functions and procedures.

use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::routine::{Argument, RoutineKind};

/// A routine as DROP, ALTER and GRANT name it: without parentheses, any that has the name.
#[derive(Clone, Debug)]
pub struct RoutineSignature {
    pub name: QualifiedName,
    pub arguments: Option<Vec<Argument>>,
}

#[derive(Clone, Debug)]
pub struct CreateRoutine {
    pub name: QualifiedName,
    pub arguments: Vec<Argument>,
    pub or_replace: bool,
    pub kind: RoutineKind,
    /// Lower case; empty when the statement names none.
    pub language: String,
    pub body: String,
    /// Where the body begins in the script, when it stands there as it is.
    pub body_at: Option<usize>,
}

#[derive(Clone, Debug)]
pub enum AlterRoutine {
    RenameTo(Identifier),
    OwnerTo(Identifier),
}
