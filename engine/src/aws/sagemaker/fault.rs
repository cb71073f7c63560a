//! What SageMaker refuses.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SageMakerFault {
    /// A model, endpoint or configuration that is not there.
    Unknown {
        what: &'static str,
        arn: String,
    },
    /// A job that is not there.
    NoJob,
    Taken {
        what: &'static str,
        arn: String,
    },
    /// A job of that name.
    InUse {
        kind: &'static str,
        arn: String,
    },
    /// A job that has ended, or an endpoint that is being made.
    Busy {
        message: String,
    },
    Invalid {
        message: String,
    },
}

impl SageMakerFault {
    pub fn code(&self) -> &'static str {
        match self {
            SageMakerFault::NoJob => "ResourceNotFound",
            SageMakerFault::InUse { .. } => "ResourceInUse",
            _ => "ValidationException",
        }
    }

    pub fn status(&self) -> u16 {
        400
    }

    /// Those for missing jobs and taken names are unconfirmed.
    pub fn message(&self) -> String {
        match self {
            SageMakerFault::Unknown { what, arn } => format!("Could not find {what} \"{arn}\"."),
            SageMakerFault::NoJob => "Requested resource not found.".to_owned(),
            SageMakerFault::Taken { what, arn } => {
                format!("Cannot create already existing {what} \"{arn}\".")
            }
            SageMakerFault::InUse { kind, arn } => {
                let kind = if *kind == "automl-job" { "AutoML Job" } else { "Training Job" };
                format!(
                    "{kind} names must be unique within an AWS account and region, and {arn} already exists."
                )
            }
            SageMakerFault::Busy { message } | SageMakerFault::Invalid { message } => message.clone(),
        }
    }
}

impl From<SageMakerFault> for super::super::Fault {
    fn from(fault: SageMakerFault) -> Self {
        super::super::Fault::refused(fault.code(), fault.status(), fault.message())
    }
}
