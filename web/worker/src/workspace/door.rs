//! The warehouse's door: who comes in with a password, and what somebody who is in may do.

use sandshift_protocol::EventKind;

use super::Workspace;
use crate::access::access;

impl Workspace {
    /// A login takes the place of the session the page had open as that user, as a client that connects anew.
    pub(super) fn login(&mut self, id: u32, user: &str, password: &str) {
        match self.connect(user, Some(password)) {
            Ok(session) => {
                let name = self.there(|workspace| {
                    let sandbox = &workspace.sandbox;
                    let principals = &sandbox.warehouse.committed.principals;
                    let known = sandbox.session(session).and_then(|session| principals.user(session.user));
                    known.map_or_else(|| user.to_owned(), |known| known.name.to_string())
                });
                self.sit_down(&name, session);
                self.changed = true;
                // First the answer, because whoever asked takes the first event for it.
                self.tell(id, EventKind::LoggedIn { user: name });
                self.tell_account(id);
            }
            Err(error) => {
                let error = self.failure(&error, "");
                self.tell(id, EventKind::LoginRefused { error });
            }
        }
    }

    pub(super) fn tell_access(&mut self, id: u32, user: &str) {
        match self.there(|workspace| access(&workspace.sandbox, user)) {
            Some(access) => self.tell(id, EventKind::Access { access }),
            None => self.refuse(id, &format!("user \"{user}\" does not exist"), None),
        }
    }
}
