//! Tables that begin full: generated data goes straight into blocks, without the detour over CSV.

use arrow::array::{Array, ArrayRef};

use super::{ADMIN, Sandbox};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::relay::sorted;
use crate::sql::execute::write::{Arrival, Sink};
use crate::sql::outcome::Batch;
use crate::sql::parse;
use crate::sql::statement::Statement;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::write::BlockNumbers;

impl Sandbox {
    /// Runs the CREATE TABLE in `ddl` as the admin and puts `arrays` into the table, one for each column, in
    /// table order and layout.
    ///
    /// # Errors
    /// Whatever the statement fails with; arrays that do not fit are a defect of the caller.
    pub fn fill_table(&mut self, ddl: &str, arrays: Vec<ArrayRef>) -> SqlResult<()> {
        let session = self.connect(ADMIN, None)?;
        for executed in self.execute(session, ddl) {
            executed.result?;
        }
        self.disconnect(session);
        let name = match parse::parse(ddl)?.pop().map(|parsed| parsed.statement) {
            Some(Statement::CreateTable(create)) => create.name,
            _ => return Err(SqlError::bug("fill_table wants a CREATE TABLE")),
        };
        let database = Identifier::fold(super::DATABASE);
        let schema = name.schema.unwrap_or_else(|| Identifier::fold("public"));
        let mut manifest: Manifest = (*self.warehouse.committed).clone();
        let relation = manifest
            .catalog
            .database(&database)
            .and_then(|database| database.find(&schema, &name.name))
            .ok_or_else(|| SqlError::bug("the table to fill is not there"))?;
        let fits = relation.columns.len() == arrays.len()
            && arrays.windows(2).all(|pair| pair[0].len() == pair[1].len());
        if !fits {
            return Err(SqlError::bug("arrays do not fit the table to fill"));
        }
        let arrays = match relation.table() {
            Some(table) => sorted(table, arrays)?,
            None => arrays,
        };
        let mut sink = Sink::new(relation.id, database).arriving(Arrival::Filled);
        let rows = arrays.first().map_or(0, |array| array.len());
        let numbers = &mut BlockNumbers(&mut self.warehouse.next_block);
        sink.take(Batch { columns: arrays, rows }, &mut manifest, numbers)?;
        sink.flush(&mut manifest, numbers)?;
        manifest.version += 1;
        self.warehouse.committed = std::sync::Arc::new(manifest);
        Ok(())
    }
}
