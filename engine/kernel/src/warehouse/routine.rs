//! Procedures and functions that users write: their signature, their text and who may run them.
//!
//! Several may share a name in one schema when their input types differ, so they are known by number and found
//! by name and types (Developer Guide, "Creating a stored procedure" and "User-defined functions").

use serde::{Deserialize, Serialize};

use super::access::{Acl, UserId};
use super::catalog::ObjectId;
use super::data_type::DataType;
use super::identifier::Identifier;
use crate::clock::Instant;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Routine {
    pub id: ObjectId,
    pub schema: Identifier,
    pub name: Identifier,
    pub owner: UserId,
    pub acl: Acl,
    pub arguments: Vec<Argument>,
    /// As it was written between the quotes.
    pub body: String,
    pub created: Instant,
    pub kind: RoutineKind,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum RoutineKind {
    Procedure {
        /// SECURITY DEFINER: it runs with its owner's rights.
        definer: bool,
        /// NONATOMIC: each statement in it commits by itself.
        nonatomic: bool,
        /// `SET parameter TO value`, for as long as it runs.
        settings: Vec<(String, String)>,
    },
    Function {
        returns: DataType,
        volatility: Volatility,
    },
    /// What CREATE MODEL makes.
    Prediction {
        model: ObjectId,
        returns: DataType,
        /// `<function>_prob`: probabilities of all classes instead of the likeliest.
        probability: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Volatility {
    Volatile,
    Stable,
    Immutable,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    pub mode: ArgumentMode,
    pub name: Option<Identifier>,
    pub data_type: DataType,
    /// A `refcursor`: a cursor's name, held as text.
    pub cursor: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArgumentMode {
    In,
    Out,
    InOut,
}

impl Argument {
    pub fn is_input(&self) -> bool {
        self.mode != ArgumentMode::Out
    }

    pub fn is_output(&self) -> bool {
        self.mode != ArgumentMode::In
    }

    /// The type without length or precision, which no signature has.
    pub fn type_name(&self) -> String {
        if self.cursor { "refcursor".to_owned() } else { bare_type(self.data_type) }
    }
}

impl Routine {
    pub fn is_procedure(&self) -> bool {
        matches!(self.kind, RoutineKind::Procedure { .. })
    }

    /// `function` or `procedure`.
    pub fn word(&self) -> &'static str {
        if self.is_procedure() { "procedure" } else { "function" }
    }

    pub fn inputs(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().filter(|argument| argument.is_input())
    }

    pub fn outputs(&self) -> impl Iterator<Item = &Argument> {
        self.arguments.iter().filter(|argument| argument.is_output())
    }

    /// `p(integer, character varying)`: by its inputs, which tell overloads apart.
    pub fn signature(&self) -> String {
        let types: Vec<String> = self.inputs().map(Argument::type_name).collect();
        format!("{}({})", self.name, types.join(", "))
    }

    /// Whether the inputs are exactly these, but for lengths and precisions.
    pub fn takes(&self, inputs: &[Argument]) -> bool {
        self.inputs().map(Argument::type_name).eq(inputs.iter().map(Argument::type_name))
    }
}

/// `numeric` for `numeric(10,2)`.
pub fn bare_type(data_type: DataType) -> String {
    let name = data_type.to_string();
    match name.find('(') {
        Some(length) => name[..length].to_owned(),
        None => name,
    }
}
