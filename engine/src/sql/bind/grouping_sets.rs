//! ROLLUP, CUBE and GROUPING SETS: which grouping sets a GROUP BY means, and the plan that groups by each.
//!
//! The rows to group are computed once, as a common table's are; every grouping set groups them for itself, and
//! what it leaves out is NULL. GROUPING() is then a constant of its set.

use crate::sql::syntax;

use super::binder::Binder;
use super::coerce;
use super::level::GROUPING_BASE;
use super::literal;
use super::scalar::no_function;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::plan::{AggregateCall, Field, Plan, SetOperation};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// Grouping sets of one GROUP BY before it is refused, as PostgreSQL has it.
const MOST_SETS: usize = 4096;
/// A GROUPING() answers an INTEGER of one bit an argument.
const MOST_ARGUMENTS: usize = 31;

/// What one element of GROUP BY adds: lists of expressions, one of which is chosen for a grouping set.
pub(super) type Choices<'q> = Vec<Vec<&'q syntax::Expression>>;

/// The choices of an element; a plain expression leaves none.
pub(super) fn choices(element: &syntax::GroupElement) -> SqlResult<Choices<'_>> {
    Ok(match element {
        syntax::GroupElement::Expression(expression) => vec![vec![expression]],
        syntax::GroupElement::List(parts) => vec![parts.iter().collect()],
        syntax::GroupElement::Rollup(parts) => rollup(parts),
        syntax::GroupElement::Cube(parts) => cube(parts)?,
        syntax::GroupElement::Sets(sets) => {
            let mut found = Vec::new();
            for set in sets {
                found.extend(choices(set)?);
            }
            found
        }
    })
}

fn rollup(parts: &[Vec<syntax::Expression>]) -> Choices<'_> {
    (0..=parts.len()).rev().map(|kept| parts[..kept].iter().flatten().collect()).collect()
}

/// The full set comes first, and the first part varies slowest.
fn cube(parts: &[Vec<syntax::Expression>]) -> SqlResult<Choices<'_>> {
    if parts.len() > MOST_SETS.ilog2() as usize {
        return Err(too_many());
    }
    Ok((0..1_usize << parts.len())
        .map(|left_out| {
            let kept = |number: &usize| left_out >> (parts.len() - 1 - number) & 1 == 0;
            (0..parts.len()).filter(kept).flat_map(|number| &parts[number]).collect()
        })
        .collect())
}

/// Every grouping set: one choice of each element, by their positions among all groups.
pub(super) fn combined(elements: &[Vec<Vec<usize>>]) -> SqlResult<Vec<Vec<usize>>> {
    let mut sets = vec![Vec::new()];
    for choices in elements {
        if sets.len() * choices.len() > MOST_SETS {
            return Err(too_many());
        }
        sets = sets
            .iter()
            .flat_map(|set: &Vec<usize>| {
                choices.iter().map(|choice| {
                    let mut set = set.clone();
                    for group in choice {
                        if !set.contains(group) {
                            set.push(*group);
                        }
                    }
                    set
                })
            })
            .collect();
    }
    Ok(sets)
}

// unconfirmed: the words are those of later PostgreSQL, as is the number.
fn too_many() -> SqlError {
    SqlError::product("54001", format!("too many grouping sets present (maximum {MOST_SETS})"))
}

impl Binder<'_> {
    /// `GROUPING(a, ...)` and `GROUPING_ID(a, ...)`: kept by the level and known by a number until it is grouped.
    pub fn grouping(&mut self, name: &str, written: &[syntax::Expression]) -> SqlResult<Expression> {
        if written.is_empty() || written.len() > MOST_ARGUMENTS {
            return Err(no_function(name, &[]));
        }
        let clause = self.clause();
        if !clause.takes_aggregates() {
            // unconfirmed: the words are those of later PostgreSQL, here and where the arguments are looked for.
            let message = format!("grouping operations are not allowed in {}", clause.name());
            return Err(SqlError::product("42803", message));
        }
        let mut arguments = Vec::with_capacity(written.len());
        for argument in written {
            arguments.push(self.expression(argument)?);
        }
        let calls = &mut self.level()?.grouping;
        let number = calls.iter().position(|known| *known == arguments).unwrap_or_else(|| {
            calls.push(arguments);
            calls.len() - 1
        });
        Ok(Expression::Column { index: GROUPING_BASE + number, data_type: DataType::Integer })
    }
}

/// What is grouped how.
pub(super) struct Grouping {
    pub input: Plan,
    pub groups: Vec<Expression>,
    pub aggregates: Vec<AggregateCall>,
    /// The arguments of each GROUPING().
    pub calls: Vec<Vec<Expression>>,
    /// Groups, then aggregates, then GROUPING()s.
    pub fields: Vec<Field>,
}

impl Grouping {
    /// One grouping after the other over the same rows, which are known as common table `id`.
    pub fn plan(self, id: u32, sets: &[Vec<usize>]) -> SqlResult<Plan> {
        let mut whole: Option<Plan> = None;
        for set in sets {
            let branch = self.branch(id, set)?;
            whole = Some(match whole {
                None => branch,
                Some(left) => Plan::SetOperation {
                    operation: SetOperation::Union,
                    all: true,
                    left: Box::new(left),
                    right: Box::new(branch),
                    fields: self.fields.clone(),
                },
            });
        }
        let Some(body) = whole else { return Ok(Plan::Nothing { fields: self.fields }) };
        Ok(if sets.len() == 1 {
            let mut body = body;
            replace_read(&mut body, self.input);
            body
        } else {
            Plan::Common { id, definition: self.input.into(), body: Box::new(body) }
        })
    }

    fn branch(&self, id: u32, set: &[usize]) -> SqlResult<Plan> {
        let mut fields: Vec<Field> = set.iter().map(|group| self.fields[*group].clone()).collect();
        fields.extend_from_slice(&self.fields[self.groups.len()..][..self.aggregates.len()]);
        let mut expressions = Vec::with_capacity(self.fields.len());
        for (number, group) in self.groups.iter().enumerate() {
            let data_type = group.data_type();
            expressions.push(match set.iter().position(|kept| *kept == number) {
                Some(index) => Expression::Column { index, data_type },
                None => coerce::cast(literal::null(), data_type, CastMode::Implicit),
            });
        }
        for (number, call) in self.aggregates.iter().enumerate() {
            expressions.push(Expression::Column { index: set.len() + number, data_type: call.data_type });
        }
        for arguments in &self.calls {
            let mut bits = 0;
            for argument in arguments {
                let group = self.groups.iter().position(|group| group == argument).ok_or_else(|| {
                    let message =
                        "arguments to GROUPING must be grouping expressions of the associated query level";
                    SqlError::product("42803", message)
                })?;
                bits = bits << 1 | i32::from(!set.contains(&group));
            }
            expressions
                .push(Expression::Literal { value: Value::Integer(bits), data_type: DataType::Integer });
        }
        let input = Plan::CommonRead { id, fields: self.input.fields().to_vec() };
        let grouped = Plan::Aggregate {
            input: Box::new(input),
            groups: set.iter().map(|group| self.groups[*group].clone()).collect(),
            aggregates: self.aggregates.clone(),
            fields,
        };
        Ok(Plan::Project { input: Box::new(grouped), expressions, fields: self.fields.clone() })
    }
}

/// A single grouping set needs no common table: its rows stand where they are read.
fn replace_read(plan: &mut Plan, input: Plan) {
    if let Plan::Project { input: grouped, .. } = plan
        && let Plan::Aggregate { input: read, .. } = &mut **grouped
    {
        **read = input;
    }
}
