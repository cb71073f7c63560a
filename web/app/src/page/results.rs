//! What is asked of the worker about results and names: rows to show, files to save, words to complete.

use sandshift_protocol::{Access, EventKind, ExportFormat, Request};

use super::Desk;
use crate::host;
use crate::store::Action;

impl Desk {
    pub fn export_result(&self, result: u32, format: ExportFormat) {
        let Some(client) = self.client() else { return };
        let (ending, kind) = match format {
            ExportFormat::Csv => ("csv", "text/csv;charset=utf-8"),
            ExportFormat::Json => ("json", "application/json"),
        };
        let (desk, name) = (self.clone(), format!("result-{result}.{ending}"));
        client.ask(Request::Export { result, format }, move |answer| match answer {
            EventKind::Exported { text } => desk.saved(&name, host::save_text(&name, kind, &text)),
            other => desk.act(Action::Heard(sandshift_protocol::Event { id: 0, event: other })),
        });
    }

    pub fn copy_result(&self, result: u32) {
        let Some(client) = self.client() else { return };
        let desk = self.clone();
        client.ask(Request::Export { result, format: ExportFormat::Csv }, move |answer| match answer {
            EventKind::Exported { text } => desk.copy(text),
            other => desk.act(Action::Heard(sandshift_protocol::Event { id: 0, event: other })),
        });
    }

    /// Rows of a result, for the grid.
    pub fn rows(
        &self,
        result: u32,
        from: u64,
        count: u32,
        give: impl FnOnce(u64, Vec<Vec<Option<String>>>) + 'static,
    ) {
        let Some(client) = self.client() else { return };
        let desk = self.clone();
        client.ask(Request::Rows { result, from, count }, move |answer| match answer {
            EventKind::Rows { from, rows, .. } => give(from, rows),
            other => desk.act(Action::Heard(sandshift_protocol::Event { id: 0, event: other })),
        });
    }

    /// What a user is and may do.
    pub fn access(&self, user: String, give: impl FnOnce(Access) + 'static) {
        let Some(client) = self.client().filter(|_| self.state().is_ready()) else { return };
        client.ask(Request::Access { user }, move |answer| {
            if let EventKind::Access { access } = answer {
                give(access);
            }
        });
    }

    /// What this user may see, as JSON, for completion.
    pub fn names(&self, give: impl FnOnce(String) + 'static) {
        let state = self.state();
        let Some(client) = self.client().filter(|_| state.is_ready()) else { return give("[]".to_owned()) };
        client.ask(Request::Names { user: state.user.clone() }, move |answer| {
            give(match answer {
                EventKind::Names { names } => serde_json::to_string(&names).unwrap_or_default(),
                _ => "[]".to_owned(),
            });
        });
    }
}
