//! Procedures, functions and libraries, and CALL.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::{AlterRoutine, CreateRoutine, RoutineSignature, Statement};
use crate::warehouse::data_type::DataType;
use crate::warehouse::routine::{Argument, ArgumentMode, RoutineKind, Volatility};

/// What follows CREATE [OR REPLACE] PROCEDURE, FUNCTION, EXTERNAL FUNCTION or LIBRARY.
pub(super) fn create(reader: &mut Reader, kind: &str, or_replace: bool) -> SqlResult<Statement> {
    if kind == "LIBRARY" {
        reader.identifier()?;
        reader.expect("LANGUAGE")?;
        reader.identifier()?;
        reader.expect("FROM")?;
        reader.string()?;
        while super::unload::authorization(reader)? {}
        return Ok(not_simulated(Feature::ForeignFunction, "CREATE LIBRARY"));
    }
    let signature = signature(reader)?;
    let returns = if kind == "PROCEDURE" {
        None
    } else {
        reader.expect("RETURNS")?;
        let written = reader.data_type()?;
        Some(super::data_type::data_type(&written)?)
    };
    let mut clauses = Clauses::default();
    while clause(reader, &mut clauses)? {}
    let Some((body, body_at)) = clauses.body else {
        return if clauses.foreign {
            Ok(not_simulated(Feature::ForeignFunction, "CREATE EXTERNAL FUNCTION"))
        } else {
            reader.unexpected()
        };
    };
    let kind = match returns {
        None => RoutineKind::Procedure {
            definer: clauses.definer,
            nonatomic: clauses.nonatomic,
            settings: clauses.settings,
        },
        Some(returns) => RoutineKind::Function { returns, volatility: clauses.volatility },
    };
    let language = clauses.language.unwrap_or_default();
    Ok(Statement::CreateRoutine(Box::new(CreateRoutine {
        name: signature.name,
        arguments: signature.arguments.unwrap_or_default(),
        or_replace,
        kind,
        language,
        body,
        body_at,
    })))
}

/// What a routine says of itself beside its signature.
struct Clauses {
    body: Option<(String, Option<usize>)>,
    language: Option<String>,
    volatility: Volatility,
    nonatomic: bool,
    definer: bool,
    settings: Vec<(String, String)>,
    /// Lambda and SageMaker functions.
    foreign: bool,
}

impl Default for Clauses {
    fn default() -> Self {
        Clauses {
            body: None,
            language: None,
            volatility: Volatility::Volatile,
            nonatomic: false,
            definer: false,
            settings: Vec::new(),
            foreign: false,
        }
    }
}

fn clause(reader: &mut Reader, clauses: &mut Clauses) -> SqlResult<bool> {
    const WORDS: [&str; 13] = [
        "NONATOMIC",
        "VOLATILE",
        "STABLE",
        "IMMUTABLE",
        "SECURITY INVOKER",
        "SECURITY DEFINER",
        "LANGUAGE",
        "SET",
        "AS",
        "LAMBDA",
        "SAGEMAKER",
        "IAM_ROLE",
        "RETRY_TIMEOUT",
    ];
    match reader.one_of(&WORDS) {
        None => return Ok(false),
        Some("NONATOMIC") => clauses.nonatomic = true,
        Some("STABLE") => clauses.volatility = Volatility::Stable,
        Some("IMMUTABLE") => clauses.volatility = Volatility::Immutable,
        Some("SECURITY DEFINER") => clauses.definer = true,
        Some("LANGUAGE") => {
            clauses.language = Some(match reader.optional_string() {
                Some(name) => name.to_ascii_lowercase(),
                None => reader.identifier()?.to_string(),
            });
        }
        Some("SET") => {
            let name = super::setting::name(reader)?;
            let values = super::setting::values(reader)?;
            let value = values.map_or_else(|| "default".to_owned(), |values| values.join(", "));
            clauses.settings.push((name, value));
        }
        Some("AS") => {
            let place = match (reader.peek(), reader.place()) {
                (Token::DollarQuotedString(quoted), Some(place)) => {
                    Some(place.start + 2 + quoted.tag.as_ref().map_or(0, String::len))
                }
                _ => None,
            };
            clauses.body = Some((reader.string()?, place));
        }
        Some("LAMBDA" | "SAGEMAKER") => {
            reader.string()?;
            clauses.foreign = true;
        }
        Some("IAM_ROLE") if reader.word("DEFAULT") => {}
        Some("IAM_ROLE") => {
            reader.string()?;
        }
        Some("RETRY_TIMEOUT") => {
            reader.number()?;
        }
        Some(_) => {}
    }
    Ok(true)
}

/// `name [ ( [ [mode] [argument] [mode] type [, ...] ] ) ]`.
pub(super) fn signature(reader: &mut Reader) -> SqlResult<RoutineSignature> {
    let name = reader.name()?;
    if !reader.symbol(&Token::LParen) {
        return Ok(RoutineSignature { name, arguments: None });
    }
    let mut arguments = Vec::new();
    if !reader.symbol(&Token::RParen) {
        arguments = reader.list(argument)?;
        reader.expect_symbol(&Token::RParen)?;
    }
    Ok(RoutineSignature { name, arguments: Some(arguments) })
}

fn argument(reader: &mut Reader) -> SqlResult<Argument> {
    let before = mode(reader);
    let name = if begins_type(reader) { None } else { Some(reader.identifier()?) };
    let mode = mode(reader).or(before).unwrap_or(ArgumentMode::In);
    let (data_type, cursor) = argument_type(reader)?;
    Ok(Argument { mode, name, data_type, cursor })
}

fn mode(reader: &mut Reader) -> Option<ArgumentMode> {
    Some(match reader.one_of(&["INOUT", "OUT", "IN"])? {
        "INOUT" => ArgumentMode::InOut,
        "OUT" => ArgumentMode::Out,
        _ => ArgumentMode::In,
    })
}

/// A word is a type, and not an argument's name, when nothing but a type's own words may follow it.
fn begins_type(reader: &Reader) -> bool {
    const FOLLOW: [&str; 4] = ["PRECISION", "VARYING", "WITH", "WITHOUT"];
    matches!(reader.peek_at(1), Token::Comma | Token::RParen | Token::LParen)
        || FOLLOW.iter().any(|word| reader.peeks_at(1, word))
}

/// A signature keeps no length of text: what is passed is not cut.
fn argument_type(reader: &mut Reader) -> SqlResult<(DataType, bool)> {
    if reader.word("REFCURSOR") {
        return Ok((DataType::Varchar(DataType::VARCHAR_MAX), true));
    }
    let written = reader.data_type()?;
    let data_type = match super::data_type::data_type(&written)? {
        DataType::Varchar(_) => DataType::Varchar(DataType::VARCHAR_MAX),
        other => other,
    };
    Ok((data_type, false))
}

/// `PROCEDURE name [ (types) ] {RENAME TO name | OWNER TO user}`, FUNCTION likewise.
pub(super) fn alter(reader: &mut Reader, procedure: bool) -> SqlResult<Statement> {
    let signature = signature(reader)?;
    let action = match reader.expect_one_of(&["RENAME TO", "OWNER TO"])? {
        "RENAME TO" => AlterRoutine::RenameTo(reader.identifier()?),
        _ => AlterRoutine::OwnerTo(reader.user()?),
    };
    Ok(Statement::AlterRoutine { procedure, signature, action })
}

pub(super) fn call(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("CALL")?;
    let name = reader.name()?;
    reader.expect_symbol(&Token::LParen)?;
    let mut arguments = Vec::new();
    if !reader.symbol(&Token::RParen) {
        arguments = reader.list(|reader| {
            let start = reader.offset();
            reader.expression()?;
            Ok(reader.text_from(start).to_owned())
        })?;
        reader.expect_symbol(&Token::RParen)?;
    }
    Ok(Statement::Call { name, arguments })
}
