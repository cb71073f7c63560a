//! The rules of the state that a person would miss if they broke.

use sandshift_protocol::{AccountState, Event, EventKind, SqlFailure, StorageState, Waiting, WarehouseUser};

use super::{Action, State};
use crate::outcome::{Run, Status};

fn put(state: &mut State, user: &str, text: &str) {
    state.reduce(Action::PutInEditor { user: user.to_owned(), text: text.to_owned() });
}

fn edit(state: &mut State, text: &str) {
    let user = state.user.clone();
    state.reduce(Action::Edited { user, text: text.to_owned() });
}

fn run(state: &mut State, text: &str, offset: u32) {
    let (user, text) = (state.user.clone(), text.to_owned());
    state.reduce(Action::RunStarted(Run { id: 7, user, text, offset, ..Run::default() }));
}

fn hear(state: &mut State, id: u32, event: EventKind) {
    state.reduce(Action::Heard(Event { id, event }));
}

fn failure(span: (u32, u32)) -> SqlFailure {
    SqlFailure {
        state: "42601".to_owned(),
        message: "syntax error at or near \"SELEC\"".to_owned(),
        detail: None,
        hint: None,
        span: Some(span),
        line: Some(1),
        why: None,
        defect: false,
    }
}

#[test]
fn a_statement_never_takes_the_place_of_unrun_text() {
    let mut state = State::default();
    put(&mut state, "admin", "SELECT 1;");
    assert_eq!(state.text_of("admin"), "SELECT 1;");
    put(&mut state, "admin", "SELECT 2;");
    assert_eq!(state.text_of("admin"), "SELECT 2;");
    edit(&mut state, "SELECT 2; -- mine");
    put(&mut state, "admin", "SELECT 3;");
    assert_eq!(state.text_of("admin"), "SELECT 2; -- mine\n\nSELECT 3;");
    run(&mut state, "SELECT 2; -- mine\n\nSELECT 3;", 0);
    put(&mut state, "admin", "SELECT 4;");
    assert_eq!(state.text_of("admin"), "SELECT 4;");
}

#[test]
fn each_user_has_an_editor() {
    let mut state = State::default();
    put(&mut state, "admin", "GRANT ALL ON t TO jeeseok;");
    put(&mut state, "jeeseok", "SELECT 1;");
    assert_eq!(state.user, "jeeseok");
    assert_eq!(state.text_of("admin"), "GRANT ALL ON t TO jeeseok;");
}

#[test]
fn a_script_that_does_not_parse_still_has_an_outcome() {
    let mut state = State::default();
    put(&mut state, "admin", "SELEC 1;");
    run(&mut state, "SELEC 1;", 4);
    hear(&mut state, 7, EventKind::StatementFailed { index: 0, error: failure((0, 5)) });
    hear(&mut state, 7, EventKind::Finished { canceled: false });
    assert!(state.run.is_none());
    assert!(matches!(state.outcomes[0].status, Status::Failed { offset: 4, .. }));
    assert_eq!(state.outcomes[0].span, (4, 9));
}

#[test]
fn events_of_an_older_run_change_nothing() {
    let mut state = State::default();
    run(&mut state, "SELECT 1", 0);
    hear(&mut state, 6, EventKind::StatementStarted { index: 0, text: "SELECT 0".into(), span: (0, 8) });
    hear(&mut state, 6, EventKind::Finished { canceled: true });
    assert!(state.outcomes.is_empty() && state.run.is_some());
}

#[test]
fn canceling_marks_what_was_running() {
    let mut state = State::default();
    run(&mut state, "SELECT 1", 0);
    hear(&mut state, 7, EventKind::StatementStarted { index: 0, text: "SELECT 1".into(), span: (0, 8) });
    hear(&mut state, 7, EventKind::Finished { canceled: true });
    assert_eq!(state.outcomes[0].status, Status::Canceled);
}

#[test]
fn a_canceled_comparison_says_so() {
    let mut state = State::default();
    run(&mut state, "SELECT 1", 0);
    if let Some(run) = &mut state.run {
        run.other = Some("kim".to_owned());
    }
    hear(&mut state, 7, EventKind::Finished { canceled: true });
    assert_eq!(state.outcomes[0].status, Status::Canceled);
    assert!(state.run.is_none());
}

#[test]
fn what_the_person_stopped_is_not_shown_as_an_error() {
    let mut state = State::default();
    run(&mut state, "SELECT 1", 0);
    hear(&mut state, 7, EventKind::StatementStarted { index: 0, text: "SELECT 1".into(), span: (0, 8) });
    let error = SqlFailure { state: "57014".to_owned(), ..failure((0, 8)) };
    hear(&mut state, 7, EventKind::StatementFailed { index: 0, error });
    assert_eq!(state.outcomes[0].status, Status::Canceled);
}

#[test]
fn a_dropped_user_is_not_acting_any_more() {
    let user = |name: &str, superuser| WarehouseUser { name: name.into(), superuser, ..Default::default() };
    let mut state = State::default();
    let users = vec![user("jeeseok", false), user("admin", true)];
    let account = AccountState { users, principals: vec!["learner".into()], ..Default::default() };
    hear(&mut state, 1, EventKind::Opened { account, kept: Vec::new(), storage: StorageState::Kept });
    assert_eq!((state.user.as_str(), state.principal.as_str()), ("admin", "learner"));
    state.reduce(Action::UserChosen("jeeseok".into()));
    let account = AccountState { users: vec![user("admin", true)], ..Default::default() };
    hear(&mut state, 0, EventKind::Account { account });
    assert_eq!(state.user, "admin");
}

#[test]
fn what_is_kept_comes_back() {
    let mut state = State { user: "admin".to_owned(), ..State::default() };
    put(&mut state, "admin", "SELECT 1;");
    state.reduce(Action::OptionChosen { question: "a/b".into(), option: "yes".into() });
    state.reduce(Action::StepOpened("two".into()));
    let kept: Vec<(String, String)> = crate::keep::snapshot(&state).into_iter().collect();
    let mut again = State::default();
    hear(
        &mut again,
        1,
        EventKind::Opened { account: AccountState::default(), kept, storage: StorageState::Kept },
    );
    assert_eq!(again.text_of("admin"), "SELECT 1;");
    assert_eq!(again.answers, state.answers);
    assert_eq!(again.open_step.as_deref(), Some("two"));
}

#[test]
fn a_statement_that_waits_stays_in_sight_and_comes_to_its_end() {
    let started = |text: &str| EventKind::StatementStarted { index: 0, text: text.into(), span: (0, 8) };
    let done = || EventKind::StatementFailed { index: 0, error: failure((0, 8)) };
    let mut state = State { user: "kim".to_owned(), ..State::default() };
    run(&mut state, "SELECT 1", 0);
    hear(&mut state, 7, started("SELECT 1"));
    hear(&mut state, 7, EventKind::Waiting { index: 0, on: Waiting::default() });
    assert!(state.run.is_none() && state.is_waiting());
    state.user = "admin".to_owned();
    assert!(!state.is_waiting());
    let commit = Run { id: 8, user: "admin".into(), text: "COMMIT  ".into(), ..Run::default() };
    state.reduce(Action::RunStarted(commit));
    hear(&mut state, 8, started("COMMIT"));
    hear(&mut state, 8, done());
    hear(&mut state, 8, EventKind::Finished { canceled: false });
    assert!(matches!(state.outcomes[0].status, Status::Waiting(_)));
    hear(&mut state, 7, EventKind::Progress { index: 0, rows: 0, total: None, elapsed_ms: 0.0 });
    assert_eq!(state.run.as_ref().map(|run| run.id), Some(7));
    hear(&mut state, 7, done());
    hear(&mut state, 7, EventKind::Finished { canceled: false });
    assert!(matches!(state.outcomes[0].status, Status::Failed { .. }));
    assert_eq!(state.outcomes.len(), 2);
    assert!(state.run.is_none() && state.waiting.is_empty());
}
