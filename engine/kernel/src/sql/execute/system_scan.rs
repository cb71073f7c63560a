//! Reads a system table or view: its rows are made when the query asks.

use super::emission::Emission;
use super::{Context, Operator, Pull};
use crate::sql::error::SqlResult;
use crate::sql::plan::SystemRelation;

pub struct ScanSystem {
    relation: SystemRelation,
    rows: Option<Emission>,
}

impl ScanSystem {
    pub fn new(relation: SystemRelation) -> Self {
        ScanSystem { relation, rows: None }
    }
}

impl Operator for ScanSystem {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        if let Some(rows) = &mut self.rows {
            return Ok(rows.pull());
        }
        let batch = (context.system)(self.relation, context)?;
        context.statistics.rows_scanned += batch.rows as u64;
        Ok(self.rows.insert(Emission::new(batch)).pull())
    }
}
