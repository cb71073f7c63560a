//! ATTACH and DETACH of policies, and ALTER TABLE ... ROW LEVEL SECURITY (Developer Guide, "ATTACH RLS POLICY",
//! "ATTACH MASKING POLICY", "ALTER TABLE"). The rules are the guide's; sentences and states are unconfirmed.

use std::sync::Arc;

use super::granted_object::grantee;
use super::policy::{must_administer, named};
use super::{CommandContext, done, done_with};
use crate::sql::bind::{self, PolicyColumn};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::AttachPolicy;
use crate::warehouse::access::Grantee;
use crate::warehouse::catalog::Relation;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::policy::{Attachment, Masked, Place, Policy, PolicyKind};
use crate::warehouse::routine::bare_type;

pub(super) fn run(attach: &AttachPolicy, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    must_administer(context)?;
    let policy = named(attach.kind, &attach.policy, context)?;
    let grantees = attach.grantees.iter().map(|named| Ok(grantee(named, context)?.0));
    let grantees = grantees.collect::<SqlResult<Vec<Grantee>>>()?;
    let word = policy.kind.word();
    let mut notices = Vec::new();
    for name in &attach.relations {
        let relation = context.relation(name)?;
        if attach.attaching {
            must_be_attachable(&relation, policy.kind, context)?;
            must_fit(&policy, &relation, attach.mask.as_ref(), context)?;
        }
        for (grantee, written) in grantees.iter().zip(&attach.grantees) {
            if attach.attaching {
                let mask = attach.mask.clone();
                let new = Attachment { policy: policy.id, grantee: *grantee, grantor: context.user(), mask };
                let relation = context.relation_mut(relation.id)?;
                must_be_free(&new, relation, word)?;
                relation.protection.attached.push(new);
                if policy.kind == PolicyKind::Rows && is_exempt(*grantee, context) {
                    notices.push(format!(
                        "INFO:  {word} \"{}\" is ignored for {}",
                        policy.name,
                        said(written)
                    ));
                }
                continue;
            }
            let attached = &mut context.relation_mut(relation.id)?.protection.attached;
            let before = attached.len();
            attached.retain(|one| {
                let outputs =
                    |mask: &Masked| attach.mask.as_ref().is_none_or(|asked| asked.outputs == mask.outputs);
                !(one.policy == policy.id && one.grantee == *grantee && one.mask.as_ref().is_none_or(outputs))
            });
            if attached.len() == before {
                let message = format!(
                    "{word} \"{}\" is not attached to {} on relation \"{}\"",
                    policy.name,
                    said(written),
                    relation.name
                );
                return Err(SqlError::product("42704", message));
            }
        }
    }
    let verb = if attach.attaching { "ATTACH" } else { "DETACH" };
    done_with(&format!("{verb} {}", word.to_uppercase()), notices)
}

fn said(grantee: &crate::sql::statement::NamedGrantee) -> String {
    use crate::sql::statement::NamedGrantee as N;
    match grantee {
        N::User { name, .. } => format!("user {name}"),
        N::Group(name) => format!("group {name}"),
        N::Role(name) => format!("role {name}"),
        N::Public => "PUBLIC".to_owned(),
    }
}

/// Row-level security passes superusers and `sys:secadmin` by.
fn is_exempt(grantee: Grantee, context: &CommandContext<'_>) -> bool {
    match grantee {
        Grantee::User(user) => context.principals().administers_security(user),
        Grantee::Role(id) => context
            .principals()
            .roles
            .get(&Identifier::fold("sys:secadmin"))
            .is_some_and(|role| role.id == id),
        Grantee::Group(_) | Grantee::Public => false,
    }
}

/// Whether policies may stand on a relation at all.
fn must_be_attachable(relation: &Relation, kind: PolicyKind, context: &CommandContext<'_>) -> SqlResult<()> {
    let refused = |what: &str| {
        let message = format!("{} can not be attached to {what} \"{}\"", kind.word(), relation.name);
        Err(SqlError::product("0A000", message))
    };
    if relation.table().is_some_and(|table| table.temporary) {
        return refused("temporary table");
    }
    let database = context.database()?;
    let mut policies = database.policies.values();
    if kind == PolicyKind::Rows
        && policies.any(|other| other.kind == kind && other.names.depends_on.contains(&relation.id))
    {
        return refused("lookup table");
    }
    // What a materialized view keeps is the same for all who read it.
    if context.dependents(&[relation.id])?.iter().any(|view| view.materialized().is_some()) {
        return refused("base table of a materialized view");
    }
    Ok(())
}

/// The relation has the columns that the policy speaks of, and the texts mean something over them.
fn must_fit(
    policy: &Policy,
    relation: &Relation,
    mask: Option<&Masked>,
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    let word = policy.kind.word();
    let whole = |name: &Identifier| Place { column: name.clone(), path: Vec::new() };
    let inputs: Vec<Place> = match mask {
        Some(mask) => mask.inputs.clone(),
        None => policy.inputs.iter().map(|(name, _)| whole(name)).collect(),
    };
    if inputs.len() != policy.inputs.len() {
        let message = format!("{word} \"{}\" takes {} columns", policy.name, policy.inputs.len());
        return Err(SqlError::product("42601", message));
    }
    let mut columns = Vec::new();
    for ((index, (name, expected)), input) in policy.inputs.iter().enumerate().zip(&inputs) {
        let data_type = type_at(input, *expected, relation)?;
        columns.push(PolicyColumn { name, index, data_type });
    }
    let bound = bind::policy(policy, &columns, true, context.scope())?;
    let Some(mask) = mask else { return Ok(()) };
    if mask.outputs.len() != bound.expressions.len() {
        let message = format!("{word} \"{}\" gives {} columns", policy.name, bound.expressions.len());
        return Err(SqlError::product("42601", message));
    }
    for (output, expression) in mask.outputs.iter().zip(&bound.expressions) {
        type_at(output, expression.data_type(), relation)?;
    }
    Ok(())
}

/// The type of what stands at a place, which must be like what the policy has there. What a path leads to is known
/// when it is read, and so are the columns of a late-binding view.
fn type_at(place: &Place, expected: DataType, relation: &Relation) -> SqlResult<DataType> {
    if relation.columns.is_empty() {
        return Ok(expected);
    }
    let column = relation.columns.iter().find(|column| column.name == place.column);
    let found = column.ok_or_else(|| SqlError::undefined_column(&place.column))?.data_type;
    if place.path.is_empty() {
        must_be_alike(found, expected, &place.column)?;
        return Ok(found);
    }
    match found {
        DataType::Super => Ok(expected),
        other => must_be_alike(other, DataType::Super, &place.column).and(Ok(expected)),
    }
}

/// The same type; sizes of strings and digits may differ.
fn must_be_alike(column: DataType, policy: DataType, name: &Identifier) -> SqlResult<()> {
    let same = match (column, policy) {
        (DataType::Char(_) | DataType::Varchar(_), DataType::Char(_) | DataType::Varchar(_)) => true,
        (one, other) => bare_type(one) == bare_type(other),
    };
    if same {
        return Ok(());
    }
    let message = format!(
        "column \"{name}\" is of type {} but the policy is of type {}",
        bare_type(column),
        bare_type(policy)
    );
    Err(SqlError::product("42804", message))
}

/// One policy is attached once to a grantee; of masks only one for a column and a grantee, and only one policy for a
/// column and a priority.
fn must_be_free(new: &Attachment, relation: &Relation, word: &str) -> SqlResult<()> {
    for one in &relation.protection.attached {
        let taken = match (&one.mask, &new.mask) {
            (Some(known), Some(mask)) => {
                let meets = known.outputs.iter().any(|output| mask.outputs.contains(output));
                let overlap = |output: &Place| mask.outputs.iter().any(|other| other.overlaps(output));
                let overlaps = known.outputs.iter().any(overlap);
                let same =
                    one.policy == new.policy && known.inputs == mask.inputs && known.outputs == mask.outputs;
                if meets && one.grantee == new.grantee {
                    Some("the column has one for this user or role already")
                } else if overlaps && known.priority == mask.priority && !same {
                    Some("the column has one with the same priority already")
                } else {
                    None
                }
            }
            (None, None) if one.policy == new.policy && one.grantee == new.grantee => {
                Some("it is attached to this user or role already")
            }
            _ => None,
        };
        if let Some(why) = taken {
            let message = format!("can not attach {word} to relation \"{}\": {why}", relation.name);
            return Err(SqlError::product("42710", message));
        }
    }
    Ok(())
}

/// `ALTER TABLE t ROW LEVEL SECURITY`: the table's owner alone may not.
pub(super) fn row_level_security(
    name: &QualifiedName,
    on: bool,
    any: Option<bool>,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let relation: Arc<Relation> = context.relation(name)?;
    must_administer(context)?;
    if on {
        must_be_attachable(&relation, PolicyKind::Rows, context)?;
    }
    let protection = &mut context.relation_mut(relation.id)?.protection;
    protection.rows = on;
    protection.any = on && any.unwrap_or(false);
    done("ALTER TABLE")
}
