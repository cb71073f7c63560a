//! Glue: the catalog of tables that lie in S3, which Redshift, Athena and crawlers share (Glue API reference).

pub mod bookmark;
pub mod crawl;
pub mod crawler;
pub mod database;
pub mod expression;
pub mod fault;
pub mod found;
pub mod job;
pub mod job_log;
pub mod job_run;
pub mod partition;
mod partition_index;
mod role;
mod sample;
mod schedule;
pub mod table;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parameters::Parameters;
use super::policy::Context;
use super::shape::operations;
use super::{Access, Account, Fault, Order, Reply};
use crate::clock::Instant;
use crate::happening::Happening;
use crate::json::json;
use crate::sorted::SortedMap;
use database::Database;

operations! {
    CreateDatabase "CatalogId DatabaseInput!:structure Tags:map",
    GetDatabase "CatalogId Name!",
    GetDatabases "CatalogId NextToken MaxResults:int ResourceShareType AttributesToGet:strings",
    UpdateDatabase "CatalogId Name! DatabaseInput!:structure",
    DeleteDatabase "CatalogId Name!",
    CreateTable "CatalogId DatabaseName! TableInput!:structure PartitionIndexes:structures TransactionId",
    GetTable "CatalogId DatabaseName! Name! TransactionId QueryAsOfTime:time",
    GetTables "CatalogId DatabaseName! Expression NextToken MaxResults:int TransactionId QueryAsOfTime:time",
    UpdateTable "CatalogId DatabaseName! TableInput!:structure SkipArchive:bool TransactionId VersionId",
    DeleteTable "CatalogId DatabaseName! Name! TransactionId",
    BatchDeleteTable "CatalogId DatabaseName! TablesToDelete!:strings TransactionId",
    CreatePartition "CatalogId DatabaseName! TableName! PartitionInput!:structure",
    BatchCreatePartition "CatalogId DatabaseName! TableName! PartitionInputList!:structures",
    GetPartition "CatalogId DatabaseName! TableName! PartitionValues!:strings",
    GetPartitions "CatalogId DatabaseName! TableName! Expression NextToken Segment:structure MaxResults:int ExcludeColumnSchema:bool TransactionId QueryAsOfTime:time",
    BatchGetPartition "CatalogId DatabaseName! TableName! PartitionsToGet!:structures",
    UpdatePartition "CatalogId DatabaseName! TableName! PartitionValueList!:strings PartitionInput!:structure",
    DeletePartition "CatalogId DatabaseName! TableName! PartitionValues!:strings",
    CreatePartitionIndex "CatalogId DatabaseName! TableName! PartitionIndex!:structure",
    GetPartitionIndexes "CatalogId DatabaseName! TableName! NextToken",
    DeletePartitionIndex "CatalogId DatabaseName! TableName! IndexName!",
    BatchDeletePartition "CatalogId DatabaseName! TableName! PartitionsToDelete!:structures",
    CreateCrawler "Name! Role! DatabaseName Description Targets!:structure Schedule Classifiers:strings TablePrefix SchemaChangePolicy:structure RecrawlPolicy:structure LineageConfiguration:structure LakeFormationConfiguration:structure Configuration CrawlerSecurityConfiguration Tags:map",
    GetCrawler "Name!",
    GetCrawlers "MaxResults:int NextToken",
    ListCrawlers "MaxResults:int NextToken Tags:map",
    GetCrawlerMetrics "CrawlerNameList:strings MaxResults:int NextToken",
    UpdateCrawler "Name! Role DatabaseName Description Targets:structure Schedule Classifiers:strings TablePrefix SchemaChangePolicy:structure RecrawlPolicy:structure LineageConfiguration:structure LakeFormationConfiguration:structure Configuration CrawlerSecurityConfiguration",
    DeleteCrawler "Name!",
    StartCrawler "Name!",
    StopCrawler "Name!",
    StartCrawlerSchedule "CrawlerName!",
    StopCrawlerSchedule "CrawlerName!",
    CreateJob "Name! Description LogUri Role! ExecutionProperty:structure Command!:structure DefaultArguments:map NonOverridableArguments:map Connections:structure MaxRetries:int AllocatedCapacity:int Timeout:int MaxCapacity:number SecurityConfiguration Tags:map NotificationProperty:structure GlueVersion NumberOfWorkers:int WorkerType CodeGenConfigurationNodes:structure ExecutionClass SourceControlDetails:structure",
    GetJob "JobName!",
    GetJobs "NextToken MaxResults:int",
    ListJobs "NextToken MaxResults:int Tags:map",
    UpdateJob "JobName! JobUpdate!:structure",
    DeleteJob "JobName!",
    StartJobRun "JobName! JobRunId Arguments:map AllocatedCapacity:int Timeout:int MaxCapacity:number SecurityConfiguration NotificationProperty:structure WorkerType NumberOfWorkers:int ExecutionClass",
    GetJobRun "JobName! RunId! PredecessorsIncluded:bool",
    GetJobRuns "JobName! NextToken MaxResults:int",
    BatchStopJobRun "JobName! JobRunIds!:strings",
    GetJobBookmark "JobName! RunId",
    ResetJobBookmark "JobName! RunId",
}

/// Operations AWS has and the sandbox does not yet.
pub const NOT_SIMULATED: &str = "Create|Delete|Get+:Classifier BatchDelete|Create|Delete|Get|Get+:Connection \
BatchGet+|Create:DevEndpoint Get|Reset:JobBookmark Tag|Untag:Resource \
Get|Put:ResourcePolicy Create|Get+:SecurityConfiguration BatchDelete|Delete|Get|Get+:TableVersion \
BatchGet+|Create|Delete|Get|Get+|List+|Start|Stop|Update:Trigger Create|Delete|Get+:UserDefinedFunction \
BatchGet+|Create|Delete|Get|List+:Workflow BatchGetBlueprints ImportCatalogToGlue GetColumnStatisticsForTable \
BatchGetCrawlers GetDataCatalogEncryptionSettings GetDataflowGraph BatchGetJobs CreateMLTransform GetMapping \
BatchUpdatePartition GetPlan CreateRegistry CreateSchema CreateScript CreateSession \
SearchTables GetTags StartWorkflowRun";

/// When something of Glue's is due first.
pub fn next(account: &Account) -> Option<Instant> {
    crawl::next(account).into_iter().chain(job_run::next(account)).min()
}

/// Whatever is due, told as far as it can be seen.
pub fn carry_out(account: &mut Account, at: Instant) -> Vec<Happening> {
    let mut told = crawl::carry_out(account, at);
    told.extend(job_run::carry_out(account, at));
    told
}

/// The catalogs of the account, one a region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Glue {
    /// By `region/name`.
    databases: SortedMap<String, Database>,
    /// By `region/name`.
    pub crawlers: SortedMap<String, crawler::Crawler>,
    pub jobs: SortedMap<String, job::Job>,
}

impl Glue {
    /// Names of a region's databases.
    pub fn names(&self, region: &str) -> Vec<String> {
        let here = format!("{region}/");
        self.databases.keys().filter_map(|key| key.strip_prefix(&here)).map(str::to_owned).collect()
    }

    /// Views of a region: database, name and what the catalog was told of them.
    pub fn views(&self, region: &str) -> impl Iterator<Item = (&str, &str, &Value)> {
        let here = format!("{region}/");
        let of_region = self.databases.iter().filter(move |(key, _)| key.starts_with(&here));
        let tables = of_region.flat_map(|(_, database)| {
            database
                .tables
                .values()
                .map(|table| (database.name.as_str(), table.name.as_str(), &table.input.0))
        });
        tables.filter(|(.., input)| input["TableType"] == "VIRTUAL_VIEW")
    }

    /// The database of this name, whatever its case, in a region.
    fn database(&self, region: &str, name: &str) -> Result<&Database, Fault> {
        self.databases.get(&key(region, name)).ok_or_else(|| no_database(name))
    }

    fn database_mut(&mut self, region: &str, name: &str) -> Result<&mut Database, Fault> {
        self.databases.get_mut(&key(region, name)).ok_or_else(|| no_database(name))
    }
}

fn key(region: &str, name: &str) -> String {
    format!("{region}/{}", name.to_lowercase())
}

fn no_database(name: &str) -> Fault {
    fault::not_found(format!("Database {} not found.", name.to_lowercase()))
}

/// A name in an input: the shape has seen that it is there and not empty.
fn name_in(input: Parameters<'_>) -> String {
    input.required("Name").to_lowercase()
}

/// The page that was asked for, and the token of the next one.
fn page(list: Vec<Value>, order: &Order<'_>, name: &str) -> Result<Value, Fault> {
    let from = match order.parameters.text("NextToken") {
        None => 0,
        Some(token) => token
            .parse::<usize>()
            .ok()
            .filter(|from| *from <= list.len())
            .ok_or_else(|| fault::invalid("The NextToken provided is not valid."))?,
    };
    let most =
        order.parameters.integer("MaxResults").map_or(list.len(), |most| most.clamp(1, 1_000) as usize);
    let next = from.saturating_add(most);
    let more = next < list.len();
    let mut value = json!({ name: list.into_iter().skip(from).take(most).collect::<Vec<Value>>() });
    if more {
        value["NextToken"] = json!(next.to_string());
    }
    Ok(value)
}

/// A call is checked on the catalog, the database and the table, as far as it speaks of them.
pub fn access(operation: Operation, account: &Account, order: &Order<'_>) -> Vec<Access> {
    use Operation::*;
    let parameters = order.parameters;
    let nested = |structure: &str| parameters.structure(structure).text("Name").map(str::to_owned);
    let named = |member: &str| parameters.text(member).map(str::to_owned);
    let on = |path: String| Access {
        action: format!("glue:{}", operation.name()),
        resource: format!("arn:aws:glue:{}:{}:{path}", order.region, account.id),
        context: Context::default(),
    };
    let (database, tables) = match operation {
        GetCrawlers | ListCrawlers | GetCrawlerMetrics => return vec![on("crawler/*".to_owned())],
        GetJobs | ListJobs => return vec![on("job/*".to_owned())],
        CreateJob | UpdateJob | GetJob | DeleteJob | StartJobRun | GetJobRun | GetJobRuns
        | BatchStopJobRun | GetJobBookmark | ResetJobBookmark => {
            let name = parameters.text("Name").unwrap_or_else(|| parameters.required("JobName"));
            let role = parameters.text("Role").or(parameters.structure("JobUpdate").text("Role"));
            let passed = role.map(|role| role::pass(account, role));
            return [on(format!("job/{name}"))].into_iter().chain(passed).collect();
        }
        CreateCrawler | UpdateCrawler | GetCrawler | DeleteCrawler | StartCrawler | StopCrawler
        | StartCrawlerSchedule | StopCrawlerSchedule => {
            let name = parameters.text("Name").unwrap_or_else(|| parameters.required("CrawlerName"));
            let passed = parameters.text("Role").map(|role| role::pass(account, role));
            return [on(format!("crawler/{name}"))].into_iter().chain(passed).collect();
        }
        CreateDatabase => (None, Vec::new()),
        GetDatabases => (Some("*".to_owned()), Vec::new()),
        GetDatabase | UpdateDatabase | DeleteDatabase => (named("Name"), Vec::new()),
        CreateTable | UpdateTable => (named("DatabaseName"), nested("TableInput").into_iter().collect()),
        GetTable | DeleteTable => (named("DatabaseName"), named("Name").into_iter().collect()),
        GetTables => (named("DatabaseName"), vec!["*".to_owned()]),
        BatchDeleteTable => {
            let tables = parameters.texts("TablesToDelete").into_iter().map(str::to_owned).collect();
            (named("DatabaseName"), tables)
        }
        CreatePartition | BatchCreatePartition | GetPartition | GetPartitions | BatchGetPartition
        | UpdatePartition | DeletePartition | BatchDeletePartition | CreatePartitionIndex
        | GetPartitionIndexes | DeletePartitionIndex => {
            (named("DatabaseName"), named("TableName").into_iter().collect())
        }
    };
    let mut paths = vec!["catalog".to_owned()];
    if let Some(database) = &database {
        paths.push(format!("database/{}", database.to_lowercase()));
        paths.extend(tables.iter().map(|table| format!("table/{database}/{table}").to_lowercase()));
    }
    paths.into_iter().map(on).collect()
}

pub fn run(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Reply, Fault> {
    use Operation::*;
    let catalog = order.parameters.text("CatalogId").unwrap_or(&account.id);
    if catalog != account.id {
        // unconfirmed: the sentence for a catalog of another account.
        return Err(fault::not_found(format!("Catalog {catalog} not found.")));
    }
    let value = match operation {
        CreateDatabase => database::create(account, order),
        GetDatabase => database::get(account, order),
        GetDatabases => database::list(account, order),
        UpdateDatabase => database::update(account, order),
        DeleteDatabase => database::delete(account, order),
        CreateTable => table::create(account, order),
        GetTable => table::get(account, order),
        GetTables => table::list(account, order),
        UpdateTable => table::update(account, order),
        DeleteTable => table::delete(account, order),
        BatchDeleteTable => table::delete_many(account, order),
        CreatePartition => partition::create(account, order),
        BatchCreatePartition => partition::create_many(account, order),
        GetPartition => partition::get(account, order),
        GetPartitions => partition::list(account, order),
        BatchGetPartition => partition::get_many(account, order),
        UpdatePartition => partition::update(account, order),
        DeletePartition => partition::delete(account, order),
        BatchDeletePartition => partition::delete_many(account, order),
        CreatePartitionIndex => partition_index::create(account, order),
        GetPartitionIndexes => partition_index::list(account, order),
        DeletePartitionIndex => partition_index::delete(account, order),
        CreateCrawler => crawler::create(account, order),
        GetCrawler => crawler::get(account, order),
        GetCrawlers => crawler::list(account, order),
        ListCrawlers => crawler::names(account, order),
        GetCrawlerMetrics => crawler::metrics(account, order),
        UpdateCrawler => crawler::update(account, order),
        DeleteCrawler => crawler::delete(account, order),
        StartCrawler => crawler::start(account, order),
        StopCrawler => crawler::stop(account, order),
        StartCrawlerSchedule => crawler::pause(account, order, false),
        StopCrawlerSchedule => crawler::pause(account, order, true),
        CreateJob => job::create(account, order),
        GetJob => job::get(account, order),
        GetJobs => job::list(account, order),
        ListJobs => job::names(account, order),
        UpdateJob => job::update(account, order),
        DeleteJob => job::delete(account, order),
        StartJobRun => job_run::start(account, order),
        GetJobRun => job_run::get(account, order),
        GetJobRuns => job_run::list(account, order),
        BatchStopJobRun => job_run::stop(account, order),
        GetJobBookmark => bookmark::get(account, order),
        ResetJobBookmark => bookmark::reset(account, order),
    }?;
    Ok(Reply { value, body: None })
}
