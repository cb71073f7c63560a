//! GROUP BY's list: what each element means, among columns, select items and their positions.

use crate::sql::syntax;

use super::binder::Binder;
use super::from::fold;
use super::grouping_sets::{choices, combined};
use super::level::AGGREGATE_BASE;
use super::query::ordinal;
use super::select::Target;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;

/// Each set as positions in the list of grouping expressions.
pub(super) type GroupingSets = Vec<Vec<usize>>;

impl Binder<'_> {
    /// GROUP BY: ordinals, columns before aliases, expressions; and the grouping sets, when it has any.
    pub fn groups(
        &mut self,
        group_by: &syntax::GroupBy,
        targets: &[Target],
    ) -> SqlResult<(Vec<Expression>, Option<GroupingSets>)> {
        let syntax::GroupBy::Elements(expressions) = group_by else {
            // ALL: every item of the list that aggregates nothing.
            let mut groups = Vec::new();
            for Target { expression, .. } in targets {
                if !aggregated(expression) && !groups.contains(expression) {
                    groups.push(expression.clone());
                }
            }
            return Ok((groups, None));
        };
        let mut groups = Vec::new();
        let mut elements = Vec::new();
        let mut several = false;
        for element in expressions {
            several |= !matches!(element, syntax::GroupElement::Expression(_));
            let mut numbers = Vec::new();
            for choice in choices(element)? {
                let mut chosen = Vec::new();
                for expression in choice {
                    chosen.push(self.grouped_by(expression, targets, &mut groups)?);
                }
                numbers.push(chosen);
            }
            elements.push(numbers);
        }
        let sets = if several { Some(combined(&elements)?) } else { None };
        Ok((groups, sets))
    }

    /// The number of a group among `groups`, to which it is added when it is new.
    fn grouped_by(
        &mut self,
        expression: &syntax::Expression,
        targets: &[Target],
        groups: &mut Vec<Expression>,
    ) -> SqlResult<usize> {
        let bound = match ordinal(expression, targets.len(), "GROUP BY")
            .map_err(|error| self.at(error, expression))?
        {
            Some(index) => targets[index].expression.clone(),
            None => self.group(expression, targets)?,
        };
        if aggregated(&bound) {
            let error = SqlError::product("42803", "aggregates not allowed in GROUP BY clause");
            return Err(self.at(error, expression));
        }
        Ok(groups.iter().position(|known| *known == bound).unwrap_or_else(|| {
            groups.push(bound);
            groups.len() - 1
        }))
    }

    fn group(&mut self, expression: &syntax::Expression, targets: &[Target]) -> SqlResult<Expression> {
        if let syntax::Expression::Identifier(ident) = expression {
            let name = fold(ident);
            let column = self.level()?.named.iter().any(|named| named.name == name);
            if !column && let Some(target) = targets.iter().find(|target| target.name == name) {
                return Ok(target.expression.clone());
            }
        }
        self.expression(expression)
    }
}

/// Whether it holds an aggregate, or a window's answer.
fn aggregated(expression: &Expression) -> bool {
    let mut found = false;
    expression.visit(&mut |inner| {
        found |= matches!(inner, Expression::Column { index, .. } if *index >= AGGREGATE_BASE);
    });
    found
}
