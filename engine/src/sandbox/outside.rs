//! What statements find beyond the warehouse: the account's S3, as the role they assume may see it.

use std::sync::Arc;

use crate::aws::Account;
use crate::aws::warehouse_access::{self, Reader, WarehouseError};
use crate::clock::Instant;
use crate::sql::outside::{Credentials, ObjectSummary, Outside, OutsideError};

/// The account as one running statement reaches it.
pub(super) struct AccountOutside<'a> {
    pub account: &'a mut Account,
    pub now: Instant,
    pub cluster: &'a str,
    /// The database user on whose behalf the cluster asks.
    pub user: &'a str,
    /// REGION of the statement.
    pub region: Option<String>,
}

impl AccountOutside<'_> {
    /// Asks the account as `credentials` allow.
    pub(super) fn ask<T>(
        &mut self,
        credentials: &Credentials,
        question: impl FnOnce(&mut Account, &Reader<'_>) -> Result<T, WarehouseError>,
    ) -> Result<T, OutsideError> {
        let credentials = match credentials {
            Credentials::IamRoles(chain) => warehouse_access::Credentials::Roles(chain),
            Credentials::DefaultRole => warehouse_access::Credentials::DefaultRole,
            Credentials::AccessKey { id, secret, token } => {
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
        question(self.account, &reader).map_err(|error| OutsideError {
            message: error.message,
            code: error.code,
            context: error.context,
            hint: error.hint,
        })
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
        let found =
            self.ask(credentials, |account, reader| warehouse_access::list(account, reader, bucket, prefix))?;
        Ok(found.into_iter().map(|(key, size)| ObjectSummary { key, size }).collect())
    }

    fn get(&mut self, credentials: &Credentials, bucket: &str, key: &str) -> Result<Arc<[u8]>, OutsideError> {
        self.ask(credentials, |account, reader| warehouse_access::get(account, reader, bucket, key))
    }
}
