//! The workspace as a whole: back to where a step began, out to a file, in from one.

use sandshift_protocol::{EventKind, Request};

use super::Desk;
use crate::client::Client;
use crate::console::half;
use crate::host;
use crate::keep;
use crate::route::Route;
use crate::store::{Action, Question};

impl Desk {
    /// Does what was asked about.
    pub fn confirm(&self) {
        let state = self.state();
        let Some((client, question)) = self.client().zip(state.question.clone()) else { return };
        if question == Question::EraseAll {
            return self.erase_all(&client);
        }
        self.keep_now();
        self.act(Action::ResetStarted);
        let importing = matches!(question, Question::Import { .. });
        let words = state.language.words();
        let (request, told) = match question {
            Question::ResetStep { step } => (Request::ResetStep { step }, words.step_was_reset),
            Question::ResetLab => {
                let account = half("이 계정을 되돌렸습니다|Account reset", state.language);
                (Request::ResetLab, if state.route.is_sandbox() { account } else { words.lab_was_reset })
            }
            Question::Import { base64, .. } => {
                (Request::ImportWorkspace { base64: base64.to_string() }, words.imported)
            }
            Question::EraseAll => return,
        };
        let desk = self.clone();
        client.ask(request, move |answer| {
            let failed = matches!(
                answer,
                EventKind::Failed { .. } | EventKind::Recovered { .. } | EventKind::Unreadable { .. }
            );
            let opened = matches!(answer, EventKind::Opened { .. });
            if importing && opened {
                desk.act(Action::EditorsCleared);
            }
            desk.act(match answer {
                EventKind::Unreadable { why, .. } if importing => Action::NotImported(why),
                event => Action::Heard(sandshift_protocol::Event { id: 0, event }),
            });
            desk.act(Action::ResetEnded);
            if opened {
                *desk.inner.kept.borrow_mut() = keep::snapshot(&desk.state());
            }
            if !failed {
                desk.tell(told.to_owned());
            }
            desk.remember_progress();
        });
    }

    /// Everything goes that this browser keeps of the course; then the page begins as on the first day.
    fn erase_all(&self, client: &Client) {
        self.act(Action::ResetStarted);
        let desk = self.clone();
        client.start();
        client.ask(Request::EraseAll, move |answer| match answer {
            EventKind::Erased => {
                host::forget();
                host::reload();
            }
            // The list of labs, where this is asked, has no line for failures.
            EventKind::Failed { message, .. } => {
                desk.act(Action::ResetEnded);
                desk.tell(message);
            }
            other => desk.act(Action::Heard(sandshift_protocol::Event { id: 0, event: other })),
        });
    }

    pub fn export_workspace(&self) {
        let Some(client) = self.client() else { return };
        self.keep_now();
        let (desk, name) = (self.clone(), format!("{}.sandshift", self.lab_name()));
        client.ask(Request::ExportWorkspace, move |answer| match answer {
            EventKind::WorkspaceExported { base64 } => desk.saved(&name, save_base64(&name, &base64)),
            other => desk.act(Action::Heard(sandshift_protocol::Event { id: 0, event: other })),
        });
    }

    /// Saves what was done here as scripts that do it in a real account.
    pub fn export_takeout(&self) {
        let Some(client) = self.client() else { return };
        let (desk, name) = (self.clone(), format!("{}-aws.zip", self.lab_name()));
        client.ask(Request::ExportTakeout, move |answer| match answer {
            EventKind::WorkspaceExported { base64 } => desk.saved(&name, save_base64(&name, &base64)),
            other => desk.act(Action::Heard(sandshift_protocol::Event { id: 0, event: other })),
        });
    }

    /// Saves what was done here as the file that is handed in.
    pub fn export_submission(&self, learner: String) {
        let Some(client) = self.client() else { return };
        let (desk, name) = (self.clone(), format!("{}.submission.json", self.lab_name()));
        client.ask(Request::ExportSubmission { learner }, move |answer| match answer {
            EventKind::WorkspaceExported { base64 } => desk.saved(&name, save_base64(&name, &base64)),
            other => desk.act(Action::Heard(sandshift_protocol::Event { id: 0, event: other })),
        });
    }

    fn lab_name(&self) -> String {
        match &self.state().route {
            Route::Home => "sandshift".to_owned(),
            Route::Lab { id, .. } => format!("sandshift-{id}"),
        }
    }
}

fn save_base64(name: &str, base64: &str) -> Result<(), String> {
    let window = host::window().ok_or_else(|| "no window".to_owned())?;
    let binary = window.atob(base64).map_err(host::said)?;
    let bytes: Vec<u8> = binary.chars().map(|each| each as u8).collect();
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes.as_slice()));
    host::save_file(name, "application/octet-stream", &parts)
}
