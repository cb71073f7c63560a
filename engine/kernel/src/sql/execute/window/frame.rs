//! Which rows a window function sees: ROWS frames.

use std::ops::Range;

use crate::sql::plan::{Frame, FrameBound};

/// The rows of `partition` (positions in sorted order) that the row at `position` sees.
pub fn frame_of(frame: Frame, partition: &Range<usize>, position: usize) -> Range<usize> {
    let edge = |bound: FrameBound, is_end: bool| {
        let past = usize::from(is_end);
        match bound {
            FrameBound::UnboundedPreceding => partition.start,
            FrameBound::Preceding(rows) => {
                let rows = usize::try_from(rows).unwrap_or(usize::MAX);
                (position + past).saturating_sub(rows).max(partition.start)
            }
            FrameBound::CurrentRow => position + past,
            FrameBound::Following(rows) => {
                let rows = usize::try_from(rows).unwrap_or(usize::MAX);
                (position + past).saturating_add(rows).min(partition.end)
            }
            FrameBound::UnboundedFollowing => partition.end,
        }
    };
    let (start, end) = (edge(frame.start, false), edge(frame.end, true));
    start.min(partition.end)..end.clamp(start.min(partition.end), partition.end)
}

pub fn is_whole(frame: Frame) -> bool {
    frame.start == FrameBound::UnboundedPreceding && frame.end == FrameBound::UnboundedFollowing
}
