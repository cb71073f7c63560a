//! Athena: SQL over the data catalog without a cluster (Athena API reference).
//!
//! A query is only noted here, because this room knows no SQL: `sandbox/athena` runs what is noted and writes down what
//! came of it. Rows go to S3, where the caller may put them, and are read from there.

mod answer;
mod execution;
mod workgroup;

use serde::{Deserialize, Serialize};

use super::policy::Context;
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use crate::sorted::SortedMap;
pub use execution::{Execution, Kind, State};
pub use workgroup::WorkGroup;

operations! {
    StartQueryExecution "QueryString! ClientRequestToken QueryExecutionContext:structure ResultConfiguration:structure WorkGroup",
    StopQueryExecution "QueryExecutionId!",
    GetQueryExecution "QueryExecutionId!",
    BatchGetQueryExecution "QueryExecutionIds!:strings",
    ListQueryExecutions "NextToken MaxResults:int WorkGroup",
    GetQueryResults "QueryExecutionId! NextToken MaxResults:int",
    CreateWorkGroup "Name! Configuration:structure Description Tags:structures",
    GetWorkGroup "WorkGroup!",
    ListWorkGroups "NextToken MaxResults:int",
    UpdateWorkGroup "WorkGroup! Description ConfigurationUpdates:structure State",
    DeleteWorkGroup "WorkGroup! RecursiveDeleteOption:bool",
}

/// Operations AWS has and the sandbox does not yet.
pub const NOT_SIMULATED: &str = "BatchGetNamedQuery BatchGetPreparedStatement CreateDataCatalog CreateNamedQuery \
CreateNotebook CreatePreparedStatement DeleteDataCatalog DeleteNamedQuery DeletePreparedStatement GetDatabase \
GetDataCatalog GetNamedQuery GetPreparedStatement GetQueryRuntimeStatistics GetTableMetadata ListDatabases \
ListDataCatalogs ListEngineVersions ListNamedQueries ListPreparedStatements ListTableMetadata ListTagsForResource \
StartSession TagResource UntagResource UpdateDataCatalog UpdateNamedQuery UpdatePreparedStatement";

/// The workgroup that every account has.
pub const PRIMARY: &str = "primary";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Athena {
    workgroups: SortedMap<String, WorkGroup>,
    /// The oldest first.
    executions: Vec<Execution>,
}

impl Default for Athena {
    fn default() -> Self {
        let primary = WorkGroup::default();
        Athena { workgroups: SortedMap::from([(PRIMARY.to_owned(), primary)]), executions: Vec::new() }
    }
}

impl Athena {
    /// The query that is to be run next.
    pub fn waiting(&self) -> Option<&Execution> {
        self.executions.iter().find(|execution| !execution.state.is_over())
    }

    pub fn get(&self, id: &str) -> Option<&Execution> {
        self.executions.iter().find(|execution| execution.id == id)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut Execution> {
        self.executions.iter_mut().find(|execution| execution.id == id)
    }
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::refused("InvalidRequestException", 400, message)
}

/// Everything is decided on the workgroup.
pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    let parameters = order.parameters;
    let of_query = |id: &str| account.athena.get(id).map(|execution| execution.workgroup.as_str());
    let named = parameters.text("WorkGroup").or(parameters.text("Name"));
    let asked =
        parameters.text("QueryExecutionId").or(parameters.texts("QueryExecutionIds").first().copied());
    let workgroup = match operation {
        Operation::ListWorkGroups => None,
        _ => Some(named.or(asked.and_then(of_query)).unwrap_or(PRIMARY)),
    };
    let resource = match workgroup {
        Some(workgroup) => {
            format!("arn:aws:athena:{}:{}:workgroup/{workgroup}", order.region, account.id)
        }
        None => "*".to_owned(),
    };
    let action = format!("athena:{}", operation.name());
    vec![Access { action, resource, context: Context::default() }]
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    let value = match operation {
        Operation::StartQueryExecution => execution::start(account, order),
        Operation::StopQueryExecution => execution::stop(account, order),
        Operation::GetQueryExecution => answer::get(account, order),
        Operation::BatchGetQueryExecution => answer::get_many(account, order),
        Operation::ListQueryExecutions => answer::list(account, order),
        Operation::GetQueryResults => answer::results(account, order),
        Operation::CreateWorkGroup => workgroup::create(account, order),
        Operation::GetWorkGroup => workgroup::get(account, order),
        Operation::ListWorkGroups => workgroup::list(account, order),
        Operation::UpdateWorkGroup => workgroup::update(account, order),
        Operation::DeleteWorkGroup => workgroup::delete(account, order),
    }?;
    Ok(Reply { value, body: None })
}
