//! Masks in the place of values: of columns, and of what paths lead to inside of SUPER ones.

use super::binder::Binder;
use super::protection::PolicyColumn;
use super::{coerce, literal};
use crate::sorted::SortedMap;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::json;
use crate::sql::plan::{Field, Plan};
use crate::warehouse::catalog::{ObjectId, Relation};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::policy::{Audience, Place};

/// A relation's rows with masks on.
pub(super) struct MaskedRows {
    pub plan: Plan,
    pub policies: Vec<ObjectId>,
    /// For writes: masked columns, and where their own values stand, behind the row id.
    pub kept: Vec<(usize, usize)>,
}

impl Binder<'_> {
    /// `below`, whose first `width` columns are the relation's, and whatever stands behind them (the row id, for a
    /// write), with the masks that reach somebody.
    pub fn masked(
        &mut self,
        relation: &Relation,
        below: Plan,
        width: usize,
        reach: &Audience,
        place: &dyn Fn(&Identifier) -> SqlResult<usize>,
    ) -> SqlResult<MaskedRows> {
        let fields = below.fields().to_vec();
        let own = |index: usize| Expression::Column { index, data_type: fields[index].data_type };
        // What a mask reads inside of a SUPER becomes a column of its own first.
        let mut inside: Vec<Expression> = Vec::new();
        let mut masks: SortedMap<usize, Expression> = SortedMap::new();
        let mut policies = Vec::new();
        for (attachment, masked, output) in relation.protection.masks(reach) {
            let at = &masked.outputs[output];
            let column = place(&at.column)?;
            let policy = self.policy_of(attachment.policy)?;
            let mut columns = Vec::new();
            for ((name, expected), input) in policy.inputs.iter().zip(&masked.inputs) {
                let index = place(&input.column)?;
                let found = fields[index].data_type;
                if input.path.is_empty() {
                    columns.push(PolicyColumn { name, index, data_type: found });
                    continue;
                }
                let value = self.at_path(own(index), &input.path)?;
                inside.push(coerce::explicit(value, *expected)?);
                let index = fields.len() + inside.len() - 1;
                columns.push(PolicyColumn { name, index, data_type: *expected });
            }
            let bound = self.policy_texts(&policy, &columns, true)?;
            self.must_be_granted(&policy, &bound)?;
            let value = bound.expressions.into_iter().nth(output);
            let value = value.ok_or_else(|| SqlError::bug("a mask without a value"))?;
            let known = masks.remove(&column).unwrap_or_else(|| own(column));
            let value = self.put(known, at, value, fields[column].data_type)?;
            masks.insert(column, value);
            if !policies.contains(&policy.id) {
                policies.push(policy.id);
            }
        }
        if masks.is_empty() {
            return Ok(MaskedRows { plan: below, policies, kept: Vec::new() });
        }
        let below = wider(below, inside);
        let writes = fields.len() > width;
        let hidden: Vec<usize> = if writes { masks.keys().copied().collect() } else { Vec::new() };
        let mut expressions: Vec<Expression> =
            (0..fields.len()).map(|index| masks.remove(&index).unwrap_or_else(|| own(index))).collect();
        let mut kept = Vec::new();
        let mut shown = fields.clone();
        for column in hidden {
            kept.push((column, expressions.len()));
            expressions.push(own(column));
            shown.push(fields[column].clone());
        }
        let plan = Plan::Project { input: Box::new(below), expressions, fields: shown };
        Ok(MaskedRows { plan, policies, kept })
    }

    /// The column with a mask's value in its place, or at the end of a path in it. What is not there is not put there.
    fn put(
        &mut self,
        column: Expression,
        at: &Place,
        value: Expression,
        data_type: DataType,
    ) -> SqlResult<Expression> {
        if at.path.is_empty() {
            // Cut to the column's size; what the product does with a longer one is unconfirmed.
            return Ok(coerce::cast(value, data_type, CastMode::Explicit));
        }
        let known = self.at_path(column.clone(), &at.path)?;
        let names: Vec<String> = at.path.iter().map(|name| format!("\"{name}\"")).collect();
        let path = literal::text(names.join("."));
        let changed =
            self.call("object_transform", vec![column.clone(), literal::integer(-1), path, value])?;
        let missing = Expression::IsNull { input: Box::new(known), negated: false };
        let otherwise = Some(Box::new(changed));
        Ok(Expression::Case { branches: vec![(missing, column)], otherwise, data_type: DataType::Super })
    }

    /// Attributes are found by their names in small letters, whatever the session has set.
    fn at_path(&mut self, root: Expression, path: &[Identifier]) -> SqlResult<Expression> {
        let steps = path.iter().map(|name| {
            let mut text = String::new();
            json::quote(name.as_str(), &mut text);
            coerce::cast(literal::text(text), DataType::Varchar(DataType::VARCHAR_MAX), CastMode::Implicit)
        });
        let steps = steps.collect();
        self.navigate(root, steps)
    }
}

/// The rows, and beside them what `more` comes to.
fn wider(plan: Plan, more: Vec<Expression>) -> Plan {
    if more.is_empty() {
        return plan;
    }
    let mut fields = plan.fields().to_vec();
    let own = fields.iter().enumerate();
    let mut expressions: Vec<Expression> =
        own.map(|(index, field)| Expression::Column { index, data_type: field.data_type }).collect();
    for expression in more {
        fields.push(Field { qualifier: None, name: String::new(), data_type: expression.data_type() });
        expressions.push(expression);
    }
    Plan::Project { input: Box::new(plan), expressions, fields }
}
