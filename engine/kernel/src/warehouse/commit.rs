//! How a transaction's work becomes everybody's: a three-way merge of manifests.
//!
//! A transaction changes a copy of the manifest it began from. When nobody else committed meanwhile the copy
//! simply takes the place of the original. Otherwise what the transaction changed is put upon what the others
//! changed, object by object, and two changes of one object are a conflict: the product's error 1023
//! (Developer Guide, "Managing concurrent write operations").

use std::collections::BTreeMap;
use std::sync::Arc;

use super::catalog::{Catalog, Database, ObjectId, Schema};
use super::identifier::Identifier;
use super::manifest::Manifest;

/// Two transactions changed the same object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The table, where the object is one.
    pub relation: Option<ObjectId>,
}

/// `committed` with what turned `base` into `working`.
pub fn merge(base: &Manifest, working: &Manifest, committed: &Manifest) -> Result<Manifest, Conflict> {
    if base.version == committed.version {
        return Ok(Manifest { version: committed.version + 1, ..working.clone() });
    }
    let databases = three_way(
        &base.catalog.databases,
        &working.catalog.databases,
        &committed.catalog.databases,
        database,
    )?;
    let principals = if Arc::ptr_eq(&base.principals, &working.principals) {
        committed.principals.clone()
    } else if Arc::ptr_eq(&base.principals, &committed.principals) {
        working.principals.clone()
    } else {
        return Err(Conflict { relation: None });
    };
    let mut catalog = Catalog::new(databases);
    catalog.continue_from(&working.catalog);
    catalog.continue_from(&committed.catalog);
    Ok(Manifest { catalog, principals, version: committed.version + 1 })
}

fn database(base: &Database, working: &Database, committed: &Database) -> Result<Database, Conflict> {
    let relations =
        three_way(&base.relations, &working.relations, &committed.relations, |base, working, _| {
            // Both changed it. A version that only one of them moved would be no conflict for the rows, but
            // the rest of the relation is one value: the later writer loses.
            let _ = base;
            Err(Conflict { relation: Some(working.id) })
        })?;
    let schemas = three_way(&base.schemas, &working.schemas, &committed.schemas, schema)?;
    let changed = |one: &Database, other: &Database| one.owner != other.owner || one.acl != other.acl;
    let from = if changed(base, working) { working } else { committed };
    if changed(base, working) && changed(base, committed) {
        return Err(Conflict { relation: None });
    }
    Ok(Database {
        id: from.id,
        name: from.name.clone(),
        owner: from.owner,
        acl: from.acl.clone(),
        schemas,
        relations,
    })
}

fn schema(base: &Schema, working: &Schema, committed: &Schema) -> Result<Schema, Conflict> {
    let mut relations: BTreeMap<Identifier, ObjectId> = committed.relations.clone();
    for (name, id) in &base.relations {
        if working.relations.get(name) != Some(id) {
            relations.remove(name);
        }
    }
    for (name, id) in &working.relations {
        if base.relations.get(name) != Some(id)
            && let Some(other) = relations.insert(name.clone(), *id)
            && other != *id
        {
            return Err(Conflict { relation: Some(other) });
        }
    }
    let changed = |one: &Schema, other: &Schema| one.owner != other.owner || one.acl != other.acl;
    if changed(base, working) && changed(base, committed) {
        return Err(Conflict { relation: None });
    }
    let from = if changed(base, working) { working } else { committed };
    Ok(Schema { id: from.id, name: from.name.clone(), owner: from.owner, acl: from.acl.clone(), relations })
}

/// Merges maps of shared objects; `both` decides where working and committed changed the same key.
fn three_way<K: Ord + Clone, V>(
    base: &BTreeMap<K, Arc<V>>,
    working: &BTreeMap<K, Arc<V>>,
    committed: &BTreeMap<K, Arc<V>>,
    both: impl Fn(&V, &V, &V) -> Result<V, Conflict>,
) -> Result<BTreeMap<K, Arc<V>>, Conflict> {
    let mut merged = committed.clone();
    for (key, mine) in working {
        let before = base.get(key);
        if before.is_some_and(|before| Arc::ptr_eq(before, mine)) {
            continue;
        }
        match (before, committed.get(key)) {
            // Made by both, or changed by me and dropped by them.
            (None, Some(_)) | (Some(_), None) => return Err(Conflict { relation: None }),
            (None, None) => {
                merged.insert(key.clone(), mine.clone());
            }
            (Some(before), Some(theirs)) if Arc::ptr_eq(before, theirs) => {
                merged.insert(key.clone(), mine.clone());
            }
            (Some(before), Some(theirs)) => {
                merged.insert(key.clone(), Arc::new(both(before, mine, theirs)?));
            }
        }
    }
    for (key, before) in base {
        if !working.contains_key(key) {
            match committed.get(key) {
                Some(theirs) if !Arc::ptr_eq(before, theirs) => return Err(Conflict { relation: None }),
                _ => {
                    merged.remove(key);
                }
            }
        }
    }
    Ok(merged)
}
