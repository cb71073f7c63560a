//! The Redshift Data API: SQL by calls, without a connection (fact sheet, section 11.4).
//!
//! A statement is only noted here, because this room knows no SQL: `sandbox/background` runs what is noted, one
//! statement after the other, and writes down what came of it. Between the two a learner sees `SUBMITTED` and
//! `STARTED`, and may cancel.

mod answer;
mod listing;
mod outcome;
mod parameter;
mod statement;
mod submission;

use serde::{Deserialize, Serialize};

use super::policy::Context;
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use crate::clock::Instant;
pub use listing::described;
pub use outcome::{Cell, Column, Rows};
pub use parameter::bound;
pub use statement::{Part, Statement, Status};

operations! {
    ExecuteStatement "ClientToken ClusterIdentifier Database DbUser Parameters:structures SecretArn Sql! StatementName WithEvent:bool WorkgroupName",
    BatchExecuteStatement "ClientToken ClusterIdentifier Database DbUser SecretArn Sqls!:strings StatementName WithEvent:bool WorkgroupName",
    CancelStatement "Id!",
    DescribeStatement "Id!",
    GetStatementResult "Id! NextToken",
    ListStatements "MaxResults:int NextToken RoleLevel:bool StatementName Status",
    ListDatabases "ClusterIdentifier Database! DbUser MaxResults:int NextToken SecretArn WorkgroupName",
    ListSchemas "ClusterIdentifier ConnectedDatabase Database! DbUser MaxResults:int NextToken SchemaPattern SecretArn WorkgroupName",
    ListTables "ClusterIdentifier ConnectedDatabase Database! DbUser MaxResults:int NextToken SchemaPattern SecretArn TablePattern WorkgroupName",
    DescribeTable "ClusterIdentifier ConnectedDatabase Database! DbUser MaxResults:int NextToken Schema SecretArn Table WorkgroupName",
}

/// Operations AWS has and the sandbox does not.
pub const NOT_SIMULATED: &str = "GetStatementResultV2";

/// Statements and their results are kept for a day.
const KEPT: i64 = 24 * 3_600_000_000;

/// What was handed in, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RedshiftData {
    #[serde(deserialize_with = "crate::apart::list")]
    statements: Vec<Statement>,
}

impl RedshiftData {
    /// The statement that is to be run next: the first that has not ended.
    pub fn waiting(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(|statement| !statement.status.is_over())
    }

    pub fn get(&self, id: &str) -> Option<&Statement> {
        self.statements.iter().find(|statement| statement.id == id)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut Statement> {
        self.statements.iter_mut().find(|statement| statement.id == id)
    }

    fn forget(&mut self, now: Instant) {
        self.statements.retain(|statement| now.0 - statement.created.0 <= KEPT);
    }
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::refused("ValidationException", 400, message)
}

/// The wording is unconfirmed.
fn unknown() -> Fault {
    Fault::refused("ResourceNotFoundException", 400, "Query does not exist.")
}

pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    let action = format!("redshift-data:{}", operation.name());
    match operation {
        Operation::ExecuteStatement
        | Operation::BatchExecuteStatement
        | Operation::ListDatabases
        | Operation::ListSchemas
        | Operation::ListTables
        | Operation::DescribeTable => submission::access(account, order, action),
        // What belongs to one statement is decided by whose it is.
        Operation::CancelStatement | Operation::DescribeStatement | Operation::GetStatementResult => {
            let id = order.parameters.required("Id");
            let statement = account.redshift_data.get(id.split(':').next().unwrap_or(id));
            let mut context = Context::default();
            if let Some(statement) = statement {
                context.insert("redshift-data:statement-owner-iam-userid", statement.owner.as_str());
            }
            vec![Access { action, resource: "*".to_owned(), context }]
        }
        Operation::ListStatements => {
            let user = order.caller.user_id.as_str();
            let context = Context::default().with("redshift-data:statement-owner-iam-userid", user);
            vec![Access { action, resource: "*".to_owned(), context }]
        }
    }
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    account.redshift_data.forget(order.now);
    let value = match operation {
        Operation::ExecuteStatement => submission::submit(account, order, false)?,
        Operation::BatchExecuteStatement => submission::submit(account, order, true)?,
        Operation::CancelStatement => statement::cancel(account, order)?,
        Operation::DescribeStatement => answer::describe(account, order)?,
        Operation::GetStatementResult => answer::result(account, order)?,
        Operation::ListStatements => answer::list(account, order)?,
        Operation::ListDatabases => listing::databases(account, order)?,
        Operation::ListSchemas => listing::schemas(account, order)?,
        Operation::ListTables => listing::tables(account, order)?,
        Operation::DescribeTable => listing::table(account, order)?,
    };
    Ok(Reply { value, body: None })
}
