//! Who holds what, asked as a function: `has_*_privilege`, `user_is_member_of`, `role_is_member_of`.

use arrow::array::ArrayRef;

use super::Call;
use super::session::{search_path, truth};
use super::signature::Entry;
use super::signature::{Answer, Parameter::Text};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::{Evaluation, EvaluationContext};
use crate::sql::parse;
use crate::sql::statement::Statement;
use crate::warehouse::access::{Acl, Privilege, RoleId, UserId};
use crate::warehouse::catalog::Database;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::routine::Routine;

const BOOLEAN: Answer = Answer::Type(DataType::Boolean);

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::fixed("has_table_privilege", &[Text, Text], BOOLEAN, |call, context| {
        held(call, context, Kind::Table)
    })
    .leader_only()
    .impure(),
    Entry::fixed("has_table_privilege", &[Text, Text, Text], BOOLEAN, |call, context| {
        held(call, context, Kind::Table)
    })
    .leader_only()
    .impure(),
    Entry::fixed("has_schema_privilege", &[Text, Text], BOOLEAN, |call, context| {
        held(call, context, Kind::Schema)
    })
    .leader_only()
    .impure(),
    Entry::fixed("has_schema_privilege", &[Text, Text, Text], BOOLEAN, |call, context| {
        held(call, context, Kind::Schema)
    })
    .leader_only()
    .impure(),
    Entry::fixed("has_database_privilege", &[Text, Text], BOOLEAN, |call, context| {
        held(call, context, Kind::Database)
    })
    .leader_only()
    .impure(),
    Entry::fixed("has_database_privilege", &[Text, Text, Text], BOOLEAN, |call, context| {
        held(call, context, Kind::Database)
    })
    .leader_only()
    .impure(),
    Entry::fixed("has_function_privilege", &[Text, Text], BOOLEAN, |call, context| {
        held(call, context, Kind::Function)
    })
    .leader_only()
    .impure(),
    Entry::fixed("has_function_privilege", &[Text, Text, Text], BOOLEAN, |call, context| {
        held(call, context, Kind::Function)
    })
    .leader_only()
    .impure(),
    Entry::fixed("has_language_privilege", &[Text, Text], BOOLEAN, |call, context| {
        held(call, context, Kind::Language)
    })
    .leader_only()
    .impure(),
    Entry::fixed("has_language_privilege", &[Text, Text, Text], BOOLEAN, |call, context| {
        held(call, context, Kind::Language)
    })
    .leader_only()
    .impure(),
    Entry::fixed("user_is_member_of", &[Text, Text], BOOLEAN, user_is_member_of).impure(),
    Entry::fixed("role_is_member_of", &[Text, Text], BOOLEAN, role_is_member_of).impure(),
];

/// On what kind of object a privilege is asked for.
#[derive(Clone, Copy)]
enum Kind {
    Table,
    Schema,
    Database,
    Function,
    Language,
}

impl Kind {
    /// A privilege's keyword, where such an object can have it.
    fn privilege(self, word: &str) -> SqlResult<Privilege> {
        let word = word.trim().to_ascii_uppercase();
        let found = match (self, word.as_str()) {
            (Kind::Table, "SELECT") => Some(Privilege::Select),
            (Kind::Table, "INSERT") => Some(Privilege::Insert),
            (Kind::Table, "UPDATE") => Some(Privilege::Update),
            (Kind::Table, "DELETE") => Some(Privilege::Delete),
            (Kind::Table, "REFERENCES") => Some(Privilege::References),
            (Kind::Table, "DROP") => Some(Privilege::Drop),
            (Kind::Table, "RULE") => Some(Privilege::Rule),
            (Kind::Table, "TRIGGER") => Some(Privilege::Trigger),
            (Kind::Schema | Kind::Database, "CREATE") => Some(Privilege::Create),
            (Kind::Schema | Kind::Database | Kind::Language, "USAGE") => Some(Privilege::Usage),
            (Kind::Function, "EXECUTE") => Some(Privilege::Execute),
            (Kind::Database, "TEMPORARY" | "TEMP") => Some(Privilege::Temporary),
            _ => None,
        };
        found.ok_or_else(|| SqlError::product("22023", format!("unrecognized privilege type: \"{word}\"")))
    }
}

/// `has_x_privilege([user,] object, privileges)`; of several privileges separated by commas any will do.
fn held(call: &Call<'_>, context: &mut EvaluationContext<'_>, kind: Kind) -> SqlResult<ArrayRef> {
    let named = call.arguments.len() == 3;
    let users = if named { Some(call.text(0)?) } else { None };
    let objects = call.text(usize::from(named))?;
    let privileges = call.text(usize::from(named) + 1)?;
    truth(call, |row| {
        let evaluation = &*context.evaluation;
        let user = match &users {
            Some(users) => user_called(evaluation, users.get(row).unwrap_or_default())?,
            None => evaluation.user,
        };
        let (owner, acl) = object(context, kind, objects.get(row).unwrap_or_default())?;
        for word in privileges.get(row).unwrap_or_default().split(',') {
            let privilege = kind.privilege(word)?;
            if evaluation.manifest.principals.held(user, privilege, None, owner, acl).is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    })
}

fn user_called(evaluation: &Evaluation, name: &str) -> SqlResult<UserId> {
    let found = evaluation.manifest.principals.users.get(&Identifier::fold(name)).map(|user| user.id);
    found.ok_or_else(|| SqlError::product("42704", format!("user \"{name}\" does not exist")))
}

fn database<'a>(context: &'a EvaluationContext<'_>) -> SqlResult<&'a Database> {
    let evaluation = &*context.evaluation;
    let name = evaluation.settings.get("current_database").map(|name| Identifier::fold(name));
    let found = name.and_then(|name| evaluation.manifest.catalog.database(&name));
    found.map(|database| &**database).ok_or_else(|| SqlError::bug("the session has no database"))
}

/// Owner and grants of the object called `name`.
fn object<'a>(context: &'a EvaluationContext<'_>, kind: Kind, name: &str) -> SqlResult<(UserId, &'a Acl)> {
    match kind {
        Kind::Database => {
            let found = context
                .evaluation
                .manifest
                .catalog
                .database(&Identifier::fold(name.trim().trim_matches('"')));
            let found = found
                .ok_or_else(|| SqlError::product("3D000", format!("database \"{name}\" does not exist")))?;
            Ok((found.owner, &found.acl))
        }
        Kind::Language => {
            let acl = database(context)?.languages.get(&Identifier::fold(name.trim()));
            let missing = || SqlError::product("42704", format!("language \"{name}\" does not exist"));
            acl.map(|acl| (UserId::RDSDB, &**acl)).ok_or_else(missing)
        }
        Kind::Function => {
            let routine = routine(context, name)?;
            Ok((routine.owner, &routine.acl))
        }
        Kind::Schema => {
            let found = database(context)?.schema(&Identifier::fold(name.trim().trim_matches('"')));
            let found = found.ok_or_else(|| SqlError::undefined_schema(&name))?;
            Ok((found.owner, &found.acl))
        }
        Kind::Table => {
            let database = database(context)?;
            let unquoted = |part: &str| Identifier::fold(part.trim().trim_matches('"'));
            let found = match name.rsplit_once('.') {
                Some((schema, table)) => {
                    // A database in front of the schema is read over.
                    let schema = unquoted(schema.rsplit_once('.').map_or(schema, |(_, schema)| schema));
                    if database.schema(&schema).is_none() {
                        return Err(SqlError::undefined_schema(&schema));
                    }
                    database.find(&schema, &unquoted(table))
                }
                None => search_path(context).iter().find_map(|schema| database.find(schema, &unquoted(name))),
            };
            let found = found.ok_or_else(|| SqlError::undefined_relation(&name))?;
            Ok((found.owner, &found.acl))
        }
    }
}

/// The function or procedure that `name(types)` says.
fn routine<'a>(context: &'a EvaluationContext<'_>, name: &str) -> SqlResult<&'a Routine> {
    let written = parse::parse(&format!("DROP FUNCTION {name}"))?.pop().map(|parsed| parsed.statement);
    let Some(Statement::DropRoutine { signatures, .. }) = written else {
        return Err(SqlError::bug("a signature that is none"));
    };
    let database = database(context)?;
    let missing = || SqlError::product("42883", format!("function \"{name}\" does not exist"));
    let signature = signatures.first().ok_or_else(missing)?;
    let arguments = signature.arguments.clone().unwrap_or_default();
    let path = match &signature.name.schema {
        Some(schema) => vec![schema.clone()],
        None => search_path(context),
    };
    path.iter()
        .flat_map(|schema| database.routines.values().filter(move |routine| routine.schema == *schema))
        .find(|routine| routine.name == signature.name.name && routine.takes(&arguments))
        .map(|routine| &**routine)
        .ok_or_else(missing)
}

/// Others than superusers may ask about themselves only.
fn user_is_member_of(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (users, holders) = (call.text(0)?, call.text(1)?);
    let evaluation = &*context.evaluation;
    let principals = &evaluation.manifest.principals;
    truth(call, |row| {
        let user = user_called(evaluation, users.get(row).unwrap_or_default())?;
        if user != evaluation.user && !principals.is_superuser(evaluation.user) {
            return Err(SqlError::product("42501", "permission denied to check membership of another user"));
        }
        let name = holders.get(row).unwrap_or_default();
        let folded = Identifier::fold(name);
        if let Some(role) = principals.roles.get(&folded) {
            return Ok(principals.roles_of(user).contains(&role.id));
        }
        match principals.groups.get(&folded) {
            Some(group) => Ok(group.members.contains(&user)),
            None => Err(SqlError::product("42704", format!("role or group \"{name}\" does not exist"))),
        }
    })
}

/// Whether the first role holds the second, at whatever remove.
fn role_is_member_of(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (holders, granted) = (call.text(0)?, call.text(1)?);
    let principals = &context.evaluation.manifest.principals;
    let role = |name: &str| -> SqlResult<RoleId> {
        let found = principals.roles.get(&Identifier::fold(name)).map(|role| role.id);
        found.ok_or_else(|| SqlError::product("42704", format!("role \"{name}\" does not exist")))
    };
    truth(call, |row| {
        let holder = role(holders.get(row).unwrap_or_default())?;
        let wanted = role(granted.get(row).unwrap_or_default())?;
        let mut reached = vec![wanted];
        let mut next = 0;
        while let Some(current) = reached.get(next).copied() {
            if current == holder && current != wanted {
                return Ok(true);
            }
            next += 1;
            for to in
                principals.roles.values().filter(|role| role.id == current).flat_map(|role| &role.granted_to)
            {
                if !reached.contains(to) {
                    reached.push(*to);
                }
            }
        }
        Ok(false)
    })
}
