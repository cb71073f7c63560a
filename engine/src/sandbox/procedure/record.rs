//! What `svl_stored_proc_call` and `svl_stored_proc_messages` keep of a call.

use std::sync::Arc;

use super::Call;
use super::frame::Frame;
use crate::sandbox::Sandbox;
use crate::sandbox::history::push;
use crate::sql::procedure::Level;
use crate::sql::session::SessionId;
use crate::warehouse::value::Value;

impl Sandbox {
    /// One row for the call, when it is over.
    pub(super) fn record_call(&mut self, call: &Call, id: SessionId, aborted: bool) {
        self.record(call, id, aborted, (call.query, &call.text), None);
    }

    /// One row for a call of one procedure by another.
    pub(super) fn record_nested(&mut self, call: &Call, id: SessionId, frame: &Frame) {
        let text = format!("CALL {}", frame.routine.signature());
        self.warehouse.next_query += 1;
        let query = self.warehouse.next_query as i64;
        self.record(call, id, false, (query, &text), Some(call.query));
    }

    fn record(
        &mut self,
        call: &Call,
        id: SessionId,
        aborted: bool,
        (query, text): (i64, &str),
        from: Option<i64>,
    ) {
        let now = Value::Timestamp(self.clock.now().0);
        let Some(session) = self.sessions.get(&id) else { return };
        let row = vec![
            Value::Integer(call.user.0 as i32),
            Value::Integer(session.authenticated.0 as i32),
            Value::Integer(query as i32),
            Value::string(session.settings.get("query_group").map_or("default", String::as_str)),
            Value::BigInt(call.number),
            Value::Integer(id.0 as i32),
            Value::string(session.database.as_str()),
            Value::string(text),
            now.clone(),
            now,
            Value::Integer(i32::from(aborted)),
            from.map_or(Value::Null, |from| Value::Integer(from as i32)),
        ];
        push(Arc::make_mut(&mut self.warehouse.logs), "svl_stored_proc_call", row);
    }

    /// One row for a message of RAISE, if `stored_proc_log_min_messages` lets it through.
    pub(super) fn record_message(
        &mut self,
        call: &Call,
        id: SessionId,
        level: Level,
        message: &str,
        line: usize,
    ) {
        let Some(session) = self.sessions.get(&id) else { return };
        let least = session.settings.get("stored_proc_log_min_messages").map_or("LOG", String::as_str);
        let least = Level::NAMES.iter().find(|(name, _)| least.eq_ignore_ascii_case(name));
        if least.is_none_or(|(_, least)| number(level) < number(*least)) {
            return;
        }
        let transaction = Value::BigInt(call.number);
        let row = vec![
            Value::Integer(call.user.0 as i32),
            Value::Integer(session.authenticated.0 as i32),
            Value::Integer(id.0 as i32),
            transaction.clone(),
            Value::Integer(call.query as i32),
            Value::Timestamp(self.clock.now().0),
            Value::Integer(number(level)),
            Value::string(level.name()),
            Value::string(message),
            Value::Integer(line as i32),
            Value::string(call.text.as_str()),
            Value::string(session.settings.get("query_group").map_or("default", String::as_str)),
            Value::Integer(i32::from(level == Level::Exception)),
            transaction,
        ];
        push(Arc::make_mut(&mut self.warehouse.logs), "svl_stored_proc_messages", row);
    }
}

/// As the guide numbers the levels.
fn number(level: Level) -> i32 {
    match level {
        Level::Debug => 10,
        Level::Log => 20,
        Level::Info => 30,
        Level::Notice => 40,
        Level::Warning => 50,
        Level::Exception => 60,
    }
}
