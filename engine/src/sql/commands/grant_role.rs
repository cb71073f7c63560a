//! GRANT ROLE and REVOKE ROLE (Developer Guide, "GRANT" and "Role hierarchy").

use super::alter_role::must_administer;
use super::context::no_role;
use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::RoleGrantee;
use crate::warehouse::access::{Principals, RoleId};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

pub(super) fn grant(
    roles: &[Identifier],
    to: &[RoleGrantee],
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    for name in roles {
        must_administer(name, Some(SystemPermission::GrantRole), context)?;
        let id = context.role_named(name)?.id;
        for grantee in to {
            match grantee {
                RoleGrantee::User { name: user, admin_option } => {
                    let user = context.user_named(user)?.id;
                    let admin = context.role_named_mut(name)?.members.entry(user).or_insert(false);
                    *admin |= admin_option;
                }
                RoleGrantee::Role(holder) => {
                    let holder = context.role_named(holder)?.id;
                    if holder == id || holds(context.principals(), id, holder) {
                        return Err(SqlError::product(
                            "0LP01",
                            "cannot grant this role, a circular dependency was detected between these roles",
                        ));
                    }
                    context.role_named_mut(name)?.granted_to.insert(holder);
                }
            }
        }
    }
    done("GRANT")
}

/// Taking away what is not held is no mistake (unconfirmed).
pub(super) fn revoke(
    roles: &[Identifier],
    from: &[RoleGrantee],
    admin_option_only: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    for name in roles {
        must_administer(name, Some(SystemPermission::GrantRole), context)?;
        for grantee in from {
            match grantee {
                RoleGrantee::User { name: user, .. } => {
                    let user = context.user_named(user)?.id;
                    let members = &mut context.role_named_mut(name)?.members;
                    if !admin_option_only {
                        members.remove(&user);
                    } else if let Some(admin) = members.get_mut(&user) {
                        *admin = false;
                    }
                }
                RoleGrantee::Role(holder) => {
                    let holder = context.principals().roles.get(holder).ok_or_else(|| no_role(holder))?.id;
                    context.role_named_mut(name)?.granted_to.remove(&holder);
                }
            }
        }
    }
    done("REVOKE")
}

/// Does `holder` hold `role`, directly or through others?
fn holds(principals: &Principals, holder: RoleId, role: RoleId) -> bool {
    let Some(role) = principals.roles.values().find(|candidate| candidate.id == role) else { return false };
    role.granted_to.iter().any(|&to| to == holder || holds(principals, holder, to))
}
