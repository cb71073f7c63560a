//! Features cut into bins, so that a node's gains are found from sums and not from sorted rows.

use crate::matrix::{Block, Matrix};
use crate::statistic::{present, sort};

/// One column of the matrix: codes instead of values.
pub(super) struct Lane {
    pub codes: Vec<u16>,
    /// Of the matrix's features, the first that this is.
    pub feature: u32,
    /// Where its bins begin in a histogram.
    pub offset: usize,
    pub cuts: Cuts,
}

pub(super) enum Cuts {
    /// A value's code counts the cuts at or below it; what is missing comes behind the last.
    Ordered(Vec<f64>),
    /// A feature a code (one-hot): one histogram finds the best split of all of them.
    Choice(u16),
}

impl Cuts {
    /// The code of what is missing, or of no choice; there are one more codes than this.
    pub fn missing(&self) -> u16 {
        match self {
            Cuts::Ordered(cuts) => cuts.len() as u16 + 1,
            Cuts::Choice(width) => *width,
        }
    }
}

/// A value in every bin at most where the method is exact; as many as XGBoost's histograms have otherwise.
pub(super) fn most_bins(exact: bool) -> usize {
    if exact { usize::from(u16::MAX) - 2 } else { 256 }
}

/// The next column's lane: cuts from the training rows alone, codes for those that only watch, too.
pub(super) fn lane(
    train: &Matrix,
    watch: Option<&Matrix>,
    at: usize,
    feature: u32,
    offset: usize,
    most: usize,
) -> Lane {
    let watched = watch.map(|watch| &watch.blocks[at]);
    match &train.blocks[at] {
        Block::Dense(values) => {
            let cuts = cut(values, most);
            let missing = cuts.len() as u16 + 1;
            let code = |value: &f64| {
                if value.is_nan() { missing } else { cuts.partition_point(|cut| cut <= value) as u16 }
            };
            let mut codes: Vec<u16> = values.iter().map(code).collect();
            if let Some(Block::Dense(values)) = watched {
                codes.extend(values.iter().map(code));
            }
            Lane { codes, feature, offset, cuts: Cuts::Ordered(cuts) }
        }
        Block::Choice { codes, width } => {
            let mut codes = codes.clone();
            if let Some(Block::Choice { codes: watched, .. }) = watched {
                codes.extend(watched);
            }
            Lane { codes, feature, offset, cuts: Cuts::Choice(*width) }
        }
    }
}

/// Cuts midway between neighbours; where there are too many values, equally many rows lie between two cuts.
fn cut(values: &[f64], most: usize) -> Vec<f64> {
    let mut sorted = present(values);
    sort(&mut sorted);
    let mut distinct: Vec<(f64, usize)> = Vec::new();
    for value in sorted {
        match distinct.last_mut() {
            Some((last, count)) if *last == value => *count += 1,
            _ => distinct.push((value, 1)),
        }
    }
    let rows: usize = distinct.iter().map(|(_, count)| count).sum();
    let share = rows as f64 / most as f64;
    let all = distinct.len() <= most;
    let (mut passed, mut wanted) = (0_usize, share);
    let mut cuts = Vec::new();
    for pair in distinct.windows(2) {
        let ((below, count), (above, _)) = (pair[0], pair[1]);
        passed += count;
        if all || passed as f64 >= wanted {
            let middle = below + (above - below) * 0.5;
            cuts.push(if middle > below { middle } else { above });
            while wanted <= passed as f64 {
                wanted += share;
            }
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_lie_between_values_and_are_few() {
        assert_eq!(cut(&[3.0, 1.0, f64::NAN, 2.0, 1.0], 256), [1.5, 2.5]);
        let many: Vec<f64> = (0..10_000).map(f64::from).collect();
        let cuts = cut(&many, 256);
        assert!((250..=256).contains(&cuts.len()), "{}", cuts.len());
        assert_eq!(cut(&many, most_bins(true)).len(), 9_999);
        assert!(cut(&[f64::NAN, 1.0], 256).is_empty());
        let next = 1.0_f64.next_up();
        assert_eq!(cut(&[1.0, next], 256), [next], "no middle between neighbours");
    }
}
