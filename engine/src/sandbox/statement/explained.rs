//! EXPLAIN: the plans of a statement that is not run.

use super::work::Work;
use crate::sql::bind::{self, Scope};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::plan::{Field, Plan};
use crate::sql::statement::Statement;
use crate::sql::{authorize, explain, optimize};
use crate::warehouse::data_type::DataType;

/// The lines of the answer.
pub(super) fn answer(statement: &Statement, verbose: bool, scope: Scope<'_>) -> SqlResult<Work> {
    let mut lines = Vec::new();
    let database = &scope.session.database;
    for plan in explained(statement, scope)? {
        let plan = optimize::optimize(plan, scope.manifest, database);
        lines.extend(explain::explain(&plan, scope.manifest, database, verbose));
    }
    let name = "QUERY PLAN".to_owned();
    let field = Field { qualifier: None, name, data_type: DataType::Varchar(65_535) };
    Ok(Work::Text { columns: vec![lines], fields: vec![field], tag: "EXPLAIN" })
}

/// The plans that EXPLAIN shows, with the rights that running the statement would need. MERGE has two; how the
/// product shows them is unconfirmed.
fn explained(statement: &Statement, scope: Scope<'_>) -> SqlResult<Vec<Plan>> {
    let mut other = None;
    let (plan, needs) = match statement {
        Statement::Query(query) => {
            let bound = bind::query(query, scope)?;
            (bound.plan, bound.needs)
        }
        Statement::CreateTableAs(create) => {
            let bound = bind::query(&create.query, scope)?;
            (bound.plan, bound.needs)
        }
        Statement::Insert(insert) => {
            let write = bind::insert(insert, scope)?;
            (write.source, write.needs)
        }
        Statement::Update(update) => {
            let write = bind::update(update, scope)?;
            (write.source, write.needs)
        }
        Statement::Delete(delete) => {
            let write = bind::delete(delete, scope)?;
            (write.source, write.needs)
        }
        Statement::Merge(merge) => {
            let (matched, missing) = bind::merge(merge, scope)?;
            other = Some(missing.source);
            (matched.source, matched.needs)
        }
        _ => {
            return Err(SqlError::product(
                "42601",
                "EXPLAIN takes SELECT, INSERT, UPDATE, DELETE, MERGE or CREATE TABLE AS",
            ));
        }
    };
    authorize::authorize(&needs, scope.manifest, scope.session)?;
    Ok(std::iter::once(plan).chain(other).collect())
}
