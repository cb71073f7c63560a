//! What policies hold fast: their columns, their lookup tables and the functions in them, even against CASCADE
//! (Developer Guide, "Row-level security", object dependency). The sentences follow those of views; unconfirmed.

use super::CommandContext;
use crate::sql::bind::{self, PolicyColumn, Scope};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::warehouse::access::{Grantee, UserId};
use crate::warehouse::catalog::{ObjectId, Relation};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::policy::Policy;

/// Refuses to drop, or to `act` upon, a lookup table or a function of a policy.
pub(super) fn must_not_be_used(
    act: &str,
    objects: &[ObjectId],
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    let database = context.database()?;
    for policy in database.policies.values() {
        let used = policy.names.depends_on.iter().chain(&policy.routines).find(|id| objects.contains(id));
        let Some(id) = used else { continue };
        let what = match (database.relation(*id), database.routines.get(id)) {
            (Some(relation), _) => format!("{} {}", relation.kind_word(), relation.name),
            (None, Some(routine)) => format!("{} {}", routine.word(), routine.signature()),
            (None, None) => continue,
        };
        return Err(refusal(act, &what, policy, context));
    }
    Ok(())
}

/// Refuses to `act` upon a column that a policy reads or masks.
pub(super) fn must_not_be_read(
    act: &str,
    relation: &Relation,
    column: &Identifier,
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    let database = context.database()?;
    let what = format!("table {} column {column}", relation.name);
    for one in &relation.protection.attached {
        let Some(policy) = database.policies.get(&one.policy) else { continue };
        let reads = match &one.mask {
            Some(mask) => mask.inputs.iter().chain(&mask.outputs).any(|place| place.column == *column),
            None => policy.inputs.iter().any(|(name, _)| name == column),
        };
        if reads {
            return Err(refusal(act, &what, policy, context));
        }
    }
    let Some(number) = relation.column(column) else { return Ok(()) };
    for policy in database.policies.values().filter(|policy| policy.names.depends_on.contains(&relation.id)) {
        if looks_up(policy, relation, number, context) {
            return Err(refusal(act, &what, policy, context));
        }
    }
    Ok(())
}

/// Whether the policy's text reads column `number` of a lookup table.
fn looks_up(policy: &Policy, relation: &Relation, number: usize, context: &CommandContext<'_>) -> bool {
    let columns: Vec<PolicyColumn<'_>> = policy
        .inputs
        .iter()
        .enumerate()
        .map(|(index, (name, data_type))| PolicyColumn { name, index, data_type: *data_type })
        .collect();
    // Only names count here, not who looks.
    let mut session = context.session.clone();
    session.user = UserId::RDSDB;
    let scope = Scope { manifest: context.manifest, session: &session, statement_text: "", outside: None };
    // A text that means nothing any more holds the whole table.
    bind::policy(policy, &columns, true, scope).map_or(true, |bound| {
        bound.needs.iter().any(|need| need.relation == relation.id && need.columns.contains(&number))
    })
}

fn refusal(act: &str, what: &str, policy: &Policy, context: &CommandContext<'_>) -> SqlError {
    // Names of policies are their administrators' business.
    let named = context.principals().administers_security(context.user());
    let called = if named { format!(" {}", policy.name) } else { String::new() };
    SqlError::new(SqlErrorKind::Product {
        state: "2BP01",
        message: format!("cannot {act} {what} because other objects depend on it"),
        detail: Some(format!("{}{called} depends on {what}", policy.kind.word())),
        hint: None,
    })
}

/// Detaches all policies from a grantee that is going away, in every database.
pub(super) fn detach_all(grantee: Grantee, context: &mut CommandContext<'_>) {
    for database in context.manifest.catalog.databases.values_mut() {
        let attached = |relation: &&std::sync::Arc<Relation>| relation.protection.names_grantee(grantee);
        let relations: Vec<ObjectId> =
            database.relations.values().filter(attached).map(|relation| relation.id).collect();
        for id in relations {
            if let Some(relation) = std::sync::Arc::make_mut(database).relation_mut(id) {
                relation.protection.attached.retain(|one| one.grantee != grantee);
            }
        }
    }
}
