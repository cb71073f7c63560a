//! What STS refuses.

use crate::aws::Fault;

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
    /// A session policy that is none.
    Malformed {
        sentence: String,
    },
    PackedPolicyTooLarge {
        percent: usize,
    },
    /// Longer than the role's own bound.
    TooLong,
    /// Longer than an hour, by a role.
    Chained,
    /// GetSessionToken by somebody who is a session.
    SessionOfSession,
    UnknownKey,
}

impl StsFault {
    pub fn code(&self) -> &'static str {
        match self {
            StsFault::Invalid { .. }
            | StsFault::InvalidArn { .. }
            | StsFault::TooLong
            | StsFault::Chained
            | StsFault::UnknownKey => "ValidationError",
            StsFault::Malformed { .. } => "MalformedPolicyDocument",
            StsFault::PackedPolicyTooLarge { .. } => "PackedPolicyTooLarge",
            StsFault::SessionOfSession => "AccessDenied",
        }
    }

    pub fn status(&self) -> u16 {
        if *self == StsFault::SessionOfSession { 403 } else { 400 }
    }

    pub fn message(&self) -> String {
        match self {
            StsFault::Invalid { field, value, constraint } => format!(
                "1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: Member must {constraint}"
            ),
            StsFault::InvalidArn { arn } => format!("{arn} is invalid"),
            StsFault::Malformed { sentence } => sentence.clone(),
            // unconfirmed: the words around the number.
            StsFault::PackedPolicyTooLarge { percent } => {
                format!("Packed policy consumes {percent}% of allotted space, please use smaller policy.")
            }
            StsFault::TooLong => {
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".to_owned()
            }
            StsFault::Chained => {
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
                    .to_owned()
            }
            StsFault::SessionOfSession => "Cannot call GetSessionToken with session credentials".to_owned(),
            // unconfirmed: the sentence.
            StsFault::UnknownKey => "The access key id is not valid.".to_owned(),
        }
    }
}

impl From<StsFault> for Fault {
    fn from(fault: StsFault) -> Self {
        Fault::Sts(fault)
    }
}
