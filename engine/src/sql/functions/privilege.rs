//! Who holds what, asked as a function: `has_*_privilege`, `user_is_member_of`, `role_is_member_of`.

use arrow::array::ArrayRef;

use super::Call;
use super::session::{search_path, truth};
use super::signature::Entry;
use super::signature::{Answer, Parameter::Text};
use crate::sql::authorize::schema_usage;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::{Evaluation, EvaluationContext};
use crate::sql::parse;
use crate::sql::statement::Statement;
use crate::sql::system;
use crate::warehouse::access::{Privilege, RoleId, UserId};
use crate::warehouse::assume_role::{IamRole, RoleCommand};
use crate::warehouse::catalog::Database;
use crate::warehouse::data_type::DataType;
use crate::warehouse::guarded::Guarded;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::routine::Routine;
use crate::warehouse::system_role::SystemPermission;

const BOOLEAN: Answer = Answer::Type(DataType::Boolean);

/// `has_x_privilege(object, privilege)` and, with the user in front, `has_x_privilege(user, object, privilege)`.
macro_rules! asked {
    ($name:literal, $evaluate:expr) => {
        [
            Entry::fixed($name, &[Text, Text], BOOLEAN, $evaluate).leader_only().impure(),
            Entry::fixed($name, &[Text, Text, Text], BOOLEAN, $evaluate).leader_only().impure(),
        ]
    };
}

const TABLE: [Entry; 2] = asked!("has_table_privilege", |call, context| held(call, context, Kind::Table));
const SCHEMA: [Entry; 2] = asked!("has_schema_privilege", |call, context| held(call, context, Kind::Schema));
const DATABASE: [Entry; 2] =
    asked!("has_database_privilege", |call, context| held(call, context, Kind::Database));
const FUNCTION: [Entry; 2] =
    asked!("has_function_privilege", |call, context| held(call, context, Kind::Function));
const LANGUAGE: [Entry; 2] =
    asked!("has_language_privilege", |call, context| held(call, context, Kind::Language));
const ASSUME: [Entry; 2] = asked!("has_assumerole_privilege", may_assume);

pub(super) static FUNCTIONS: &[Entry] = {
    let [table, named_table] = TABLE;
    let [schema, named_schema] = SCHEMA;
    let [database, named_database] = DATABASE;
    let [function, named_function] = FUNCTION;
    let [language, named_language] = LANGUAGE;
    let [assume, named_assume] = ASSUME;
    &[
        table,
        named_table,
        schema,
        named_schema,
        database,
        named_database,
        function,
        named_function,
        language,
        named_language,
        assume,
        named_assume,
        Entry::fixed("user_is_member_of", &[Text, Text], BOOLEAN, user_is_member_of).impure(),
        Entry::fixed("role_is_member_of", &[Text, Text], BOOLEAN, role_is_member_of).impure(),
    ]
};

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
            (Kind::Table, "TRUNCATE") => Some(Privilege::Truncate),
            (Kind::Table | Kind::Schema | Kind::Database, "ALTER") => Some(Privilege::Alter),
            (Kind::Schema, "DROP") => Some(Privilege::Drop),
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
        let name = objects.get(row).unwrap_or_default();
        if matches!(kind, Kind::Table)
            && let Some(relation) = system_relation(name)
        {
            let may = system::may_select(relation, user, &evaluation.manifest, database(context)?);
            let mut asked = privileges.get(row).unwrap_or_default().split(',');
            return Ok(may && asked.any(|word| matches!(kind.privilege(word), Ok(Privilege::Select))));
        }
        let object = object(context, kind, name)?;
        for word in privileges.get(row).unwrap_or_default().split(',') {
            let privilege = kind.privilege(word)?;
            if evaluation.manifest.held(user, privilege, None, object).is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    })
}

/// `has_assumerole_privilege([user,] arn, command)`.
fn may_assume(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let named = call.arguments.len() == 3;
    let users = if named { Some(call.text(0)?) } else { None };
    let roles = call.text(usize::from(named))?;
    let commands = call.text(usize::from(named) + 1)?;
    let evaluation = &*context.evaluation;
    truth(call, |row| {
        let user = match &users {
            Some(users) => user_called(evaluation, users.get(row).unwrap_or_default())?,
            None => evaluation.user,
        };
        let role = match roles.get(row).unwrap_or_default() {
            word if word.eq_ignore_ascii_case("default") => IamRole::Default,
            arn => IamRole::Arn(arn.to_owned()),
        };
        let word = commands.get(row).unwrap_or_default().trim();
        let command = RoleCommand::ALL
            .into_iter()
            .find(|one| one.keyword().eq_ignore_ascii_case(word) || one.printed().eq_ignore_ascii_case(word));
        // Text unconfirmed; it follows that of other privileges.
        let command = command
            .ok_or_else(|| SqlError::product("22023", format!("unrecognized privilege type: \"{word}\"")))?;
        Ok(evaluation.manifest.principals.may_assume(user, &role, command))
    })
}

fn user_called(evaluation: &Evaluation, name: &str) -> SqlResult<UserId> {
    let found = evaluation.manifest.principals.user_called(name).map(|user| user.id);
    found.ok_or_else(|| SqlError::product("42704", format!("user \"{name}\" does not exist")))
}

pub(super) fn database<'a>(context: &'a EvaluationContext<'_>) -> SqlResult<&'a Database> {
    let evaluation = &*context.evaluation;
    let name = evaluation.settings.get("current_database").map(|name| Identifier::fold(name));
    let found = name.and_then(|name| evaluation.manifest.catalog.database(&name));
    found.map(|database| &**database).ok_or_else(|| SqlError::bug("the session has no database"))
}

/// A system table or view of this name, which comes before the search path.
fn system_relation(name: &str) -> Option<system::SystemRelation> {
    let name = name.to_ascii_lowercase().replace('"', "");
    match name.rsplit_once('.') {
        Some((schema, name)) => {
            let schema = schema.rsplit_once('.').map_or(schema, |(_, schema)| schema);
            system::find(Some(schema), name)
        }
        None => system::find(None, &name),
    }
}

/// The object called `name`.
fn object<'a>(context: &'a EvaluationContext<'_>, kind: Kind, name: &str) -> SqlResult<Guarded<'a>> {
    match kind {
        Kind::Database => {
            let found = context
                .evaluation
                .manifest
                .catalog
                .database(&Identifier::fold(name.trim().trim_matches('"')));
            let found = found
                .ok_or_else(|| SqlError::product("3D000", format!("database \"{name}\" does not exist")))?;
            Ok(Guarded::Database(found))
        }
        Kind::Language => {
            let database = database(context)?;
            let acl = database.languages.get(&Identifier::fold(name.trim()));
            let missing = || SqlError::product("42704", format!("language \"{name}\" does not exist"));
            acl.map(|acl| Guarded::Language(acl, database)).ok_or_else(missing)
        }
        Kind::Function => Ok(Guarded::Routine(routine(context, name)?)),
        Kind::Schema => {
            let found = database(context)?.schema(&Identifier::fold(name.trim().trim_matches('"')));
            let found = found.ok_or_else(|| SqlError::undefined_schema(&name))?;
            Ok(Guarded::Schema(found))
        }
        Kind::Table => {
            let database = database(context)?;
            let unquoted = |part: &str| Identifier::fold(part.trim().trim_matches('"'));
            let found = match name.rsplit_once('.') {
                Some((schema, table)) => {
                    // A database in front of the schema is read over.
                    let schema = unquoted(schema.rsplit_once('.').map_or(schema, |(_, schema)| schema));
                    must_be_open(context, &schema)?;
                    database.find(&schema, &unquoted(table))
                }
                None => open_path(context).iter().find_map(|schema| database.find(schema, &unquoted(name))),
            };
            let found = found.ok_or_else(|| SqlError::undefined_relation(&name))?;
            Ok(Guarded::Relation(found))
        }
    }
}

/// Whoever may not look into a schema is not told what is in it, by no question either.
pub(super) fn must_be_open(context: &EvaluationContext<'_>, name: &Identifier) -> SqlResult<()> {
    let schema = database(context)?.schema(name).ok_or_else(|| SqlError::undefined_schema(name))?;
    schema_usage(schema, &context.evaluation.manifest, context.evaluation.user)
}

pub(super) fn open_path(context: &EvaluationContext<'_>) -> Vec<Identifier> {
    let mut path = search_path(context);
    path.retain(|name| must_be_open(context, name).is_ok());
    path
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
        Some(schema) => {
            must_be_open(context, schema)?;
            vec![schema.clone()]
        }
        None => open_path(context),
    };
    path.iter()
        .flat_map(|schema| database.routines.values().filter(move |routine| routine.schema == *schema))
        .find(|routine| routine.name == signature.name.name && routine.takes(&arguments))
        .map(|routine| &**routine)
        .ok_or_else(missing)
}

/// Most may ask about themselves only. The refusal's text is unconfirmed.
fn user_is_member_of(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (users, holders) = (call.text(0)?, call.text(1)?);
    let evaluation = &*context.evaluation;
    let principals = &evaluation.manifest.principals;
    // `sys:secadmin` and `sys:superuser` ask about everybody.
    let about_all = principals.may(evaluation.user, SystemPermission::GrantRole);
    truth(call, |row| {
        let name = users.get(row).unwrap_or_default();
        let user = user_called(evaluation, name);
        if !about_all && !user.as_ref().is_ok_and(|user| *user == evaluation.user) {
            return Err(SqlError::product("42501", "permission denied to check membership of another user"));
        }
        let user = user?;
        let name = holders.get(row).unwrap_or_default();
        let folded = Identifier::fold(name);
        if let Some(role) = principals.roles.get(&folded) {
            return Ok(principals.roles_of(user).contains(&role.id));
        }
        match principals.groups.get(&folded) {
            Some(group) => Ok(evaluation.manifest.is_member(user, group.id)),
            None => Err(SqlError::product("42704", format!("role or group \"{name}\" does not exist"))),
        }
    })
}

/// Whether the first role holds the second, at whatever remove.
fn role_is_member_of(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (holders, granted) = (call.text(0)?, call.text(1)?);
    let principals = &context.evaluation.manifest.principals;
    let user = context.evaluation.user;
    let about_all = principals.may(user, SystemPermission::AccessSystemTable);
    let own = principals.roles_of(user);
    let role = |name: &str| -> SqlResult<RoleId> {
        let found = principals.roles.get(&Identifier::fold(name));
        let found =
            found.ok_or_else(|| SqlError::product("42704", format!("role \"{name}\" does not exist")))?;
        if about_all || own.contains(&found.id) || found.owner == user {
            return Ok(found.id);
        }
        // Text unconfirmed; it follows that of other objects.
        Err(SqlError::product("42501", format!("permission denied for role {name}")))
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
