//! COPY and UNLOAD as they begin: rows between tables and files.

use super::beginning::{Beginning, First};
use super::evaluation;
use super::pending::Pending;
use super::work::Work;
use crate::sql::commands::copy::{CopyContext, CopyTask};
use crate::sql::commands::unload::UnloadTask;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::constant;
use crate::sql::execute::write::{Arrival, Sink};
use crate::sql::statement::{Copy, Statement, Unload};
use crate::sql::{bind, commands, parse};

impl Beginning<'_> {
    pub(super) fn copy(&self, copy: &Copy, text: &str) -> SqlResult<Work> {
        let scope = self.scope(text);
        let context = CopyContext {
            manifest: self.base,
            session: self.session,
            search_path: &bind::search_path(scope),
            query: self.query as u64,
            default: &|text, to| {
                let expression = bind::default_expression(text, to, scope)?;
                constant(&expression, &mut evaluation(self.session, self.base, self.now))
            },
        };
        let task = CopyTask::start(copy, context)?;
        let mut sink = Sink::new(task.target(), self.session.database.clone()).arriving(Arrival::Copy);
        sink.analyze = task.analyze;
        Ok(Work::Copy { task: Box::new(task), sink })
    }

    pub(super) fn unload(&self, unload: &Unload) -> SqlResult<First> {
        let parsed: SqlResult<Vec<_>> = parse::script(&unload.query).into_iter().collect();
        let mut parsed = parsed.map_err(commands::prepare::placeless)?;
        let only = if parsed.len() == 1 { parsed.pop() } else { None };
        let Some(Statement::Query(query)) = only.map(|parsed| parsed.statement) else {
            // unconfirmed: the sentence, also for several statements.
            return Err(SqlError::product("42601", "UNLOAD takes a SELECT statement"));
        };
        if query.limit.is_some() {
            // Its SQLSTATE is unconfirmed.
            return Err(SqlError::product("XX000", "Limit clause is not supported"));
        }
        let bound = bind::query(&query, self.scope(&unload.query)).map_err(commands::prepare::placeless)?;
        crate::sql::system::must_run_on_tables(&bound.plan)?;
        let plan = self.planned(bound)?;
        let fields = plan.fields().to_vec();
        let task = UnloadTask::start(unload, fields, self.base, self.session, self.query as u64)?;
        Ok((Some(plan), Pending::Unload(Box::new(task))))
    }
}
