//! The page's one state and everything that may happen to it. No markup, no browser.
//!
//! [`State::reduce`] is pure: what has to be fetched, sent or stored because of an action is done by `page`.

mod action;
mod hear;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use sandshift_protocol::{AccountState, Happening, SqlFailure, StepState, StorageState, Unreadable};
use serde::{Deserialize, Serialize};

use crate::course::{Course, Lesson};
use crate::outcome::{Compared, Outcome, Run};
use crate::route::{Room, Route};
use crate::words::Language;

pub use action::{Action, Question};

/// Something that is fetched.
#[derive(Clone, Debug, PartialEq)]
pub enum Fetched<T> {
    Waiting,
    There(Rc<T>),
    /// In words for a person.
    Failed(String),
}

impl<T> Fetched<T> {
    pub fn there(&self) -> Option<&Rc<T>> {
        match self {
            Self::There(value) => Some(value),
            Self::Waiting | Self::Failed(_) => None,
        }
    }
}

/// Where the engine is on its way.
#[derive(Clone, Debug, PartialEq)]
pub enum Engine {
    Absent,
    Downloading {
        loaded: f64,
        total: f64,
    },
    Starting,
    Ready,
    Failed(String),
    /// It is there, and the workspace cannot be opened.
    Unreadable(Unreadable),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

/// Which half is seen below 900 px.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    Guide,
    Workbench,
}

/// What stands on the one line under the bar.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    Failed {
        message: String,
        hint: Option<String>,
    },
    Recovered {
        message: String,
    },
    /// A file that was to be imported; the workspace is as it was.
    NotImported(Unreadable),
}

/// One line of the terminal and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub principal: String,
    pub line: String,
    /// `None` while it runs.
    pub answer: Option<Answer>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

/// Somebody at the warehouse's door. The password is the form's own and never kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignIn {
    pub user: String,
    pub waiting: bool,
    pub refused: Option<SqlFailure>,
}

/// A statement that was run, for the history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Past {
    pub user: String,
    pub text: String,
    pub failed: bool,
    #[serde(default)]
    pub refused: bool,
}

#[derive(Clone, Debug)]
pub struct State {
    pub language: Language,
    pub theme: Theme,
    pub route: Route,
    pub course: Fetched<Course>,
    pub lesson: Fetched<Lesson>,
    pub engine: Engine,
    pub storage: StorageState,
    pub account: AccountState,
    pub user: String,
    pub principal: String,
    pub steps: Vec<StepState>,
    pub open_step: Option<String>,
    pub pane: Pane,
    /// The guide's share of the width, percent.
    pub split: f64,
    /// Editor text by warehouse user.
    pub texts: BTreeMap<String, String>,
    /// Changes when the text of an editor was changed from outside of it.
    pub revision: u32,
    /// Counts what was put into an editor, so that the keyboard can follow.
    pub puts: u32,
    /// Text that was put into the editor, or run, as it stands: it may be replaced without loss.
    pub settled: BTreeMap<String, String>,
    pub run: Option<Run>,
    /// Scripts whose statement waits for what another session holds.
    pub waiting: Vec<Run>,
    /// Who else is to run what is run.
    pub other: Option<String>,
    pub compared: Option<Rc<Compared>>,
    /// The way of every refusal is laid open, not only the next one's.
    pub why_shown: bool,
    pub sign_in: Option<SignIn>,
    pub outcomes: Vec<Outcome>,
    pub shown: usize,
    pub history: Vec<Past>,
    pub calls: Vec<Call>,
    pub terminal_line: String,
    /// Where in the console one was last.
    pub console: String,
    /// Counts what may have changed the account, so that the console looks again.
    pub moved: u32,
    /// Chosen options, by question.
    pub answers: BTreeMap<String, String>,
    /// Steps whose solution was looked at.
    pub revealed: BTreeSet<String>,
    pub notices: Vec<Notice>,
    pub question: Option<Question>,
    pub toast: Option<String>,
    /// What happened while time passed, until it is put away; and how much more of it there was.
    pub meanwhile: (Vec<Happening>, u32),
    pub resetting: bool,
    /// Microseconds that have passed of how many, while time passes longer than a moment.
    pub passing: Option<(u64, Option<u64>)>,
}

/// How many lines of the terminal are worth keeping.
const CALLS: usize = 100;

impl State {
    pub fn new(language: Language, theme: Theme, route: Route, split: f64) -> Self {
        Self {
            language,
            theme,
            route,
            course: Fetched::Waiting,
            lesson: Fetched::Waiting,
            engine: Engine::Absent,
            storage: StorageState::Kept,
            account: AccountState::default(),
            user: String::new(),
            principal: String::new(),
            steps: Vec::new(),
            open_step: None,
            pane: Pane::Guide,
            split,
            texts: BTreeMap::new(),
            revision: 0,
            puts: 0,
            settled: BTreeMap::new(),
            run: None,
            waiting: Vec::new(),
            other: None,
            compared: None,
            why_shown: false,
            sign_in: None,
            outcomes: Vec::new(),
            shown: 0,
            history: Vec::new(),
            calls: Vec::new(),
            terminal_line: String::new(),
            console: String::new(),
            moved: 0,
            answers: BTreeMap::new(),
            revealed: BTreeSet::new(),
            notices: Vec::new(),
            question: None,
            toast: None,
            meanwhile: Default::default(),
            resetting: false,
            passing: None,
        }
    }

    pub fn reduce(&mut self, action: Action) {
        match action {
            Action::Went(route) => {
                if let (
                    Route::Lab { room: Room::Terminal | Room::Users | Room::Console(_), .. },
                    Route::Lab { .. },
                ) = (&route, &self.route)
                {
                    self.pane = Pane::Workbench;
                }
                self.route = route;
                self.note_place();
            }
            Action::LanguageChosen(language) => self.language = language,
            Action::ThemeChosen(theme) => self.theme = theme,
            Action::CourseFetched(course) => self.course = course,
            Action::LabEntered => {
                let fresh = Self::new(self.language, self.theme, self.route.clone(), self.split);
                // Until the worker has opened it, nothing may be kept in it: that would write over what it holds.
                let engine = match &self.engine {
                    Engine::Ready | Engine::Unreadable(_) => Engine::Starting,
                    other => other.clone(),
                };
                let course = self.course.clone();
                let (revision, why_shown) = (self.revision + 1, self.why_shown);
                *self = Self { course, engine, revision, why_shown, ..fresh };
                self.note_place();
            }
            Action::LessonFetched(lesson) => {
                self.lesson = lesson;
                self.open_a_step();
            }
            Action::EngineMoved(engine) => self.engine = engine,
            Action::Heard(event) => self.hear(event),
            Action::UserChosen(user) => {
                // Whoever is compared with the other cannot be the other.
                if self.other.as_ref() == Some(&user) {
                    self.other = Some(self.user.clone());
                }
                self.user = user;
                self.revision += 1;
            }
            Action::PrincipalChosen(principal) => self.principal = principal,
            Action::StepOpened(step) => self.open_step = Some(step),
            Action::PaneChosen(pane) => self.pane = pane,
            Action::SplitMoved(split) => self.split = split.clamp(28.0, 60.0),
            Action::Edited { user, text } => {
                self.texts.insert(user, text);
            }
            Action::PutInEditor { user, text } => self.put_in_editor(user, &text),
            Action::PutInTerminal { principal, line } => {
                if self.account.principals.contains(&principal) {
                    self.principal = principal;
                }
                self.terminal_line = line;
                self.pane = Pane::Workbench;
            }
            Action::RunStarted(run) => {
                self.settled.insert(run.user.clone(), self.text_of(&run.user).trim().to_owned());
                // What waits stays in sight.
                self.outcomes.retain(Outcome::is_on_its_way);
                for (outcome, number) in self.outcomes.iter_mut().zip(1..) {
                    outcome.number = number;
                }
                self.compared = None;
                self.shown = 0;
                self.run = Some(run);
            }
            Action::CompareWith(other) => self.other = other,
            Action::SignInAsked(sign_in) => self.sign_in = sign_in,
            Action::WhyShown(shown) => self.why_shown = shown,
            Action::RunIsSlow(id) => {
                if let Some(run) = self.run.as_mut().filter(|run| run.id == id) {
                    run.slow = true;
                }
            }
            Action::TabChosen(tab) => self.shown = tab,
            Action::TerminalTyped(line) => self.terminal_line = line,
            Action::CallStarted(call) => {
                self.terminal_line.clear();
                self.calls.push(call);
                let surplus = self.calls.len().saturating_sub(CALLS);
                self.calls.drain(..surplus);
            }
            Action::OptionChosen { question, option } => {
                self.answers.insert(question, option);
            }
            Action::SolutionRevealed(step) => {
                self.revealed.insert(step);
            }
            Action::NoticeClosed(at) => {
                if at < self.notices.len() {
                    self.notices.remove(at);
                }
            }
            Action::Asked(question) => self.question = Some(question),
            Action::QuestionClosed => self.question = None,
            Action::EditorsCleared => {
                self.texts.clear();
                self.settled.clear();
            }
            Action::NotImported(why) => self.notices.push(Notice::NotImported(why)),
            Action::ResetStarted => {
                self.question = None;
                self.resetting = true;
            }
            Action::ResetEnded => {
                self.resetting = false;
                self.outcomes.clear();
                self.compared = None;
                self.run = None;
                self.waiting.clear();
            }
            Action::Told(text) => self.toast = text,
            Action::MeanwhileClosed => self.meanwhile = Default::default(),
        }
    }

    /// Whether the session of who acts waits, so that it can be asked nothing else.
    pub fn is_waiting(&self) -> bool {
        self.waiting.iter().any(|run| run.user == self.user)
    }

    /// The text in a user's editor.
    pub fn text_of(&self, user: &str) -> &str {
        self.texts.get(user).map_or("", String::as_str)
    }

    pub fn step(&self, id: &str) -> Option<&StepState> {
        self.steps.iter().find(|step| step.step == id)
    }

    pub fn is_passed(&self, id: &str) -> bool {
        self.step(id).is_some_and(|step| step.passed)
    }

    pub fn is_ready(&self) -> bool {
        self.engine == Engine::Ready && !self.resetting
    }

    /// Replaces what is empty or was already run (the history has it); otherwise goes below what stands there.
    fn put_in_editor(&mut self, user: String, text: &str) {
        let text = text.trim_end();
        let before = self.text_of(&user).trim_end().to_owned();
        let replaceable = before.trim().is_empty()
            || self.settled.get(&user).is_some_and(|settled| settled == before.trim());
        let after = if replaceable { text.to_owned() } else { format!("{before}\n\n{text}") };
        if replaceable {
            self.settled.insert(user.clone(), text.trim().to_owned());
        }
        self.texts.insert(user.clone(), after);
        self.user = user;
        self.pane = Pane::Workbench;
        self.revision += 1;
        self.puts += 1;
    }

    /// Remembers where in the console one is.
    fn note_place(&mut self) {
        if let Route::Lab { room: Room::Console(place), .. } = &self.route
            && !place.is_empty()
            && !place.starts_with(crate::route::INSPECT)
        {
            self.console.clone_from(place);
        }
    }

    fn open_a_step(&mut self) {
        let Some(lesson) = self.lesson.there() else { return };
        if self
            .open_step
            .as_ref()
            .is_some_and(|open| lesson.definition.steps.iter().any(|step| &step.id == open))
        {
            return;
        }
        let first = lesson
            .definition
            .steps
            .iter()
            .find(|step| !self.is_passed(&step.id))
            .or(lesson.definition.steps.first());
        self.open_step = first.map(|step| step.id.clone());
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new(Language::En, Theme::System, Route::Home, 40.0)
    }
}

#[cfg(test)]
mod tests;
