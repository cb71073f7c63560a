//! Partitions and peers along the positions of a window.

use std::ops::Range;

/// The part of one partition (or of one run of peers) that lies in a piece of positions.
pub struct Span {
    /// Which one it is, from the front.
    pub number: usize,
    pub whole: Range<usize>,
    pub part: Range<usize>,
}

/// The spans of a piece. `starts` are the positions at which partitions begin, of `rows` positions in all.
pub fn spans(starts: &[u32], rows: usize, piece: Range<usize>) -> impl Iterator<Item = Span> {
    let first = starts.partition_point(|&start| start as usize <= piece.start).saturating_sub(1);
    let all = starts[first.min(starts.len())..].iter().enumerate();
    all.map_while(move |(at, &start)| {
        let end = starts.get(first + at + 1).map_or(rows, |&next| next as usize);
        let whole = start as usize..end;
        let part = whole.start.max(piece.start)..end.min(piece.end);
        (!part.is_empty()).then_some(Span { number: first + at, whole, part })
    })
}

/// The one at a position.
pub fn span_at(starts: &[u32], rows: usize, position: usize) -> Range<usize> {
    spans(starts, rows, position..position + 1).next().map_or(0..rows, |span| span.whole)
}
