//! Which row-level security policies were applied to a query: `svv_rls_applied_policy`.

use std::sync::Arc;

use super::history::{Class, push};
use super::step_history::Query;
use crate::sql::expression::Expression;
use crate::sql::plan::{Plan, Secure};
use crate::sql::system;
use crate::warehouse::catalog::Database;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Logs, Manifest};
use crate::warehouse::policy::PolicyKind;
use crate::warehouse::value::Value;

/// Notes a row for each policy on each relation of the plan, or one for having none.
pub(super) fn remember(
    logs: &mut Arc<Logs>,
    plan: &Plan,
    (manifest, database): (&Manifest, &Identifier),
    class: Class,
    query: &Query,
) {
    let mut secured = Vec::new();
    collect(&mut plan.clone(), &mut secured);
    let Some(database) = manifest.catalog.database(database) else { return };
    for secure in secured {
        let named: Vec<Option<&Identifier>> = secure
            .policies
            .iter()
            .filter_map(|id| database.policies.get(id))
            .filter(|policy| policy.kind == PolicyKind::Rows)
            .map(|policy| Some(&policy.name))
            .collect();
        let named = if named.is_empty() { vec![None] } else { named };
        for policy in named {
            let row = row(&secure, policy, (manifest, database), class, query);
            push(Arc::make_mut(logs), system::APPLIED_POLICY_LOG, row);
        }
    }
}

fn row(
    secure: &Secure,
    policy: Option<&Identifier>,
    (manifest, database): (&Manifest, &Database),
    class: Class,
    query: &Query,
) -> Vec<Value> {
    let name = |name: Option<&Identifier>| name.map_or(Value::Null, |name| Value::string(name.as_str()));
    let relation = database.relation(secure.relation);
    vec![
        name(manifest.principals.user(query.user).map(|user| &user.name)),
        Value::Integer(query.query as i32),
        Value::BigInt(query.transaction),
        Value::Integer(query.session as i32),
        Value::Timestamp(query.started.0),
        Value::string(match class {
            Class::Select => "s",
            Class::Update => "u",
            Class::Insert => "i",
            Class::Delete => "d",
            Class::Definition | Class::Utility => "y",
            Class::Copy | Class::Unload | Class::CreateTableAs => "k",
        }),
        name(Some(&database.name)),
        name(relation.map(|relation| &relation.schema)),
        name(relation.map(|relation| &relation.name)),
        name(policy),
        Value::string(if policy.is_some() { "f" } else { "t" }),
    ]
}

/// The barriers of rows in a plan, those in its queries included.
fn collect(plan: &mut Plan, secured: &mut Vec<Secure>) {
    if let Plan::Secure(secure) = plan
        && secure.rows
    {
        secured.push(Secure { input: Plan::Empty, ..(**secure).clone() });
    }
    for expression in plan.expressions_mut() {
        expression.visit(&mut |part| {
            if let Expression::Subquery(subquery) = part {
                collect(&mut Plan::clone(&subquery.plan), secured);
            }
        });
    }
    plan.inputs_mut().into_iter().for_each(|input| collect(input, secured));
}
