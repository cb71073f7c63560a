//! Files that are longer than a message: up and down in pieces, and nothing left of what was given up.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_lessons::extensions::linked;
use sandshift_protocol::{Call, EventKind, Message, Request, StorageState};
use sandshift_worker::workspace::{Found, Workspace};
use serde_json::{Value, json};

const PIECE: usize = 8 << 20;

fn open() -> Workspace {
    let mut workspace =
        Workspace::open(|| 0.0, linked(), None, Some("empty"), Found::Nothing, &mut |_| None).unwrap();
    workspace.opened(1, StorageState::Kept);
    let seoul = json!({"LocationConstraint": "ap-northeast-2"});
    call(
        &mut workspace,
        "CreateBucket",
        json!({"Bucket": "long-files", "CreateBucketConfiguration": seoul}),
        None,
    );
    workspace
}

fn send(workspace: &mut Workspace, id: u32, request: Request) -> EventKind {
    workspace.events();
    workspace.take(Message { id, request });
    workspace.events().swap_remove(0).event
}

fn call(workspace: &mut Workspace, operation: &str, parameters: Value, upload: Option<u32>) -> EventKind {
    let call = Call {
        principal: "learner".to_owned(),
        service: "s3api".to_owned(),
        operation: operation.to_owned(),
        parameters,
        region: None,
        quiet: false,
        upload,
    };
    send(workspace, 7, Request::Call { call })
}

fn piece(workspace: &mut Workspace, upload: u32, at: usize, total: usize, bytes: Option<&[u8]>) -> EventKind {
    if let Some(bytes) = bytes {
        workspace.hand_over(bytes.into());
    }
    send(workspace, 3, Request::Piece { upload, at: at as u64, total: total as u64 })
}

#[test]
fn a_long_file_goes_up_and_down_in_pieces() {
    let mut workspace = open();
    let bytes: Vec<u8> = (0..2 * PIECE + 5).map(|at| (at % 253) as u8).collect();
    for (number, chunk) in bytes.chunks(PIECE).enumerate() {
        assert_eq!(piece(&mut workspace, 4, number * PIECE, bytes.len(), Some(chunk)), EventKind::Kept);
        // Other calls come in between, and bring nothing of it.
        call(&mut workspace, "PutObject", json!({"Bucket": "long-files", "Key": "empty"}), None);
    }
    let put = call(&mut workspace, "PutObject", json!({"Bucket": "long-files", "Key": "long"}), Some(4));
    let EventKind::Called { value } = put else { panic!("{put:?}") };
    let EventKind::Called { value: head } =
        call(&mut workspace, "HeadObject", json!({"Bucket": "long-files", "Key": "long"}), None)
    else {
        panic!("no object")
    };
    assert_eq!((&head["ETag"], &head["ContentLength"]), (&value["ETag"], &json!(bytes.len())));
    // The same bytes at once have the same tag.
    workspace.hand_over(bytes.as_slice().into());
    let EventKind::Called { value: once } =
        call(&mut workspace, "PutObject", json!({"Bucket": "long-files", "Key": "once"}), None)
    else {
        panic!("no object")
    };
    assert_eq!(once["ETag"], value["ETag"]);
    call(&mut workspace, "GetObject", json!({"Bucket": "long-files", "Key": "long"}), None);
    let mut got = workspace.bytes_of(7).unwrap().whole().into_owned();
    assert_eq!(got.len(), PIECE);
    for (of, id) in [(7, 20), (20, 21)] {
        assert_eq!(send(&mut workspace, id, Request::More { of }), EventKind::Kept);
        got.extend_from_slice(&workspace.bytes_of(id).unwrap().whole());
    }
    assert!(got == bytes);
    assert!(matches!(send(&mut workspace, 22, Request::More { of: 21 }), EventKind::Failed { .. }));
}

#[test]
fn what_is_given_up_leaves_nothing() {
    let mut workspace = open();
    workspace.save(&|_| false).unwrap();
    let refused = |event: EventKind| matches!(event, EventKind::Failed { .. });
    assert_eq!(piece(&mut workspace, 1, 0, 20, Some(&[7; 10])), EventKind::Kept);
    assert_eq!(piece(&mut workspace, 1, 0, 20, None), EventKind::Kept);
    assert!(refused(piece(&mut workspace, 1, 10, 20, Some(&[7; 10]))), "nothing is before it");
    assert!(refused(call(&mut workspace, "PutObject", json!({"Bucket": "long-files", "Key": "k"}), Some(1))));
    // Twice the same piece, or one left out, ends it.
    assert_eq!(piece(&mut workspace, 2, 0, 20, Some(&[7; 10])), EventKind::Kept);
    assert!(refused(piece(&mut workspace, 2, 15, 20, Some(&[7; 5]))));
    assert!(refused(call(&mut workspace, "PutObject", json!({"Bucket": "long-files", "Key": "k"}), Some(2))));
    // What there is no memory for is refused before anything of it is held.
    assert!(refused(piece(&mut workspace, 3, 0, 1 << 40, Some(&[7; 10]))));
    assert!(workspace.save(&|_| false).unwrap().is_none(), "nothing to store");
    let listed = call(&mut workspace, "ListObjectsV2", json!({"Bucket": "long-files"}), None);
    let EventKind::Called { value } = listed else { panic!("{listed:?}") };
    assert_eq!(value["KeyCount"], 0);
}
