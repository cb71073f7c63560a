//! Decides whether a bound statement may run.
//!
//! This comes after binding because a privilege is held on an object, not on a spelling; it comes before
//! planning so that a refusal never depends on the data. What was asked for, in order, is kept in a
//! [`trail::Trail`], so that a refusal can tell the whole way and not only its last step.

pub mod rights;
#[cfg(test)]
mod tests;
pub mod trail;

use self::trail::Trail;
use super::bind::Need;
use super::error::{SqlError, SqlResult};
use super::session::Session;
use crate::warehouse::access::{HeldBy, Privilege, UserId};
use crate::warehouse::catalog::{Relation, RelationKind, Schema};
use crate::warehouse::guarded::Guarded;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

/// The first need that is not met, explained, or nothing.
pub fn authorize(needs: &[Need], manifest: &Manifest, session: &Session) -> SqlResult<()> {
    let database = manifest
        .catalog
        .database(&session.database)
        .ok_or_else(|| SqlError::bug(format!("the session's database {} is gone", session.database)))?;
    let mut trail = Trail::new(manifest, session.user);
    for need in needs {
        let relation = database
            .relation(need.relation)
            .ok_or_else(|| SqlError::bug("a bound statement needs a relation that is gone"))?;
        let through = need.through.and_then(|view| database.relation(view));
        trail.turn_to(need.user);
        meet(need, relation, through.map(AsRef::as_ref), &mut trail)?;
    }
    Ok(())
}

/// Whether `user` may look names up in `schema`; without USAGE no name in it resolves at all.
pub fn schema_usage(schema: &Schema, manifest: &Manifest, user: UserId) -> SqlResult<()> {
    rights::Rights::new(manifest, user).on_schema(schema, Privilege::Usage)
}

/// Is the right held on the whole relation, or on each column that the statement touches?
fn meet(
    need: &Need,
    relation: &Relation,
    through: Option<&Relation>,
    trail: &mut Trail<'_>,
) -> SqlResult<()> {
    let manifest = trail.manifest();
    // Nobody needs USAGE on the schemas behind a view.
    if through.is_none() {
        trail.hold_usage_around(relation);
    }
    let right = need.privilege.keyword();
    // What lies behind a view is named only to those who could name it themselves.
    let named = through.is_none() || trail.caller_may_name(relation);
    let object = match through {
        Some(view) if !named => format!("behind {}", view.qualified_name()),
        _ => relation.qualified_name().to_string(),
    };
    match held_on(manifest, need, relation) {
        Ok(held) => {
            trail.hold(right, kind_of(relation), object, &held);
            Ok(())
        }
        Err(missing) => {
            let grantee = trail.quoted_name_of(need.user);
            let (columns, kind, what) = match missing.first() {
                Some(first) if named => {
                    let names: Vec<String> = missing.iter().map(|name| name.quoted()).collect();
                    (format!(" ({})", names.join(", ")), "column", format!("{object}.{first}"))
                }
                _ => (String::new(), kind_of(relation), object),
            };
            let name = relation.qualified_name().quoted();
            let grant = named.then(|| format!("GRANT {right}{columns} ON {name} TO {grantee};"));
            // The product names the view, not the table behind it that its owner may not read.
            let said = &through.unwrap_or(relation).name;
            let message = format!("permission denied for relation {said}");
            Err(trail.refuse(message, right, kind, what, Some(relation.owner), grant))
        }
    }
}

/// Through what the need is met; otherwise the columns that are missing, none of them when the user lacks the
/// right on every column that there is.
fn held_on<'r>(
    manifest: &Manifest,
    need: &Need,
    relation: &'r Relation,
) -> Result<HeldBy, Vec<&'r Identifier>> {
    let held = |column: Option<&Identifier>| {
        manifest.held(need.user, need.privilege, column, Guarded::Relation(relation))
    };
    if let Some(held) = held(None) {
        return Ok(held);
    }
    if !matches!(need.privilege, Privilege::Select | Privilege::Update) {
        return Err(Vec::new());
    }
    let mut by_column = relation.columns.iter().map(|column| held(Some(&column.name)));
    if need.columns.is_empty() {
        // Counting rows reads no column, so any one opens the table (PostgreSQL's rule; unconfirmed).
        return by_column.find_map(|held| held).ok_or_else(Vec::new);
    }
    let held_columns: Vec<Option<HeldBy>> = by_column.collect();
    let missing: Vec<&Identifier> = need
        .columns
        .iter()
        .filter(|&&number| held_columns.get(number).is_some_and(Option::is_none))
        .filter_map(|&number| relation.columns.get(number))
        .map(|column| &column.name)
        .collect();
    if missing.is_empty() {
        let first = need.columns.iter().find_map(|&number| held_columns.get(number).cloned().flatten());
        return first.ok_or(missing);
    }
    if held_columns.iter().all(Option::is_none) {
        return Err(Vec::new());
    }
    Err(missing)
}

fn kind_of(relation: &Relation) -> &'static str {
    match relation.kind {
        RelationKind::Table(_) => "table",
        RelationKind::View(_) => "view",
    }
}
