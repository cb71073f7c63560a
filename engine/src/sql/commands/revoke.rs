//! REVOKE of privileges on objects (Developer Guide, "REVOKE").

use super::grant::must_stand_alone;
use super::granted_object::{Asked, grantee, objects};
use super::{CommandContext, done_with};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::{GrantStatement, GrantedPrivileges};
use crate::warehouse::access::{Acl, Grant, Grantee, Reach, UserId};

pub(super) fn run(
    statement: &GrantStatement,
    option_only: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let objects = objects(&statement.on, context)?;
    let grantees =
        statement.grantees.iter().map(|named| grantee(named, context)).collect::<SqlResult<Vec<_>>>()?;
    let mut notices = Vec::new();
    for object in &objects {
        must_stand_alone(object, "REVOKE", context)?;
        let asked = object.asked(&statement.privileges, true, context)?;
        let revoked = object.grantable(&asked, context)?;
        if revoked.len() < asked.len() && !matches!(statement.privileges, GrantedPrivileges::All) {
            let (_, name, _) = object.names(context)?;
            notices.push(format!("WARNING:  not all privileges could be revoked for \"{name}\""));
        }
        let (owner, _) = object.owner_and_acl(context)?;
        // Owners and superusers take back whoever's grants, others only their own (the former is
        // unconfirmed: PostgreSQL 8.0 lets grants of third parties stand).
        let user = context.user();
        let only_by = (owner != user && !context.is_superuser()).then_some(user);
        for &(grantee, _) in &grantees {
            for one in &revoked {
                take_back(object.acl_mut(context)?, owner, only_by, grantee, one, option_only)?;
            }
        }
    }
    done_with("REVOKE", notices)
}

/// Takes one privilege from one grantee. What was never granted is taken back without a word.
pub(super) fn take_back(
    acl: &mut Acl,
    owner: UserId,
    only_by: Option<UserId>,
    grantee: Grantee,
    asked: &Asked,
    option_only: bool,
) -> SqlResult<()> {
    if grantee == Grantee::User(owner) && asked.reach == Reach::Object {
        if !option_only && asked.column.is_none() {
            acl.owner_lacks.insert(asked.privilege);
        }
        return Ok(());
    }
    let of_grantee = |grant: &Grant| {
        grant.grantee == grantee && grant.privilege == asked.privilege && grant.reach == asked.reach
    };
    let whole = acl.grants.iter().any(|grant| of_grantee(grant) && grant.column.is_none());
    if asked.column.is_some() && whole {
        // Text and state unconfirmed; the rule is the guide's.
        return Err(SqlError::product(
            "0LP01",
            format!(
                "cannot revoke {} on columns: it is granted on the table; revoke it there",
                asked.privilege.keyword()
            ),
        ));
    }
    let (taken, mut kept): (Vec<Grant>, Vec<Grant>) = acl.grants.iter().cloned().partition(|grant| {
        of_grantee(grant)
            && (asked.column.is_none() || grant.column == asked.column)
            && only_by.is_none_or(|grantor| grant.grantor == grantor)
    });
    if option_only {
        kept.extend(taken.iter().map(|grant| Grant { grant_option: false, ..grant.clone() }));
    }
    must_leave_no_orphans(&kept, &taken, grantee)?;
    acl.grants = kept.into_iter().collect();
    Ok(())
}

/// What somebody granted onwards stands on the grant option; RESTRICT is REVOKE's only behaviour.
fn must_leave_no_orphans(kept: &[Grant], taken: &[Grant], grantee: Grantee) -> SqlResult<()> {
    let Grantee::User(user) = grantee else { return Ok(()) };
    for grant in taken.iter().filter(|grant| grant.grant_option) {
        let same = |other: &&Grant| other.privilege == grant.privilege && other.reach == grant.reach;
        let still_may = kept.iter().filter(same).any(|other| other.grantee == grantee && other.grant_option);
        if !still_may && kept.iter().filter(same).any(|other| other.grantor == user) {
            return Err(SqlError::new(SqlErrorKind::Product {
                state: "2BP01",
                message: "dependent privileges exist".to_owned(),
                detail: None,
                hint: Some("Revoke first what this user granted to others.".to_owned()),
            }));
        }
    }
    Ok(())
}
