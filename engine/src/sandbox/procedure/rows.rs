//! Rows that a loop or a cursor takes one by one from a query that goes on running between two of them.

use std::sync::Arc;

use super::frame::Row;
use super::operation::{frame, scalar};
use super::{Call, Flow};
use crate::sandbox::Sandbox;
use crate::sandbox::statement::Running;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::array::value_at;
use crate::sql::outcome::{Batch, Step};
use crate::sql::plan::Field;
use crate::sql::procedure::{Kind, RowsFrom, Target};
use crate::sql::session::{Cursor, CursorRows, SessionId};
use crate::sql::statement::{ParsedStatement, Statement};
use crate::sql::{parse, procedure};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::value::Value;

/// A query on its way, and the batch it answered with last.
pub(super) struct Rows {
    running: Option<Box<Running>>,
    fields: Vec<Field>,
    batch: Option<Batch>,
    at: usize,
    /// What is kept for the caller.
    kept: Vec<Batch>,
    /// Whether there was a row at all.
    pub any: bool,
}

impl Rows {
    pub fn blank(&self) -> Row {
        super::frame::blank(&self.fields)
    }
}

pub(super) enum Fetched {
    Row(Row),
    End,
    /// The query has work to do first.
    Again,
}

impl Sandbox {
    /// Begins the query of a loop or cursor.
    pub(super) fn begin_rows(
        &mut self,
        call: &mut Call,
        id: SessionId,
        from: &RowsFrom,
        cursor: Option<usize>,
    ) -> SqlResult<Rows> {
        let frame = call.frames.last().ok_or_else(|| SqlError::bug("rows outside a procedure"))?;
        let scope = frame.line()?.scope;
        let variables = frame.variables(scope);
        let (statement, variables) = match from {
            RowsFrom::Query(statement) => (statement.clone(), variables),
            RowsFrom::Text(slot) => (Arc::new(self.dynamic_query(call, id, *slot)?), Default::default()),
            RowsFrom::Bound => {
                let bound = cursor.and_then(|slot| frame.program.variables.get(slot));
                let Some(procedure::Variable { kind: Kind::Cursor(Some(bound)), .. }) = bound else {
                    return Err(SqlError::bug("a cursor without a query"));
                };
                (bound.query.clone(), variables)
            }
        };
        let running = self.start_inner(call, id, &statement, variables)?;
        let fields = running.fields().to_vec();
        Ok(Rows {
            running: Some(Box::new(running)),
            fields,
            batch: None,
            at: 0,
            kept: Vec::new(),
            any: false,
        })
    }

    fn dynamic_query(&mut self, call: &mut Call, id: SessionId, slot: usize) -> SqlResult<ParsedStatement> {
        let text = self.text_of(call, id, slot)?;
        let statement = parse::parse_as(&text, self.name_case(id))?.into_iter().next();
        match statement {
            Some(statement) if matches!(statement.statement, Statement::Query(_)) => Ok(statement),
            _ => Err(SqlError::product("42601", "a cursor or a loop over rows takes a SELECT")),
        }
    }

    /// The next row; a bounded piece of work.
    pub(super) fn fetch(&mut self, rows: &mut Rows) -> SqlResult<Fetched> {
        if let Some(batch) = &rows.batch {
            if rows.at < batch.rows {
                let cells = rows.fields.iter().zip(&batch.columns);
                let row = cells
                    .map(|(field, column)| {
                        let value = value_at(column, field.data_type, rows.at);
                        (field.name.clone(), field.data_type, value)
                    })
                    .collect();
                rows.at += 1;
                rows.any = true;
                return Ok(Fetched::Row(row));
            }
            rows.batch = None;
        }
        let Some(running) = &mut rows.running else { return Ok(Fetched::End) };
        match self.step(running)? {
            Step::Running(_) | Step::Waiting(_) => Ok(Fetched::Again),
            Step::Rows(batch) => {
                (rows.batch, rows.at) = (Some(batch), 0);
                self.fetch(rows)
            }
            Step::Done(_) => {
                rows.running = None;
                Ok(Fetched::End)
            }
        }
    }

    /// A procedure called in a transaction block leaves the cursors that it did not close to the caller (Developer
    /// Guide, "Returning a result set from a stored procedure"): their rows are read, a batch at a time, and kept.
    pub(super) fn keep_cursors(&mut self, call: &mut Call, id: SessionId) -> SqlResult<Flow> {
        let Some((name, mut rows)) = call.cursors.pop_first() else { return Ok(Flow::Finished) };
        if let Some(batch) = rows.batch.take() {
            let left = batch.rows - rows.at;
            let columns = batch.columns.iter().map(|column| column.slice(rows.at, left)).collect();
            rows.kept.push(Batch { columns, rows: left });
            rows.at = 0;
        }
        if let Some(running) = &mut rows.running {
            match self.step(running)? {
                Step::Running(_) | Step::Waiting(_) => {}
                Step::Rows(batch) => rows.batch = Some(batch),
                Step::Done(_) => rows.running = None,
            }
            call.cursors.insert(name, rows);
            return Ok(Flow::Again);
        }
        let declared = self.clock.now();
        let session = self.sessions.get_mut(&id).ok_or_else(|| SqlError::bug("a call without a session"))?;
        if let Some(cursors) = session.cursors() {
            let rows = CursorRows { fields: rows.fields, batches: Arc::new(rows.kept) };
            let cursor = Cursor { query: None, rows: Some(rows), declared, position: 0 };
            cursors.insert(Identifier::fold(&name), cursor);
        }
        Ok(Flow::Again)
    }

    pub(super) fn cursor_name(&mut self, call: &mut Call, id: SessionId, slot: usize) -> SqlResult<String> {
        if scalar(call, slot).0.is_null() {
            let name = &frame(call)?.program.variables[slot].name;
            return Err(SqlError::product("22004", format!("cursor variable \"{name}\" is NULL")));
        }
        self.text_of(call, id, slot)
    }

    /// A cursor without a name gets one.
    pub(super) fn open(
        &mut self,
        call: &mut Call,
        id: SessionId,
        cursor: usize,
        from: &RowsFrom,
    ) -> SqlResult<()> {
        let (value, data_type) = scalar(call, cursor);
        let name = if value.is_null() {
            call.unnamed += 1;
            let name = format!("<unnamed portal {}>", call.unnamed);
            let value = Value::string(name.as_str());
            self.assign(call, id, &Target::Variable(cursor), value, data_type)?;
            name
        } else {
            self.text_of(call, id, cursor)?
        };
        let declared = self.sessions.get_mut(&id).and_then(|session| session.cursors());
        let taken = declared.is_some_and(|declared| declared.contains_key(&Identifier::fold(&name)));
        if taken || call.cursors.contains_key(&name) {
            return Err(SqlError::product("42P03", format!("cursor \"{name}\" already in use")));
        }
        let rows = self.begin_rows(call, id, from, Some(cursor))?;
        call.cursors.insert(name, rows);
        Ok(())
    }
}
