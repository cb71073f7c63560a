//! The services: one line each. What a service is to the front door and to the CLI follows from its line and its
//! folder, which offers `Operation` (see [`shape`](super::shape)), `NOT_SIMULATED`, `access` and `run`.

use super::api_error::DeniedManner::{self, Exception, Full, Short};
use super::{Access, Account, Fault, Order, Reply, shape};

macro_rules! services {
    ($($service:ident $folder:ident $command:literal $source:literal $manner:ident,)+) => {
        /// The services, by their command names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Service { $($service),+ }

        /// An operation of any service.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Operation { $($service(super::$folder::Operation)),+ }

        impl Service {
            pub const ALL: &[Service] = &[$(Service::$service),+];

            /// The CLI's name of the service, where its events come from, and how it words a refusal.
            fn line(self) -> (&'static str, &'static str, DeniedManner) {
                match self { $(Service::$service => ($command, $source, $manner)),+ }
            }

            pub fn operation(self, name: &str) -> Option<Operation> {
                match self {
                    $(Service::$service => super::$folder::Operation::parse(name).map(Operation::$service)),+
                }
            }

            /// Names of all simulated operations.
            pub fn operations(self) -> Vec<&'static str> {
                match self {
                    $(Service::$service => super::$folder::Operation::ALL.iter().map(|one| one.name()).collect()),+
                }
            }

            /// Operations that AWS has and the sandbox does not: each by its name, or `Create|Get|List+:Thing` for all that
            /// concern one thing, where `+` stands for the plural.
            pub fn not_simulated(self) -> impl Iterator<Item = &'static str> {
                match self { $(Service::$service => super::$folder::NOT_SIMULATED),+ }.split_whitespace()
            }
        }

        impl Operation {
            pub fn service(self) -> Service {
                match self { $(Operation::$service(_) => Service::$service),+ }
            }

            pub fn name(self) -> &'static str {
                match self { $(Operation::$service(operation) => operation.name()),+ }
            }

            pub fn members(self) -> Vec<shape::Member> {
                shape::members(match self { $(Operation::$service(operation) => operation.members()),+ })
            }

            pub(super) fn access(self, account: &Account, order: &Order<'_>) -> Vec<Access> {
                match self { $(Operation::$service(operation) => super::$folder::access(operation, account, order)),+ }
            }

            pub(super) fn run(self, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
                match self { $(Operation::$service(operation) => super::$folder::run(operation, account, order)),+ }
            }
        }
    };
}

services! {
    Iam iam "iam" "iam.amazonaws.com" Full,
    Sts sts "sts" "sts.amazonaws.com" Full,
    S3 s3 "s3api" "s3.amazonaws.com" Short,
    Redshift redshift "redshift" "redshift.amazonaws.com" Full,
    RedshiftData redshift_data "redshift-data" "redshift-data.amazonaws.com" Exception,
    Serverless serverless "redshift-serverless" "redshift-serverless.amazonaws.com" Exception,
    CostExplorer ce "ce" "ce.amazonaws.com" Exception,
    Budgets budgets "budgets" "budgets.amazonaws.com" Exception,
    CloudTrail cloudtrail "cloudtrail" "cloudtrail.amazonaws.com" Exception,
    SageMaker sagemaker "sagemaker" "sagemaker.amazonaws.com" Exception,
    Glue glue "glue" "glue.amazonaws.com" Exception,
    Athena athena "athena" "athena.amazonaws.com" Exception,
    Logs logs "logs" "logs.amazonaws.com" Exception,
}

impl Service {
    /// The names of the operations that AWS has and the sandbox does not.
    pub fn gaps(self) -> impl Iterator<Item = String> {
        self.not_simulated().flat_map(|word| {
            let (verbs, thing) = word.split_once(':').unwrap_or((word, ""));
            verbs.split('|').map(move |verb| match verb.strip_suffix('+') {
                Some(verb) => format!("{verb}{thing}s"),
                None => format!("{verb}{thing}"),
            })
        })
    }

    pub fn command(self) -> &'static str {
        self.line().0
    }

    pub(super) fn source(self) -> &'static str {
        self.line().1
    }

    pub(super) fn manner(self) -> DeniedManner {
        self.line().2
    }

    pub fn parse(name: &str) -> Option<Self> {
        let name = if name == "s3" { "s3api" } else { name };
        Service::ALL.iter().copied().find(|service| service.command() == name)
    }
}
