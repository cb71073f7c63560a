//! ALTER DEFAULT PRIVILEGES (Developer Guide, page of this name).

use std::sync::Arc;

use super::granted_object::{Asked, grantee};
use super::{CommandContext, done, grant, revoke};
use crate::sql::authorize::rights::Rights;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::DefaultPrivileges;
use crate::warehouse::access::{Grantee, Privilege, Reach, UserId};
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::default_privilege::{DefaultKey, DefaultKind};
use crate::warehouse::system_role::SystemPermission;

/// What ALL means, and all that can be named.
const ON_TABLES: [Privilege; 8] = [
    Privilege::Select,
    Privilege::Insert,
    Privilege::Update,
    Privilege::Delete,
    Privilege::References,
    Privilege::Drop,
    Privilege::Rule,
    Privilege::Trigger,
];

pub(super) fn run(statement: &DefaultPrivileges, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let owners = owners(statement, context)?;
    let mut schemas: Vec<Option<ObjectId>> = Vec::new();
    for name in &statement.schemas {
        let schema = context.schema(name)?;
        for &owner in &owners {
            // Whoever is to make objects there must be able to.
            Rights::new(context.manifest, owner).on_schema(schema, Privilege::Create)?;
        }
        schemas.push(Some(schema.id));
    }
    if schemas.is_empty() {
        schemas.push(None);
    }
    let grantees =
        statement.grantees.iter().map(|named| grantee(named, context)).collect::<SqlResult<Vec<_>>>()?;
    let asked = asked(statement)?;
    for &owner in &owners {
        for &schema in &schemas {
            change(
                statement,
                DefaultKey { owner, schema, kind: statement.kind },
                &asked,
                &grantees,
                context,
            )?;
        }
    }
    done("ALTER DEFAULT PRIVILEGES")
}

/// Everybody may alter the own; others' need a superuser or the system permission.
fn owners(statement: &DefaultPrivileges, context: &CommandContext<'_>) -> SqlResult<Vec<UserId>> {
    let user = context.user();
    let mut owners = Vec::new();
    for name in &statement.users {
        let owner = context.user_named(name)?.id;
        if owner != user {
            // Text unconfirmed; the rule is the guide's.
            let to = "alter default privileges of another user";
            context.rights().superuser_or(SystemPermission::AlterDefaultPrivileges, to)?;
        }
        owners.push(owner);
    }
    if owners.is_empty() {
        owners.push(user);
    }
    Ok(owners)
}

fn asked(statement: &DefaultPrivileges) -> SqlResult<Vec<Asked>> {
    let (all, also, kind): (&[Privilege], &[Privilege], &str) = match statement.kind {
        DefaultKind::Tables => (&ON_TABLES, &[Privilege::Alter, Privilege::Truncate], "relation"),
        DefaultKind::Functions => (&[Privilege::Execute], &[], "function"),
        DefaultKind::Procedures => (&[Privilege::Execute], &[], "procedure"),
    };
    // As of objects: REVOKE ALL takes what is granted by its name, too.
    let everything = [all, also].concat();
    let meant = if statement.granting { all } else { &everything };
    let wanted = statement.privileges.as_deref().unwrap_or(meant);
    match wanted.iter().find(|privilege| !all.contains(privilege) && !also.contains(privilege)) {
        Some(wrong) => {
            let message = format!("invalid privilege type {} for {kind}", wrong.keyword());
            Err(SqlError::product("0LP01", message))
        }
        None => Ok(wanted
            .iter()
            .map(|&privilege| Asked { privilege, column: None, reach: Reach::Object })
            .collect()),
    }
}

/// Changes one entry. One that says nothing beyond what holds anyway is not kept.
fn change(
    statement: &DefaultPrivileges,
    key: DefaultKey,
    asked: &[Asked],
    grantees: &[(Grantee, bool)],
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    let owner = key.owner;
    let defaults = &mut context.database_mut()?.defaults;
    let mut acl = defaults.get(&key).map_or_else(|| key.built_in(), |acl| (**acl).clone());
    for &(grantee, option) in grantees {
        for one in asked {
            if statement.granting {
                grant::write(&mut acl, owner, owner, grantee, one, option)?;
            } else {
                revoke::take_back(&mut acl, owner, None, grantee, one, statement.grant_option_only)?;
            }
        }
    }
    if acl == key.built_in() {
        defaults.remove(&key);
    } else {
        defaults.insert(key, Arc::new(acl));
    }
    Ok(())
}
