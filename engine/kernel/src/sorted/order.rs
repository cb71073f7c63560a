//! Sorting what is seldom sorted: names for a list, rows of a system view.
//!
//! The standard library's sort is written anew for every type and every comparison, four to six kilobytes each.
//! Here the sorting is written once, over places, and only the comparing and the moving know the type. Inner loops
//! take the standard library's.

use std::cmp::Ordering;

/// Sorts ascending.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Sorts by a key, keeping the order of equals.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |one, other| key(one).cmp(&key(other)));
}

/// Sorts as `compare` says, keeping the order of equals.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut from = order(items.len(), &|one, other| compare(&items[one], &items[other]));
    for start in 0..items.len() {
        // Once round the circle of those that take each other's place.
        let mut place = start;
        loop {
            let next = std::mem::replace(&mut from[place], place);
            if next == start {
                break;
            }
            items.swap(place, next);
            place = next;
        }
    }
}

/// Whose place is the first, the second, and so on: a merge sort.
fn order(items: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..items).collect();
    let mut merged = Vec::with_capacity(items);
    let mut run = 1;
    while run < items {
        for pair in places.chunks(2 * run) {
            let (mut left, mut right) = pair.split_at(run.min(pair.len()));
            while let ([one, later @ ..], [other, rest @ ..]) = (left, right) {
                if compare(*one, *other).is_le() {
                    merged.push(*one);
                    left = later;
                } else {
                    merged.push(*other);
                    right = rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut places, &mut merged);
        merged.clear();
        run *= 2;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::{sort, sort_by_key};

    #[test]
    fn it_sorts_as_the_standard_library_does() {
        let mut state = 7_u32;
        for length in 0..70 {
            let mut items: Vec<(u32, usize)> = (0..length)
                .map(|at| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 28, at)
                })
                .collect();
            let mut wanted = items.clone();
            wanted.sort_by_key(|(key, _)| *key);
            let mut whole = items.clone();
            sort_by_key(&mut items, |(key, _)| *key);
            assert_eq!(items, wanted);
            wanted.sort();
            sort(&mut whole);
            assert_eq!(whole, wanted);
        }
    }
}
