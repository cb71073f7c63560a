//! What each operation of a procedure does.

use std::sync::Arc;

use super::frame::{Row, blank, convert};
use super::rows::Fetched;
use super::{Call, Flow, Gathered};
use crate::sandbox::Sandbox;
use crate::sql::bind::{self, Scope};
use crate::sql::commands::CommandContext;
use crate::sql::error::{Span, SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::array::value_at;
use crate::sql::execute::constant;
use crate::sql::execute::display::display_value;
use crate::sql::outcome::Step;
use crate::sql::parse;
use crate::sql::procedure::{Into, Kind, Level, Line, Operation, Target, Value as Text};
use crate::sql::session::SessionId;
use crate::sql::statement::{ParsedStatement, Statement};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

impl Sandbox {
    /// One operation, or a piece of the statement that it waits for.
    pub(super) fn operate(&mut self, call: &mut Call, id: SessionId) -> SqlResult<Flow> {
        if call.child.is_some() && !self.step_child(call, id)? {
            return Ok(Flow::Again);
        }
        let frame = call.frames.last().ok_or_else(|| SqlError::bug("a call without a procedure"))?;
        let (program, at) = (frame.program.clone(), frame.next);
        let Some(line) = program.lines.get(at) else {
            return Err(SqlError::bug("a procedure ran past its end"));
        };
        self.run(call, id, line, at)
    }

    /// True when the statement is done.
    fn step_child(&mut self, call: &mut Call, id: SessionId) -> SqlResult<bool> {
        let Some(child) = &mut call.child else { return Ok(true) };
        match self.step(child)? {
            Step::Running(_) | Step::Waiting(_) => Ok(false),
            Step::Rows(batch) => {
                if call.gathered.first.is_none() && batch.rows > 0 {
                    let cells = child.fields().iter().zip(&batch.columns);
                    let row = cells.map(|(field, column)| {
                        (field.name.clone(), field.data_type, value_at(column, field.data_type, 0))
                    });
                    call.gathered.first = Some(row.collect());
                }
                call.gathered.rows += batch.rows as u64;
                Ok(false)
            }
            Step::Done(completion) => {
                call.child = None;
                call.notices.extend(completion.notices);
                call.gathered.affected = completion.rows_affected;
                let gathered = &mut call.gathered;
                gathered.first = gathered.first.take().or_else(|| completion.fields.as_deref().map(blank));
                call.answer = Some(std::mem::take(&mut call.gathered));
                self.reopen(call, id);
                Ok(true)
            }
        }
    }

    fn run(&mut self, call: &mut Call, id: SessionId, line: &Line, at: usize) -> SqlResult<Flow> {
        let mut next = at + 1;
        match &line.operation {
            Operation::Jump(to) => next = *to,
            Operation::Declare(slot) => self.declare(call, id, *slot)?,
            Operation::Assign { to, value } => match self.value(call, id, value, line.scope)? {
                Some((value, from)) => self.assign(call, id, to, value, from)?,
                None => return Ok(Flow::On),
            },
            Operation::Unless { condition, to } => {
                let (value, from) = scalar(call, *condition);
                let held = convert(value, from, DataType::Boolean, self.lend_evaluation(call, id)?)?;
                if held != Value::Boolean(true) {
                    next = *to;
                }
            }
            Operation::Sql { statement, into, perform } => {
                let Some(answer) = call.answer.take() else {
                    let variables = frame(call)?.variables(line.scope);
                    self.run_statement(call, id, statement, variables)?;
                    return Ok(Flow::On);
                };
                self.answered(call, id, answer, into, *perform)?;
            }
            Operation::Execute { text, into } => {
                let statement = match call.answer.take() {
                    None => {
                        let text = self.text_of(call, id, *text)?;
                        call.queue = parse::parse_as(&text, self.name_case(id))?.into();
                        call.queue.pop_front()
                    }
                    Some(answer) => match call.queue.pop_front() {
                        None => {
                            self.answered(call, id, answer, into, into.is_none())?;
                            None
                        }
                        next => next,
                    },
                };
                if let Some(statement) = statement {
                    self.run_statement(call, id, &statement, Arc::default())?;
                    return Ok(Flow::On);
                }
            }
            Operation::Count { variable, from } => {
                let (value, data_type) = scalar(call, *from);
                if value.is_null() {
                    return Err(SqlError::product("22004", "lower bound of FOR loop cannot be NULL"));
                }
                self.assign(call, id, &Target::Variable(*variable), value, data_type)?;
                frame_mut(call)?.found = false;
            }
            Operation::Past { variable, to, reverse, done } => {
                let (bound, from) = scalar(call, *to);
                if bound.is_null() {
                    return Err(SqlError::product("22004", "upper bound of FOR loop cannot be NULL"));
                }
                let bound = convert(bound, from, DataType::BigInt, self.lend_evaluation(call, id)?)?;
                let (now, bound) = (whole(&scalar(call, *variable).0), whole(&bound));
                if if *reverse { now < bound } else { now > bound } {
                    next = *done;
                } else {
                    frame_mut(call)?.found = true;
                }
            }
            Operation::Add { variable, by, reverse } => {
                let step = match by {
                    None => 1,
                    Some(by) => {
                        let (value, from) = scalar(call, *by);
                        whole(&convert(value, from, DataType::BigInt, self.lend_evaluation(call, id)?)?)
                    }
                };
                if step <= 0 {
                    return Err(SqlError::product("22023", "BY value of FOR loop must be greater than zero"));
                }
                let step = if *reverse { -step } else { step };
                let sum = whole(&scalar(call, *variable).0) + step;
                self.assign(call, id, &Target::Variable(*variable), Value::BigInt(sum), DataType::BigInt)?;
            }
            Operation::Rows { source, from } => {
                let rows = self.begin_rows(call, id, from, None)?;
                if let Some(place) = frame_mut(call)?.rows.get_mut(*source) {
                    *place = Some(rows);
                }
            }
            Operation::Next { source, into, done } => {
                let place = frame_mut(call)?.rows.get_mut(*source).and_then(Option::take);
                let mut rows = place.ok_or_else(|| SqlError::bug("a loop over no rows"))?;
                let fetched = self.fetch(&mut rows);
                let any = rows.any;
                if let Some(place) = frame_mut(call)?.rows.get_mut(*source) {
                    *place = Some(rows);
                }
                match fetched? {
                    Fetched::Again => return Ok(Flow::Again),
                    Fetched::End => {
                        frame_mut(call)?.found = any;
                        next = *done;
                    }
                    Fetched::Row(row) => self.assign_row(call, id, into, Some(row))?,
                }
            }
            Operation::EndRows { source } => {
                let frame = frame_mut(call)?;
                if let Some(rows) = frame.rows.get_mut(*source).and_then(Option::take) {
                    frame.found = rows.any;
                }
            }
            Operation::Open { cursor, from } => self.open(call, id, *cursor, from)?,
            Operation::Fetch { cursor, into } => {
                let name = self.cursor_name(call, id, *cursor)?;
                let missing = || SqlError::product("34000", format!("cursor \"{name}\" does not exist"));
                let mut rows = call.cursors.remove(&name).ok_or_else(missing)?;
                let (fetched, nothing) = (self.fetch(&mut rows), rows.blank());
                call.cursors.insert(name, rows);
                match fetched? {
                    Fetched::Again => return Ok(Flow::Again),
                    Fetched::End => {
                        self.assign_row(call, id, into, Some(nothing))?;
                        frame_mut(call)?.found = false;
                    }
                    Fetched::Row(row) => {
                        self.assign_row(call, id, into, Some(row))?;
                        frame_mut(call)?.found = true;
                    }
                }
            }
            Operation::Close { cursor } => {
                let name = self.cursor_name(call, id, *cursor)?;
                if call.cursors.remove(&name).is_none() {
                    return Err(SqlError::product("34000", format!("cursor \"{name}\" does not exist")));
                }
            }
            Operation::Raise { level, format, arguments } => {
                let message = message(call, format, arguments);
                self.record_message(call, id, *level, &message, line.number);
                match level {
                    Level::Exception => return Err(SqlError::product("P0001", message)),
                    Level::Debug | Level::Log => {}
                    level => call.notices.push(format!("{}:  {message}", level.name())),
                }
            }
            Operation::RaiseAgain => {
                let error = frame(call)?.handling.last().map(|handling| handling.error.clone());
                return Err(error.unwrap_or_else(|| SqlError::bug("RAISE of no error")));
            }
            Operation::RowCount(targets) => {
                let count = frame(call)?.row_count;
                for target in targets {
                    self.assign(call, id, target, Value::BigInt(count), DataType::BigInt)?;
                }
            }
            Operation::Call { name, arguments } => {
                let given = arguments.iter().map(|(slot, _)| scalar(call, *slot)).collect();
                frame_mut(call)?.next = next;
                let targets = arguments.iter().map(|(_, target)| target.clone()).collect();
                let entered = self.enter(call, id, name, given, targets);
                if entered.is_err() {
                    frame_mut(call)?.next = at;
                }
                return entered.map(|()| Flow::On);
            }
            Operation::Return => return self.leave(call, id),
            Operation::Guard { handler, after, resumes } => {
                let frame = frame_mut(call)?;
                let handled = frame.handling.len();
                let guard =
                    super::frame::Guard { handler: *handler, after: *after, resumes: *resumes, handled };
                frame.guards.push(guard);
            }
            Operation::Unguard => {
                frame_mut(call)?.guards.pop();
            }
            Operation::Handled => return self.handled(call, id),
            Operation::Commit => {
                call.must_not_be_atomic("COMMIT")?;
                call.cursors = Default::default();
                self.forget_evaluation(call, id);
                self.commit_open(id)?;
                self.reopen(call, id);
            }
            Operation::Rollback => {
                call.must_not_be_atomic("ROLLBACK")?;
                call.cursors = Default::default();
                self.forget_evaluation(call, id);
                if let Some(session) = self.sessions.get_mut(&id) {
                    session.transaction = crate::sql::session::Transaction::None;
                }
                self.reopen(call, id);
            }
            Operation::CaseNotFound => {
                return Err(SqlError::new(SqlErrorKind::Product {
                    state: "20000",
                    message: "case not found".to_owned(),
                    detail: None,
                    hint: Some("CASE statement is missing ELSE part.".to_owned()),
                }));
            }
        }
        frame_mut(call)?.next = next;
        Ok(Flow::On)
    }

    /// The end of a procedure: its outputs go to the caller, or are the answer.
    fn leave(&mut self, call: &mut Call, id: SessionId) -> SqlResult<Flow> {
        if !frame(call)?.handling.is_empty() && frame(call)?.owns {
            // RETURN in a handler ends it.
            return self.handled(call, id);
        }
        self.forget_evaluation(call, id);
        if frame(call)?.owns {
            self.commit_open(id)?;
        }
        let Some(left) = call.frames.pop() else { return Err(SqlError::bug("a procedure was left twice")) };
        self.restore_settings(&left, id);
        let row = left.output();
        let user = call.effective_user();
        if let Some(session) = self.sessions.get_mut(&id) {
            session.user = user;
        }
        if call.frames.is_empty() {
            call.output = Some(row);
            return Ok(Flow::Finished);
        }
        self.record_nested(call, id, &left);
        self.reopen(call, id);
        let inputs = left.routine.inputs().collect::<Vec<_>>();
        let outputs = inputs.iter().zip(&left.outputs).filter(|(argument, _)| argument.is_output());
        let targets: Vec<Option<Target>> = outputs.map(|(_, target)| target.clone()).collect();
        for (target, (_, data_type, value)) in targets.into_iter().zip(row) {
            if let Some(target) = target {
                self.assign(call, id, &target, value, data_type)?;
            }
        }
        Ok(Flow::On)
    }

    /// What a statement answered: into variables, or nowhere.
    fn answered(
        &mut self,
        call: &mut Call,
        id: SessionId,
        answer: Gathered,
        into: &Into,
        thrown_away: bool,
    ) -> SqlResult<()> {
        if answer.is_query && into.is_none() && !thrown_away {
            return Err(SqlError::new(SqlErrorKind::Product {
                state: "42601",
                message: "query has no destination for result data".to_owned(),
                detail: None,
                hint: Some("If you want to discard the results, use PERFORM instead.".to_owned()),
            }));
        }
        let rows = answer.affected.unwrap_or(answer.rows);
        // INTO takes one row.
        let rows = if into.is_some() { rows.min(1) } else { rows };
        let frame = frame_mut(call)?;
        frame.row_count = rows as i64;
        frame.found = rows > 0;
        match into {
            Some(targets) => self.assign_row(call, id, targets, answer.first),
            None => Ok(()),
        }
    }

    /// An expression's value; `None` while a query is run for it.
    fn value(
        &mut self,
        call: &mut Call,
        id: SessionId,
        text: &Text,
        scope: usize,
    ) -> SqlResult<Option<(Value, DataType)>> {
        if let Some(answer) = call.answer.take() {
            if answer.rows > 1 {
                let message = format!("query \"SELECT {}\" returned more than one row", text.text);
                return Err(SqlError::product("21000", message));
            }
            let cell = answer.first.unwrap_or_default().into_iter().next();
            return Ok(Some(cell.map_or((Value::Null, DataType::Unknown), |(_, from, value)| (value, from))));
        }
        let variables = frame(call)?.variables(scope);
        let manifest = self.readable(id)?;
        let Some(session) = self.sessions.get_mut(&id) else {
            return Err(SqlError::bug("a call without a session"));
        };
        session.inside.variables = variables.clone();
        let bound = bind::value(
            &text.query,
            Scope { manifest: &manifest, session, statement_text: "", outside: None },
        );
        session.inside.variables = Arc::default();
        match bound? {
            Some(expression) => {
                let data_type = expression.data_type();
                Ok(Some((constant(&expression, self.lend_evaluation(call, id)?)?, data_type)))
            }
            None => {
                let statement = ParsedStatement {
                    statement: Statement::Query(text.query.clone()),
                    span: Span { start: 0, end: 0 },
                    text: format!("SELECT {}", text.text),
                };
                self.run_statement(call, id, &statement, variables)?;
                Ok(None)
            }
        }
    }

    pub(super) fn assign(
        &mut self,
        call: &mut Call,
        id: SessionId,
        to: &Target,
        value: Value,
        from: DataType,
    ) -> SqlResult<()> {
        self.lend_evaluation(call, id)?;
        match (call.frames.last_mut(), &mut call.evaluation) {
            (Some(frame), Some(evaluation)) => frame.assign(to, value, from, evaluation),
            _ => Err(SqlError::bug("an assignment outside a procedure")),
        }
    }

    fn assign_row(
        &mut self,
        call: &mut Call,
        id: SessionId,
        to: &[Target],
        row: Option<Row>,
    ) -> SqlResult<()> {
        self.lend_evaluation(call, id)?;
        match (call.frames.last_mut(), &mut call.evaluation) {
            (Some(frame), Some(evaluation)) => frame.assign_row(to, row, evaluation),
            _ => Err(SqlError::bug("an assignment outside a procedure")),
        }
    }

    fn declare(&mut self, call: &mut Call, id: SessionId, slot: usize) -> SqlResult<()> {
        let frame = frame_mut(call)?;
        let kind = frame.program.variables.get(slot).map(|variable| &variable.kind);
        if !matches!(kind, Some(Kind::TypeOf(..) | Kind::RowOf(_))) {
            return frame.declare(slot, &|_| Err(SqlError::bug("a type that needs no relation")));
        }
        let manifest = self.readable(id)?;
        let mut manifest = (*manifest).clone();
        let now = self.clock.now();
        let Some(session) = self.sessions.get_mut(&id) else {
            return Err(SqlError::bug("a call without a session"));
        };
        let next_block = &mut self.warehouse.next_block;
        let context =
            CommandContext { manifest: &mut manifest, session, now, connected: Vec::new(), next_block };
        frame_mut(call)?.declare(slot, &|name| context.relation(name))
    }

    /// The text in a variable, for EXECUTE.
    pub(super) fn text_of(&mut self, call: &mut Call, id: SessionId, slot: usize) -> SqlResult<String> {
        let (value, from) = scalar(call, slot);
        if value.is_null() {
            return Err(SqlError::product("22004", "cannot EXECUTE a null querystring"));
        }
        let text = DataType::Varchar(DataType::VARCHAR_MAX);
        match convert(value, from, text, self.lend_evaluation(call, id)?)? {
            Value::String(text) => Ok(text.to_string()),
            _ => Err(SqlError::bug("a text that is none")),
        }
    }
}

pub(super) fn frame(call: &Call) -> SqlResult<&super::frame::Frame> {
    call.frames.last().ok_or_else(|| SqlError::bug("a call without a procedure"))
}

fn frame_mut(call: &mut Call) -> SqlResult<&mut super::frame::Frame> {
    call.frames.last_mut().ok_or_else(|| SqlError::bug("a call without a procedure"))
}

pub(super) fn scalar(call: &Call, slot: usize) -> (Value, DataType) {
    call.frames.last().map_or((Value::Null, DataType::Unknown), |frame| frame.scalar(slot))
}

fn whole(value: &Value) -> i64 {
    match value {
        Value::SmallInt(number) => i64::from(*number),
        Value::Integer(number) => i64::from(*number),
        Value::BigInt(number) => *number,
        _ => 0,
    }
}

/// RAISE's text with its values in place of `%`.
fn message(call: &Call, format: &str, arguments: &[usize]) -> String {
    let mut message = String::with_capacity(format.len());
    let mut arguments = arguments.iter();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        message.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            message.push('%');
            rest = after;
        } else if let Some(slot) = arguments.next() {
            let (value, data_type) = scalar(call, *slot);
            // PostgreSQL 8's word for NULL here.
            message.push_str(&display_value(&value, data_type).unwrap_or_else(|| "<NULL>".to_owned()));
        }
    }
    message.push_str(rest);
    message
}
