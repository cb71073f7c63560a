//! What a workspace opens with: the lab's account, a named state's, or a file's.

use sandshift_lessons::extensions::linked;
use sandshift_lessons::state;
use sandshift_protocol::{EventKind, Message, Request};
use sandshift_worker::workspace::{Found, OpenError, Workspace};

fn tables(workspace: &mut Workspace) -> Vec<Option<String>> {
    let text = "SELECT COUNT(*) FROM svv_table_info".to_owned();
    workspace.take(Message { id: 1, request: Request::Run { user: "admin".to_owned(), text } });
    while workspace.is_running() {
        workspace.step(5.0);
    }
    let rows = workspace.events().into_iter().find_map(|event| match event.event {
        EventKind::StatementDone { result, .. } => result.rows,
        _ => None,
    });
    rows.into_iter().flat_map(|rows| rows.first).flatten().collect()
}

#[test]
fn an_account_without_a_lab_begins_in_the_state_that_is_named() {
    let open = |start, found| Workspace::open(|| 0.0, linked(), None, start, found, &mut |_| None);
    let none = [Some("0".to_owned())];
    let mut empty = open(Some("empty"), Found::Nothing).unwrap();
    assert_eq!(tables(&mut empty), none);
    // A state of another engine is no reason to begin in another state.
    let mut other = open(Some("empty"), Found::Beginning(b"not of this engine")).unwrap();
    assert_eq!(tables(&mut other), none);
    // Nor is beginning again.
    other.take(Message { id: 2, request: Request::ResetLab });
    assert_eq!(tables(&mut other), none);
    let mut course = open(None, Found::Nothing).unwrap();
    assert_ne!(tables(&mut course), none);
    for name in state::NAMES {
        assert!(open(Some(name), Found::Nothing).is_ok(), "{name}");
    }
    match open(Some("elsewhere"), Found::Nothing).err() {
        Some(OpenError::Lab { message, .. }) => assert!(message.contains("elsewhere"), "{message}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_says_whose_workspace_it_is() {
    let workspace = Workspace::open(|| 0.0, linked(), None, None, Found::Nothing, &mut |_| None).unwrap();
    let saved = workspace.write(&|_| false).unwrap();
    assert_eq!(Workspace::lab_of(&saved.manifest), Some(String::new()));
    assert_eq!(Workspace::lab_of(b"\x01\x0bpermissions and more"), Some("permissions".to_owned()));
    assert_eq!(Workspace::lab_of(b"\x01\xff"), None);
}
