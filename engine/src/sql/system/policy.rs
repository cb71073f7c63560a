//! Policies and what they are attached to: `svv_rls_*`, `svv_masking_policy`, `svv_attached_masking_policy`.
//!
//! Superusers and holders of `sys:secadmin` see them, others no row (Developer Guide, each view's page).

use super::acl::identity;
use super::policy_text;
use super::relation::{Relation, Rows, Source, Viewer, text};
use crate::sql::error::SqlResult;
use crate::warehouse::policy::{Place, Policy, PolicyKind, Protection};
use crate::warehouse::system_role::SystemPermission;
use crate::warehouse::value::Value;

/// Where statements note the policies that were applied to them, in the order of the view's columns.
pub const APPLIED: &str = "svv_rls_applied_policy";

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written(
        "svv_rls_policy",
        "poldb x,polname x,polalias x,polatts x,polqual x,polenabled o,polmodifiedby x,polmodifiedtime t",
        Source::Made(row_policies),
    ),
    Relation::written(
        "svv_rls_attached_policy",
        "relschema x,relname x,relkind x,polname x,grantor x,grantee x,granteekind x,is_pol_on o,is_rls_on o,rls_conjunction_type c3",
        Source::Made(attached_row_policies),
    ),
    Relation::written(
        "svv_rls_relation",
        "datname x,relschema x,relname x,relkind x,is_rls_on o,is_rls_datashare_on o,rls_conjunction_type c3,rls_datashare_conjunction_type c3",
        Source::Made(protected),
    ),
    Relation::written(
        APPLIED,
        "username x,query i,xid b,pid i,recordtime t,command c1,datname x,relschema x,relname x,polname x,poldefault c1",
        Source::Made(applied),
    ),
    Relation::written(
        "svv_masking_policy",
        "policy_database x,policy_name x,input_columns x,policy_expression x,policy_modified_by x,policy_modified_time t",
        Source::Made(masks),
    ),
    Relation::written(
        "svv_attached_masking_policy",
        "policy_name x,schema_name x,table_name x,table_type x,grantor x,grantee x,grantee_type x,priority i,input_columns x,output_columns x,is_masking_datashare_on o",
        Source::Made(attached_masks),
    ),
];

fn policies<'a>(viewer: &'a Viewer<'_>, kind: PolicyKind) -> impl Iterator<Item = &'a Policy> {
    let allowed = viewer.principals.administers_security(viewer.user);
    let all = viewer.database.policies.values().filter(move |policy| allowed && policy.kind == kind);
    all.map(AsRef::as_ref)
}

fn row_policies(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |policy: &Policy| {
        vec![
            text(&viewer.database.name),
            text(&policy.name),
            text(policy.called()),
            inputs(policy),
            text(policy_text::expressions(policy).join(", ")),
            Value::Boolean(true),
            text(&policy.modified_by),
            Value::Timestamp(policy.modified.0),
        ]
    };
    Ok(policies(viewer, PolicyKind::Rows).map(row).collect())
}

/// `[{"colname":"a","type":"integer"}]`.
fn inputs(policy: &Policy) -> Value {
    let each =
        policy.inputs.iter().map(|(name, data_type)| pair("colname", name.as_str(), &data_type.to_string()));
    text(format!("[{}]", each.collect::<Vec<_>>().join(",")))
}

fn pair(key: &str, value: &str, data_type: &str) -> String {
    let quoted = serde_json::Value::from(value);
    format!("{{\"{key}\":{quoted},\"type\":\"{data_type}\"}}")
}

fn conjunction(protection: &Protection) -> Value {
    Value::string(if protection.any { "or" } else { "and" })
}

fn attached_row_policies(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for policy in policies(viewer, PolicyKind::Rows) {
        for relation in viewer.database.relations.values() {
            for one in relation.protection.attached.iter().filter(|one| one.policy == policy.id) {
                let grantee = identity(one.grantee, viewer);
                rows.push(vec![
                    text(&relation.schema),
                    text(&relation.name),
                    text(relation.kind_word()),
                    text(&policy.name),
                    viewer.user_name(one.grantor),
                    text(grantee.name),
                    Value::string(grantee.kind),
                    Value::Boolean(true),
                    Value::Boolean(relation.protection.rows),
                    conjunction(&relation.protection),
                ]);
            }
        }
    }
    Ok(rows)
}

/// Others see what they own.
fn protected(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let all = viewer.principals.administers_security(viewer.user);
    let relations = viewer.database.relations.values();
    Ok(relations
        .filter(|relation| relation.protection.rows && (all || relation.owner == viewer.user))
        .map(|relation| {
            vec![
                text(&viewer.database.name),
                text(&relation.schema),
                text(&relation.name),
                text(relation.kind_word()),
                Value::Boolean(true),
                Value::Boolean(false),
                conjunction(&relation.protection),
                Value::string("and"),
            ]
        })
        .collect())
}

fn applied(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    if !viewer.principals.may(viewer.user, SystemPermission::AccessSystemTable) {
        return Ok(Vec::new());
    }
    Ok(viewer.logs.rows.get(APPLIED).cloned().unwrap_or_default())
}

fn masks(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |policy: &Policy| {
        let texts = policy_text::expressions(policy);
        let each = texts.iter().zip(&policy.outputs).map(|(printed, output)| {
            // A text of any length, as the guide's sample has it.
            let called = if output.is_string() { "text".to_owned() } else { output.to_string() };
            pair("expr", printed, &called)
        });
        vec![
            text(&viewer.database.name),
            text(&policy.name),
            inputs(policy),
            text(format!("[{}]", each.collect::<Vec<_>>().join(","))),
            text(&policy.modified_by),
            Value::Timestamp(policy.modified.0),
        ]
    };
    Ok(policies(viewer, PolicyKind::Mask).map(row).collect())
}

fn attached_masks(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for policy in policies(viewer, PolicyKind::Mask) {
        for relation in viewer.database.relations.values() {
            for one in relation.protection.attached.iter().filter(|one| one.policy == policy.id) {
                let Some(mask) = &one.mask else { continue };
                let grantee = identity(one.grantee, viewer);
                rows.push(vec![
                    text(&policy.name),
                    text(&relation.schema),
                    text(&relation.name),
                    text(relation.kind_word()),
                    viewer.user_name(one.grantor),
                    text(grantee.name),
                    Value::string(grantee.kind),
                    Value::Integer(mask.priority as i32),
                    list(&mask.inputs),
                    list(&mask.outputs),
                    Value::Boolean(false),
                ]);
            }
        }
    }
    Ok(rows)
}

/// `["a","b"]`; how a path is printed is unconfirmed.
fn list(places: &[Place]) -> Value {
    let names: Vec<String> = places.iter().map(Place::to_string).collect();
    text(serde_json::Value::from(names))
}
