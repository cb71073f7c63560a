//! Going somewhere: the list of labs, a lab's text, and the lab opened in the worker.

use std::rc::Rc;

use sandshift_prose::digest::Digest;
use sandshift_protocol::{LabSource, Request};

use super::Desk;
use crate::course::{Course, Lesson};
use crate::host;
use crate::route::{Route, SANDBOX};
use crate::store::{Action, Engine, Fetched};

impl Desk {
    pub fn go(&self, route: Route) {
        let lab = match &route {
            Route::Home => None,
            Route::Lab { id, .. } => Some(id.clone()),
        };
        self.act(Action::Went(route));
        match lab {
            Some(id) if self.inner.opened.borrow().as_ref() != Some(&id) => self.enter(&id),
            // A lab that is open is not entered again, whether or not it came with a course.
            None if matches!(self.state().course, Fetched::Waiting) => self.fetch_course(),
            _ => {}
        }
    }

    /// Fetches the list of labs, and the lab of the place if there is one.
    pub fn fetch_course(&self) {
        match &self.state().route {
            Route::Home => {
                let desk = self.clone();
                yew::platform::spawn_local(async move {
                    desk.course().await;
                });
            }
            Route::Lab { id, .. } => self.enter(id),
        }
    }

    async fn course(&self) -> Option<Rc<Course>> {
        if let Some(course) = self.state().course.there() {
            return Some(course.clone());
        }
        self.act(Action::CourseFetched(Fetched::Waiting));
        let read = match host::fetch_text(Course::INDEX).await {
            Ok(text) => Course::read(&text),
            Err(reason) => Err(reason),
        };
        match read {
            Ok(course) => {
                let course = Rc::new(course);
                self.act(Action::CourseFetched(Fetched::There(course.clone())));
                Some(course)
            }
            Err(reason) => {
                let told = (self.words().fetch_failed)(Course::INDEX, &reason);
                self.act(Action::CourseFetched(Fetched::Failed(told)));
                None
            }
        }
    }

    fn enter(&self, id: &str) {
        let visit = self.inner.visit.get() + 1;
        self.inner.visit.set(visit);
        *self.inner.opened.borrow_mut() = Some(id.to_owned());
        self.inner.kept.borrow_mut().clear();
        self.act(Action::LabEntered);
        if let Some(client) = self.client() {
            if matches!(self.state().engine, Engine::Absent) {
                self.act(Action::EngineMoved(Engine::Starting));
            }
            client.start();
        }
        let (desk, id) = (self.clone(), id.to_owned());
        if id == SANDBOX {
            if let Some(client) = self.client() {
                client.send(Request::Open { workspace: id, lab: None, start: None });
            }
            return;
        }
        yew::platform::spawn_local(async move {
            let lesson = desk.lesson(&id).await;
            if desk.inner.visit.get() != visit {
                return;
            }
            match lesson {
                Ok(lesson) => {
                    let lab = LabSource { id: id.clone(), files: lesson.files.clone() };
                    // The step that was open last time, before the worker knows it too: no jump later.
                    let last = host::progress(&id).and_then(|progress| lesson.steps().get(progress.open));
                    let last = last.map(|step| step.id.clone());
                    desk.act(Action::LessonFetched(Fetched::There(Rc::new(lesson))));
                    if let Some(step) = last {
                        desk.act(Action::StepOpened(step));
                    }
                    if let Some(client) = desk.client() {
                        client.send(Request::Open { workspace: id, lab: Some(lab), start: None });
                    }
                }
                Err(reason) => {
                    *desk.inner.opened.borrow_mut() = None;
                    desk.act(Action::LessonFetched(Fetched::Failed(reason)));
                }
            }
        });
    }

    async fn lesson(&self, id: &str) -> Result<Lesson, String> {
        let Some(course) = self.course().await else {
            return match &self.state().course {
                Fetched::Failed(reason) => Err(reason.clone()),
                Fetched::Waiting | Fetched::There(_) => Err(String::new()),
            };
        };
        let words = self.words();
        let entry = course.lab(id).ok_or_else(|| (words.no_such_lab)(id))?;
        // All at once: one after another would cost a round trip a file.
        let coming: Vec<_> = entry.files.iter().map(|file| (file, start(entry.address(file)))).collect();
        let mut files = Vec::new();
        for (file, coming) in coming {
            let text = coming
                .await
                .unwrap_or_else(|_| Err("interrupted".to_owned()))
                .map_err(|reason| (words.fetch_failed)(&entry.address(file), &reason))?;
            files.push((file.clone(), text));
        }
        if !entry.is_digested() {
            let digest = host::digest(&entry.id, &files).await?;
            files.push((Digest::FILE.to_owned(), digest));
        }
        Lesson::read(entry, files)
    }

    /// Goes to a place as a link would.
    pub fn go_to(&self, route: &Route) {
        set_hash(route);
    }

    /// Starts the engine again after it failed to come.
    pub fn restart(&self) {
        if let Some(client) = self.client() {
            client.stop();
        }
        self.act(Action::EngineMoved(Engine::Absent));
        *self.inner.opened.borrow_mut() = None;
        self.go(self.state().route.clone());
    }
}

/// Begins to fetch at once; the answer is awaited later.
fn start(address: String) -> futures_channel::oneshot::Receiver<Result<String, String>> {
    let (sender, receiver) = futures_channel::oneshot::channel();
    yew::platform::spawn_local(async move {
        // Nobody waits any more when the lab was left in the meantime.
        let _ = sender.send(host::fetch_text(&address).await);
    });
    receiver
}

/// Shows a place in the address; what listens there draws it.
pub(super) fn set_hash(route: &Route) {
    if let Some(window) = host::window() {
        // Setting a hash of our own cannot fail; the listener draws the new place.
        let _ = window.location().set_hash(&route.href());
    }
}
