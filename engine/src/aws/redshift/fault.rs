//! What the Redshift API refuses.

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedshiftFault {
    ClusterNotFound {
        cluster: String,
    },
    /// More than fifty roles.
    TooManyRoles,
    InvalidRole {
        arn: String,
    },
    RoleNotAssociated {
        arn: String,
    },
    /// Of temporary credentials: 900 to 3,600 seconds.
    Duration {
        seconds: i64,
    },
    UserName {
        user: String,
    },
}

impl RedshiftFault {
    pub fn code(&self) -> &'static str {
        match self {
            RedshiftFault::ClusterNotFound { .. } => "ClusterNotFound",
            RedshiftFault::TooManyRoles
            | RedshiftFault::InvalidRole { .. }
            | RedshiftFault::RoleNotAssociated { .. }
            | RedshiftFault::Duration { .. }
            | RedshiftFault::UserName { .. } => "InvalidParameterValue",
        }
    }

    pub fn status(&self) -> u16 {
        match self {
            RedshiftFault::ClusterNotFound { .. } => 404,
            RedshiftFault::TooManyRoles
            | RedshiftFault::InvalidRole { .. }
            | RedshiftFault::RoleNotAssociated { .. }
            | RedshiftFault::Duration { .. }
            | RedshiftFault::UserName { .. } => 400,
        }
    }

    pub fn message(&self) -> String {
        match self {
            RedshiftFault::ClusterNotFound { cluster } => format!("Cluster {cluster} not found."),
            // unconfirmed: the sentences of the five that follow.
            RedshiftFault::TooManyRoles => {
                "You have reached the maximum number of IAM roles that can be associated with a cluster."
                    .to_owned()
            }
            RedshiftFault::InvalidRole { arn } => {
                format!("The IAM role {arn} is not valid or does not exist.")
            }
            RedshiftFault::RoleNotAssociated { arn } => {
                format!("The IAM role {arn} is not associated with the cluster.")
            }
            RedshiftFault::Duration { seconds } => {
                format!("Invalid duration {seconds}: it must be between 900 and 3600 seconds.")
            }
            RedshiftFault::UserName { user } => {
                format!("The database user name {user} is not valid.")
            }
        }
    }
}

impl From<RedshiftFault> for super::super::Fault {
    fn from(fault: RedshiftFault) -> Self {
        super::super::Fault::Redshift(fault)
    }
}
