//! Athena: SQL over the data catalog without a cluster (Athena API reference).
//!
//! A query is only noted here, because this room knows no SQL: `sandbox/athena` runs what is noted and writes down what
//! came of it. Rows go to S3, where the caller may put them, and are read from there.

mod answer;
mod execution;
mod named_query;
mod workgroup;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::Document;
use super::policy::Context;
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use crate::json::json;
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
    CreateNamedQuery "Name! Description Database! QueryString! ClientRequestToken WorkGroup",
    GetNamedQuery "NamedQueryId!",
    BatchGetNamedQuery "NamedQueryIds!:strings",
    ListNamedQueries "NextToken MaxResults:int WorkGroup",
    UpdateNamedQuery "NamedQueryId! Name! Description QueryString!",
    DeleteNamedQuery "NamedQueryId!",
}

/// Operations AWS has and the sandbox does not yet.
pub const NOT_SIMULATED: &str = "Create|Delete|Get|List+|Update:DataCatalog Get|List+:Database \
BatchGet|Create|Delete|Get|List+|Update:PreparedStatement Tag|Untag:Resource Get|List:TableMetadata \
ListEngineVersions CreateNotebook GetQueryRuntimeStatistics StartSession ListTagsForResource";

/// The workgroup that every account has.
pub const PRIMARY: &str = "primary";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Athena {
    workgroups: SortedMap<String, WorkGroup>,
    /// The oldest first.
    #[serde(deserialize_with = "crate::apart::list")]
    executions: Vec<Execution>,
    #[serde(deserialize_with = "crate::apart::list")]
    named: Vec<Document>,
}

impl Default for Athena {
    fn default() -> Self {
        let primary = WorkGroup::default();
        Athena {
            workgroups: SortedMap::from([(PRIMARY.to_owned(), primary)]),
            executions: Vec::new(),
            named: Vec::new(),
        }
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

    /// How many bytes its workgroup lets a query scan.
    pub fn most(&self, id: &str) -> Option<u64> {
        self.workgroups.get(&self.get(id)?.workgroup)?.most()
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut Execution> {
        self.executions.iter_mut().find(|execution| execution.id == id)
    }
}

/// A page of at most 50 items, from `NextToken` on.
fn page(order: &Order<'_>, name: &str, all: Vec<Value>) -> Result<Value, Fault> {
    let most = order.parameters.integer("MaxResults").unwrap_or(50).clamp(1, 50) as usize;
    let from = order.parameters.text("NextToken").map_or(Ok(0), str::parse::<usize>);
    let from = from.map_err(|_| invalid("Invalid NextToken"))?;
    let mut value = json!({});
    if from.saturating_add(most) < all.len() {
        value["NextToken"] = json!((from + most).to_string());
    }
    value[name] = all.into_iter().skip(from).take(most).collect();
    Ok(value)
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::refused("InvalidRequestException", 400, message)
}

/// Everything is decided on the workgroup.
pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    let parameters = order.parameters;
    let of_query = |id: &str| account.athena.get(id).map(|execution| execution.workgroup.as_str());
    let kept = named_query::workgroup(account, parameters);
    let named = match operation {
        Operation::CreateWorkGroup => parameters.text("Name"),
        _ => parameters.text("WorkGroup").or(kept),
    };
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
        Operation::CreateNamedQuery => named_query::create(account, order),
        Operation::GetNamedQuery => named_query::get(account, order),
        Operation::BatchGetNamedQuery => named_query::get_many(account, order),
        Operation::ListNamedQueries => named_query::list(account, order),
        Operation::UpdateNamedQuery => named_query::update(account, order),
        Operation::DeleteNamedQuery => named_query::delete(account, order),
    }?;
    Ok(Reply { value, body: None })
}
