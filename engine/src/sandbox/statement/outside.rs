//! Statements about external schemas and tables, and what plans read outside.

use super::Running;
use super::beginning::{Beginning, First};
use super::pending::Pending;
use super::work::{Effect, Work};
use crate::sandbox::Sandbox;
use crate::sandbox::outside::AccountOutside;
use crate::sql::authorize::schema_usage;
use crate::sql::bind;
use crate::sql::commands::{self, CommandContext};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::external::{self, refusal};
use crate::sql::outcome::Completion;
use crate::sql::outside::Asker;
use crate::sql::plan::Plan;
use crate::sql::statement::{
    AlterExternal, AlterTable, CreateExternalTable, ExternalStatement, InsertSource, Statement,
};
use crate::warehouse::identifier::QualifiedName;
use crate::warehouse::manifest::Logs;

impl Beginning<'_> {
    /// Rows that go into an external table's files: a new table's, or more of one; `None` for all other statements.
    pub(super) fn external_write(&mut self, statement: &Statement, text: &str) -> SqlResult<Option<First>> {
        let database = self.base.catalog.database(&self.session.database).cloned();
        let schema = |name: &QualifiedName| {
            let schema = database.as_ref()?.schema(name.schema.as_ref()?)?.clone();
            schema.external.is_some().then_some(schema)
        };
        let mut table = None;
        let (bound, name) = match statement {
            Statement::External(statement) => match &**statement {
                ExternalStatement::CreateTable(CreateExternalTable { query: Some(query), name, .. }) => {
                    (bind::query(query, self.scope(text))?, name)
                }
                _ => return Ok(None),
            },
            Statement::Insert(insert) => {
                let Some(schema) = schema(&insert.table) else { return Ok(None) };
                schema_usage(&schema, self.base, self.session.user)?;
                let InsertSource::Query(query) = &insert.source else {
                    // unconfirmed: the guide's grammar has only a query.
                    let message = "INSERT into an external table takes a SELECT statement";
                    return Err(SqlError::product("0A000", message));
                };
                let Some(external) = schema.external.as_deref() else { return Ok(None) };
                let asker = self.reach.asker;
                let outside = self.reach.outside.get_mut();
                let found =
                    external::lookup::table(outside, &schema.name, external, &insert.table.name, asker)?;
                let bound = bind::into_columns(query, &found.columns, self.scope(text))?;
                table = Some(found);
                (bound, &insert.table)
            }
            _ => return Ok(None),
        };
        let plan = self.planned(bound)?;
        let fields = plan.fields().to_vec();
        let context = CommandContext {
            manifest: self.working,
            session: self.session,
            now: self.now,
            connected: Vec::new(),
            next_block: self.next_block,
        };
        let asker = self.reach.asker;
        let (mut task, registration) = match (statement, &table) {
            (_, Some(table)) => external::write::insert(name, table, fields, asker, &context)?,
            (Statement::External(statement), None) => match &**statement {
                ExternalStatement::CreateTable(create) => {
                    let outside = self.reach.outside.get_mut();
                    external::write::create_as(create, fields, outside, asker, &context)?
                }
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        task.registration = Some(Box::new(registration));
        Ok(Some((Some(plan), Pending::Unload(Box::new(task)))))
    }

    /// What a statement comes to that is about external schemas or tables; `None` for all others.
    pub(super) fn external(&mut self, statement: &Statement) -> SqlResult<Option<Work>> {
        let database = self.base.catalog.database(&self.session.database);
        let database = database.ok_or_else(|| SqlError::bug("the session's database is gone"))?.clone();
        let is_external = |name: &_| refusal::is_external(name, &database);
        refusal::check(statement, &database)?;
        let mut context = CommandContext {
            manifest: self.working,
            session: self.session,
            now: self.now,
            connected: Vec::new(),
            next_block: self.next_block,
        };
        let asker = self.reach.asker;
        let outside = self.reach.outside.get_mut();
        let keep = |completion| Ok(Some(Work::Finish(completion, Effect::Keep)));
        match statement {
            Statement::External(statement) => match &**statement {
                ExternalStatement::CreateSchema(create) => {
                    keep(external::schema::create(create, outside, asker, &mut context)?)
                }
                ExternalStatement::CreateTable(create) => {
                    keep(external::create_table::run(create, outside, asker, &mut context)?)
                }
                ExternalStatement::Alter { table, action } => {
                    keep(external::alter_table::run(table, action, outside, asker, &context)?)
                }
                ExternalStatement::Show { table, partitions } => {
                    let answer = external::show::answer(table, *partitions, outside, asker, &context)?;
                    Ok(Some(Work::answer(answer, "SHOW")))
                }
            },
            Statement::AlterTable { name, action } if is_external(name) => {
                let action = match action {
                    AlterTable::AddColumn(column) => {
                        AlterExternal::AddColumn(column.name.clone(), column.data_type)
                    }
                    AlterTable::DropColumn { name, .. } => AlterExternal::DropColumn(name.clone()),
                    _ => return Err(SqlError::bug("a change of an external table that was not refused")),
                };
                keep(external::alter_table::run(name, &action, outside, asker, &context)?)
            }
            Statement::DropTable { names, if_exists, cascade } if names.iter().any(is_external) => {
                let (outer, local): (Vec<_>, Vec<_>) = names.iter().cloned().partition(is_external);
                let mut completion = Completion { tag: "DROP TABLE".to_owned(), ..Completion::default() };
                if !local.is_empty() {
                    let drop =
                        Statement::DropTable { names: local, if_exists: *if_exists, cascade: *cascade };
                    completion = commands::run(&drop, &mut context)?;
                }
                for name in &outer {
                    let said = external::drop_table::run(name, *if_exists, outside, asker, &context)?;
                    completion.notices.extend(said);
                }
                keep(completion)
            }
            Statement::DropSchema { names, cascade, external_database: true, .. } => {
                external::schema::drop_databases(names, *cascade, outside, asker, &context)?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }
}

impl Sandbox {
    /// Finds what the plan reads outside: files of external tables, and what the catalog says of them.
    pub(super) fn look_outside(
        &mut self,
        running: &mut Running,
        plan: &mut Plan,
        live: &mut Logs,
    ) -> SqlResult<()> {
        let user = running.context.evaluation.settings.get("current_user").cloned().unwrap_or_default();
        let asker = Asker { query: running.query as u64, process: running.session.0 };
        let Some(session) = self.sessions.get(&running.session) else {
            return Err(SqlError::bug("a statement without a session"));
        };
        let mut outside = AccountOutside {
            account: &mut self.account,
            now: self.clock.now(),
            cluster: &self.warehouse.cluster,
            user: &user,
            region: None,
            acting: self.acting.as_deref(),
        };
        external::source::fill(plan, &mut outside, &mut running.context.evaluation, asker)?;
        external::listing::fill(plan, live, &mut outside, asker, &running.base, session)
    }
}
