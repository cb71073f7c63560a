//! A call to the simulated AWS as the page makes it, and what came of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The service that is not AWS's: what the sandbox itself tells of the account.
pub const SANDBOX: &str = "sandbox";
/// Every call and statement that was made, newest first, with what decided it.
pub const EVENTS: &str = "Events";
/// What it all would have cost on AWS, and will: by day, by line, this month and next.
pub const BILL: &str = "Bill";
/// Every model of the warehouse with what can be drawn of it: how it was judged, what it looks at, how it learned.
pub const MODELS: &str = "Models";

/// The tables of the chosen warehouse, and one of them as it lies on disk (`User`, `Table`, `Column`).
pub const INSPECT: &str = "Inspect";

/// The files of the learner's own machine, as the terminal finds them.
pub const FILES: &str = "Files";

/// One operation with its parameters. Bytes (an object's) travel beside the message, because JSON would double them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// The IAM user who calls.
    pub principal: String,
    /// The CLI's name of the service: `s3api`, `iam`.
    pub service: String,
    /// `ListBuckets`.
    pub operation: String,
    pub parameters: Value,
    /// The region it is sent to; the account's own when `None`.
    pub region: Option<String>,
    /// Looks as AWS's own console may, at no cost and unlogged: Cost Explorer's API asks a cent for what its page
    /// shows for nothing.
    #[serde(default)]
    pub quiet: bool,
    /// Brings the bytes that came before it in pieces under this number.
    #[serde(default)]
    pub upload: Option<u32>,
}

/// Why a call failed, in AWS's words and with the reason behind them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallFailure {
    pub operation: String,
    pub code: String,
    pub message: String,
    pub kind: FailureKind,
    /// Said when the policies refused it.
    pub denial: Option<Denial>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    /// The service or IAM said no.
    Refused,
    /// The parameters were never sent, because they do not fit the operation.
    Parameters,
    /// AWS does it, the sandbox does not.
    NotSimulated,
}

/// What IAM decided, and by what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Denial {
    pub principal: String,
    /// `s3:GetObject`.
    pub action: String,
    pub resource: String,
    /// The kind of policy that denied, or that should have allowed: `Identity`, `Resource`, `Boundary`.
    pub policy_kind: String,
    /// The statement that denied; none when nothing allowed it.
    pub by: Option<PolicyStatement>,
}

/// A statement of a policy, by its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyStatement {
    pub policy: String,
    pub policy_kind: String,
    /// From 1, as people count.
    pub number: usize,
    pub sid: Option<String>,
}

impl Call {
    /// Whether it only looks: what changes nothing needs no check of the lab and is not stored by itself.
    pub fn only_looks(&self) -> bool {
        self.service == SANDBOX
            || ["List", "Get", "BatchGet", "Describe", "Head", "Lookup", "Simulate", "Search"]
                .iter()
                .any(|word| self.operation.starts_with(word))
    }
}
