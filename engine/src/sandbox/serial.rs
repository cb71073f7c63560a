//! Serializable isolation: which transaction must have come before which, and whether that still is an order.
//!
//! Reads and writes are noted by table, as the product notes them. Of two transactions neither of which sees the
//! other, one that read a table must come before one that wrote it; two that wrote it follow each other as they
//! committed. A commit that would close a circle is refused: error 1023 (Developer Guide, "Serializable isolation").

use crate::sorted::SortedSet;
use crate::warehouse::catalog::ObjectId;

/// A transaction that wants to commit, or has.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub transaction: i64,
    pub reads: SortedSet<ObjectId>,
    pub writes: SortedSet<ObjectId>,
    /// The commit that its snapshot shows, and the one that it made itself.
    pub snapshot: u64,
    pub committed: u64,
}

/// The transactions whose order may still matter: committed after some open one began.
#[derive(Clone, Debug, Default)]
pub(super) struct Deeds {
    done: Vec<Deed>,
}

/// Those that form the circle, the one refused last, and a table they meet at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Circle {
    pub transactions: Vec<i64>,
    pub table: ObjectId,
}

impl Deeds {
    /// Whether `new` may commit, or do what it now does beside those that are open.
    pub fn check(&self, new: &Deed, open_ones: &[Deed]) -> Result<(), Circle> {
        // Depth first along "must come before", from the new one back to it.
        let mut open = vec![vec![new]];
        let mut seen: SortedSet<i64> = SortedSet::new();
        while let Some(path) = open.pop() {
            let Some(last) = path.last() else { continue };
            if path.len() > 1
                && let Some(table) = before(last, new)
            {
                let mut transactions: Vec<i64> = path.iter().map(|deed| deed.transaction).collect();
                crate::sorted::sort(&mut transactions);
                return Err(Circle { transactions, table });
            }
            for next in self.done.iter().chain(open_ones) {
                if before(last, next).is_some() && seen.insert(next.transaction) {
                    open.push(path.iter().copied().chain([next]).collect());
                }
            }
        }
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.done.is_empty()
    }

    /// Remembers a commit and forgets those that every open transaction sees.
    pub fn add(&mut self, deed: Deed, oldest_snapshot: u64) {
        self.done.push(deed);
        self.done.retain(|deed| deed.committed > oldest_snapshot);
    }
}

/// Whether `one` must have come before `other`, and the table because of which.
fn before(one: &Deed, other: &Deed) -> Option<ObjectId> {
    if one.transaction == other.transaction || other.committed <= one.snapshot {
        return None;
    }
    let seen = one.committed <= other.snapshot;
    let read = one.reads.intersection(&other.writes).next();
    let written =
        || one.writes.intersection(&other.writes).next().filter(|_| one.committed < other.committed);
    let shown = || one.writes.intersection(&other.reads).next().filter(|_| seen);
    read.or_else(written).or_else(shown).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(transaction: i64, reads: &[u32], writes: &[u32], snapshot: u64, committed: u64) -> Deed {
        let tables = |numbers: &[u32]| numbers.iter().map(|number| ObjectId(*number)).collect();
        Deed { transaction, reads: tables(reads), writes: tables(writes), snapshot, committed }
    }

    fn after(done: &[Deed], new: &Deed) -> Result<(), Circle> {
        Deeds { done: done.to_vec() }.check(new, &[])
    }

    #[test]
    fn two_that_read_what_the_other_writes_have_no_order() {
        let first = deed(1, &[1], &[2], 0, 1);
        let circle = after(std::slice::from_ref(&first), &deed(2, &[2], &[1], 0, u64::MAX)).unwrap_err();
        assert_eq!(circle.transactions, [1, 2]);
        // One that began later sees the first.
        assert!(after(&[first], &deed(2, &[2], &[1], 1, u64::MAX)).is_ok());
    }

    #[test]
    fn inserts_follow_each_other_and_updates_do_not() {
        assert!(after(&[deed(1, &[], &[1], 0, 1)], &deed(2, &[], &[1], 0, u64::MAX)).is_ok());
        assert!(after(&[deed(1, &[1], &[1], 0, 1)], &deed(2, &[1], &[1], 0, u64::MAX)).is_err());
    }

    #[test]
    fn the_last_operation_closes_the_circle() {
        let open = deed(1, &[1], &[2], 0, u64::MAX);
        let check = |new: &Deed| Deeds::default().check(new, std::slice::from_ref(&open));
        assert!(check(&deed(2, &[], &[1], 0, u64::MAX)).is_ok());
        assert!(check(&deed(2, &[2], &[1], 0, u64::MAX)).is_err());
    }

    #[test]
    fn a_circle_may_have_three() {
        let done = [deed(1, &[1], &[2], 0, 1), deed(2, &[2], &[3], 0, 2)];
        assert!(after(&done, &deed(3, &[3], &[1], 0, u64::MAX)).is_err());
        assert!(after(&done, &deed(3, &[3], &[4], 0, u64::MAX)).is_ok());
    }
}
