//! What an operation takes: the part of AWS's service models that a call is checked against.
//!
//! One line of data an operation: member names in model order, `!` behind a required one, `:kind` behind one
//! that is not a string: `int`, `number`, `bool`, `time`, `strings`, `structures`, `structure`, `map`, `blob`.

use serde_json::Value;

use super::api_error::Fault;

/// The operations of a service as an enum, each with its members: see the module's text for the notation.
macro_rules! operations {
    ($($operation:ident $members:literal,)+) => {
        /// The operations of this service that are simulated, by their AWS names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operation { $($operation),+ }

        impl Operation {
            pub const ALL: &[Operation] = &[$(Operation::$operation),+];

            pub fn name(self) -> &'static str {
                match self { $(Operation::$operation => stringify!($operation)),+ }
            }

            /// The members of its input, in the notation of `aws::shape`.
            pub fn members(self) -> &'static str {
                match self { $(Operation::$operation => $members),+ }
            }

            pub fn parse(name: &str) -> Option<Self> {
                Operation::ALL.iter().copied().find(|operation| operation.name() == name)
            }
        }
    };
}
pub(super) use operations;

/// One member of an operation's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    String,
    Integer,
    /// Whole or broken.
    Number,
    Boolean,
    /// ISO 8601, or seconds since 1970.
    Time,
    /// A list of strings.
    Strings,
    /// A list of structures.
    Structures,
    Structure,
    /// Names that the caller chooses, with strings.
    Map,
    /// Bytes, handed over beside the parameters.
    Blob,
}

/// Reads the notation.
pub fn members(notation: &'static str) -> Vec<Member> {
    notation
        .split_whitespace()
        .map(|word| {
            let (word, kind) = match word.split_once(':') {
                Some((word, "int")) => (word, Kind::Integer),
                Some((word, "number")) => (word, Kind::Number),
                Some((word, "time")) => (word, Kind::Time),
                Some((word, "map")) => (word, Kind::Map),
                Some((word, "bool")) => (word, Kind::Boolean),
                Some((word, "strings")) => (word, Kind::Strings),
                Some((word, "structures")) => (word, Kind::Structures),
                Some((word, "structure")) => (word, Kind::Structure),
                Some((word, _)) => (word, Kind::Blob),
                None => (word, Kind::String),
            };
            let name = word.trim_end_matches('!');
            Member { name, kind, required: name.len() < word.len() }
        })
        .collect()
}

/// Checks parameters as botocore does before it sends them. All findings are told at once.
pub fn check(parameters: &Value, members: &[Member], has_body: bool) -> Result<(), Fault> {
    let Value::Object(given) = parameters else {
        return Err(Fault::Parameters(
            "Invalid type for parameter input, valid types: <class 'dict'>".to_owned(),
        ));
    };
    let mut findings = Vec::new();
    for member in members.iter().filter(|member| member.required) {
        if !(given.contains_key(member.name) || member.kind == Kind::Blob && has_body) {
            findings.push(format!("Missing required parameter in input: \"{}\"", member.name));
        }
    }
    for (name, value) in given {
        match members.iter().find(|member| member.name == name) {
            None => {
                let names: Vec<&str> = members.iter().map(|member| member.name).collect();
                findings.push(format!(
                    "Unknown parameter in input: \"{name}\", must be one of: {}",
                    names.join(", ")
                ));
            }
            Some(member) => {
                if let Some(wanted) = mismatch(value, member.kind) {
                    let (shown, class) = described(value);
                    findings.push(format!(
                        "Invalid type for parameter {name}, value: {shown}, type: <class '{class}'>, valid types: {wanted}"
                    ));
                }
            }
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(Fault::Parameters(findings.join("\n"))) }
}

/// The Python classes that botocore would have taken, when `value` is of none of them.
fn mismatch(value: &Value, kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::String => (!value.is_string()).then_some("<class 'str'>"),
        Kind::Integer => (!value.is_i64()).then_some("<class 'int'>"),
        Kind::Number => {
            (!value.is_number()).then_some("<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>")
        }
        Kind::Time => (!(value.is_string() || value.is_number())).then_some("<class 'datetime.datetime'>"),
        Kind::Boolean => (!value.is_boolean()).then_some("<class 'bool'>"),
        Kind::Strings | Kind::Structures => (!value.is_array()).then_some("<class 'list'>, <class 'tuple'>"),
        Kind::Structure | Kind::Map => (!value.is_object()).then_some("<class 'dict'>"),
        Kind::Blob => {
            (!value.is_string()).then_some("<class 'bytes'>, <class 'bytearray'>, file-like object")
        }
    }
}

fn described(value: &Value) -> (String, &'static str) {
    match value {
        Value::Null => ("None".to_owned(), "NoneType"),
        Value::Bool(true) => ("True".to_owned(), "bool"),
        Value::Bool(false) => ("False".to_owned(), "bool"),
        Value::Number(number) => (number.to_string(), if number.is_f64() { "float" } else { "int" }),
        Value::String(text) => (text.clone(), "str"),
        Value::Array(_) => (value.to_string(), "list"),
        Value::Object(_) => (value.to_string(), "dict"),
    }
}
