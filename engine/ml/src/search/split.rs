//! Which rows a candidate learns from and which it is judged by.

use crate::random::Random;
use crate::target::{Problem, Target};

/// Each row's part, from 0 up to and without `parts`: shuffled, with every class spread evenly over the parts.
pub(super) fn parts(target: &Target, parts: u32, seed: u64) -> Vec<u8> {
    let mut order: Vec<u32> = (0..target.values.len() as u32).collect();
    Random::new(seed, 51).shuffle(&mut order);
    if target.problem != Problem::Regression {
        let value = |at: usize| target.values[order[at] as usize];
        let sorted = crate::statistic::order(order.len(), &mut |a, b| value(a).total_cmp(&value(b)));
        order = sorted.iter().map(|at| order[*at as usize]).collect();
    }
    let mut part = vec![0; order.len()];
    for (place, row) in order.iter().enumerate() {
        part[*row as usize] = (place as u32 % parts) as u8;
    }
    part
}

/// At most `most` rows, every class keeping its share.
pub(super) fn sample(target: &Target, most: usize, seed: u64) -> Vec<u32> {
    let rows = target.values.len();
    if rows <= most {
        return (0..rows as u32).collect();
    }
    let every = parts(target, 200, seed ^ 0x5A5A);
    let kept = (most * 200 / rows).max(1) as u8;
    (0..rows as u32).filter(|row| every[*row as usize] < kept).collect()
}
