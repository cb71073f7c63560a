//! Everything that can happen to the page, and what a person is asked before something is destroyed.

use std::rc::Rc;

use sandshift_protocol::{Event, Unreadable};

use super::{Call, Engine, Fetched, Pane, SignIn, Theme};
use crate::course::{Course, Lesson};
use crate::outcome::Run;
use crate::route::Route;
use crate::words::Language;

/// A decision that is asked for before anything is destroyed.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    ResetStep {
        step: String,
    },
    ResetLab,
    Import {
        name: String,
        base64: Rc<str>,
    },
    /// Every workspace and all progress.
    EraseAll,
}

/// Everything that can happen to the page.
#[derive(Clone, Debug)]
pub enum Action {
    Went(Route),
    LanguageChosen(Language),
    ThemeChosen(Theme),
    CourseFetched(Fetched<Course>),
    /// Another lab: nothing of the one before stays.
    LabEntered,
    LessonFetched(Fetched<Lesson>),
    EngineMoved(Engine),
    Heard(Event),
    UserChosen(String),
    PrincipalChosen(String),
    StepOpened(String),
    PaneChosen(Pane),
    SplitMoved(f64),
    Edited {
        user: String,
        text: String,
    },
    PutInEditor {
        user: String,
        text: String,
    },
    PutInTerminal {
        principal: String,
        line: String,
    },
    /// Comparing is switched on, with whom, or off.
    CompareWith(Option<String>),
    SignInAsked(Option<SignIn>),
    RunStarted(Run),
    RunIsSlow(u32),
    TabChosen(usize),
    TerminalTyped(String),
    CallStarted(Call),
    WhyShown(bool),
    OptionChosen {
        question: String,
        option: String,
    },
    SolutionRevealed(String),
    NoticeClosed(usize),
    Asked(Question),
    QuestionClosed,
    /// Another workspace's editors take the place of these.
    EditorsCleared,
    NotImported(Unreadable),
    ResetStarted,
    ResetEnded,
    Told(Option<String>),
    MeanwhileClosed,
}
