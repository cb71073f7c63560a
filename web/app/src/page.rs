//! The page's state together with what its actions make it do: fetch, send, store.
//!
//! Components get a [`Page`] from the context: a snapshot of the state to draw, and the verbs a person has.

mod calling;
mod door;
mod keeping;
mod places;
mod results;
mod workspace;

pub use calling::lost;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use sandshift_protocol::{EventKind, Request};
use yew::prelude::*;

use crate::client::{Client, Heard};
use crate::host;
use crate::keep;
use crate::outcome::Run;
use crate::route::Route;
use crate::store::{Action, Call, Engine, Notice, State, Theme};
use crate::words::{Language, Words};

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
        let Some(client) =
            self.client().filter(|_| state.is_ready() && state.run.is_none() && !state.is_waiting())
        else {
            return;
        };
        if text.trim().is_empty() {
            return;
        }
        let user = state.user.clone();
        let other = state.other.clone().filter(|other| *other != user);
        let id = client.send(match &other {
            None => Request::Run { user: user.clone(), text: text.clone() },
            Some(other) => Request::Compare { users: [user.clone(), other.clone()], text: text.clone() },
        });
        self.act(Action::RunStarted(Run { id, user, other, text, offset, lines_before, ..Run::default() }));
        let desk = self.clone();
        Timeout::new(SLOW_AFTER, move || desk.act(Action::RunIsSlow(id))).forget();
    }

    pub fn choose_warehouse(&self, warehouse: String) {
        if let Some(client) = self.client().filter(|_| self.state().is_ready()) {
            client.send(Request::Choose { warehouse });
        }
    }

    /// Goes to the editor, connected to a warehouse of this name.
    pub fn query_at(&self, warehouse: String) {
        self.choose_warehouse(warehouse);
        if let Route::Lab { id, .. } = &self.state().route {
            places::set_hash(&Route::Lab { id: id.clone(), room: crate::route::Room::Query });
        }
    }

    pub fn cancel(&self) {
        self.cancel_run(self.state().run.as_ref().map(|run| run.id));
    }

    /// Stops a run, one that waits, too.
    pub fn cancel_run(&self, run: Option<u32>) {
        if let Some(client) = self.client() {
            client.send(Request::Cancel { run });
        }
    }

    pub fn put_in_editor(&self, user: String, text: String) {
        self.act(Action::PutInEditor { user, text });
        let state = self.state();
        if let Route::Lab { id, .. } = &state.route {
            places::set_hash(&Route::Lab { id: id.clone(), room: crate::route::Room::Query });
        }
    }

    pub fn put_in_terminal(&self, principal: String, line: String) {
        self.act(Action::PutInTerminal { principal, line });
        if let Route::Lab { id, .. } = &self.state().route {
            places::set_hash(&Route::Lab { id: id.clone(), room: crate::route::Room::Terminal });
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

    pub fn advance(&self, micros: Option<i64>) {
        if let Some(client) = self.client().filter(|_| self.state().is_ready()) {
            client.send(Request::Advance { micros });
        }
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

    pub fn saved(&self, name: &str, result: Result<(), String>) {
        match result {
            Ok(()) => self.tell((self.words().saved)(name)),
            Err(reason) => self.fail(reason),
        }
    }

    pub fn fail(&self, message: String) {
        let event = EventKind::Failed { message, hint: None };
        self.act(Action::Heard(sandshift_protocol::Event { id: 0, event }));
    }
}

/// Notices with their places in the list, newest first.
pub fn notices(state: &State) -> impl Iterator<Item = (usize, &Notice)> {
    state.notices.iter().enumerate().rev()
}
