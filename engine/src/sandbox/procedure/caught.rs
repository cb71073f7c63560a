//! Errors in procedures: the handler that takes them, the transaction they cost, and the lines of CONTEXT.

use super::frame::{Frame, Handling};
use super::{Call, Flow};
use crate::sandbox::Sandbox;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::procedure::{Operation, RowsFrom};
use crate::sql::session::{SessionId, Transaction};
use crate::warehouse::routine::RoutineKind;

impl Sandbox {
    /// Gives an error to the innermost handler around it. What the transaction did is undone first, and the
    /// handler begins in a new one.
    ///
    /// # Errors
    /// The error itself where nobody handles it.
    pub(super) fn caught(&mut self, call: &mut Call, id: SessionId, error: SqlError) -> SqlResult<()> {
        let mut error = error;
        error.span = None;
        (call.child, call.answer) = (None, None);
        call.queue.clear();
        self.forget_evaluation(call, id);
        loop {
            let Some(frame) = call.frames.last_mut() else { return Err(error) };
            describe(frame, &mut error);
            if let Some(guard) = frame.guards.pop()
                && !matches!(*error.kind, SqlErrorKind::Canceled(_))
            {
                frame.handling.truncate(guard.handled);
                frame.handling.push(Handling { error, failed: frame.next, guard });
                frame.next = guard.handler;
                if let Some(session) = self.sessions.get_mut(&id) {
                    session.transaction = Transaction::None;
                }
                self.reopen(call, id);
                return Ok(());
            }
            if let Some(frame) = call.frames.pop() {
                self.restore_settings(&frame, id);
            }
            let user = call.effective_user();
            if let Some(session) = self.sessions.get_mut(&id) {
                session.user = user;
            }
        }
    }

    /// The end of a handler: in a NONATOMIC procedure life goes on; otherwise what the handler did is committed
    /// and the error thrown again.
    pub(super) fn handled(&mut self, call: &mut Call, id: SessionId) -> SqlResult<Flow> {
        let frame = call.frames.last_mut().ok_or_else(|| SqlError::bug("a handler outside a procedure"))?;
        let handling = frame.handling.pop().ok_or_else(|| SqlError::bug("a handler without an error"))?;
        if matches!(frame.routine.kind, RoutineKind::Procedure { nonatomic: true, .. }) {
            if handling.guard.resumes {
                frame.guards.push(handling.guard);
                frame.next = handling.failed + 1;
            } else {
                frame.next = handling.guard.after;
            }
            return Ok(Flow::On);
        }
        self.commit_open(id)?;
        self.reopen(call, id);
        let mut error = handling.error;
        // It has told where it happened already.
        error.around.push(AGAIN.to_owned());
        Err(error)
    }
}

/// Marks an error that is thrown again: its place in this procedure is told.
const AGAIN: &str = "\0";

fn describe(frame: &Frame, error: &mut SqlError) {
    if error.around.last().is_some_and(|last| last == AGAIN) {
        error.around.pop();
        return;
    }
    let Ok(line) = frame.line() else { return };
    let statement = match &line.operation {
        // The product does not tell where RAISE stands: whoever wrote the message knows.
        Operation::Raise { .. } | Operation::RaiseAgain => return,
        Operation::Sql { statement, .. } => Some(statement.text.clone()),
        Operation::Rows { from: RowsFrom::Query(statement), .. }
        | Operation::Open { from: RowsFrom::Query(statement), .. } => Some(statement.text.clone()),
        Operation::Execute { text, .. }
        | Operation::Rows { from: RowsFrom::Text(text), .. }
        | Operation::Open { from: RowsFrom::Text(text), .. } => match frame.scalar(*text).0 {
            crate::warehouse::value::Value::String(text) => Some(text.to_string()),
            _ => None,
        },
        Operation::Assign { value, .. } => Some(format!("SELECT {}", value.text)),
        _ => None,
    };
    let prefix = if error.around.is_empty() { "CONTEXT:  " } else { "" };
    let place =
        format!("PL/pgSQL function \"{}\" line {} at {}", frame.routine.name, line.number, line.called);
    match statement {
        Some(text) => {
            error.around.push(format!("{prefix}SQL statement \"{text}\""));
            error.around.push(place);
        }
        None => error.around.push(format!("{prefix}{place}")),
    }
}
