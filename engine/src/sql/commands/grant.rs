//! GRANT of privileges on objects (Developer Guide, "GRANT").

use super::granted_object::{Asked, GrantedObject, grantee, objects};
use super::{CommandContext, done_with};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::external;
use crate::sql::outcome::Completion;
use crate::sql::statement::{GrantStatement, GrantedPrivileges};
use crate::warehouse::access::{Acl, Grant, Grantee, Reach, UserId};

pub(super) fn run(statement: &GrantStatement, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let objects = objects(&statement.on, context)?;
    let grantees =
        statement.grantees.iter().map(|named| grantee(named, context)).collect::<SqlResult<Vec<_>>>()?;
    let mut notices = Vec::new();
    for object in &objects {
        must_stand_alone(object, "GRANT", context)?;
        let asked = object.asked(&statement.privileges, false, context)?;
        let granted = object.grantable(&asked, context)?;
        if granted.len() < asked.len() && !matches!(statement.privileges, GrantedPrivileges::All) {
            let (_, name, _) = object.names(context)?;
            notices.push(format!("WARNING:  not all privileges were granted for \"{name}\""));
        }
        let (owner, grantor) = signature(object, context)?;
        for &(grantee, option) in &grantees {
            for one in &granted {
                if option && one.column.is_some() {
                    // Text unconfirmed; the rule is the guide's.
                    let message = "WITH GRANT OPTION is not supported for column privileges";
                    return Err(SqlError::product("0LP01", message));
                }
                write(object.acl_mut(context)?, owner, grantor, grantee, one, option)?;
            }
        }
    }
    done_with("GRANT", notices)
}

/// On an external resource GRANT and REVOKE do not run within a transaction block (the guide's rule; that it means
/// USAGE on an external schema too is unconfirmed, and so is the sentence, which is CREATE EXTERNAL TABLE's).
pub(super) fn must_stand_alone(
    object: &GrantedObject,
    command: &str,
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    match object {
        GrantedObject::Schema(name) if context.schema(name)?.external.is_some() => {
            external::must_stand_alone(context.session, command)
        }
        _ => Ok(()),
    }
}

/// The object's owner, and whose name the grant bears: what owners and superusers grant is the owner's.
fn signature(object: &GrantedObject, context: &CommandContext<'_>) -> SqlResult<(UserId, UserId)> {
    let (owner, _) = object.owner_and_acl(context)?;
    Ok((owner, if context.is_superuser() { owner } else { context.user() }))
}

/// Writes one privilege down, once. Table and column level exclude each other for one grantee.
pub(super) fn write(
    acl: &mut Acl,
    owner: UserId,
    grantor: UserId,
    grantee: Grantee,
    asked: &Asked,
    grant_option: bool,
) -> SqlResult<()> {
    if grantee == Grantee::User(owner) && asked.reach == Reach::Object {
        acl.owner_lacks.remove(&asked.privilege);
        return Ok(());
    }
    let has = |whole: bool| {
        acl.grants.iter().any(|grant| {
            grant.grantee == grantee
                && grant.privilege == asked.privilege
                && grant.reach == asked.reach
                && grant.column.is_none() == whole
        })
    };
    match &asked.column {
        Some(_) if has(true) => return Ok(()),
        None if has(false) => {
            // Text and state unconfirmed; the rule is the guide's ("Usage notes for column-level access control").
            return Err(SqlError::product(
                "0LP01",
                format!(
                    "cannot grant {} on the table: it is granted on columns already; revoke that first",
                    asked.privilege.keyword()
                ),
            ));
        }
        _ => {}
    }
    let mut grant = Grant {
        grantee,
        privilege: asked.privilege,
        column: asked.column.clone(),
        grantor,
        grant_option: !grant_option,
        reach: asked.reach,
    };
    // What was granted with the option keeps it.
    let had_other = acl.grants.contains(&grant);
    if grant_option {
        acl.grants.remove(&grant);
    } else if had_other {
        return Ok(());
    }
    grant.grant_option = grant_option;
    acl.grants.insert(grant);
    Ok(())
}
