//! How a statement holds a table, and which two of those cannot be held at once (Developer Guide, "Write and read/write
//! operations", "LOCK", "VACUUM").
//!
//! The product tells of three modes. Two more are needed to say who lets whom pass: rows that are only added go on beside
//! VACUUM, rows that are changed do not.

use crate::warehouse::catalog::ObjectId;

/// A table, and how it is held.
pub type Lock = (ObjectId, LockMode);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LockMode {
    /// Whatever reads: SELECT, UNLOAD, and what UPDATE, DELETE and MERGE look at.
    Read,
    /// VACUUM.
    Sweep,
    /// INSERT and COPY.
    Append,
    /// UPDATE, DELETE, MERGE, and the refresh of a materialized view.
    Change,
    /// LOCK, TRUNCATE, ALTER, DROP, ANALYZE COMPRESSION.
    Whole,
}

impl LockMode {
    /// As `svv_transactions` and `pg_locks` call it. That of VACUUM is PostgreSQL 8's; unconfirmed on Redshift.
    pub fn name(self) -> &'static str {
        match self {
            LockMode::Read => "AccessShareLock",
            LockMode::Sweep => "ShareUpdateExclusiveLock",
            LockMode::Append | LockMode::Change => "ShareRowExclusiveLock",
            LockMode::Whole => "AccessExclusiveLock",
        }
    }

    /// Whether two sessions cannot hold a table in these modes.
    pub fn conflicts(self, other: LockMode) -> bool {
        use LockMode::{Append, Change, Read, Sweep, Whole};
        match (self, other) {
            (Whole, _) | (_, Whole) => true,
            (Read, _) | (_, Read) | (Sweep, Append) | (Append, Sweep) => false,
            (Sweep | Append | Change, Sweep | Append | Change) => true,
        }
    }

    /// Whether it is held to change what others would read.
    pub fn changes(self) -> bool {
        !matches!(self, LockMode::Read | LockMode::Sweep)
    }

    /// Whether `stv_locks`, which shows updates, shows it.
    pub fn writes(self) -> bool {
        self != LockMode::Read
    }
}

#[cfg(test)]
mod tests {
    use super::LockMode::{self, Append, Change, Read, Sweep, Whole};

    #[test]
    fn who_lets_whom_pass() {
        const MODES: [LockMode; 5] = [Read, Sweep, Append, Change, Whole];
        #[rustfmt::skip]
        const WAITS: [&str; 5] = [
            // R S A C W
            "....x",
            ".x.xx",
            "..xxx",
            ".xxxx",
            "xxxxx",
        ];
        for (held, row) in MODES.iter().zip(WAITS) {
            let waits: String =
                MODES.iter().map(|one| if held.conflicts(*one) { 'x' } else { '.' }).collect();
            assert_eq!(waits, row, "{held:?}");
        }
    }
}
