//! GRANT and REVOKE of system permissions and of ASSUMEROLE (Developer Guide, "GRANT").

use super::alter_role::must_not_be_the_systems;
use super::granted_object::grantee;
use super::{CommandContext, done};
use crate::sql::error::SqlResult;
use crate::sql::outcome::Completion;
use crate::sql::statement::{AssumeRole, NamedGrantee};
use crate::warehouse::assume_role::{AssumeGrant, IamRole};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

fn tag(granting: bool) -> &'static str {
    if granting { "GRANT" } else { "REVOKE" }
}

/// System permissions to roles; none named means all.
pub(super) fn permissions(
    granting: bool,
    named: &[SystemPermission],
    roles: &[Identifier],
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    use SystemPermission as P;
    // `sys:secadmin` hands out what has to do with policies (the guide's example in "Row-level security").
    let about_policies = !named.is_empty()
        && named.iter().all(|one| matches!(one, P::IgnoreRls | P::ExplainRls | P::ExplainMasking));
    // Text unconfirmed; it follows that of other commands.
    let to = format!("{} system permissions", tag(granting).to_lowercase());
    match about_policies {
        true => context.rights().superuser_or(P::GrantRole, &to)?,
        false => context.rights().superuser(&to)?,
    }
    let permissions: Vec<SystemPermission> = match named {
        [] => P::grantable().map(|(permission, _)| permission).collect(),
        named => named.to_vec(),
    };
    for name in roles {
        context.role_named(name)?;
        must_not_be_the_systems(name, "altered")?;
        let held = &mut context.role_named_mut(name)?.permissions;
        match granting {
            true => held.extend(permissions.iter().copied()),
            false => held.retain(|permission| !permissions.contains(permission)),
        }
    }
    done(tag(granting))
}

/// To a role it is a system permission, to others a right of their own.
pub(super) fn create_model(
    granting: bool,
    grantees: &[NamedGrantee],
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    // Text unconfirmed; it follows that of system permissions.
    context.rights().superuser(&format!("{} CREATE MODEL", tag(granting).to_lowercase()))?;
    for named in grantees {
        if let NamedGrantee::Role(name) = named {
            permissions(granting, &[SystemPermission::CreateModel], std::slice::from_ref(name), context)?;
            continue;
        }
        let (grantee, _) = grantee(named, context)?;
        let makers = &mut context.principals_mut().model_makers;
        match granting {
            true => makers.insert(grantee),
            false => makers.remove(&grantee),
        };
    }
    done(tag(granting))
}

/// Only superusers. Taking back ALL takes every role's grant; what was never granted goes without a word.
pub(super) fn assume_role(statement: &AssumeRole, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let tag = tag(statement.granting);
    // Text unconfirmed; the rule is the guide's.
    context.rights().superuser(&format!("{} ASSUMEROLE", tag.to_lowercase()))?;
    for named in &statement.grantees {
        let (grantee, _) = grantee(named, context)?;
        let assume = &mut context.principals_mut().assume;
        for &command in &statement.commands {
            for role in &statement.roles {
                if statement.granting {
                    assume.insert(AssumeGrant { grantee, role: role.clone(), command });
                } else {
                    assume.retain(|grant| {
                        (grant.grantee, grant.command) != (grantee, command)
                            || (*role != IamRole::All && grant.role != *role)
                    });
                }
            }
        }
    }
    done(tag)
}
