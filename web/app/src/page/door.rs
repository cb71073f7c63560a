//! Coming in by the warehouse's door: a name, a password, and its answer.

use sandshift_protocol::{EventKind, Request};

use super::Desk;
use crate::store::{Action, SignIn};

impl Desk {
    /// From the form, or with credentials at hand: then the form opens only to show a refusal.
    pub fn sign_in(&self, user: String, password: String) {
        let Some(client) = self.client().filter(|_| self.state().is_ready()) else { return };
        if self.state().sign_in.is_some() {
            self.act(Action::SignInAsked(Some(SignIn { user: user.clone(), waiting: true, refused: None })));
        }
        let desk = self.clone();
        client.ask(Request::Login { user: user.clone(), password }, move |answer| match answer {
            EventKind::LoggedIn { user } => {
                desk.act(Action::SignInAsked(None));
                desk.act(Action::UserChosen(user.clone()));
                desk.tell((desk.words().signed_in)(&user));
            }
            EventKind::LoginRefused { error } => {
                let refused = Some(error);
                desk.act(Action::SignInAsked(Some(SignIn { user, waiting: false, refused })));
            }
            other => {
                desk.act(Action::SignInAsked(None));
                desk.act(Action::Heard(sandshift_protocol::Event { id: 0, event: other }));
            }
        });
    }
}
