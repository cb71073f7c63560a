//! The page's state together with what its actions make it do: fetch, send, store.
//!
//! Components get a [`Page`] from the context: a snapshot of the state to draw, and the verbs a person has.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use sandshift_protocol::{EventKind, ExportFormat, LabSource, Request};
use yew::prelude::*;

use crate::client::{Client, Heard};
use crate::course::{Course, Lesson};
use crate::host;
use crate::keep;
use crate::outcome::Run;
use crate::route::Route;
use crate::store::{Action, Call, Engine, Fetched, Notice, Question, State, Theme};
use crate::words::{Language, Words};

/// Milliseconds after the last change until it is kept.
const KEEP_AFTER: u32 = 250;
/// Milliseconds after which a run is slow enough to show progress and Cancel.
const SLOW_AFTER: u32 = 500;
/// Milliseconds a toast stays.
const TOAST: u32 = 4000;

/// What a component draws from and acts through.
#[derive(Clone)]
pub struct Page {
    pub state: Rc<State>,
    pub desk: Desk,
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }
}

impl Page {
    pub fn words(&self) -> &'static Words {
        self.state.language.words()
    }
}

/// The page in its context; every component below `App` has it.
#[hook]
pub fn use_page() -> Page {
    use_context::<Page>().unwrap_or_else(|| Page { state: Rc::default(), desk: Desk::default() })
}

/// Where actions are handed in.
#[derive(Clone)]
pub struct Desk {
    inner: Rc<Inner>,
}

struct Inner {
    state: RefCell<Rc<State>>,
    client: RefCell<Option<Client>>,
    redraw: Callback<()>,
    kept: RefCell<BTreeMap<String, String>>,
    keep_soon: RefCell<Option<Timeout>>,
    toast_ends: RefCell<Option<Timeout>>,
    /// The lab the worker has open.
    opened: RefCell<Option<String>>,
    /// Counts lab openings, so that an answer to an older one is not taken for this one's.
    visit: Cell<u32>,
}

impl PartialEq for Desk {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new(State::default(), Callback::noop())
    }
}

impl Desk {
    pub fn new(state: State, redraw: Callback<()>) -> Self {
        let inner = Rc::new(Inner {
            state: RefCell::new(Rc::new(state)),
            client: RefCell::default(),
            redraw,
            kept: RefCell::default(),
            keep_soon: RefCell::default(),
            toast_ends: RefCell::default(),
            opened: RefCell::default(),
            visit: Cell::new(0),
        });
        let desk = Self { inner };
        let ears = Rc::downgrade(&desk.inner);
        let client = Client::new(move |heard| {
            if let Some(inner) = ears.upgrade() {
                Self { inner }.hear(heard);
            }
        });
        *desk.inner.client.borrow_mut() = Some(client);
        desk
    }

    /// The state as it is now, which may be newer than what is drawn.
    pub fn state(&self) -> Rc<State> {
        self.inner.state.borrow().clone()
    }

    pub fn words(&self) -> &'static Words {
        self.state().language.words()
    }

    /// Lets something happen.
    pub fn act(&self, action: Action) {
        Rc::make_mut(&mut *self.inner.state.borrow_mut()).reduce(action);
        self.inner.redraw.emit(());
        self.keep_soon();
    }

    /// A callback that lets one thing happen.
    pub fn on<E: 'static>(&self, action: impl Fn(E) -> Action + 'static) -> Callback<E> {
        let desk = self.clone();
        Callback::from(move |event| desk.act(action(event)))
    }

    fn client(&self) -> Option<Client> {
        self.inner.client.borrow().clone()
    }

    // ---- places ----

    pub fn go(&self, route: Route) {
        let lab = match &route {
            Route::Home => None,
            Route::Lab { id, .. } => Some(id.clone()),
        };
        self.act(Action::Went(route));
        match lab {
            Some(id) if self.inner.opened.borrow().as_ref() != Some(&id) => self.enter(&id),
            _ if matches!(self.state().course, Fetched::Waiting) => self.fetch_course(),
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
                        client.send(Request::Open { workspace: id, lab: Some(lab) });
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
        Lesson::read(entry, files)
    }

    // ---- what the worker says ----

    fn hear(&self, heard: Heard) {
        match heard {
            Heard::Event(event) => {
                let ended = matches!(event.event, EventKind::Opened { .. });
                self.act(Action::Heard(event));
                if ended {
                    *self.inner.kept.borrow_mut() = keep::snapshot(&self.state());
                    if let Some(step) = self.state().open_step.clone() {
                        self.check(step);
                    }
                }
                self.remember_progress();
            }
            Heard::Download { loaded, total } => {
                let engine =
                    if loaded >= total { Engine::Starting } else { Engine::Downloading { loaded, total } };
                self.act(Action::EngineMoved(engine));
            }
            Heard::Broken(reason) => self.act(Action::EngineMoved(Engine::Failed(reason))),
        }
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

    // ---- keeping ----

    fn keep_soon(&self) {
        if self.state().engine != Engine::Ready || self.inner.keep_soon.borrow().is_some() {
            return;
        }
        let desk = self.clone();
        let timer = Timeout::new(KEEP_AFTER, move || desk.keep_now());
        *self.inner.keep_soon.borrow_mut() = Some(timer);
    }

    /// Sends what has changed since it was last kept.
    pub fn keep_now(&self) {
        self.inner.keep_soon.borrow_mut().take();
        let state = self.state();
        let Some(client) = self.client().filter(|_| state.engine == Engine::Ready) else { return };
        let now = keep::snapshot(&state);
        let mut kept = self.inner.kept.borrow_mut();
        for (key, value) in &now {
            if kept.get(key) != Some(value) {
                client.send(Request::Keep { key: key.clone(), value: value.clone() });
            }
        }
        // Results are left out while a script runs; what was kept of them stays kept.
        kept.extend(now);
    }

    fn remember_progress(&self) {
        let state = self.state();
        let Some(lesson) = state.lesson.there().filter(|_| !state.steps.is_empty()) else { return };
        let passed = lesson.steps().iter().map(|step| state.is_passed(&step.id)).collect();
        let open = state.open_step.as_ref().and_then(|step| lesson.place(step)).unwrap_or(0);
        host::remember_progress(&lesson.id, &host::Progress { passed, open });
    }

    // ---- the person's verbs ----

    pub fn choose_language(&self, language: Language) {
        host::remember_language(language);
        self.act(Action::LanguageChosen(language));
    }

    pub fn switch_theme(&self) {
        let theme = if host::is_dark(self.state().theme) { Theme::Light } else { Theme::Dark };
        host::remember_theme(theme);
        self.act(Action::ThemeChosen(theme));
    }

    /// Runs a script, the whole text or a part of it that starts at `offset` (UTF-16) of the editor.
    pub fn run(&self, text: String, offset: u32, lines_before: u32) {
        let state = self.state();
        let Some(client) = self.client().filter(|_| state.is_ready() && state.run.is_none()) else { return };
        if text.trim().is_empty() {
            return;
        }
        let user = state.user.clone();
        let id = client.send(Request::Run { user: user.clone(), text: text.clone() });
        self.act(Action::RunStarted(Run { id, user, text, offset, lines_before, slow: false }));
        let desk = self.clone();
        Timeout::new(SLOW_AFTER, move || desk.act(Action::RunIsSlow(id))).forget();
    }

    pub fn cancel(&self) {
        if let Some(client) = self.client() {
            client.send(Request::Cancel);
        }
    }

    pub fn put_in_editor(&self, user: String, text: String) {
        self.act(Action::PutInEditor { user, text });
        let state = self.state();
        if let Route::Lab { id, .. } = &state.route {
            set_hash(&Route::Lab { id: id.clone(), room: crate::route::Room::Query });
        }
    }

    pub fn put_in_terminal(&self, principal: String, line: String) {
        self.act(Action::PutInTerminal { principal, line });
        if let Route::Lab { id, .. } = &self.state().route {
            set_hash(&Route::Lab { id: id.clone(), room: crate::route::Room::Terminal });
        }
    }

    /// Sends the terminal's line.
    pub fn call(&self) {
        let state = self.state();
        let line = state.terminal_line.trim().to_owned();
        let busy = state.calls.iter().any(|call| call.answer.is_none());
        let Some(client) = self.client().filter(|_| state.is_ready() && !busy && !line.is_empty()) else {
            return;
        };
        let principal = state.principal.clone();
        self.act(Action::CallStarted(Call {
            principal: principal.clone(),
            line: line.clone(),
            answer: None,
        }));
        client.send(Request::Aws { principal, line });
    }

    pub fn choose(&self, step: String, check: String, option: String) {
        self.act(Action::OptionChosen { question: format!("{step}/{check}"), option: option.clone() });
        if let Some(client) = self.client().filter(|_| self.state().is_ready()) {
            client.send(Request::Answer { step, check, option });
        }
    }

    /// Opens a step, and has it checked.
    pub fn open_step(&self, step: String) {
        self.act(Action::StepOpened(step.clone()));
        self.remember_progress();
        self.check(step);
    }

    pub fn check(&self, step: String) {
        if let Some(client) = self.client().filter(|_| self.state().is_ready()) {
            client.send(Request::Check { step });
        }
    }

    pub fn advance(&self, micros: i64) {
        if let Some(client) = self.client().filter(|_| self.state().is_ready()) {
            client.send(Request::Advance { micros });
        }
    }

    /// Does what was asked about.
    pub fn confirm(&self) {
        let state = self.state();
        let Some((client, question)) = self.client().zip(state.question.clone()) else { return };
        self.keep_now();
        self.act(Action::ResetStarted);
        let importing = matches!(question, Question::Import { .. });
        let words = state.language.words();
        let (request, told) = match question {
            Question::ResetStep { step } => (Request::ResetStep { step }, words.step_was_reset),
            Question::ResetLab => (Request::ResetLab, words.lab_was_reset),
            Question::Import { base64, .. } => {
                (Request::ImportWorkspace { base64: base64.to_string() }, words.imported)
            }
        };
        let desk = self.clone();
        client.ask(request, move |answer| {
            let failed = matches!(answer, EventKind::Failed { .. } | EventKind::Recovered { .. });
            let opened = matches!(answer, EventKind::Opened { .. });
            if importing && opened {
                desk.act(Action::EditorsCleared);
            }
            desk.act(Action::Heard(sandshift_protocol::Event { id: 0, event: answer }));
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

    pub fn export_workspace(&self) {
        let Some(client) = self.client() else { return };
        self.keep_now();
        let (desk, name) = (self.clone(), format!("{}.sandshift", self.lab_name()));
        client.ask(Request::ExportWorkspace, move |answer| match answer {
            EventKind::WorkspaceExported { base64 } => desk.saved(&name, save_base64(&name, &base64)),
            other => desk.act(Action::Heard(sandshift_protocol::Event { id: 0, event: other })),
        });
    }

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

    pub fn copy(&self, text: String) {
        let desk = self.clone();
        yew::platform::spawn_local(async move {
            match host::copy(&text).await {
                Ok(()) => desk.tell(desk.words().copied.to_owned()),
                Err(reason) => desk.fail(reason),
            }
        });
    }

    /// Shows a toast for a while.
    pub fn tell(&self, text: String) {
        self.act(Action::Told(Some(text)));
        let desk = self.clone();
        let timer = Timeout::new(TOAST, move || desk.act(Action::Told(None)));
        *self.inner.toast_ends.borrow_mut() = Some(timer);
    }

    fn saved(&self, name: &str, result: Result<(), String>) {
        match result {
            Ok(()) => self.tell((self.words().saved)(name)),
            Err(reason) => self.fail(reason),
        }
    }

    pub fn fail(&self, message: String) {
        let event = EventKind::Failed { message, hint: None };
        self.act(Action::Heard(sandshift_protocol::Event { id: 0, event }));
    }

    fn lab_name(&self) -> String {
        match &self.state().route {
            Route::Home => "sandshift".to_owned(),
            Route::Lab { id, .. } => format!("sandshift-{id}"),
        }
    }
}

/// Notices with their places in the list, newest first.
pub fn notices(state: &State) -> impl Iterator<Item = (usize, &Notice)> {
    state.notices.iter().enumerate().rev()
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

fn set_hash(route: &Route) {
    if let Some(window) = host::window() {
        // Setting a hash of our own cannot fail; the listener draws the new place.
        let _ = window.location().set_hash(&route.href());
    }
}

fn save_base64(name: &str, base64: &str) -> Result<(), String> {
    let window = host::window().ok_or_else(|| "no window".to_owned())?;
    let binary = window.atob(base64).map_err(host::said)?;
    let bytes: Vec<u8> = binary.chars().map(|each| each as u8).collect();
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes.as_slice()));
    host::save_file(name, "application/octet-stream", &parts)
}
