//! Tables that begin full: generated data goes straight into blocks, without the detour over CSV.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};

use super::{ADMIN, Sandbox};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::relay::sorted;
use crate::sql::execute::write::{Arrival, Sink};
use crate::sql::outcome::Batch;
use crate::sql::parse;
use crate::sql::statement::Statement;
use crate::warehouse::catalog::{ObjectId, Relation};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::storage::generated::{Generated, lay};
use crate::warehouse::storage::write::BlockNumbers;

impl Sandbox {
    /// Runs the CREATE TABLE in `ddl` as the admin and puts `arrays` into the table, one for each column, in
    /// table order and layout.
    ///
    /// # Errors
    /// Whatever the statement fails with; arrays that do not fit are a defect of the caller.
    pub fn fill_table(&mut self, ddl: &str, arrays: Vec<ArrayRef>) -> SqlResult<()> {
        let (mut manifest, id) = self.create_for_filling(ddl)?;
        let relation = created(&mut manifest, id)?;
        let fits = relation.columns.len() == arrays.len()
            && arrays.windows(2).all(|pair| pair[0].len() == pair[1].len());
        if !fits {
            return Err(SqlError::bug("arrays do not fit the table to fill"));
        }
        let arrays = match relation.table() {
            Some(table) => sorted(table, arrays)?,
            None => arrays,
        };
        let mut sink = Sink::new(id, Identifier::fold(super::DATABASE)).arriving(Arrival::Filled);
        let rows = arrays.first().map_or(0, |array| array.len());
        let numbers = &mut BlockNumbers(&mut self.warehouse.next_block);
        sink.take(Batch { columns: arrays, rows }, &mut manifest, numbers)?;
        sink.flush(&mut manifest, numbers)?;
        if let Some(table) = created(&mut manifest, id)?.table_mut() {
            table.data.analyze(self.clock.now());
        }
        manifest.version += 1;
        self.warehouse.committed = Arc::new(manifest);
        Ok(())
    }

    /// As [`Sandbox::fill_table`], of a table without a sort key; its `rows` rows are made when they are read.
    ///
    /// # Errors
    /// Whatever the statement fails with; columns that do not fit are a defect of the caller.
    pub fn fill_later(&mut self, ddl: &str, rows: u32, columns: &[Arc<Generated>]) -> SqlResult<()> {
        let (mut manifest, id) = self.create_for_filling(ddl)?;
        let relation = created(&mut manifest, id)?;
        let wide = relation.columns.len() == columns.len();
        match relation.table_mut().filter(|table| wide && table.sort_key.is_empty()) {
            Some(table) => {
                lay(table, rows, columns, &mut BlockNumbers(&mut self.warehouse.next_block));
                table.data.analyze(self.clock.now());
            }
            None => return Err(SqlError::bug("columns do not fit the table to fill")),
        }
        manifest.version += 1;
        self.warehouse.committed = Arc::new(manifest);
        Ok(())
    }

    fn create_for_filling(&mut self, ddl: &str) -> SqlResult<(Manifest, ObjectId)> {
        let session = self.connect(ADMIN, None)?;
        for executed in self.execute(session, ddl) {
            executed.result?;
        }
        self.disconnect(session);
        let name = match parse::parse(ddl)?.pop().map(|parsed| parsed.statement) {
            Some(Statement::CreateTable(create)) => create.name,
            _ => return Err(SqlError::bug("only a CREATE TABLE can be filled")),
        };
        let schema = name.schema.unwrap_or_else(|| Identifier::fold("public"));
        let manifest: Manifest = (*self.warehouse.committed).clone();
        let database = manifest.catalog.database(&Identifier::fold(super::DATABASE));
        let relation = database.and_then(|database| database.find(&schema, &name.name));
        let id = relation.ok_or_else(|| SqlError::bug("the table to fill is not there"))?.id;
        Ok((manifest, id))
    }
}

fn created(manifest: &mut Manifest, id: ObjectId) -> SqlResult<&mut Relation> {
    let database = manifest.catalog.database_mut(&Identifier::fold(super::DATABASE));
    database
        .and_then(|database| database.relation_mut(id))
        .ok_or_else(|| SqlError::bug("the table to fill is gone"))
}
