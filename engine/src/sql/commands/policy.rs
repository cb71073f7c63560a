//! CREATE, ALTER and DROP of RLS and masking policies, and GRANT of lookup tables to them (Developer Guide, "CREATE
//! RLS POLICY" and "CREATE MASKING POLICY"). [`attach`](super::attach_policy) has the rest.
//!
//! The product publishes the rules and few of the sentences: those that are not in the guide are marked.

use std::sync::Arc;

use super::granted_object::{Asked, GrantedObject};
use super::{CommandContext, done, done_with};
use crate::sorted::{SortedMap, SortedSet};
use crate::sql::authorize::authorize;
use crate::sql::authorize::trail::Trail;
use crate::sql::bind::{self, BoundPolicy, PolicyColumn};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::plan::Plan;
use crate::sql::statement::{CreatePolicy, PolicyTexts};
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{ObjectId, Relation, View, WrittenNames};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::policy::{Policy, PolicyKind};

pub(super) fn create(create: &CreatePolicy, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    must_administer(context)?;
    let kind = create.kind;
    let tag = format!("CREATE {}", kind.word().to_uppercase());
    if context.database()?.policy(kind, &create.name).is_some() {
        if create.if_not_exists {
            let notice =
                format!("INFO:  {} \"{}\" already exists and will be skipped", kind.word(), create.name);
            return done_with(&tag, vec![notice]);
        }
        // Unconfirmed.
        return Err(SqlError::product(
            "42710",
            format!("{} \"{}\" already exists", kind.word(), create.name),
        ));
    }
    for (number, (name, _)) in create.inputs.iter().enumerate() {
        if create.inputs[..number].iter().any(|(other, _)| other == name) {
            return Err(SqlError::product("42701", format!("column \"{name}\" specified more than once")));
        }
    }
    let mut policy = Policy {
        id: context.manifest.catalog.allocate(),
        kind,
        name: create.name.clone(),
        inputs: create.inputs.clone(),
        alias: create.alias.clone(),
        expressions: Vec::new(),
        outputs: Vec::new(),
        names: View {
            query: String::new(),
            search_path: Vec::new(),
            depends_on: Vec::new(),
            written: SortedMap::new(),
            late: None,
        },
        routines: Vec::new(),
        may_read: SortedSet::new(),
        modified_by: Identifier::fold(""),
        modified: context.now,
    };
    write(&mut policy, &create.texts, context)?;
    context.database_mut()?.policies.insert(policy.id, Arc::new(policy));
    done(&tag)
}

pub(super) fn alter(
    kind: PolicyKind,
    name: &Identifier,
    texts: &PolicyTexts,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    must_administer(context)?;
    let mut policy = Policy::clone(&*named(kind, name, context)?);
    if texts.len() != policy.expressions.len() {
        // Unconfirmed.
        return Err(SqlError::product(
            "42601",
            format!("{} \"{name}\" has another number of outputs", kind.word()),
        ));
    }
    write(&mut policy, texts, context)?;
    context.database_mut()?.policies.insert(policy.id, Arc::new(policy));
    done(&format!("ALTER {}", kind.word().to_uppercase()))
}

/// Gives the policy its texts, once they mean something.
fn write(policy: &mut Policy, texts: &PolicyTexts, context: &CommandContext<'_>) -> SqlResult<()> {
    if policy.kind == PolicyKind::Rows && texts.len() != 1 {
        return Err(SqlError::new(SqlErrorKind::Syntax { near: Some(",".to_owned()) }));
    }
    policy.expressions = texts.iter().map(|(_, text)| text.clone()).collect();
    policy.names.search_path = context.search_path();
    let columns: Vec<PolicyColumn<'_>> = policy
        .inputs
        .iter()
        .enumerate()
        .map(|(index, (name, data_type))| PolicyColumn { name, index, data_type: *data_type })
        .collect();
    let bound = bind::policy(policy, &columns, false, context.scope())?;
    let lookups = lookups(policy.kind, &bound, context)?;
    // What its maker may read the policy may read; for the rest somebody must grant it.
    let mut granted: SortedSet<ObjectId> = lookups.iter().map(|lookup| lookup.id).collect();
    for need in &bound.needs {
        if authorize(std::slice::from_ref(need), context.manifest, context.session).is_err() {
            granted.remove(&need.relation);
        }
    }
    policy.may_read.retain(|id| lookups.iter().any(|lookup| lookup.id == *id));
    policy.may_read.extend(granted);
    policy.names.depends_on = lookups.iter().map(|lookup| lookup.id).collect();
    policy.names.written = lookups
        .iter()
        .map(|lookup| {
            let (schema, name) = (lookup.schema.clone(), lookup.name.clone());
            let names = WrittenNames { schema, name, columns: SortedMap::new(), later: SortedSet::new() };
            (lookup.id, names)
        })
        .collect();
    policy.outputs = bound.expressions.iter().map(|expression| expression.data_type()).collect();
    if policy.outputs.contains(&DataType::Unknown) {
        // That constants are to be cast is the guide's; sentence and state are unconfirmed.
        let message =
            format!("could not determine the data type of {} \"{}\"", policy.kind.word(), policy.name);
        return Err(SqlError::product("42P18", message));
    }
    policy.routines = bound.routines;
    policy.modified = context.now;
    policy.modified_by = context.rights().name().as_str().into();
    Ok(())
}

/// The tables that a policy reads, each of a kind that it may. Which are not allowed is the guide's, the sentences are
/// unconfirmed.
fn lookups(
    kind: PolicyKind,
    bound: &BoundPolicy,
    context: &CommandContext<'_>,
) -> SqlResult<Vec<Arc<Relation>>> {
    let refused = |what: &str| {
        let word = kind.word();
        Err(SqlError::product("0A000", format!("{word} can not refer to {what}")))
    };
    let mut system = false;
    for expression in &bound.expressions {
        expression.visit(&mut |part| {
            if let crate::sql::expression::Expression::Subquery(subquery) = part {
                system |= reads_system(&subquery.plan);
            }
        });
    }
    if system {
        return refused("catalog tables");
    }
    let mut found: Vec<Arc<Relation>> = Vec::new();
    for need in &bound.needs {
        let Some(relation) = context.database()?.relation(need.relation) else { continue };
        match relation.table() {
            None => return refused("views"),
            Some(table) if table.temporary => return refused("temporary tables"),
            Some(_) if kind == PolicyKind::Rows && is_target(relation) => {
                return refused("RLS-protected relations");
            }
            Some(_) => {}
        }
        if !found.iter().any(|known| known.id == relation.id) {
            found.push(relation.clone());
        }
    }
    Ok(found)
}

/// Whether row-level security has to do with a relation already.
pub(super) fn is_target(relation: &Relation) -> bool {
    relation.protection.rows || relation.protection.attached.iter().any(|one| one.mask.is_none())
}

fn reads_system(plan: &Plan) -> bool {
    matches!(plan, Plan::SystemScan { .. }) || plan.inputs().into_iter().any(reads_system)
}

pub(super) fn drop(
    kind: PolicyKind,
    name: &Identifier,
    if_exists: bool,
    cascade: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    must_administer(context)?;
    let tag = format!("DROP {}", kind.word().to_uppercase());
    let id = match named(kind, name, context) {
        Err(_) if if_exists => {
            let notice = format!("INFO:  {} \"{name}\" does not exist and will be skipped", kind.word());
            return done_with(&tag, vec![notice]);
        }
        found => found?.id,
    };
    let attached_to: Vec<ObjectId> = context
        .database()?
        .relations
        .values()
        .filter(|relation| relation.protection.attached.iter().any(|one| one.policy == id))
        .map(|relation| relation.id)
        .collect();
    if !attached_to.is_empty() && !cascade {
        // Unconfirmed, but for the rule.
        return Err(SqlError::product(
            "2BP01",
            format!("cannot drop {} {name} because it is attached to some relation", kind.word()),
        ));
    }
    for relation in attached_to {
        context.relation_mut(relation)?.protection.attached.retain(|one| one.policy != id);
    }
    context.database_mut()?.policies.remove(&id);
    done(&tag)
}

/// `GRANT SELECT ON TABLE lookup TO RLS POLICY p`, and REVOKE.
pub(super) fn grant(
    granting: bool,
    kind: PolicyKind,
    tables: &[QualifiedName],
    policies: &[Identifier],
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let asked = [Asked { privilege: Privilege::Select, column: None, reach: Default::default() }];
    for table in tables {
        let relation = context.relation(table)?.id;
        GrantedObject::Relation(relation).grantable(&asked, context)?;
        for name in policies {
            let mut policy = Policy::clone(&*named(kind, name, context)?);
            let changed = match granting {
                true => policy.may_read.insert(relation),
                false => policy.may_read.remove(&relation),
            };
            if changed {
                context.database_mut()?.policies.insert(policy.id, Arc::new(policy));
            }
        }
    }
    done(if granting { "GRANT" } else { "REVOKE" })
}

/// Superusers and holders of `sys:secadmin`. The sentence is unconfirmed.
pub(super) fn must_administer(context: &CommandContext<'_>) -> SqlResult<()> {
    if context.principals().administers_security(context.user()) {
        return Ok(());
    }
    let name = context.rights().name();
    let grant = format!("GRANT ROLE sys:secadmin TO {name};");
    let message = "must be superuser or have sys:secadmin role".to_owned();
    let trail = Trail::new(context.manifest, context.user());
    Err(trail.refuse(message, "sys:secadmin", "role", "sys:secadmin".to_owned(), None, Some(grant)))
}

/// The sentence is unconfirmed.
pub(super) fn named(
    kind: PolicyKind,
    name: &Identifier,
    context: &CommandContext<'_>,
) -> SqlResult<Arc<Policy>> {
    let found = context.database()?.policy(kind, name).cloned();
    found.ok_or_else(|| SqlError::product("42704", format!("{} \"{name}\" does not exist", kind.word())))
}
