//! CREATE PROCEDURE and CREATE FUNCTION (Developer Guide, pages of these names).

use std::sync::Arc;

use super::policy_dependency::must_not_be_used;
use super::{CommandContext, done};
use crate::gap::Feature;
use crate::sorted::SortedSet;
use crate::sql::authorize::rights::Missing;
use crate::sql::bind;
use crate::sql::error::{Span, SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::Completion;
use crate::sql::parse;
use crate::sql::statement::CreateRoutine;
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{ObjectId, RelationKind};
use crate::warehouse::default_privilege::DefaultKind;
use crate::warehouse::guarded::Guarded;
use crate::warehouse::routine::{Argument, Routine, RoutineKind};
use crate::warehouse::system_role::SystemPermission;

/// Inputs and outputs of a procedure, at most, each.
const MOST_ARGUMENTS: usize = 32;

pub(super) fn run(create: &CreateRoutine, context: &mut CommandContext<'_>) -> SqlResult<Completion> {
    let is_procedure = matches!(create.kind, RoutineKind::Procedure { .. });
    let permission = if is_procedure {
        SystemPermission::CreateOrReplaceProcedure
    } else {
        SystemPermission::CreateOrReplaceFunction
    };
    may_write(create, is_procedure, context)?;
    must_have_good_arguments(create)?;
    // The schema's CREATE right; a routine may bear a relation's name.
    let place = context.place_for(&create.name, false, permission)?;
    let schema = place.schema;
    let kind = if is_procedure { DefaultKind::Procedures } else { DefaultKind::Functions };
    let routine = Routine {
        id: context.manifest.catalog.allocate(),
        schema: schema.clone(),
        name: create.name.name.clone(),
        owner: context.user(),
        acl: context.initial_acl(&schema, kind)?,
        arguments: create.arguments.clone(),
        body: create.body.clone(),
        created: context.now,
        kind: create.kind.clone(),
    };
    let mut calls = Vec::new();
    if is_procedure {
        parse::program(&create.body, &create.name.name, &create.arguments, parse::NameCase::Folded)
            .map_err(|error| in_body(error, create))?;
    } else {
        calls = bind::function_body(&routine, context.scope())?;
    }
    let inputs: Vec<Argument> =
        create.arguments.iter().filter(|argument| argument.is_input()).cloned().collect();
    let database = context.database()?;
    let old =
        database.routines_named(&schema, &create.name.name).find(|routine| routine.takes(&inputs)).cloned();
    match old {
        None => {
            context.database_mut()?.routines.insert(routine.id, Arc::new(routine));
        }
        Some(_) if !create.or_replace => {
            let word = routine.word();
            let message = format!("{word} \"{}\" already exists with same argument types", routine.name);
            return Err(SqlError::product("42723", message));
        }
        Some(old) if matches!(old.kind, RoutineKind::Prediction { .. }) => {
            // Unconfirmed: that a model's function cannot be replaced by another.
            let message = format!("function \"{}\" belongs to a model", routine.name);
            return Err(SqlError::product("42809", message));
        }
        Some(old) => {
            // What runs with the owner's rights is the owner's to write (unconfirmed).
            let definer = matches!(routine.kind, RoutineKind::Procedure { definer: true, .. });
            context.rights().own_routine(&old, Some(permission).filter(|_| !definer))?;
            must_stay_alike(&old, &routine)?;
            if !context.principals().administers_security(context.user()) {
                // Unconfirmed: that a policy holds its functions' texts fast.
                must_not_be_used("replace", &[old.id], context)?;
            }
            note_calls(old.id, &calls, context)?;
            // The owner and the grants stay.
            let kept = context.routine_mut(old.id)?;
            (kept.arguments, kept.body, kept.kind) = (routine.arguments, routine.body, routine.kind);
        }
    }
    done(if is_procedure { "CREATE PROCEDURE" } else { "CREATE FUNCTION" })
}

/// Views and policies that call a function stand on what its new text calls.
fn note_calls(function: ObjectId, calls: &[ObjectId], context: &mut CommandContext<'_>) -> SqlResult<()> {
    let database = context.database_mut()?;
    for relation in database.relations.values_mut() {
        if relation.view().is_some_and(|view| view.depends_on.contains(&function))
            && let RelationKind::View(view) = &mut Arc::make_mut(relation).kind
        {
            view.depends_on.extend(calls);
        }
    }
    for policy in database.policies.values_mut().filter(|policy| policy.routines.contains(&function)) {
        Arc::make_mut(policy).routines.extend(calls);
    }
    Ok(())
}

/// The language exists, fits and is open to the user.
fn may_write(create: &CreateRoutine, is_procedure: bool, context: &CommandContext<'_>) -> SqlResult<()> {
    let language = create.language.as_str();
    if language.is_empty() {
        return Err(SqlError::product("42P13", "no language specified"));
    }
    let database = context.database()?;
    let Some(acl) = database.languages.get(&language.into()) else {
        return Err(SqlError::product("42704", format!("language \"{language}\" does not exist")));
    };
    let language_of = Guarded::Language(acl, database);
    let held = context.manifest.held(context.user(), Privilege::Usage, None, language_of);
    if held.is_none() {
        let rights = context.rights();
        let grant = format!("GRANT USAGE ON LANGUAGE {language} TO {};", rights.name());
        let message = format!("permission denied for language {language}");
        return Err(rights.refuse(message, Missing::on_system("USAGE", "language", language, Some(grant))));
    }
    match (is_procedure, language) {
        (true, "plpgsql") | (false, "sql") => Ok(()),
        (false, "plpythonu" | "exfunc") => {
            Err(SqlError::not_simulated_because(Feature::ForeignFunction, format!("LANGUAGE {language}")))
        }
        // Texts unconfirmed; that only these pairs exist is the guide's.
        (true, _) => Err(SqlError::product("0A000", "stored procedures must be written in plpgsql")),
        (false, _) => {
            Err(SqlError::product("0A000", format!("user-defined functions cannot be written in {language}")))
        }
    }
}

fn must_have_good_arguments(create: &CreateRoutine) -> SqlResult<()> {
    let mut names = SortedSet::new();
    for name in create.arguments.iter().filter_map(|argument| argument.name.as_ref()) {
        if !names.insert(name) {
            // Text unconfirmed: PostgreSQL's.
            return Err(SqlError::product("42P13", format!("parameter name \"{name}\" used more than once")));
        }
    }
    let inputs = create.arguments.iter().filter(|argument| argument.is_input()).count();
    let outputs = create.arguments.iter().filter(|argument| argument.is_output()).count();
    let (most, word) = match create.kind {
        RoutineKind::Procedure { .. } => (MOST_ARGUMENTS, "procedures"),
        RoutineKind::Function { .. } | RoutineKind::Prediction { .. } => (MOST_ARGUMENTS, "functions"),
    };
    if inputs > most || outputs > most {
        // Text unconfirmed: PostgreSQL's.
        return Err(SqlError::product("54023", format!("{word} cannot have more than {most} arguments")));
    }
    if matches!(create.kind, RoutineKind::Function { .. }) && outputs > 0 {
        return Err(SqlError::product("0A000", "functions cannot have output arguments"));
    }
    Ok(())
}

/// OR REPLACE changes neither what comes out nor what kind of routine it is.
fn must_stay_alike(old: &Routine, new: &Routine) -> SqlResult<()> {
    let outputs = |routine: &Routine| routine.outputs().map(Argument::type_name).collect::<Vec<_>>();
    let returns = |routine: &Routine| match routine.kind {
        RoutineKind::Function { returns, .. } | RoutineKind::Prediction { returns, .. } => Some(returns),
        RoutineKind::Procedure { .. } => None,
    };
    if old.is_procedure() != new.is_procedure() {
        let message = format!("\"{}\" is a {}", old.name, old.word());
        return Err(SqlError::product("42809", message));
    }
    if outputs(old) != outputs(new) || returns(old) != returns(new) {
        let word = old.word();
        return Err(SqlError::new(SqlErrorKind::Product {
            state: "42P13",
            message: format!("cannot change return type of existing {word}"),
            detail: None,
            hint: Some(format!("Use DROP {} first.", word.to_uppercase())),
        }));
    }
    Ok(())
}

/// A mistake in the body, at its place in the script.
fn in_body(mut error: SqlError, create: &CreateRoutine) -> SqlError {
    let before = error.span.and_then(|span| create.body.get(..span.start));
    let line = before.map(|before| {
        let first = usize::from(!create.body.starts_with('\n'));
        before.matches('\n').count() + first
    });
    if let Some(line) = line {
        let name = &create.name.name;
        error.around.push(format!("CONTEXT:  compile of PL/pgSQL function \"{name}\" near line {line}"));
    }
    error.span = match (error.span, create.body_at) {
        (Some(span), Some(at)) => Some(Span { start: span.start + at, end: span.end + at }),
        _ => None,
    };
    error
}
