//! Statements that are not queries, one file each, named by what they do.
//!
//! [`run`] is the only door for most of them. The driver keeps queries, writes, COPY and transactions; it
//! comes here besides for [`create_table_as::prepare`], [`vacuum`], [`analyze_compression::answer`], [`show::answer`] and [`login::login`].

use super::error::{SqlError, SqlResult};
use super::outcome::Completion;
use super::session::Session;
use super::statement::Statement;
use crate::apart::apart;
use crate::clock::Instant;
use crate::warehouse::manifest::Manifest;

mod alter_column;
mod alter_constraint;
mod alter_database;
pub mod alter_group;
mod alter_layout;
pub mod alter_role;
mod alter_routine;
pub mod alter_schema;
pub mod alter_table;
pub mod alter_user;
pub mod analyze;
pub mod analyze_compression;
mod append_table;
mod attach_policy;
pub mod cancel;
pub mod columns;
pub mod comment;
pub mod context;
pub mod copy;
pub mod create_database;
pub mod create_group;
pub mod create_model;
pub mod create_role;
mod create_routine;
pub mod create_schema;
pub mod create_table;
pub mod create_table_as;
pub mod create_user;
pub mod create_view;
pub mod cursor;
mod default_privileges;
pub mod drop_database;
pub mod drop_group;
pub mod drop_model;
pub mod drop_relation;
pub mod drop_role;
mod drop_routine;
pub mod drop_schema;
pub mod drop_user;
pub mod grant;
pub mod grant_role;
mod grant_system;
mod granted_object;
mod late_view;
pub mod lock;
pub mod login;
pub mod materialized_view;
mod policy;
mod policy_dependency;
pub mod prepare;
pub mod revoke;
pub mod routine;
pub mod session_authorization;
pub mod set;
pub mod show;
pub mod show_definition;
pub mod show_model;
pub mod show_procedure;
mod table_layout;
pub mod truncate;
pub mod unload;
pub mod vacuum;

/// What a command may change: the transaction's working manifest and its own session.
pub struct CommandContext<'a> {
    pub manifest: &'a mut Manifest,
    pub session: &'a mut Session,
    pub now: Instant,
    /// Every open session's user, for DROP USER and CONNECTION LIMIT.
    pub connected: Vec<crate::warehouse::access::UserId>,
    /// The warehouse's next block number: ALTER TABLE ADD COLUMN fills rows that are there already.
    pub next_block: &'a mut u64,
}

/// Runs a command that is not a query, write, COPY or transaction statement. Checks rights itself, in the
/// product's order, and changes nothing when it fails.
pub fn run(statement: &Statement, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let before = context.manifest.clone();
    let result = dispatch(statement, context);
    if result.is_err() {
        *context.manifest = before;
    }
    result
}

fn dispatch(statement: &Statement, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    match statement {
        Statement::Truncate { table } => apart(|| truncate::run(table, context)),
        Statement::CreateDatabase { name, owner, settings } => {
            apart(|| create_database::run(name, owner.as_ref(), settings, context))
        }
        Statement::DropDatabase { name } => apart(|| drop_database::run(name, context)),
        Statement::AlterDatabase { name, action } => apart(|| alter_database::run(name, action, context)),
        Statement::CreateSchema { name, if_not_exists, owner, quota } => {
            apart(|| create_schema::run(name, *if_not_exists, owner.as_ref(), *quota, context))
        }
        Statement::DropSchema { names, if_exists, cascade, .. } => {
            apart(|| drop_schema::run(names, *if_exists, *cascade, context))
        }
        Statement::AlterSchema { name, action } => apart(|| alter_schema::run(name, action, context)),
        Statement::CreateTable(table) => apart(|| create_table::run(table, context)),
        Statement::DropTable { names, if_exists, cascade } => {
            apart(|| drop_relation::run(names, drop_relation::Kind::Table, *if_exists, *cascade, context))
        }
        Statement::AlterTable { name, action } => apart(|| alter_table::run(name, action, context)),
        Statement::CreateView { name, columns, query, query_text, or_replace, late } => {
            let definition = create_view::Definition { columns, query, query_text, late: *late };
            apart(|| create_view::run(name, &definition, *or_replace, context))
        }
        Statement::DropView { names, if_exists, cascade } => {
            apart(|| drop_relation::run(names, drop_relation::Kind::View, *if_exists, *cascade, context))
        }
        Statement::DropMaterializedView { names, if_exists, cascade } => apart(|| {
            drop_relation::run(names, drop_relation::Kind::Materialized, *if_exists, *cascade, context)
        }),
        Statement::AlterMaterializedView { name, action } => {
            apart(|| materialized_view::alter(name, action, context))
        }
        Statement::Comment { on, text } => apart(|| comment::run(on, text.as_deref(), context)),
        Statement::CreateUser { name, options } => apart(|| create_user::run(name, options, context)),
        Statement::AlterUser { name, options } => apart(|| alter_user::run(name, options, context)),
        Statement::DropUser { names, if_exists } => apart(|| drop_user::run(names, *if_exists, context)),
        Statement::CreateGroup { name, users } => apart(|| create_group::run(name, users, context)),
        Statement::AlterGroup { name, action } => apart(|| alter_group::run(name, action, context)),
        Statement::DropGroup { name } => apart(|| drop_group::run(name, context)),
        Statement::CreateRole { name, external_id } => {
            apart(|| create_role::run(name, external_id.as_deref(), context))
        }
        Statement::AlterRole { name, actions } => apart(|| alter_role::run(name, actions, context)),
        Statement::DropRole { name, force } => apart(|| drop_role::run(name, *force, context)),
        Statement::CreatePolicy(create) => apart(|| policy::create(create, context)),
        Statement::AlterPolicy { kind, name, texts } => apart(|| policy::alter(*kind, name, texts, context)),
        Statement::DropPolicy { kind, name, if_exists, cascade } => {
            apart(|| policy::drop(*kind, name, *if_exists, *cascade, context))
        }
        Statement::AttachPolicy(attach) => apart(|| attach_policy::run(attach, context)),
        Statement::GrantToPolicy { granting, kind, tables, policies } => {
            apart(|| policy::grant(*granting, *kind, tables, policies, context))
        }
        Statement::Grant(statement) => apart(|| grant::run(statement, context)),
        Statement::Revoke { grant, grant_option_only } => {
            apart(|| revoke::run(grant, *grant_option_only, context))
        }
        Statement::GrantRole { roles, to } => apart(|| grant_role::grant(roles, to, context)),
        Statement::RevokeRole { roles, from, admin_option_only } => {
            apart(|| grant_role::revoke(roles, from, *admin_option_only, context))
        }
        Statement::SystemPermissions { granting, permissions, roles } => {
            apart(|| grant_system::permissions(*granting, permissions, roles, context))
        }
        Statement::GrantCreateModel { granting, grantees } => {
            apart(|| grant_system::create_model(*granting, grantees, context))
        }
        Statement::DropModel { name, if_exists } => apart(|| drop_model::run(name, *if_exists, context)),
        Statement::AssumeRole(statement) => apart(|| grant_system::assume_role(statement, context)),
        Statement::AlterDefaultPrivileges(statement) => apart(|| default_privileges::run(statement, context)),
        Statement::Set { name, values, local } => {
            apart(|| set::run(name, values.as_deref(), *local, context))
        }
        Statement::Reset { name } => apart(|| set::run(name, None, false, context)),
        Statement::SetSessionAuthorization { user, local } => {
            apart(|| session_authorization::run(user.as_ref(), *local, context))
        }
        Statement::CreateRoutine(create) => apart(|| create_routine::run(create, context)),
        Statement::DropRoutine { procedures, signatures, if_exists, cascade } => {
            apart(|| drop_routine::run(signatures, *procedures, *if_exists, *cascade, context))
        }
        Statement::AlterRoutine { procedure, signature, action } => {
            apart(|| alter_routine::run(*procedure, signature, action, context))
        }
        Statement::Prepare { name, types, text } => apart(|| prepare::prepare(name, types, text, context)),
        Statement::Deallocate { name } => apart(|| prepare::deallocate(name.as_ref(), context)),
        Statement::DeclareCursor { name, query } => apart(|| cursor::declare(name, query, context)),
        Statement::CloseCursor { name } => apart(|| cursor::close(name, context)),
        Statement::NotSimulated { feature, tag } => {
            Err(SqlError::not_simulated_because(*feature, tag.clone()))
        }
        Statement::Query(_)
        | Statement::Explain { .. }
        | Statement::Insert(_)
        | Statement::Update(_)
        | Statement::Delete(_)
        | Statement::Merge(_)
        | Statement::Copy(_)
        | Statement::CreateModel(_)
        | Statement::ShowModel { .. }
        | Statement::External(_)
        | Statement::Unload(_)
        | Statement::Vacuum(_)
        | Statement::Analyze { .. }
        | Statement::AnalyzeCompression { .. }
        | Statement::CreateTableAs(_)
        | Statement::CreateMaterializedView(_)
        | Statement::RefreshMaterializedView { .. }
        | Statement::Show { .. }
        | Statement::Begin { .. }
        | Statement::ShowProcedure { .. }
        | Statement::Call { .. }
        | Statement::ShowDefinition { .. }
        | Statement::Execute { .. }
        | Statement::Fetch { .. }
        | Statement::Commit
        | Statement::Cancel { .. }
        | Statement::Lock { .. }
        | Statement::Rollback => Err(SqlError::bug("this statement is the driver's, not a command")),
    }
}

/// A command that ended well, by its tag alone.
fn done(tag: &str) -> SqlResult<Completion> {
    done_with(tag, Vec::new())
}

fn done_with(tag: &str, notices: Vec<String>) -> SqlResult<Completion> {
    Ok(Completion { tag: tag.to_owned(), notices, ..Completion::default() })
}

#[cfg(test)]
mod tests;
