//! WITH RECURSIVE: a common table whose second part reads the table itself.

use crate::sql::syntax;

use super::binder::{Binder, CommonTable};
use super::coerce::{self, bare_name};
use super::from::fold;
use super::query::{cast_columns, reads_of};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::plan::{Field, Plan};

impl Binder<'_> {
    /// The table's plan when it reads itself; `None` when it is a table like any other.
    pub fn recursive(&mut self, table: &syntax::CommonTable) -> SqlResult<Option<Plan>> {
        let query = &*table.query;
        let syntax::SetExpression::SetOperation { left, op: syntax::SetOperator::Union, all, right } =
            &query.body
        else {
            return Ok(None);
        };
        if query.with.is_some()
            || !query.order_by.is_empty()
            || query.limit.is_some()
            || query.offset.is_some()
        {
            return Ok(None);
        }
        let name = fold(&table.alias.name);
        // Most tables under WITH RECURSIVE do not read themselves, and those are bound like any other.
        if !table.names_itself {
            return Ok(None);
        }
        let needed = self.needs.len();
        let seed = coerce::settle_strings(self.body(left)?);
        // unconfirmed: that the column list may be left out, and the first part then names the columns.
        let mut fields: Vec<Field> = seed.fields().to_vec();
        for (field, column) in fields.iter_mut().zip(&table.alias.columns) {
            field.name = fold(column);
        }
        let id = self.next_common;
        self.next_common += 1;
        let definition = Plan::Nothing { fields: fields.clone() };
        self.common.push(CommonTable { name: name.clone(), id, fields: fields.clone(), definition });
        let step = self.body(right);
        self.common.pop();
        let mut step = coerce::settle_strings(step?);
        let reads = reads_of(&mut step, id);
        if reads == 0 {
            self.needs.truncate(needed);
            return Ok(None);
        }
        // The rule is the guide's, the words are PostgreSQL's, unconfirmed.
        if let syntax::SetExpression::Query(member) = &**right {
            let ordered = (!member.order_by.is_empty()).then_some("ORDER BY");
            let limited = (member.limit.is_some() || member.offset.is_some()).then_some("LIMIT");
            if let Some(clause) = ordered.or(limited) {
                let message = format!("{clause} in a recursive query is not implemented");
                return Err(SqlError::product("0A000", message));
            }
        }
        if !all {
            // unconfirmed: the reference gives the rule (UNION ALL alone), not the words.
            let message = format!("recursive common table expression \"{name}\" must use UNION ALL");
            return Err(SqlError::product("0A000", message));
        }
        if reads != direct_reads(&mut step, id) {
            let message =
                format!("recursive reference to query \"{name}\" must not appear within a subquery");
            return Err(SqlError::product("42P19", message));
        }
        if step.fields().len() != fields.len() {
            return Err(SqlError::product("42601", "each UNION query must have the same number of columns"));
        }
        let mut wanted = fields.clone();
        for ((field, want), found) in fields.iter_mut().zip(&mut wanted).zip(step.fields()) {
            let types = [field.data_type, found.data_type];
            let both = coerce::common_type(&types).ok_or_else(|| {
                let (one, other) = (bare_name(types[0]), bare_name(types[1]));
                SqlError::product("42804", format!("UNION types {one} and {other} cannot be matched"))
            })?;
            // Text may grow from round to round; a number keeps the type that the first part gives it.
            if both.is_string() {
                field.data_type = both;
                want.data_type = found.data_type;
            }
        }
        let step = cast_columns(step, &wanted);
        Ok(Some(Plan::Recursive { id, seed: Box::new(seed), step: Box::new(step), fields }))
    }
}

/// Reads outside the queries in expressions.
fn direct_reads(plan: &mut Plan, id: u32) -> usize {
    usize::from(matches!(plan, Plan::CommonRead { id: found, .. } if *found == id))
        + plan.inputs_mut().into_iter().map(|input| direct_reads(input, id)).sum::<usize>()
}
