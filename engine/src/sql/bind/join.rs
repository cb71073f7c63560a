//! Joins: two parts of FROM to one row, and what ON, USING and NATURAL make of their names.

use crate::sql::syntax;

use super::binder::Binder;
use super::coerce;
use super::from::{FromItem, fold};
use super::level::{Clause, Named, Source};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{Comparison, Expression};
use crate::sql::plan::{Field, Join, JoinKind, Plan};

impl Binder<'_> {
    pub fn cross(&mut self, left: FromItem, right: FromItem) -> SqlResult<FromItem> {
        self.join(left, right, syntax::JoinKind::Cross, &syntax::JoinConstraint::None)
    }

    pub fn join(
        &mut self,
        left: FromItem,
        right: FromItem,
        kind: syntax::JoinKind,
        constraint: &syntax::JoinConstraint,
    ) -> SqlResult<FromItem> {
        let kind = match kind {
            syntax::JoinKind::Cross => JoinKind::Cross,
            syntax::JoinKind::Inner => JoinKind::Inner,
            syntax::JoinKind::Left => JoinKind::Left,
            syntax::JoinKind::Right => JoinKind::Right,
            syntax::JoinKind::Full => JoinKind::Full,
        };
        check_aliases(&left, &right)?;
        if !matches!(kind, JoinKind::Cross | JoinKind::Inner) && !self.is_athena() {
            super::nested::outer_join(&left.sources, &right.sources)?;
        }
        let width = left.plan.fields().len();
        let mut right = right;
        right.shift(width);
        let FromItem { plan: left_plan, mut sources, named: left_named } = left;
        sources.extend(right.sources);
        let mut fields: Vec<Field> = left_plan.fields().to_vec();
        fields.extend(right.plan.fields().iter().cloned());

        let (named, on, residual) = match constraint {
            syntax::JoinConstraint::None => {
                (left_named.into_iter().chain(right.named).collect(), Vec::new(), None)
            }
            syntax::JoinConstraint::On(condition) => {
                let named: Vec<Named> = left_named.into_iter().chain(right.named).collect();
                let condition = self.join_condition(condition, &sources, &named)?;
                let (on, residual) = split(condition, width);
                (named, on, residual)
            }
            syntax::JoinConstraint::Using(columns) => {
                let mut names = Vec::new();
                for column in columns {
                    names.push(fold(column));
                }
                let (named, on) = merge(left_named, right.named, &names, kind, width)?;
                self.mark_all(&named[..names.len()]);
                (named, on, None)
            }
            syntax::JoinConstraint::Natural => {
                let names: Vec<String> = left_named
                    .iter()
                    .filter(|named| !named.hidden && right.named.iter().any(|other| other.name == named.name))
                    .map(|named| named.name.clone())
                    .collect();
                let (named, on) = merge(left_named, right.named, &names, kind, width)?;
                self.mark_all(&named[..names.len()]);
                (named, on, None)
            }
        };
        // The text is PostgreSQL 8's; that an equality with more beside it is refused, too, is unconfirmed.
        if kind == JoinKind::Full && (on.is_empty() || residual.is_some()) {
            let message = "FULL JOIN is only supported with merge-joinable join conditions";
            return Err(SqlError::product("0A000", message));
        }
        let kind = match kind {
            JoinKind::Inner if on.is_empty() && residual.is_none() => JoinKind::Cross,
            kind => kind,
        };
        let plan =
            Plan::Join(Box::new(Join { left: left_plan, right: right.plan, kind, on, residual, fields }));
        Ok(FromItem { plan, sources, named })
    }

    fn mark_all(&mut self, named: &[Named]) {
        for named in named {
            self.mark(&named.marks);
        }
    }

    /// ON sees the two sides of its own join and nothing else of this FROM.
    pub fn join_condition(
        &mut self,
        condition: &syntax::Expression,
        sources: &[Source],
        named: &[Named],
    ) -> SqlResult<Expression> {
        let level = self.level()?;
        level.sources = sources.to_vec();
        level.named = named.to_vec();
        let clause = std::mem::replace(&mut level.clause, Clause::From);
        let bound = self.condition(condition, "JOIN/ON");
        let level = self.level()?;
        level.sources.clear();
        level.named.clear();
        level.clause = clause;
        bound
    }
}

/// Splits an ON condition into equal pairs of the two sides and the rest.
pub(crate) fn split(
    condition: Expression,
    width: usize,
) -> (Vec<(Expression, Expression)>, Option<Expression>) {
    let mut on = Vec::new();
    let mut rest = Vec::new();
    for conjunct in conjuncts(condition) {
        match conjunct {
            Expression::Compare { operator: Comparison::Equal, left, right } => {
                match (side(&left, width), side(&right, width)) {
                    (Some(Side::Left), Some(Side::Right)) => on.push((*left, unshift(*right, width))),
                    (Some(Side::Right), Some(Side::Left)) => on.push((*right, unshift(*left, width))),
                    _ => rest.push(Expression::Compare { operator: Comparison::Equal, left, right }),
                }
            }
            other => rest.push(other),
        }
    }
    (on, conjunction(rest))
}

/// Pulls an AND apart.
pub(crate) fn conjuncts(condition: Expression) -> Vec<Expression> {
    match condition {
        Expression::And(all) => all.into_iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}

/// Puts conditions together again; none is no condition.
pub(crate) fn conjunction(mut all: Vec<Expression>) -> Option<Expression> {
    match all.len() {
        0 => None,
        1 => all.pop(),
        _ => Some(Expression::And(all)),
    }
}

/// Which side of a join an expression reads; `None` for both or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

pub(crate) fn side(expression: &Expression, width: usize) -> Option<Side> {
    let (mut left, mut right) = (false, false);
    expression.visit(&mut |expression| {
        if let Expression::Column { index, .. } = expression {
            if *index < width {
                left = true;
            } else {
                right = true;
            }
        }
    });
    match (left, right) {
        (true, false) => Some(Side::Left),
        (false, true) => Some(Side::Right),
        _ => None,
    }
}

/// Numbers an expression over the right side from 0.
pub(crate) fn unshift(mut expression: Expression, width: usize) -> Expression {
    expression.transform(&mut |expression| {
        if let Expression::Column { index, .. } = expression {
            *index -= width;
        }
    });
    expression
}

/// Equal pairs of a join: left's expression, right's.
type Pairs = Vec<(Expression, Expression)>;

/// The names after USING or NATURAL: the common columns first and once, then the rest of both sides.
fn merge(
    mut left: Vec<Named>,
    mut right: Vec<Named>,
    names: &[String],
    kind: JoinKind,
    width: usize,
) -> SqlResult<(Vec<Named>, Pairs)> {
    let mut merged = Vec::new();
    let mut on = Vec::new();
    for name in names {
        let one = take_named(&mut left, name, "left")?;
        let other = take_named(&mut right, name, "right")?;
        let (l, r) = coerce::comparable("=", one.expression.clone(), other.expression.clone())?;
        let expression = match kind {
            JoinKind::Right => other.expression,
            JoinKind::Full => {
                let data_type = l.data_type();
                Expression::Case {
                    branches: vec![(
                        Expression::IsNull { input: Box::new(l.clone()), negated: true },
                        l.clone(),
                    )],
                    otherwise: Some(Box::new(r.clone())),
                    data_type,
                }
            }
            _ => one.expression,
        };
        on.push((l, unshift(r, width)));
        let marks = one.marks.into_iter().chain(other.marks).collect();
        merged.push(Named { name: name.clone(), expression, marks, hidden: false, shape: None });
    }
    merged.extend(left);
    merged.extend(right);
    Ok((merged, on))
}

fn take_named(named: &mut Vec<Named>, name: &str, side: &str) -> SqlResult<Named> {
    let mut places = named.iter().enumerate().filter(|(_, named)| named.name == name).map(|(place, _)| place);
    let Some(place) = places.next() else {
        let message = format!("column \"{name}\" specified in USING clause does not exist in {side} table");
        return Err(SqlError::product("42703", message));
    };
    if places.next().is_some() {
        let message = format!("common column name \"{name}\" appears more than once in {side} table");
        return Err(SqlError::product("42702", message));
    }
    Ok(named.remove(place))
}

pub(super) fn check_aliases(left: &FromItem, right: &FromItem) -> SqlResult<()> {
    for source in &right.sources {
        let twice = left.sources.iter().any(|other| {
            !source.alias.is_empty()
                && other.alias == source.alias
                && (other.schema == source.schema || other.schema.is_none() || source.schema.is_none())
        });
        if twice {
            let message = format!("table name \"{}\" specified more than once", source.alias);
            return Err(SqlError::product("42712", message));
        }
    }
    Ok(())
}
