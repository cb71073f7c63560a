//! How a transaction's work becomes everybody's: a three-way merge of manifests.
//!
//! A transaction changes a copy of the manifest it began from. When nobody else committed meanwhile the copy
//! simply takes the place of the original. Otherwise what the transaction changed is put upon what the others
//! changed, object by object, and two changes of one object are a conflict, unless they are rows of a table, other ones
//! each: the product's error 1023
//! (Developer Guide, "Managing concurrent write operations").

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};

use super::access::Acl;
use super::catalog::{Catalog, Database, ObjectId, Relation, RelationKind, Schema};
use super::identifier::Identifier;
use super::manifest::Manifest;
use super::model::Model;
use super::routine::Routine;
use super::storage::dictionary::plain;
use super::storage::join::join;
use super::storage::write::{BlockNumbers, append, delete};
use super::storage::{Region, StoredSegment, TableData};
use crate::sorted::{SortedMap, SortedSet};

/// Two transactions changed the same object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The table, where the object is one.
    pub relation: Option<ObjectId>,
    /// The other transaction dropped what this one changed.
    pub dropped: bool,
}

/// The relations that turning `base` into `working` changed, made or dropped.
pub fn changed(base: &Manifest, working: &Manifest) -> SortedSet<ObjectId> {
    let mut changed = SortedSet::new();
    for (name, mine) in &working.catalog.databases {
        match base.catalog.databases.get(name) {
            Some(before) if Arc::ptr_eq(before, mine) => {}
            before => {
                let nothing = SortedMap::new();
                let before = before.map_or(&nothing, |before| &before.relations);
                let same = |id: &ObjectId| match (before.get(id), mine.relations.get(id)) {
                    (Some(before), Some(mine)) => Arc::ptr_eq(before, mine),
                    _ => false,
                };
                changed.extend(before.keys().chain(mine.relations.keys()).filter(|id| !same(id)));
            }
        }
    }
    changed
}

/// `committed` with what turned `base` into `working`.
pub fn merge(
    base: &Manifest,
    working: &Manifest,
    committed: &Manifest,
    numbers: &mut BlockNumbers<'_>,
) -> Result<Manifest, Conflict> {
    if base.version == committed.version {
        return Ok(Manifest { version: committed.version + 1, lent: None, ..working.clone() });
    }
    let databases = three_way(
        &base.catalog.databases,
        &working.catalog.databases,
        &committed.catalog.databases,
        |base, working, committed| database(base, working, committed, numbers),
    )?;
    let principals = if Arc::ptr_eq(&base.principals, &working.principals) {
        committed.principals.clone()
    } else if Arc::ptr_eq(&base.principals, &committed.principals) {
        working.principals.clone()
    } else {
        return Err(Conflict { relation: None, dropped: false });
    };
    let mut catalog = Catalog::new(databases);
    catalog.continue_from(&working.catalog);
    catalog.continue_from(&committed.catalog);
    Ok(Manifest { catalog, principals, version: committed.version + 1, lent: None })
}

/// Gives an open transaction what others have committed of users and rights, where it has not changed them itself: a right
/// that is taken back is gone for a statement that begins now. (PostgreSQL 8.0 reads its catalogs as they are committed; that
/// Redshift does is unconfirmed.)
pub fn see_rights(base: &mut Manifest, working: &mut Manifest, committed: &Manifest) {
    if Arc::ptr_eq(&base.principals, &working.principals) {
        base.principals = committed.principals.clone();
        working.principals = committed.principals.clone();
    }
    for (name, theirs) in &committed.catalog.databases {
        let before = base.catalog.databases.get_mut(name);
        let Some((before, mine)) = before.zip(working.catalog.databases.get_mut(name)) else { continue };
        if Arc::ptr_eq(before, theirs) {
            continue;
        }
        let (before, mine) = (Arc::make_mut(before), Arc::make_mut(mine));
        before.see(mine, theirs);
        renew(&mut before.policies, &mut mine.policies, &theirs.policies);
        renew(&mut before.system, &mut mine.system, &theirs.system);
        renew(&mut before.languages, &mut mine.languages, &theirs.languages);
        see(&mut before.relations, &mut mine.relations, &theirs.relations);
        see(&mut before.schemas, &mut mine.schemas, &theirs.schemas);
        see(&mut before.routines, &mut mine.routines, &theirs.routines);
        see(&mut before.models, &mut mine.models, &theirs.models);
    }
}

/// What has an owner and grants.
trait Owned: Clone {
    fn differs(&self, other: &Self) -> bool;
    /// Takes over, together with `mine`, what of `theirs` is otherwise and not changed in `mine`.
    fn see(&mut self, mine: &mut Self, theirs: &Self);
}

macro_rules! owned {
    ($kind:ty: $($part:ident),*) => {
        impl Owned for $kind {
            fn differs(&self, other: &Self) -> bool {
                $(self.$part != other.$part)||*
            }

            fn see(&mut self, mine: &mut Self, theirs: &Self) {
                $(if self.$part == mine.$part {
                    self.$part = theirs.$part.clone();
                    mine.$part = theirs.$part.clone();
                })*
            }
        }
    };
}

owned!(Relation: owner, acl, protection);
owned!(Schema: owner, acl);
owned!(Routine: owner, acl);
owned!(Model: owner, acl);
owned!(Database: owner, acl);

fn see<K: Ord + Clone, V: Owned>(
    base: &mut SortedMap<K, Arc<V>>,
    working: &mut SortedMap<K, Arc<V>>,
    committed: &SortedMap<K, Arc<V>>,
) {
    for (key, theirs) in committed {
        let Some((before, mine)) = base.get_mut(key).zip(working.get_mut(key)) else { continue };
        if Arc::ptr_eq(before, theirs) || !before.differs(theirs) {
            continue;
        }
        // What the transaction has not changed must go on being the very same.
        let untouched = Arc::ptr_eq(before, mine);
        let mut seen = V::clone(mine);
        Arc::make_mut(before).see(&mut seen, theirs);
        *mine = if untouched { before.clone() } else { Arc::new(seen) };
    }
}

/// What others made or changed, where it is here as it was.
fn renew<K: Ord + Clone, V>(
    base: &mut SortedMap<K, Arc<V>>,
    working: &mut SortedMap<K, Arc<V>>,
    committed: &SortedMap<K, Arc<V>>,
) {
    for (key, theirs) in committed {
        let untouched = match (base.get(key), working.get(key)) {
            (Some(before), Some(mine)) => Arc::ptr_eq(before, mine),
            (before, mine) => before.is_none() && mine.is_none(),
        };
        if untouched {
            base.insert(key.clone(), theirs.clone());
            working.insert(key.clone(), theirs.clone());
        }
    }
}

fn database(
    base: &Database,
    working: &Database,
    committed: &Database,
    numbers: &mut BlockNumbers<'_>,
) -> Result<Database, Conflict> {
    let relations =
        three_way(&base.relations, &working.relations, &committed.relations, |base, working, committed| {
            // Both changed it: rows that were added or deleted follow the others', anything else loses.
            both_wrote(base, working, committed, numbers)
                .ok_or(Conflict { relation: Some(working.id), dropped: false })
        })
        .map_err(|conflict| gone(conflict, base, working, committed))?;
    let routines = three_way(&base.routines, &working.routines, &committed.routines, |_, _, _| {
        Err(Conflict { relation: None, dropped: false })
    })?;
    let models = three_way(&base.models, &working.models, &committed.models, |_, _, _| {
        Err(Conflict { relation: None, dropped: false })
    })?;
    let languages = three_way(&base.languages, &working.languages, &committed.languages, both_changed)?;
    let defaults = three_way(&base.defaults, &working.defaults, &committed.defaults, both_changed)?;
    let system = three_way(&base.system, &working.system, &committed.system, both_changed)?;
    let policies = three_way(&base.policies, &working.policies, &committed.policies, |_, _, _| {
        Err(Conflict { relation: None, dropped: false })
    })?;
    let schemas = three_way(&base.schemas, &working.schemas, &committed.schemas, schema)?;
    let changed = |one: &Database, other: &Database| one.owner != other.owner || one.acl != other.acl;
    let from = if changed(base, working) { working } else { committed };
    if changed(base, working) && changed(base, committed) {
        return Err(Conflict { relation: None, dropped: false });
    }
    let notes = match (base.notes == working.notes, base.notes == committed.notes) {
        (true, _) => committed.notes.clone(),
        (false, true) => working.notes.clone(),
        (false, false) => return Err(Conflict { relation: None, dropped: false }),
    };
    Ok(Database {
        id: from.id,
        name: from.name.clone(),
        owner: from.owner,
        acl: from.acl.clone(),
        schemas,
        relations,
        routines,
        models,
        languages,
        policies,
        defaults,
        system,
        notes,
    })
}

fn both_changed(_: &Acl, _: &Acl, _: &Acl) -> Result<Acl, Conflict> {
    Err(Conflict { relation: None, dropped: false })
}

/// Names the table that one changed and the other dropped.
fn gone(conflict: Conflict, base: &Database, working: &Database, committed: &Database) -> Conflict {
    let changed = |id: &ObjectId| match (base.relations.get(id), working.relations.get(id)) {
        (Some(before), Some(mine)) => !Arc::ptr_eq(before, mine),
        _ => false,
    };
    let mut missing = base.relations.keys().filter(|id| !committed.relations.contains_key(id) && changed(id));
    match (conflict.relation, missing.next()) {
        (None, Some(id)) => Conflict { relation: Some(*id), dropped: true },
        _ => conflict,
    }
}

/// `committed` with the rows that `working` added to `base` and without those that it deleted, where that is all that it did
/// and the others left the table's shape and those rows alone. Identity columns are out: both handed out the same numbers.
fn both_wrote(
    base: &Relation,
    working: &Relation,
    committed: &Relation,
    numbers: &mut BlockNumbers<'_>,
) -> Option<Relation> {
    let (before, mine) = (base.table()?, working.table()?);
    let shape = |relation: &Relation| {
        let mut shape = relation.clone();
        if let RelationKind::Table(table) = &mut shape.kind {
            table.data = TableData::default();
        }
        serde_json::to_string(&shape).ok()
    };
    let shape_before = shape(base)?;
    if !mine.next_identity.is_empty() || shape(working)? != shape_before || shape(committed)? != shape_before
    {
        return None;
    }
    let mut deed = deed(&before.data.segments, &mine.data.segments)?;
    let mut merged = committed.clone();
    if let RelationKind::Table(table) = &mut merged.kind {
        if !deed.deleted.is_empty() {
            let theirs = self::deed(&before.data.segments, &table.data.segments)?;
            if theirs.deleted.iter().any(|row| deed.deleted.binary_search(row).is_ok()) {
                return None;
            }
            delete(&mut table.data, &mut deed.deleted);
        }
        for (number, from) in deed.added {
            let columns = new_rows(mine.data.segments.get(number)?, from)?;
            append(table, columns, Region::Unsorted, numbers);
        }
    }
    Some(merged)
}

/// What was done to a table's rows: those of before that were deleted, by row id and in order, and where new ones
/// lie: in which segment, and from which row on.
struct Deed {
    deleted: Vec<i64>,
    added: Vec<(usize, u32)>,
}

/// A short last segment may have been written anew together with the rows that followed it. `None` when anything else
/// happened to the segments of before.
fn deed(before: &[StoredSegment], after: &[StoredSegment]) -> Option<Deed> {
    let first_block = |stored: &StoredSegment| stored.segment.columns.first().map(|block| block.id);
    let mut deed = Deed { deleted: Vec::new(), added: Vec::new() };
    if after.len() < before.len() {
        return None;
    }
    for (number, stored) in after.iter().enumerate() {
        let (rows, marks) = (stored.segment.rows, &stored.deleted);
        let (kept, was): (u32, &[u32]) = match before.get(number) {
            None => (0, &[]),
            Some(old) => {
                // By descent: what replaced the rows of before (TRUNCATE, VACUUM) may well be more rows than those.
                let longer =
                    number + 1 == before.len() && old.segment.rows < rows && old.origin() == stored.origin();
                if !longer && first_block(old) != first_block(stored) {
                    return None;
                }
                (old.segment.rows, &old.deleted)
            }
        };
        if was.iter().any(|row| marks.binary_search(row).is_err()) {
            return None;
        }
        let gone = marks.iter().filter(|row| **row < kept && was.binary_search(row).is_err());
        deed.deleted.extend(gone.map(|row| ((number as i64) << 32) | i64::from(*row)));
        if kept < rows {
            deed.added.push((number, kept));
        }
    }
    Some(deed)
}

/// A segment's rows from `from` on without those that are deleted, in one piece: every piece that is appended may have the
/// table's last segment written anew.
fn new_rows(stored: &StoredSegment, from: u32) -> Option<Vec<ArrayRef>> {
    let mut runs = Vec::new();
    let mut start = from;
    for end in stored.deleted.iter().copied().filter(|row| *row >= from).chain([stored.segment.rows]) {
        if start < end {
            runs.push((start as usize, (end - start) as usize));
        }
        start = end + 1;
    }
    if runs.is_empty() {
        return Some(Vec::new());
    }
    let whole = |array: ArrayRef| {
        // Joining makes plain texts of dictionaries, better once than for each run.
        let array = if runs.len() > 1 { plain(&array) } else { array };
        let pieces: Vec<ArrayRef> =
            runs.iter().map(|(offset, length)| array.slice(*offset, *length)).collect();
        join(&pieces)
    };
    stored.segment.arrays()?.into_iter().map(whole).collect()
}

fn schema(base: &Schema, working: &Schema, committed: &Schema) -> Result<Schema, Conflict> {
    let mut relations: SortedMap<Identifier, ObjectId> = committed.relations.clone();
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
            return Err(Conflict { relation: Some(other), dropped: false });
        }
    }
    let changed = |one: &Schema, other: &Schema| one.owner != other.owner || one.acl != other.acl;
    if changed(base, working) && changed(base, committed) {
        return Err(Conflict { relation: None, dropped: false });
    }
    let from = if changed(base, working) { working } else { committed };
    let (name, acl, external) = (from.name.clone(), from.acl.clone(), from.external.clone());
    Ok(Schema { id: from.id, name, owner: from.owner, acl, relations, external })
}

/// Merges maps of shared objects; `both` decides where working and committed changed the same key.
fn three_way<K: Ord + Clone, V>(
    base: &SortedMap<K, Arc<V>>,
    working: &SortedMap<K, Arc<V>>,
    committed: &SortedMap<K, Arc<V>>,
    mut both: impl FnMut(&V, &V, &V) -> Result<V, Conflict>,
) -> Result<SortedMap<K, Arc<V>>, Conflict> {
    let mut merged = committed.clone();
    for (key, mine) in working {
        let before = base.get(key);
        if before.is_some_and(|before| Arc::ptr_eq(before, mine)) {
            continue;
        }
        match (before, committed.get(key)) {
            // Made by both, or changed by me and dropped by them.
            (None, Some(_)) | (Some(_), None) => return Err(Conflict { relation: None, dropped: false }),
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
                Some(theirs) if !Arc::ptr_eq(before, theirs) => {
                    return Err(Conflict { relation: None, dropped: false });
                }
                _ => {
                    merged.remove(key);
                }
            }
        }
    }
    Ok(merged)
}
