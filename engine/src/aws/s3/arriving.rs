//! Bytes on their way into an object, before they are one: pieces as they come, and the digest of what has come.
//!
//! They belong to nobody until they are whole. An upload that is given up leaves nothing that has to be undone.

use std::sync::Arc;

use md5::{Digest, Md5};

use crate::pieces::{Piece, Pieces};

/// What has come so far.
#[derive(Default)]
pub struct Arriving {
    pieces: Vec<Piece>,
    length: u64,
    sum: Md5,
}

impl Arriving {
    pub fn take(&mut self, bytes: Arc<[u8]>) {
        self.sum.update(&bytes);
        self.length += bytes.len() as u64;
        self.pieces.push(bytes.into());
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    pub fn whole(self) -> Pieces {
        Pieces::of(self.pieces).with_md5(self.sum.finalize().into())
    }
}
