//! CREATE DATABASE (Developer Guide, "CREATE DATABASE"): a name in the list, with its own schema `public`.

use std::sync::Arc;

use super::{CommandContext, done};
use crate::sql::authorize::rights::Missing;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::session::Transaction;
use crate::sql::statement::DatabaseSetting;
use crate::warehouse::catalog::Database;
use crate::warehouse::identifier::Identifier;

pub(super) fn run(
    name: &Identifier,
    owner: Option<&Identifier>,
    settings: &[DatabaseSetting],
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    must_be_outside_a_block("CREATE DATABASE", context)?;
    let user = context.user();
    let may = context.principals().user(user).is_some_and(|user| user.create_database);
    if !may && !context.is_superuser() {
        let message = "permission denied to create database".to_owned();
        let rights = context.rights();
        let grant = format!("ALTER USER {} CREATEDB;", rights.name());
        return Err(
            rights.refuse(message, Missing::on_system("CREATEDB", "user", &rights.name(), Some(grant)))
        );
    }
    let owner = owner.map_or(Ok(user), |owner| context.user_named(owner).map(|user| user.id))?;
    if owner != user && !context.is_superuser() {
        return Err(SqlError::product("42501", "must be superuser to create database for another user"));
    }
    let catalog = &mut context.manifest.catalog;
    if catalog.database(name).is_some() {
        return Err(SqlError::product("42P04", format!("database \"{name}\" already exists")));
    }
    let (id, public) = (catalog.allocate(), catalog.allocate());
    let mut database = Database::new(id, name.clone(), owner, public);
    for setting in settings {
        database.notes.comment(setting.which.clone(), setting.value.clone());
    }
    catalog.databases.insert(name.clone(), Arc::new(database));
    done("CREATE DATABASE")
}

pub(super) fn must_be_outside_a_block(what: &str, context: &CommandContext<'_>) -> SqlResult<()> {
    match context.session.transaction {
        Transaction::Open { .. } => {
            Err(SqlError::product("25001", format!("{what} cannot run inside a transaction block")))
        }
        Transaction::None | Transaction::Aborted => Ok(()),
    }
}
