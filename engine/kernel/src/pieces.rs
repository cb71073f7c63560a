//! Bytes in pieces: a large file as it came, never glued together.
//!
//! An object of S3 is such a list from the learner's disk to COPY. Pieces are shared, so that a copy of an object, a
//! part of an upload and a range of a download are lists over the same bytes.

use std::borrow::Cow;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// The longest piece that is made here: so much is copied at once where a copy is needed, or stored in one place.
pub const PIECE: usize = 8 << 20;

/// A stretch of shared bytes.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    data: Arc<[u8]>,
    start: usize,
    end: usize,
}

impl Piece {
    /// The same bytes without the others around them.
    fn part(&self, from: usize, to: usize) -> Piece {
        Piece { data: self.data.clone(), start: self.start + from, end: self.start + to }
    }

    /// The memory that it keeps: where that is, and how much.
    pub fn kept(&self) -> (*const u8, u64) {
        (self.data.as_ptr(), self.data.len() as u64)
    }
}

impl Deref for Piece {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.data[self.start..self.end]
    }
}

impl From<Arc<[u8]>> for Piece {
    fn from(data: Arc<[u8]>) -> Self {
        Piece { start: 0, end: data.len(), data }
    }
}

/// Bytes that never change, in one piece or many. None of them is empty.
#[derive(Clone, Default)]
pub struct Pieces {
    list: Arc<[Piece]>,
    length: usize,
    /// Where whoever gathered them has reckoned it as they came.
    md5: Option<[u8; 16]>,
}

impl Pieces {
    /// These pieces one behind the other.
    pub fn of(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let mut list: Vec<Piece> = Vec::new();
        for piece in pieces {
            match list.last_mut() {
                _ if piece.is_empty() => {}
                // What was cut from one piece is one again.
                Some(last) if Arc::ptr_eq(&last.data, &piece.data) && last.end == piece.start => {
                    last.end = piece.end;
                }
                _ => list.push(piece),
            }
        }
        let length = list.iter().map(|piece| piece.len()).sum();
        Pieces { list: list.into(), length, md5: None }
    }

    #[must_use]
    pub fn with_md5(self, md5: [u8; 16]) -> Self {
        Pieces { md5: Some(md5), ..self }
    }

    pub fn md5(&self) -> Option<[u8; 16]> {
        self.md5
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Piece> {
        self.list.iter()
    }

    /// What lies in `range`, as far as there is so much; nothing is copied.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Pieces {
        let mut at = 0;
        Pieces::of(self.iter().filter_map(|piece| {
            let begins = at;
            at += piece.len();
            let (from, to) = (range.start.max(begins), range.end.min(at));
            (from < to).then(|| piece.part(from - begins, to - begins))
        }))
    }

    /// A copy of the bytes in `range`; `None` when there are not so many.
    pub fn copied(&self, range: Range<usize>) -> Option<Vec<u8>> {
        let within = range.start <= range.end && range.end <= self.length;
        within.then(|| self.slice(range).whole().into_owned())
    }

    /// All bytes in one place: a copy where they lie in many.
    pub fn whole(&self) -> Cow<'_, [u8]> {
        match &*self.list {
            [] => Cow::Borrowed(&[]),
            [piece] => Cow::Borrowed(piece),
            many => {
                let mut bytes = Vec::with_capacity(self.length);
                many.iter().for_each(|piece| bytes.extend_from_slice(piece));
                Cow::Owned(bytes)
            }
        }
    }

    /// The same, shared where they lie in one.
    pub fn joined(&self) -> Arc<[u8]> {
        match &*self.list {
            [piece] if piece.len() == piece.data.len() => piece.data.clone(),
            _ => self.whole().into(),
        }
    }

    /// The piece that the byte at `at` lies in, and where it begins.
    pub fn piece_at(&self, at: usize) -> Option<(&Piece, usize)> {
        let mut begins = 0;
        for piece in self.iter() {
            if at < begins + piece.len() {
                return Some((piece, begins));
            }
            begins += piece.len();
        }
        None
    }
}

impl PartialEq for Pieces {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.list, &other.list)
            || self.length == other.length
                && self.iter().flat_map(|piece| piece.iter()).eq(other.iter().flat_map(|piece| piece.iter()))
    }
}

impl std::fmt::Debug for Pieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes in {} pieces", self.length, self.list.len())
    }
}

impl From<Arc<[u8]>> for Pieces {
    fn from(data: Arc<[u8]>) -> Self {
        Pieces::of([Piece::from(data)])
    }
}

impl From<Vec<u8>> for Pieces {
    /// Cut from the end, and what was cut given back, so that they are hardly in memory twice.
    fn from(mut bytes: Vec<u8>) -> Self {
        let mut cut: Vec<Piece> = Vec::new();
        while !bytes.is_empty() {
            let at = (bytes.len() - 1) / PIECE * PIECE;
            cut.push(Arc::<[u8]>::from(&bytes[at..]).into());
            bytes.truncate(at);
            bytes.shrink_to_fit();
        }
        Pieces::of(cut.into_iter().rev())
    }
}

impl From<&[u8]> for Pieces {
    fn from(bytes: &[u8]) -> Self {
        Arc::<[u8]>::from(bytes).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_one_text() {
        let whole: Pieces = b"one two three".as_slice().into();
        let cut = Pieces::of(
            [whole.slice(0..5), whole.slice(5..6), whole.slice(6..99)].iter().flat_map(Pieces::iter).cloned(),
        );
        assert_eq!(cut.iter().count(), 1, "what was cut from one piece is one again");
        let apart = Pieces::of(b"one two three".chunks(4).map(|chunk| Arc::<[u8]>::from(chunk).into()));
        assert_eq!((apart.iter().count(), apart.len()), (4, 13));
        assert_eq!(apart, whole);
        assert_eq!(&*apart.slice(2..9).whole(), b"e two t");
        assert_eq!(apart.copied(12..13).as_deref(), Some(&b"e"[..]));
        assert_eq!(apart.copied(12..14), None);
        assert_eq!(apart.piece_at(4).map(|(piece, at)| (&**piece, at)), Some((&b"two "[..], 4)));
        assert!(apart.piece_at(13).is_none());
        assert_ne!(apart, b"one two threE".as_slice().into());
        assert_eq!(Pieces::default().whole().len(), 0);
    }
}
