//! What the bar shows: who, when, how it is.

use sandshift_engine::sandbox::{PRINCIPAL, REGION, Sandbox};
use sandshift_engine::sorted::SortedMap;
use sandshift_engine::sql::session::{SessionId, Transaction};
use sandshift_protocol::{AccountState, TransactionState, WarehouseUser};

/// The account as the page draws it. `sessions` are those the page has opened, by user.
pub(crate) fn account(sandbox: &mut Sandbox, sessions: &SortedMap<String, SessionId>) -> AccountState {
    let bill_micros = sandbox.cost();
    let principals = &sandbox.warehouse.committed.principals;
    let users = principals
        .users
        .values()
        .filter(|user| user.name != "rdsdb")
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
        .iter()
        .filter_map(|(user, id)| {
            let state = match sandbox.session(*id)?.transaction {
                Transaction::None => return None,
                Transaction::Open { .. } => TransactionState::Open,
                Transaction::Aborted => TransactionState::Aborted,
            };
            Some((user.clone(), state))
        })
        .collect();
    // Whoever the labs mean comes first.
    let mut principals: Vec<String> = sandbox.account.iam.users.keys().cloned().collect();
    principals.sort_by_key(|name| name != PRINCIPAL);
    AccountState {
        now: sandbox.clock.now().0,
        users,
        principals,
        transactions,
        cluster_status: sandbox.cluster_status().to_owned(),
        region: REGION.to_owned(),
        bill_micros,
    }
}
