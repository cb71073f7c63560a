//! What the bar shows: who, when, how it is.

use sandshift_engine::sandbox::{PRINCIPAL, REGION, Sandbox};
use sandshift_engine::sorted;
use sandshift_engine::sql::session::{SessionId, Transaction};
use sandshift_protocol::{AccountState, TransactionState, WarehouseState, WarehouseUser};

/// The account as the page draws it, from its present warehouse. `sessions` are those the page has opened there, by
/// user; `chosen` is the name that the page looks for the warehouse under.
pub(crate) fn account<'a>(
    sandbox: &mut Sandbox,
    sessions: impl Iterator<Item = (&'a str, SessionId)>,
    chosen: &str,
) -> AccountState {
    let bill_micros = sandbox.cost();
    let warehouses: Vec<WarehouseState> = sandbox
        .account
        .sites()
        .map(|site| WarehouseState {
            name: site.name.to_owned(),
            serverless: site.serverless,
            status: site.status.to_ascii_lowercase(),
            answers: site.answers,
            database: site.database.to_owned(),
        })
        .collect();
    let there = warehouses.iter().find(|one| one.name == chosen);
    let cluster_status = there.map_or_else(|| "deleted".to_owned(), |there| there.status.clone());
    let principals = &sandbox.warehouse.committed.principals;
    let users = principals
        .users
        .values()
        .filter(|user| there.is_some() && user.name != "rdsdb")
        .map(|user| {
            let groups = principals.groups.values().filter(|group| group.members.contains(&user.id));
            let roles = principals.roles_of(user.id);
            WarehouseUser {
                name: user.name.to_string(),
                superuser: user.superuser,
                groups: groups.map(|group| group.name.to_string()).collect(),
                roles: principals
                    .roles
                    .values()
                    .filter(|role| roles.contains(&role.id))
                    .map(|role| role.name.to_string())
                    .collect(),
            }
        })
        .collect();
    let transactions = sessions
        .filter_map(|(user, id)| {
            let state = match sandbox.session(id)?.transaction {
                Transaction::None => return None,
                Transaction::Open { .. } => TransactionState::Open,
                Transaction::Aborted => TransactionState::Aborted,
            };
            Some((user.to_owned(), state))
        })
        .collect();
    // Whoever the labs mean comes first.
    let mut principals: Vec<String> = sandbox.account.iam.users.keys().cloned().collect();
    sorted::sort_by_key(&mut principals, |name| name != PRINCIPAL);
    AccountState {
        now: sandbox.clock.now().0,
        users,
        principals,
        transactions,
        cluster_status,
        warehouse: chosen.to_owned(),
        warehouses,
        region: REGION.to_owned(),
        bill_micros,
        next: sandbox.next_event().map(|at| at.0),
    }
}
