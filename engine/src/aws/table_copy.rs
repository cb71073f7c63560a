//! One table carried from what a backup holds into a warehouse: what provisioned and serverless restores share.
//!
//! Columns and attributes, rows and the marks of deleted ones come along; foreign keys, grants and views do not
//! (Management Guide, "Restoring a table from a snapshot").

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::parameters::Parameters;
use crate::warehouse::access::{Acl, UserId};
use crate::warehouse::catalog::{Constraint, Relation};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::policy::Protection;
use crate::warehouse::storage::Block;

/// Which table, and what it is to be called where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableCopy {
    pub database: String,
    pub schema: String,
    pub name: String,
    pub to_database: String,
    pub to_schema: String,
    pub new_name: String,
}

/// Why a table cannot be carried at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Missing,
    Interleaved,
}

impl TableCopy {
    /// From the members of a call. Provisioned clusters begin them with a capital, serverless does not:
    /// `like` is the first of them.
    pub fn read(parameters: Parameters<'_>, like: &str) -> Self {
        let capital = like.starts_with(|first: char| first.is_ascii_uppercase());
        let text = |member: &str| {
            let name =
                if capital { member.to_owned() } else { member[..1].to_ascii_lowercase() + &member[1..] };
            parameters.text(&name).map(str::to_owned)
        };
        let database = text("SourceDatabaseName").unwrap_or_default();
        TableCopy {
            schema: text("SourceSchemaName").unwrap_or_else(|| "public".to_owned()),
            name: text("SourceTableName").unwrap_or_default(),
            to_database: text("TargetDatabaseName").unwrap_or_else(|| database.clone()),
            to_schema: text("TargetSchemaName").unwrap_or_else(|| "public".to_owned()),
            new_name: text("NewTableName").unwrap_or_default(),
            database,
        }
    }

    fn source<'a>(&self, manifest: &'a Manifest) -> Option<&'a Relation> {
        let database = manifest.catalog.database(&Identifier::fold(&self.database))?;
        let found = database.find(&Identifier::fold(&self.schema), &Identifier::fold(&self.name))?;
        found.table().is_some_and(|table| table.materialized.is_none()).then_some(&**found)
    }
}

/// Bytes of the table.
pub fn look(from: &Manifest, copy: &TableCopy) -> Result<u64, Refused> {
    match copy.source(from).and_then(Relation::table) {
        None => Err(Refused::Missing),
        Some(table) if table.interleaved => Err(Refused::Interleaved),
        Some(table) => {
            let blocks = table.data.segments.iter().flat_map(|stored| &stored.segment.columns);
            Ok(blocks.map(Block::stored_bytes).sum())
        }
    }
}

/// Puts the table into the warehouse.
///
/// # Errors
/// Why it is not put there, for the request's `Message`. The sentences are unconfirmed.
pub fn carry_out(from: &Manifest, to: &mut Arc<Manifest>, copy: &TableCopy) -> Result<(), String> {
    let source = copy.source(from).ok_or_else(|| format!("Table {} does not exist.", copy.name))?;
    let owner_name = from.principals.user(source.owner).map(|user| user.name.clone());
    let manifest = Arc::make_mut(to);
    let known = owner_name.and_then(|name| manifest.principals.users.get(&name));
    let owner = known.map_or(UserId::ADMIN, |user| user.id);
    let (name, schema) = (Identifier::fold(&copy.new_name), Identifier::fold(&copy.to_schema));
    let id = manifest.catalog.allocate();
    let Some(database) = manifest.catalog.database_mut(&Identifier::fold(&copy.to_database)) else {
        return Err(format!("Database {} does not exist.", copy.to_database));
    };
    let Some(found) = database.schema(&schema) else {
        return Err(format!("Schema {} does not exist.", copy.to_schema));
    };
    if found.relations.contains_key(&name) {
        return Err(format!("Table {} already exists.", copy.new_name));
    }
    // Row-level security that is on stays on; the policies themselves are the source's.
    let protection = Protection { attached: Vec::new(), ..source.protection.clone() };
    let mut relation =
        Relation { id, schema, name, owner, acl: Acl::default(), protection, ..source.clone() };
    if let Some(table) = relation.table_mut() {
        table.foreign_keys.clear();
        let foreign: Vec<Identifier> = table
            .constraints
            .iter()
            .filter(|(_, constraint)| matches!(constraint, Constraint::Foreign(_)))
            .map(|(name, _)| name.clone())
            .collect();
        for name in foreign {
            table.constraints.remove(&name);
        }
    }
    database.insert(relation);
    manifest.version += 1;
    Ok(())
}
