//! PREPARE, EXECUTE's statement, DEALLOCATE (Developer Guide, "PREPARE"). Texts are PostgreSQL 8's.

use std::sync::Arc;

use super::{CommandContext, done};
use crate::sql::bind::{self, Scope};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::display::display_value;
use crate::sql::execute::{Evaluation, constant};
use crate::sql::outcome::Completion;
use crate::sql::parse;
use crate::sql::session::{Prepared, Session};
use crate::sql::statement::{ParsedStatement, Statement};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::value::Value;

/// Whether the statement's names and types mean something.
pub fn check(types: &[DataType], text: &str, scope: Scope<'_>) -> SqlResult<()> {
    let values: Vec<String> = types.iter().map(|data_type| literal(&Value::Null, *data_type)).collect();
    match statement(text, &values, scope.session.name_case())? {
        Statement::Query(query) => bind::query(&query, scope).map(|_| ()),
        Statement::Insert(insert) => bind::insert(&insert, scope).map(|_| ()),
        Statement::Update(update) => bind::update(&update, scope).map(|_| ()),
        Statement::Delete(delete) => bind::delete(&delete, scope).map(|_| ()),
        _ => Err(SqlError::product("42601", "PREPARE takes SELECT, INSERT, UPDATE or DELETE")),
    }
}

/// Keeps a statement that was checked; rights are asked for when it is run.
pub(super) fn prepare(
    name: &Identifier,
    types: &[DataType],
    text: &str,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    if context.session.prepared.contains_key(name) {
        return Err(SqlError::product("42P05", format!("prepared statement \"{name}\" already exists")));
    }
    let prepared = Prepared { types: types.to_vec(), text: text.to_owned() };
    context.session.prepared.insert(name.clone(), prepared);
    done("PREPARE")
}

pub(super) fn deallocate(
    name: Option<&Identifier>,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    match name {
        None => context.session.prepared.clear(),
        Some(name) => {
            context.session.prepared.remove(name).ok_or_else(|| missing(name))?;
        }
    }
    done("DEALLOCATE")
}

/// The statement that an EXECUTE stands for, its arguments in the places of its parameters.
pub fn executed(
    name: &Identifier,
    arguments: &[String],
    written: &ParsedStatement,
    session: &Session,
    manifest: &Arc<Manifest>,
    evaluation: &mut Evaluation,
) -> SqlResult<ParsedStatement> {
    let prepared = session.prepared.get(name).ok_or_else(|| missing(name))?;
    let (expected, given) = (prepared.types.len(), arguments.len());
    if expected != given {
        return Err(SqlError::new(SqlErrorKind::Product {
            state: "42601",
            message: format!("wrong number of parameters for prepared statement \"{name}\""),
            detail: Some(format!("Expected {expected} parameters but got {given}.")),
            hint: None,
        }));
    }
    let scope = Scope { manifest, session, statement_text: "", outside: None };
    let mut values = Vec::with_capacity(given);
    for (number, (argument, data_type)) in arguments.iter().zip(&prepared.types).enumerate() {
        let expression = bind::default_expression(argument, *data_type, scope)
            .map_err(|error| misfit(error, number + 1, *data_type))?;
        values.push(literal(&constant(&expression, evaluation)?, *data_type));
    }
    let statement = statement(&prepared.text, &values, session.name_case()).map_err(placeless)?;
    Ok(ParsedStatement { statement, span: written.span, text: prepared.text.clone() })
}

fn statement(text: &str, values: &[String], names: parse::NameCase) -> SqlResult<Statement> {
    let filled = parse::with_parameters(text, values)?;
    let parsed = parse::parse_as(&filled, names)?.pop();
    parsed.map(|parsed| parsed.statement).ok_or_else(|| SqlError::bug("a prepared statement is empty"))
}

fn missing(name: &Identifier) -> SqlError {
    SqlError::product("26000", format!("prepared statement \"{name}\" does not exist"))
}

/// Places in a text that nobody sees point nowhere.
pub fn placeless(error: SqlError) -> SqlError {
    SqlError { span: None, ..error }
}

/// What a default would be refused for, in the words for a parameter.
fn misfit(error: SqlError, number: usize, data_type: DataType) -> SqlError {
    let message = error.kind.message();
    match error.kind.state() {
        "42804" => {
            let given = message.rsplit("is of type ").next().unwrap_or_default();
            SqlError::new(SqlErrorKind::Product {
                state: "42804",
                message: format!(
                    "parameter ${number} of type {given} cannot be coerced to the expected type {}",
                    bind::bare_type_name(data_type)
                ),
                detail: None,
                hint: Some("You will need to rewrite or cast the expression.".to_owned()),
            })
        }
        "0A000" if message.contains("subquery") => {
            SqlError::product("0A000", "cannot use subquery in EXECUTE parameter")
        }
        _ => placeless(error),
    }
}

/// A value as SQL text of its type.
fn literal(value: &Value, data_type: DataType) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    let text = display_value(value, data_type);
    match (value, text) {
        (Value::Integer(number), _) => format!("({number})"),
        (Value::Boolean(truth), _) => truth.to_string(),
        (Value::Varbyte(_), Some(text)) => format!("from_hex({})", quoted(&text)),
        (_, Some(text)) if data_type == DataType::Super => format!("json_parse({})", quoted(&text)),
        (_, Some(text)) => format!("CAST({} AS {data_type})", quoted(&text)),
        (_, None) => format!("CAST(NULL AS {data_type})"),
    }
}
