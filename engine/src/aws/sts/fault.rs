//! What STS refuses.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StsFault {
    /// A value outside its bounds: field, value, constraint.
    Invalid {
        field: &'static str,
        value: String,
        constraint: String,
    },
    InvalidArn {
        arn: String,
    },
}

impl StsFault {
    pub fn code(&self) -> &'static str {
        match self {
            StsFault::Invalid { .. } | StsFault::InvalidArn { .. } => "ValidationError",
        }
    }

    pub fn status(&self) -> u16 {
        400
    }

    pub fn message(&self) -> String {
        match self {
            StsFault::Invalid { field, value, constraint } => format!(
                "1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: Member must {constraint}"
            ),
            StsFault::InvalidArn { arn } => format!("{arn} is invalid"),
        }
    }
}

impl From<StsFault> for super::super::Fault {
    fn from(fault: StsFault) -> Self {
        super::super::Fault::Sts(fault)
    }
}
