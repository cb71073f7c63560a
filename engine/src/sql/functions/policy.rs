//! What policies say of a function or a column: `proc_is_rls_safe`, `mask_get_policy_for_*_on_column`.

use arrow::array::ArrayRef;

use super::Call;
use super::column::build_text;
use super::session::truth;
use super::signature::Parameter::{Integer, Text};
use super::signature::{Answer, Entry};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::policy::{Audience, Place};

const FOUR: &[super::signature::Parameter] = &[Text, Text, Text, Text];

pub(super) static FUNCTIONS: &[Entry] = &[
    // `pg_proc` lists users' functions here, and none of those is safe ("Best practices for RLS performance").
    Entry::fixed("proc_is_rls_safe", &[Integer], Answer::Type(DataType::Boolean), |call, _| {
        truth(call, |_| Ok(false))
    })
    .leader_only(),
    Entry::fixed("mask_get_policy_for_role_on_column", FOUR, Answer::Text, |call, context| {
        mask(call, context, true)
    })
    .impure(),
    Entry::fixed("mask_get_policy_for_user_on_column", FOUR, Answer::Text, |call, context| {
        mask(call, context, false)
    })
    .impure(),
];

/// The policy that counts for `(schema, table, column, role or user)`, by name; NULL for none. What the product prints
/// of it besides is unconfirmed, and who may ask: those who see `svv_attached_masking_policy`.
fn mask(call: &Call<'_>, context: &mut EvaluationContext<'_>, of_role: bool) -> SqlResult<ArrayRef> {
    let evaluation = &*context.evaluation;
    let principals = &evaluation.manifest.principals;
    if !principals.administers_security(evaluation.user) {
        return Err(SqlError::product("42501", "must be superuser or have sys:secadmin role"));
    }
    let database = evaluation.settings.get("current_database").map(|name| Identifier::fold(name));
    let database = database.and_then(|name| evaluation.manifest.catalog.database(&name));
    let (schemas, tables, columns, names) = (call.text(0)?, call.text(1)?, call.text(2)?, call.text(3)?);
    build_text(call, |row, out| {
        let [Some(schema), Some(table), Some(column), Some(name)] =
            [&schemas, &tables, &columns, &names].map(|texts| texts.get(row).map(Identifier::fold))
        else {
            return Ok(None);
        };
        let unknown = |kind: &str| SqlError::product("42704", format!("{kind} \"{name}\" does not exist"));
        let audience = if of_role {
            Audience::of_role(principals.roles.get(&name).ok_or_else(|| unknown("role"))?.id)
        } else {
            Audience::of_user(principals, principals.users.get(&name).ok_or_else(|| unknown("user"))?.id)
        };
        let Some(database) = database else { return Ok(None) };
        let Some(relation) = database.find(&schema, &table) else {
            return Err(SqlError::undefined_relation(&format!("{schema}.{table}")));
        };
        let asked = Place { column, path: Vec::new() };
        let masks = relation.protection.masks(&audience);
        let found = masks.iter().find(|(_, mask, output)| mask.outputs[*output] == asked);
        let policy = found.and_then(|(attachment, ..)| database.policies.get(&attachment.policy));
        Ok(policy.map(|policy| out.push_str(policy.name.as_str())))
    })
}
