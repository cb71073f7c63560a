//! Files that are longer than a message: up and down they go in pieces, each answered before the next is sent, so that
//! neither side ever holds all of them beside the account.

use std::sync::Arc;

use sandshift_engine::aws::s3::arriving::Arriving;
use sandshift_engine::pieces::{PIECE, Pieces};
use sandshift_engine::sorted::SortedMap;
use sandshift_protocol::EventKind;

use super::Workspace;

/// Answers whose bytes nobody has fetched yet; older ones are given up.
const WAITING: usize = 8;

/// Bytes between the page and the account.
#[derive(Default)]
pub struct Carried {
    /// Came with the message being taken.
    pub handed_over: Option<Arc<[u8]>>,
    /// On their way up, by the page's number.
    arriving: SortedMap<u32, Arriving>,
    /// Of answers, by the number of the message that the next piece answers.
    leaving: Vec<(u32, Pieces)>,
}

impl Carried {
    /// The bytes that a call brings: those gathered before it under its number, or what came with it. `Err` when what
    /// was gathered is gone.
    pub fn brought(&mut self, upload: Option<u32>) -> Result<Option<Pieces>, ()> {
        let handed_over = self.handed_over.take();
        match upload {
            None => Ok(handed_over.map(Pieces::from)),
            Some(number) => self.arriving.remove(&number).map(|gathered| Some(gathered.whole())).ok_or(()),
        }
    }

    pub fn leave(&mut self, id: u32, bytes: Pieces) {
        if self.leaving.len() == WAITING {
            self.leaving.remove(0);
        }
        self.leaving.push((id, bytes));
    }
}

impl Workspace {
    /// Takes the bytes that come with the next message.
    pub fn hand_over(&mut self, bytes: Arc<[u8]>) {
        self.carried.handed_over = Some(bytes);
    }

    /// The bytes that belong to the answer `id`, once; of many the first piece, and the others when they are asked for.
    pub fn bytes_of(&mut self, id: u32) -> Option<Pieces> {
        let leaving = &mut self.carried.leaving;
        let at = leaving.iter().position(|(of, _)| *of == id)?;
        let all = &mut leaving[at].1;
        let piece = all.slice(0..PIECE);
        *all = all.slice(PIECE..all.len());
        if all.is_empty() {
            leaving.swap_remove(at);
        }
        Some(piece)
    }

    /// The next piece of what answered `of`.
    pub(super) fn more(&mut self, id: u32, of: u32) {
        match self.carried.leaving.iter_mut().find(|(one, _)| *one == of) {
            Some(found) => {
                found.0 = id;
                self.tell(id, EventKind::Kept);
            }
            None => self.refuse(id, "the rest of these bytes is no longer kept", Some("Ask for them again.")),
        }
    }

    /// A piece of an upload, the first of which begins it; without bytes it is given up.
    pub(super) fn piece(&mut self, id: u32, upload: u32, at: u64, total: u64) {
        let Some(bytes) = self.carried.handed_over.take() else {
            self.carried.arriving.remove(&upload);
            return self.tell(id, EventKind::Kept);
        };
        if at == 0 {
            let room = self.sandbox.room();
            if total > room {
                self.carried.arriving.remove(&upload);
                let hint = format!("There is memory for {} MB more.", room >> 20);
                return self.refuse(id, "this file is longer than the sandbox has memory for", Some(&hint));
            }
            self.carried.arriving.insert(upload, Arriving::default());
        }
        match self.carried.arriving.get_mut(&upload).filter(|gathered| gathered.length() == at) {
            Some(gathered) => {
                gathered.take(bytes);
                self.tell(id, EventKind::Kept);
            }
            None => {
                self.carried.arriving.remove(&upload);
                self.refuse(id, "the pieces before this one are gone", Some("Upload the file again."));
            }
        }
    }
}
