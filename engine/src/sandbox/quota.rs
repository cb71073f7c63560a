//! Quotas of schemas, looked at when a transaction commits (Developer Guide, "CREATE SCHEMA", "QUOTA").

use std::sync::Arc;

use super::{Sandbox, history};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::session::SessionId;
use crate::sql::system::blocks::megabytes_of;
use crate::warehouse::catalog::{Database, Schema};
use crate::warehouse::manifest::Manifest;
use crate::warehouse::value::Value;

impl Sandbox {
    /// A schema above its quota takes nothing that makes it larger; what frees space is let through.
    ///
    /// # Errors
    /// The product's text. Its SQLSTATE is unconfirmed.
    pub(super) fn must_fit(
        &mut self,
        id: SessionId,
        transaction: i64,
        base: &Manifest,
        merged: &Manifest,
    ) -> SqlResult<()> {
        let Some(session) = self.sessions.get(&id) else { return Ok(()) };
        let Some(database) = merged.catalog.database(&session.database) else { return Ok(()) };
        if database.notes.quotas.is_empty() {
            return Ok(());
        }
        let before = base.catalog.database(&session.database);
        let user = session.user;
        let used = |database: &Database, schema: &Schema| megabytes_of(database, &schema.name);
        let mut violations = Vec::new();
        for schema in database.schemas.values() {
            let Some(quota) = database.notes.quotas.get(&schema.id).copied() else { continue };
            let now = used(database, schema);
            if now > quota && before.is_none_or(|before| now > used(before, schema)) {
                violations.push((schema.clone(), quota, now));
            }
        }
        if violations.is_empty() {
            return Ok(());
        }
        let mut told = Vec::new();
        for (schema, quota, now) in violations {
            let name = &schema.name;
            told.push(format!("(Schema: {name}, Quota: {quota}, Current Disk Usage: {now})"));
            let row = vec![
                Value::Integer(schema.owner.0 as i32),
                Value::BigInt(transaction),
                Value::Integer(id.0 as i32),
                Value::Integer(user.0 as i32),
                Value::Integer(schema.id.0 as i32),
                Value::string(name.as_str()),
                Value::Integer(quota as i32),
                Value::Integer(now as i32),
                Value::Double((now as f64 * 10_000.0 / quota.max(1) as f64).round() / 100.0),
                Value::Timestamp(self.clock.now().0),
            ];
            history::push(Arc::make_mut(&mut self.warehouse.logs), "stl_schema_quota_violations", row);
        }
        // unconfirmed: the guide gives the sentence, not its code; PostgreSQL's for a full disk is nearest.
        Err(SqlError::product(
            "53100",
            format!(
                "Transaction {transaction} is aborted due to exceeding the disk space quota in schema(s): {}.\nFree up disk space or request increased quota for the schema(s).",
                told.join(", ")
            ),
        ))
    }
}
