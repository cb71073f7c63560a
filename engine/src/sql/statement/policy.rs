//! Row-level security and masking policies, as their statements write them.

use crate::sql::syntax;

use super::NamedGrantee;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::policy::{Masked, PolicyKind};

/// A name and a type of WITH.
pub type ColumnPair = (Identifier, DataType);

/// The expressions of USING, each with its text.
pub type PolicyTexts = Vec<(syntax::Expression, String)>;

#[derive(Clone, Debug)]
pub struct CreatePolicy {
    pub kind: PolicyKind,
    pub name: Identifier,
    pub if_not_exists: bool,
    pub inputs: Vec<ColumnPair>,
    pub alias: Option<Identifier>,
    pub texts: PolicyTexts,
}

/// ATTACH, or DETACH.
#[derive(Clone, Debug)]
pub struct AttachPolicy {
    pub attaching: bool,
    pub kind: PolicyKind,
    pub policy: Identifier,
    pub relations: Vec<QualifiedName>,
    /// For masks.
    pub mask: Option<Masked>,
    pub grantees: Vec<NamedGrantee>,
}
