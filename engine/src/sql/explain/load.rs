//! COPY as the logs of steps know it: rows read from files, and put into a table.
//!
//! COPY has no plan that EXPLAIN could show. Which further steps the product counts (it parses and distributes) is
//! unconfirmed.

use super::Account;
use super::segment::{Work, WorkKind};
use crate::sql::execute::profile::Read;
use crate::warehouse::catalog::ObjectId;

/// What a COPY put into its table.
#[derive(Clone, Debug)]
pub struct Load {
    pub table: ObjectId,
    pub name: String,
    pub rows: u64,
    pub bytes: u64,
}

impl Load {
    pub fn account(&self) -> Account {
        let step = |kind, step, table: Option<u32>, name: &str| Work {
            kind,
            stream: 0,
            segment: 0,
            step,
            node: 0,
            table,
            name: name.to_owned(),
            rows: self.rows,
            bytes: self.bytes,
            read: Read::default(),
            slices: Default::default(),
            blocks_read: 0,
            range_restricted: false,
            filtered: false,
        };
        let work = vec![
            step(WorkKind::Scan, 0, None, ""),
            step(WorkKind::Insert, 1, Some(self.table.0), &self.name),
        ];
        Account { nodes: Vec::new(), work, alerts: Vec::new() }
    }
}
