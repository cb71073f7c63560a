//! The functions that stop another session's statement, or the session.

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;

use super::Call;
use super::column::build_nullable;
use super::signature::Parameter::Integer;
use super::signature::{Answer, Entry};
use crate::sql::commands::cancel;
use crate::sql::error::SqlResult;
use crate::sql::execute::{EvaluationContext, Signal};
use crate::warehouse::data_type::DataType;

const NUMBER: Answer = Answer::Type(DataType::Integer);

// That they take the numbers of STV tables' rows, too, is unconfirmed.
pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::fixed("pg_cancel_backend", &[Integer], NUMBER, |call, context| {
        send(call, context, &Signal::Cancel(None))
    })
    .impure(),
    Entry::fixed("pg_terminate_backend", &[Integer], NUMBER, |call, context| {
        send(call, context, &Signal::Terminate)
    })
    .impure(),
];

/// 1, or 0 where there is no such session. What is asked for happens when the statement has succeeded.
fn send(call: &Call<'_>, context: &mut EvaluationContext<'_>, signal: &Signal) -> SqlResult<ArrayRef> {
    let processes = call.primitive::<Int32Type>(0)?;
    let nulls = call.nulls();
    build_nullable::<Int32Type>(call, |row| {
        if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return Ok(None);
        }
        let process = processes.value(row);
        let evaluation = &mut *context.evaluation;
        let principals = &evaluation.manifest.principals;
        if !cancel::may_signal(i64::from(process), signal, evaluation.user, &evaluation.backends, principals)?
        {
            return Ok(Some(0));
        }
        evaluation.backends.signals.push((process as u32, signal.clone()));
        Ok(Some(1))
    })
}
