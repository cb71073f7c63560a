//! ALTER DATABASE: name, owner and settings (Developer Guide, "ALTER DATABASE"). Texts are PostgreSQL 8's.

use std::sync::Arc;

use super::{CommandContext, done};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::statement::AlterDatabase;
use crate::warehouse::access::Privilege;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::note::Noted;

/// The database that every cluster has from its beginning.
const FIRST: &str = "dev";

pub(super) fn run(
    name: &Identifier,
    action: &AlterDatabase,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let missing = || SqlError::product("3D000", format!("database \"{name}\" does not exist"));
    let database = context.manifest.catalog.database(name).ok_or_else(missing)?;
    let privilege = match action {
        AlterDatabase::OwnerTo(_) | AlterDatabase::Set(_) => None,
        AlterDatabase::RenameTo(_) => Some(Privilege::Alter),
    };
    context.rights().own_database(database, privilege)?;
    match action {
        AlterDatabase::Set(settings) => {
            if settings.iter().any(|setting| setting.which == Noted::Isolation) {
                super::create_database::must_be_outside_a_block("ALTER DATABASE ISOLATION LEVEL", context)?;
                // That the first database keeps its level is the guide's; its words are unconfirmed.
                if name.as_str() == FIRST {
                    let message = format!("cannot alter the isolation level of database \"{name}\"");
                    return Err(SqlError::product("0A000", message));
                }
            }
            let database = context.manifest.catalog.database_mut(name).ok_or_else(missing)?;
            for setting in settings {
                database.notes.comment(setting.which.clone(), setting.value.clone());
            }
        }
        AlterDatabase::OwnerTo(owner) => {
            let owner = context.user_named(owner)?.id;
            let database = context.manifest.catalog.database_mut(name).ok_or_else(missing)?;
            super::alter_table::hand_over(&mut database.acl, database.owner, owner);
            database.owner = owner;
        }
        AlterDatabase::RenameTo(new) => {
            if *name == context.session.database {
                return Err(SqlError::product("0A000", "current database may not be renamed"));
            }
            if context.manifest.catalog.database(new).is_some() {
                return Err(SqlError::product("42P04", format!("database \"{new}\" already exists")));
            }
            let databases = &mut context.manifest.catalog.databases;
            let mut database = databases.remove(name).ok_or_else(missing)?;
            Arc::make_mut(&mut database).name = new.clone();
            databases.insert(new.clone(), database);
        }
    }
    done("ALTER DATABASE")
}
