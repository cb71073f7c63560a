//! Queries used as expressions: run once for each distinct list of parameters, remembered for the query.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanBuilder};

use super::array::{array_of, value_at};
use super::column::Column;
use super::compare::compare_values;
use super::evaluate::evaluate_all;
use super::gather::{concatenate_batches, gather};
use super::grouping::Grouping;
use super::intern::MISSING;
use super::{Context, Operator, Pull, build};
use crate::sorted::SortedMap;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{Comparison, Expression, Subquery, SubqueryKind};
use crate::sql::outcome::Batch;
use crate::sql::plan::{Field, Plan};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// What is remembered of every subquery of the running query.
#[derive(Default)]
pub struct Memo {
    /// By the plan's address, which stays taken while the plan is held here.
    plans: SortedMap<usize, Remembered>,
}

struct Remembered {
    _plan: Arc<Plan>,
    parameters: Grouping,
    /// By the number of the parameters.
    answers: Vec<Option<Answer>>,
    /// Runs that stopped before their answer, by the same number.
    stopped: SortedMap<u32, Stopped>,
}

struct Stopped {
    running: Running,
    /// What was counted before the run began.
    memory: u64,
}

#[derive(Clone)]
enum Answer {
    Scalar(Value),
    Exists(bool),
    Rows(Rc<Rows>),
}

/// A subquery's rows, ready to be looked up.
struct Rows {
    batch: Batch,
    types: Vec<DataType>,
    /// The rows without NULL.
    set: Grouping,
    has_null: bool,
    /// Of a single column, its least and its greatest value.
    ends: Vec<Value>,
}

pub fn evaluate_subquery(subquery: &Subquery, batch: &Batch, context: &mut Context) -> SqlResult<Column> {
    let parameters = evaluate_all(&subquery.parameters, batch, context)?;
    let types: Vec<DataType> = subquery.parameters.iter().map(Expression::data_type).collect();
    let key = Arc::as_ptr(&subquery.plan) as usize;
    let rows = if subquery.parameters.is_empty() { batch.rows.min(1) } else { batch.rows };
    let remembered = context.shared.memo.plans.entry(key).or_insert_with(|| Remembered {
        _plan: Arc::clone(&subquery.plan),
        parameters: Grouping::new(&types),
        answers: Vec::new(),
        stopped: SortedMap::new(),
    });
    let numbers = remembered.parameters.assign(&parameters, rows)?;
    remembered.answers.resize(remembered.parameters.len(), None);
    for (row, &number) in numbers.iter().enumerate() {
        if remembered_at(key, context)?.answers[number as usize].is_none() {
            let values = parameters.iter().zip(&types).map(|(array, t)| value_at(array, *t, row)).collect();
            let answer = answer(subquery, (key, number), values, context)?;
            remembered_at(key, context)?.answers[number as usize] = Some(answer);
        }
    }
    let answers = &remembered_at(key, context)?.answers;
    let answers: Vec<Answer> =
        numbers.iter().filter_map(|&number| answers.get(number as usize)?.clone()).collect();
    answer_rows(subquery, &answers, batch, context)
}

fn remembered_at(key: usize, context: &mut Context) -> SqlResult<&mut Remembered> {
    context.shared.memo.plans.get_mut(&key).ok_or_else(|| SqlError::bug("a subquery was forgotten"))
}

/// The answers, one a row; one for all rows of a query that takes nothing from outside.
fn answer_rows(
    subquery: &Subquery,
    answers: &[Answer],
    batch: &Batch,
    context: &mut Context,
) -> SqlResult<Column> {
    let spread = |values: Vec<Value>, data_type: DataType| {
        let values = array_of(&values, data_type);
        let constant = subquery.parameters.is_empty() && batch.rows > 0;
        if constant { Column::Constant(values) } else { Column::Rows(values) }
    };
    match &subquery.kind {
        SubqueryKind::Scalar => {
            let value = |answer: &Answer| match answer {
                Answer::Scalar(value) => value.clone(),
                Answer::Exists(_) | Answer::Rows(_) => Value::Null,
            };
            Ok(spread(answers.iter().map(value).collect(), subquery.data_type))
        }
        SubqueryKind::Exists { negated } => {
            let value = |answer: &Answer| Value::Boolean(matches!(answer, Answer::Exists(true)) != *negated);
            Ok(spread(answers.iter().map(value).collect(), DataType::Boolean))
        }
        SubqueryKind::Any { operands, operator } => {
            let operands = evaluate_all(operands, batch, context)?;
            quantified(*operator, false, &operands, answers, batch.rows)
        }
        // All of them hold unless one fails.
        SubqueryKind::All { operands, operator } => {
            let operands = evaluate_all(operands, batch, context)?;
            quantified(opposite(*operator), true, &operands, answers, batch.rows)
        }
    }
}

fn opposite(operator: Comparison) -> Comparison {
    match operator {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
    }
}

/// Runs the subquery for one list of parameters, on from where it stopped if it did. It may stop again: then
/// whoever asked is asked anew.
fn answer(
    subquery: &Subquery,
    (key, number): (usize, u32),
    parameters: Vec<Value>,
    context: &mut Context,
) -> SqlResult<Answer> {
    let stopped = remembered_at(key, context)?.stopped.remove(&number);
    let memory = stopped.as_ref().map_or(context.memory_used, |stopped| stopped.memory);
    let outer = std::mem::replace(&mut context.evaluation.parameters, parameters);
    let result = match stopped {
        Some(stopped) => run(subquery, stopped.running, context),
        None => Running::new(subquery, context).and_then(|running| run(subquery, running, context)),
    };
    context.evaluation.parameters = outer;
    match result {
        Ok(Ran::Through(answer)) => {
            context.memory_used = memory;
            Ok(answer)
        }
        Ok(Ran::Stopped(running)) => {
            remembered_at(key, context)?.stopped.insert(number, Stopped { running, memory });
            Err(SqlError::bug("a query that stopped was not taken up again"))
        }
        Err(error) => {
            context.memory_used = memory;
            Err(error)
        }
    }
}

enum Ran {
    Through(Answer),
    Stopped(Running),
}

fn run(subquery: &Subquery, mut running: Running, context: &mut Context) -> SqlResult<Ran> {
    loop {
        if let Some(answer) = running.step(subquery, context)? {
            return Ok(Ran::Through(answer));
        }
        if !context.shared.pause.goes_on() {
            return Ok(Ran::Stopped(running));
        }
    }
}

/// A subquery on its way.
struct Running {
    operator: Box<dyn Operator>,
    batches: Vec<Batch>,
    rows: usize,
}

impl Running {
    fn new(subquery: &Subquery, context: &mut Context) -> SqlResult<Self> {
        Ok(Running { operator: build(&subquery.plan, context)?, batches: Vec::new(), rows: 0 })
    }

    /// One pull; the answer when it is known.
    fn step(&mut self, subquery: &Subquery, context: &mut Context) -> SqlResult<Option<Answer>> {
        match self.operator.pull(context)? {
            Pull::Pending => Ok(None),
            Pull::End => finished(subquery, std::mem::take(&mut self.batches)).map(Some),
            Pull::Batch(batch) if batch.rows == 0 => Ok(None),
            Pull::Batch(batch) => {
                self.rows += batch.rows;
                match subquery.kind {
                    SubqueryKind::Exists { .. } => return Ok(Some(Answer::Exists(true))),
                    SubqueryKind::Scalar if self.rows > 1 => return Err(SqlError::several_rows()),
                    _ => self.batches.push(batch),
                }
                Ok(None)
            }
        }
    }
}

fn finished(subquery: &Subquery, batches: Vec<Batch>) -> SqlResult<Answer> {
    let fields = subquery.plan.fields();
    match subquery.kind {
        SubqueryKind::Exists { .. } => Ok(Answer::Exists(false)),
        SubqueryKind::Scalar => {
            let value = match (batches.first(), fields.first()) {
                (Some(batch), Some(field)) => match batch.columns.first() {
                    Some(column) => value_at(column, field.data_type, 0),
                    None => Value::Null,
                },
                _ => Value::Null,
            };
            Ok(Answer::Scalar(value))
        }
        SubqueryKind::Any { .. } | SubqueryKind::All { .. } => {
            Ok(Answer::Rows(Rc::new(lookup(batches, fields)?)))
        }
    }
}

/// Runs the queries that take nothing from outside, pull by pull, before the step that asks them reads its first
/// row: inside an expression they would run in one piece.
pub struct Prepared {
    input: Box<dyn Operator>,
    waiting: Vec<Subquery>,
    running: Option<(Running, u64)>,
}

impl Prepared {
    /// The input itself, unless one of these expressions asks such a query.
    pub fn before<'a>(
        input: Box<dyn Operator>,
        expressions: impl IntoIterator<Item = &'a Expression>,
    ) -> Box<dyn Operator> {
        let mut waiting = Vec::new();
        for expression in expressions {
            expression.visit(&mut |inner| {
                if let Expression::Subquery(subquery) = inner
                    && subquery.parameters.is_empty()
                {
                    waiting.push((**subquery).clone());
                }
            });
        }
        if waiting.is_empty() { input } else { Box::new(Prepared { input, waiting, running: None }) }
    }

    /// One pull of the query that is next. What fails is left: it fails again when, and only if, a row asks.
    fn prepare(&mut self, subquery: &Subquery, context: &mut Context) -> SqlResult<Option<Answer>> {
        let (mut running, memory) = match self.running.take() {
            Some(running) => running,
            None => (Running::new(subquery, context)?, context.memory_used),
        };
        let stepped = running.step(subquery, context);
        if let Ok(None) = stepped {
            self.running = Some((running, memory));
        } else {
            context.memory_used = memory;
        }
        stepped
    }
}

impl Operator for Prepared {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let Some(subquery) = self.waiting.pop() else { return self.input.pull(context) };
        let key = Arc::as_ptr(&subquery.plan) as usize;
        if context.shared.memo.plans.contains_key(&key) {
            return Ok(Pull::Pending);
        }
        match self.prepare(&subquery, context) {
            Ok(None) => self.waiting.push(subquery),
            Ok(Some(answer)) => {
                let mut parameters = Grouping::new(&[]);
                parameters.assign(&[], 1)?;
                let _plan = Arc::clone(&subquery.plan);
                let (answers, stopped) = (vec![Some(answer)], SortedMap::new());
                context.shared.memo.plans.insert(key, Remembered { _plan, parameters, answers, stopped });
            }
            Err(_) => {}
        }
        Ok(Pull::Pending)
    }
}

fn lookup(batches: Vec<Batch>, fields: &[Field]) -> SqlResult<Rows> {
    let types: Vec<DataType> = fields.iter().map(|field| field.data_type).collect();
    let batch = match concatenate_batches(batches) {
        Some(batch) => batch,
        None => Batch { columns: types.iter().map(|t| array_of(&[], *t)).collect(), rows: 0 },
    };
    let complete: Vec<u32> = (0..batch.rows as u32)
        .filter(|&row| batch.columns.iter().all(|column| column.is_valid(row as usize)))
        .collect();
    let has_null = complete.len() < batch.rows;
    let mut set = Grouping::new(&types);
    let columns: Vec<ArrayRef> = batch.columns.iter().map(|column| gather(column, &complete)).collect();
    set.assign(&columns, complete.len())?;
    let ends = match (columns.as_slice(), types.as_slice()) {
        ([column], [data_type]) => ends(column, *data_type),
        _ => Vec::new(),
    };
    Ok(Rows { batch, types, set, has_null, ends })
}

fn ends(column: &ArrayRef, data_type: DataType) -> Vec<Value> {
    let mut values = (0..column.len()).map(|row| value_at(column, data_type, row));
    let Some(first) = values.next() else { return Vec::new() };
    let (mut least, mut greatest) = (first.clone(), first);
    for value in values {
        match compare_values(&value, &least) {
            Some(Ordering::Less) => least = value,
            _ if compare_values(&value, &greatest) == Some(Ordering::Greater) => greatest = value,
            _ => {}
        }
    }
    vec![least, greatest]
}

/// `operands operator ANY (rows)` for each row, or its opposite.
fn quantified(
    operator: Comparison,
    negated: bool,
    operands: &[ArrayRef],
    answers: &[Answer],
    rows: usize,
) -> SqlResult<Column> {
    let mut builder = BooleanBuilder::with_capacity(rows);
    // Uncorrelated: one set for all rows, looked up at once.
    let found = match answers {
        [Answer::Rows(set)] if operator == Comparison::Equal => Some(set.set.find(operands, rows)?),
        _ => None,
    };
    for row in 0..rows {
        let Some(Answer::Rows(set)) = answers.get(row).or(answers.first()) else {
            return Err(SqlError::bug("a subquery without rows"));
        };
        let answer = if set.batch.rows == 0 {
            Some(false)
        } else if operands.len() > 1 && (set.has_null || operands.iter().any(|operand| operand.is_null(row)))
        {
            rows_by_value(operator, operands, set, row)
        } else if operands.iter().any(|operand| operand.is_null(row)) {
            None
        } else if operator == Comparison::Equal {
            let group = match &found {
                Some(found) => found[row],
                None => {
                    let single: Vec<ArrayRef> =
                        operands.iter().map(|operand| operand.slice(row, 1)).collect();
                    set.set.find(&single, 1)?[0]
                }
            };
            match group {
                MISSING if set.has_null => None,
                group => Some(group != MISSING),
            }
        } else {
            any_by_value(operator, operands, set, row)
        };
        builder.append_option(answer.map(|answer| answer != negated));
    }
    Ok(Column::Rows(Arc::new(builder.finish())))
}

/// One operand against the set: all that an ordering asks is its ends.
fn any_by_value(operator: Comparison, operands: &[ArrayRef], set: &Rows, row: usize) -> Option<bool> {
    let [operand] = operands else { return rows_by_value(operator, operands, set, row) };
    let value = value_at(operand, set.types[0], row);
    let holds = set
        .ends
        .iter()
        .any(|end| compare_values(&value, end).is_some_and(|ordering| operator.holds(ordering)));
    if holds {
        return Some(true);
    }
    (!set.has_null).then_some(false)
}

/// Several operands are compared one after the other: the first difference decides. A NULL leaves it unknown,
/// but rows that surely differ somewhere are surely not equal.
fn rows_by_value(operator: Comparison, operands: &[ArrayRef], set: &Rows, row: usize) -> Option<bool> {
    let by_equality = matches!(operator, Comparison::Equal | Comparison::NotEqual);
    let mut unknown = false;
    for candidate in 0..set.batch.rows {
        let mut ordering = Some(Ordering::Equal);
        for ((operand, column), data_type) in operands.iter().zip(&set.batch.columns).zip(&set.types) {
            let next = || {
                compare_values(&value_at(operand, *data_type, row), &value_at(column, *data_type, candidate))
            };
            match ordering {
                Some(Ordering::Equal) => ordering = next(),
                None if by_equality => {
                    ordering = next().filter(|ordering| *ordering != Ordering::Equal);
                }
                _ => {}
            }
        }
        match ordering {
            Some(ordering) if operator.holds(ordering) => return Some(true),
            Some(_) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(false)
}
