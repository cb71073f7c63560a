//! What statements find beyond the warehouse: the account's S3, as the role they assume may see it.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::Value;

use super::job_run::OWN;
use crate::aws::glue::bookmark::Seen;
use crate::aws::warehouse_access::{self, Reader, WarehouseError};
use crate::aws::{Account, Caller};
use crate::clock::Instant;
use crate::json::json;
use crate::pieces::Pieces;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::external::lookup::{self, Lookup};
use crate::sql::outside::{
    Asker, CatalogError, CatalogFault, CatalogQuestion, Credentials, ObjectSummary, Outside, OutsideError,
};
use crate::warehouse::catalog::Schema;
use crate::warehouse::external::{ExternalSchema, ExternalTable};
use crate::warehouse::identifier::Identifier;

/// Who asks for a query that is no warehouse's, and tables that only this query has.
#[derive(Clone, Debug)]
pub(super) struct Acting {
    pub caller: Caller,
    /// By name, in the catalog's form, in the database [`OWN`].
    pub own: Value,
    /// What is seen of the tables that nodes of a job read, and which those are.
    pub bookmark: Option<(Seen, Value)>,
}

/// What a table is called where a job's plan names those that it reads.
pub(super) fn table_key(table: &ExternalTable) -> String {
    let (schema, name) = (table.schema.as_str(), table.name.as_str());
    if schema == OWN { name.to_owned() } else { format!("{schema}.{name}") }
}

/// The account as one running statement reaches it.
pub(super) struct AccountOutside<'a> {
    /// Copied, when others share it, with the first question.
    pub account: &'a mut Arc<Account>,
    pub now: Instant,
    pub cluster: &'a str,
    /// The database user on whose behalf the cluster asks.
    pub user: &'a str,
    /// REGION of the statement.
    pub region: Option<String>,
    /// Who asks instead of a role.
    pub acting: Option<&'a Acting>,
}

impl AccountOutside<'_> {
    /// Asks the account as `credentials` allow.
    pub(super) fn ask<T>(
        &mut self,
        credentials: &Credentials,
        question: impl FnOnce(&mut Account, &Reader<'_>) -> Result<T, WarehouseError>,
    ) -> Result<T, OutsideError> {
        self.reach(credentials, question).map_err(outside_error)
    }

    fn reach<T>(
        &mut self,
        credentials: &Credentials,
        question: impl FnOnce(&mut Account, &Reader<'_>) -> T,
    ) -> T {
        let credentials = match (self.acting, credentials) {
            (Some(acting), _) => warehouse_access::Credentials::Identity(&acting.caller),
            (None, Credentials::IamRoles(chain)) => warehouse_access::Credentials::Roles(chain),
            (None, Credentials::DefaultRole) => warehouse_access::Credentials::DefaultRole,
            (None, Credentials::AccessKey { id, secret, token }) => {
                warehouse_access::Credentials::AccessKey { id, secret, token: token.as_deref() }
            }
        };
        let reader = Reader {
            credentials,
            cluster: self.cluster,
            database_user: self.user,
            region: self.region.as_deref(),
            now: self.now,
        };
        question(Arc::make_mut(self.account), &reader)
    }
}

/// Looks for objects of a bucket below a prefix.
type Listing = fn(&mut Account, &Reader<'_>, &str, &str) -> Result<Vec<(String, u64)>, WarehouseError>;

impl AccountOutside<'_> {
    fn listed(
        &mut self,
        credentials: &Credentials,
        (bucket, prefix): (&str, &str),
        listing: Listing,
    ) -> Result<Vec<ObjectSummary>, OutsideError> {
        let found = self.ask(credentials, |account, reader| listing(account, reader, bucket, prefix))?;
        Ok(found.into_iter().map(|(key, size)| ObjectSummary { key, size }).collect())
    }

    /// A cluster whose limit of scans is reached reads nothing outside until the period is over, where the limit says so.
    ///
    /// # Errors
    /// unconfirmed: state and sentence.
    fn must_be_within_limits(&self) -> SqlResult<()> {
        let mut reached = self.account.reached_limits(self.cluster, self.now);
        if self.acting.is_none() && reached.any(|(_, stops)| stops) {
            let sentence = "Spectrum usage limit of the cluster is reached";
            return Err(SqlError::product("57014", sentence));
        }
        Ok(())
    }
}

fn outside_error(error: WarehouseError) -> OutsideError {
    OutsideError { message: error.message, code: error.code, context: error.context, hint: error.hint }
}

/// The account while names are bound: asked through a shared reference, one question at a time.
pub(super) struct Reach<'a> {
    pub outside: RefCell<AccountOutside<'a>>,
    pub asker: Asker,
}

impl Lookup for Reach<'_> {
    /// Redshift wants a schema before the name of an external table, Athena does not.
    fn unqualified(&self) -> bool {
        self.outside.borrow().acting.is_some()
    }

    fn table(
        &self,
        schema: &Schema,
        external: &ExternalSchema,
        name: &Identifier,
    ) -> SqlResult<Arc<ExternalTable>> {
        self.outside.borrow().must_be_within_limits()?;
        lookup::table(&mut *self.outside.borrow_mut(), &schema.name, external, name, self.asker)
    }
}

impl Outside for AccountOutside<'_> {
    fn region(&mut self, region: Option<&str>) {
        self.region = region.map(str::to_owned);
    }

    fn list(
        &mut self,
        credentials: &Credentials,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<ObjectSummary>, OutsideError> {
        self.listed(credentials, (bucket, prefix), warehouse_access::list)
    }

    fn find(
        &mut self,
        credentials: &Credentials,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<ObjectSummary>, OutsideError> {
        self.listed(credentials, (bucket, prefix), warehouse_access::find)
    }

    fn scan(
        &mut self,
        credentials: &Credentials,
        table: &ExternalTable,
        bucket: &str,
        prefix: &str,
    ) -> Result<Vec<ObjectSummary>, OutsideError> {
        let mut found = self.find(credentials, bucket, prefix)?;
        if let Some((seen, nodes)) = self.acting.and_then(|acting| acting.bookmark.as_ref()) {
            let node = nodes[table_key(table)].as_str().unwrap_or("");
            let s3 = &self.account.s3;
            found.retain(|object| {
                let modified = s3.modified(&format!("s3://{bucket}/{}", object.key));
                modified.is_some_and(|modified| seen.reads(node, modified))
            });
        }
        Ok(found)
    }

    fn catalog(
        &mut self,
        credentials: &Credentials,
        question: CatalogQuestion,
        mut parameters: Value,
    ) -> Result<Value, CatalogError> {
        // Redshift has no `string`; Athena and Glue have, and mean it where the engine has the longest VARCHAR.
        if self.acting.is_some() {
            for list in ["/TableInput/StorageDescriptor/Columns", "/TableInput/PartitionKeys"] {
                let columns = parameters.pointer_mut(list).and_then(Value::as_array_mut);
                for column in columns.into_iter().flatten() {
                    if column["Type"] == "varchar(65535)" {
                        column["Type"] = json!("string");
                    }
                }
            }
        }
        if let Some(acting) = self.acting.filter(|_| parameters["DatabaseName"] == OWN) {
            return Ok(json!({"Table": acting.own[parameters["Name"].as_str().unwrap_or("")]}));
        }
        let operation = format!("{question:?}");
        let answer = self.reach(credentials, |account, reader| {
            warehouse_access::catalog(account, reader, &operation, parameters)
        });
        answer.map_err(|refusal| CatalogError {
            fault: match refusal.code.as_str() {
                "EntityNotFoundException" => CatalogFault::NotFound,
                "AlreadyExistsException" => CatalogFault::Exists,
                _ => CatalogFault::Other,
            },
            error: outside_error(refusal.error),
        })
    }

    fn put(
        &mut self,
        credentials: &Credentials,
        bucket: &str,
        key: &str,
        bytes: Pieces,
    ) -> Result<(), OutsideError> {
        let body = Some(bytes);
        self.ask(credentials, |account, reader| {
            warehouse_access::write(account, reader, "PutObject", bucket, key, body)
        })
    }

    fn delete(&mut self, credentials: &Credentials, bucket: &str, key: &str) -> Result<(), OutsideError> {
        self.ask(credentials, |account, reader| {
            warehouse_access::write(account, reader, "DeleteObject", bucket, key, None)
        })
    }

    fn get(&mut self, credentials: &Credentials, bucket: &str, key: &str) -> Result<Pieces, OutsideError> {
        self.ask(credentials, |account, reader| warehouse_access::get(account, reader, bucket, key))
    }
}
