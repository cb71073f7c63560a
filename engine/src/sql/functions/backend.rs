//! The functions that reach into other sessions: they stop a statement or a session, or give either a priority.

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;

use super::column::{build_nullable, build_text};
use super::signature::Parameter::{Integer, Text};
use super::signature::{Answer, Entry};
use super::{Call, session};
use crate::sql::commands::cancel;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::{EvaluationContext, Ranked, Signal};
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
    Entry::fixed("change_query_priority", &[Integer, Text], Answer::Text, |call, context| {
        rank(call, context, 'q')
    })
    .impure(),
    Entry::fixed("change_session_priority", &[Integer, Text], Answer::Text, |call, context| {
        rank(call, context, 's')
    })
    .impure(),
    Entry::fixed("change_user_priority", &[Text, Text], Answer::Text, |call, context| {
        rank(call, context, 'u')
    })
    .impure(),
];

const PRIORITIES: [&str; 6] = ["Critical", "Highest", "High", "Normal", "Low", "Lowest"];

/// The answers are the guide's; every refusal's words are unconfirmed.
fn rank(call: &Call<'_>, context: &mut EvaluationContext<'_>, kind: char) -> SqlResult<ArrayRef> {
    let numbers = if kind == 'u' { None } else { Some(call.primitive::<Int32Type>(0)?) };
    let names = if kind == 'u' { Some(call.text(0)?) } else { None };
    let written = call.text(1)?;
    let nulls = call.nulls();
    let own = session::setting(context, "pg_backend_pid").and_then(|own| own.parse().ok()).unwrap_or(0);
    let refused = |state, message: String| Err(SqlError::product(state, message));
    build_text(call, |row, out| {
        let Some(written) =
            written.get(row).filter(|_| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)))
        else {
            return Ok(None);
        };
        let evaluation = &mut *context.evaluation;
        let (principals, backends) = (&evaluation.manifest.principals, &mut evaluation.backends);
        if !principals.is_superuser(evaluation.user) {
            return refused("42501", "must be superuser to change priorities".to_owned());
        }
        let level = PRIORITIES.into_iter().find(|level| level.eq_ignore_ascii_case(written));
        if level.is_none() && !(kind == 'u' && written.eq_ignore_ascii_case("reset")) {
            return refused("22023", format!("invalid priority \"{written}\""));
        }
        let name = names.as_ref().and_then(|names| names.get(row)).unwrap_or_default();
        let number = match (kind, &numbers) {
            ('u', _) => principals.user_called(name).map(|user| i64::from(user.id.0)),
            (_, Some(numbers)) if kind == 's' && numbers.value(row) == -1 => Some(own),
            (_, Some(numbers)) => Some(i64::from(numbers.value(row))),
            _ => None,
        };
        let running = backends.running.iter().find(|one| Some(one.query) == number).copied();
        let there = match kind {
            'u' => number.is_some(),
            's' => backends.open.iter().any(|(open, _)| Some(i64::from(*open)) == number),
            _ => running.is_some(),
        };
        let (Some(number), true) = (number, there) else {
            return match kind {
                'u' => refused("42704", format!("user \"{name}\" does not exist")),
                's' => refused("XX000", "session does not exist".to_owned()),
                _ => refused("XX000", "query is neither running nor queued".to_owned()),
            };
        };
        let is_over = |(kind, number): Ranked| match kind {
            's' => !backends.open.iter().any(|(open, _)| i64::from(*open) == number),
            'q' => !backends.running.iter().any(|one| one.query == number),
            _ => false,
        };
        let critical = |(whom, level): &(Ranked, String)| {
            level == PRIORITIES[0] && *whom != (kind, number) && !is_over(*whom)
        };
        if level == Some(PRIORITIES[0]) && backends.ranks.iter().any(critical) {
            let message = "only one session, user, or query can run with the priority CRITICAL";
            return refused("XX000", message.to_owned());
        }
        let before = backends.rank((kind, number)).map(str::to_owned);
        let small = |level: &str| level.to_ascii_lowercase();
        let from = before.as_deref().map(|level| format!(" from {level}")).unwrap_or_default();
        out.push_str(&match (level, kind, running) {
            (None, ..) => format!("Succeeded to reset priority for user ({name})."),
            (Some(to), 'q', Some(running)) => {
                let from = backends.priority(&running);
                format!("Succeeded to change query priority. Priority changed from {from} to {to}.")
            }
            (Some(to), 's', _) => format!(
                "Succeeded to change session priority. Changed session (pid:{number}) priority{} to {}.",
                small(&from),
                small(to)
            ),
            (Some(to), ..) => format!(
                "Succeeded to change user priority. Changed user ({name}) priority{from} to {}.",
                small(to)
            ),
        });
        backends.signals.push((0, Signal::Rank((kind, number), level)));
        Ok(Some(()))
    })
}

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
