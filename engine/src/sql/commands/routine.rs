//! Which routine a name and its types mean, and who may change or run it.

use std::sync::Arc;

use super::CommandContext;
use crate::sql::authorize::rights::Rights;
use crate::sql::authorize::schema_usage;
use crate::sql::bind::{Scope, search_path};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::statement::RoutineSignature;
use crate::warehouse::access::UserId;
use crate::warehouse::catalog::ObjectId;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::manifest::Manifest;
use crate::warehouse::routine::{Argument, Routine, bare_type};

/// Every routine that `name` can mean, those of the first schema of the path first.
pub fn candidates(
    name: &QualifiedName,
    manifest: &Manifest,
    user: UserId,
    database: &Identifier,
    path: &[Identifier],
) -> SqlResult<Vec<Arc<Routine>>> {
    let database = manifest
        .catalog
        .database(database)
        .ok_or_else(|| SqlError::product("3D000", format!("database \"{database}\" does not exist")))?;
    if let Some(schema) = &name.schema {
        let found = database.schema(schema).ok_or_else(|| SqlError::undefined_schema(schema))?;
        schema_usage(found, manifest, user)?;
        return Ok(database.routines_named(schema, &name.name).cloned().collect());
    }
    let open = path.iter().filter(|schema| {
        database.schema(schema).is_some_and(|found| schema_usage(found, manifest, user).is_ok())
    });
    Ok(open.flat_map(|schema| database.routines_named(schema, &name.name)).cloned().collect())
}

/// How well the types of a call fit: the number of arguments that need a conversion, or `None`.
fn distance(
    routine: &Routine,
    given: &[DataType],
    fits: &dyn Fn(DataType, DataType) -> bool,
) -> Option<usize> {
    let inputs: Vec<&Argument> = routine.inputs().collect();
    if inputs.len() != given.len() {
        return None;
    }
    let mut conversions = 0;
    for (input, &given) in inputs.into_iter().zip(given) {
        if bare_type(given) == bare_type(input.data_type) {
            continue;
        }
        if !fits(given, input.data_type) {
            return None;
        }
        conversions += usize::from(given != DataType::Unknown);
    }
    Some(conversions)
}

/// The one of `candidates` that takes arguments of these types, the fewest of them converted.
pub fn overload(
    candidates: &[Arc<Routine>],
    given: &[DataType],
    fits: &dyn Fn(DataType, DataType) -> bool,
) -> Option<Arc<Routine>> {
    let measured = candidates.iter().filter_map(|routine| Some((distance(routine, given, fits)?, routine)));
    measured.min_by_key(|(conversions, _)| *conversions).map(|(_, routine)| routine.clone())
}

/// `kind p(integer) does not exist`, as a call says it.
pub fn missing(kind: &str, name: &impl std::fmt::Display, given: &[DataType]) -> SqlError {
    let types: Vec<String> = given.iter().map(|data_type| bare_type(*data_type)).collect();
    SqlError::new(SqlErrorKind::Product {
        state: "42883",
        message: format!("{kind} {name}({}) does not exist", types.join(", ")),
        detail: None,
        hint: Some(format!(
            "No {kind} matches the given name and argument types. You may need to add explicit type casts."
        )),
    })
}

/// EXECUTE on the routine, as `user`.
pub fn may_execute(routine: &Routine, manifest: &Manifest, user: UserId) -> SqlResult<()> {
    Rights::new(manifest, user).may_execute(routine)
}

impl CommandContext<'_> {
    /// The routine that a signature names, for DROP, ALTER, GRANT and SHOW.
    pub fn routine(&self, signature: &RoutineSignature, procedures: bool) -> SqlResult<Arc<Routine>> {
        let kind = if procedures { "procedure" } else { "function" };
        let name = &signature.name;
        let scope = self.scope();
        let path = search_path(Scope { ..scope });
        let mut found = candidates(name, self.manifest, self.user(), &self.session.database, &path)?;
        found.retain(|routine| routine.is_procedure() == procedures);
        match &signature.arguments {
            Some(arguments) => {
                let inputs: Vec<Argument> =
                    arguments.iter().filter(|argument| argument.is_input()).cloned().collect();
                let types: Vec<String> = inputs.iter().map(Argument::type_name).collect();
                let matching = found.into_iter().find(|routine| routine.takes(&inputs));
                matching.ok_or_else(|| {
                    let message = format!("{kind} {name}({}) does not exist", types.join(", "));
                    SqlError::product("42883", message)
                })
            }
            None => match found.as_slice() {
                [one] => Ok(one.clone()),
                // Both texts unconfirmed: PostgreSQL's.
                [] => Err(SqlError::product("42883", format!("could not find a {kind} named \"{name}\""))),
                _ => Err(SqlError::new(SqlErrorKind::Product {
                    state: "42725",
                    message: format!("{kind} name \"{name}\" is not unique"),
                    detail: None,
                    hint: Some(format!("Specify the argument list to select the {kind} unambiguously.")),
                })),
            },
        }
    }

    pub fn routine_mut(&mut self, id: ObjectId) -> SqlResult<&mut Routine> {
        let found = self.database_mut()?.routines.get_mut(&id).map(Arc::make_mut);
        found.ok_or_else(|| SqlError::bug("a resolved routine is gone"))
    }
}
