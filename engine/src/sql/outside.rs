//! Everything a statement may reach beyond its own warehouse.
//!
//! COPY, UNLOAD, external tables and model functions come here and nowhere else. Each call names the role
//! that the statement assumes, so the refusal a learner sees is the one S3 or Glue would have given it.

use super::error::{SqlError, SqlErrorKind};
use crate::pieces::Pieces;
use crate::warehouse::external::ExternalTable;

/// What lies beyond the warehouse.
pub trait Outside {
    /// The region of what is asked for from now on (COPY's REGION); the cluster's own when `None`.
    fn region(&mut self, _region: Option<&str>) {}

    /// The objects whose keys begin with `prefix`, as the role may list them. Keys in UTF-8 order; that there is none
    /// is a refusal.
    fn list(
        &mut self,
        credentials: &Credentials,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<ObjectSummary>, OutsideError>;

    /// The same, where finding none is no mistake.
    fn find(
        &mut self,
        credentials: &Credentials,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<ObjectSummary>, OutsideError> {
        self.list(credentials, bucket, prefix)
    }

    /// The same, of what a table's rows lie in.
    fn scan(
        &mut self,
        credentials: &Credentials,
        _table: &ExternalTable,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<ObjectSummary>, OutsideError> {
        self.find(credentials, bucket, prefix)
    }

    /// One question to the data catalog, in its own shapes.
    fn catalog(
        &mut self,
        _credentials: &Credentials,
        question: CatalogQuestion,
        _parameters: serde_json::Value,
    ) -> Result<serde_json::Value, CatalogError> {
        let message = format!("there is no data catalog to ask for {question:?}");
        let error = OutsideError { message, code: 0, context: String::new(), hint: None };
        Err(CatalogError { fault: CatalogFault::Other, error })
    }

    /// Writes an object, as the role may.
    fn put(
        &mut self,
        credentials: &Credentials,
        bucket: &str,
        key: &str,
        bytes: Pieces,
    ) -> Result<(), OutsideError>;

    /// Deletes an object, as the role may.
    fn delete(&mut self, credentials: &Credentials, bucket: &str, key: &str) -> Result<(), OutsideError>;

    /// One object's bytes, as the role may read them.
    fn get(&mut self, credentials: &Credentials, bucket: &str, key: &str) -> Result<Pieces, OutsideError>;
}

/// Under whose rights the outside is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// One or more role ARNs, chained in order.
    IamRoles(Vec<String>),
    /// `IAM_ROLE default`.
    DefaultRole,
    AccessKey {
        id: String,
        secret: String,
        token: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectSummary {
    pub key: String,
    pub size: u64,
}

/// A refusal or failure from outside, in the words Redshift gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideError {
    /// The server's text, without `ERROR:`.
    pub message: String,
    /// Redshift's own number for the DETAIL block (8001, 30000, ...).
    pub code: u32,
    /// `Listing bucket=b prefix=p`, `IAM Role=arn...`; empty when there is none.
    pub context: String,
    /// What to try next.
    pub hint: Option<String>,
}

/// What can be asked of the data catalog; the names are its operations'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatalogQuestion {
    CreateDatabase,
    GetDatabases,
    DeleteDatabase,
    CreateTable,
    GetTable,
    GetTables,
    UpdateTable,
    DeleteTable,
    BatchCreatePartition,
    GetPartitions,
    UpdatePartition,
    DeletePartition,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError {
    pub fault: CatalogFault,
    pub error: OutsideError,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatalogFault {
    NotFound,
    Exists,
    Other,
}

/// The statement that asks, for the DETAIL block.
#[derive(Clone, Copy, Debug)]
pub struct Asker {
    pub query: u64,
    pub process: u32,
}

impl OutsideError {
    /// The refusal with the DETAIL block that learners search for.
    pub fn told(&self, asker: Asker) -> SqlError {
        let rule = "-----------------------------------------------";
        let place = if self.context.starts_with("IAM Role") {
            "xen_aws_credentials_mgr.cpp:450"
        } else {
            "s3_utility.cpp:539"
        };
        let detail = format!(
            "\n  {rule}\n  error:  {}\n  code:      {}\n  context:   {}\n  query:     {}\n  location:  {place}\n  process:   padbmaster [pid={}]\n  {rule}",
            self.message, self.code, self.context, asker.query, asker.process
        );
        SqlError::new(SqlErrorKind::Product {
            state: "XX000",
            message: self.message.clone(),
            detail: (self.code != 0).then_some(detail),
            hint: self.hint.clone(),
        })
    }
}
