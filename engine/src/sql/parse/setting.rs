//! SET, RESET and SHOW.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::show;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::{ExternalStatement, ShownObject, Statement};
use crate::warehouse::identifier::Identifier;

/// `[SESSION | LOCAL] name {TO | =} value [, ...]`, or one of the forms with words of their own.
pub(super) fn set(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("SET")?;
    let local = reader.word("LOCAL");
    if reader.words("SESSION AUTHORIZATION") {
        let user = if reader.word("DEFAULT") {
            None
        } else if let Some(user) = reader.optional_string() {
            Some(Identifier::kept(&user))
        } else {
            Some(reader.user()?)
        };
        return Ok(Statement::SetSessionAuthorization { user, local });
    }
    if reader.words("SESSION CHARACTERISTICS AS TRANSACTION") || reader.words("TRANSACTION") {
        reader.expect("ISOLATION LEVEL")?;
        let level = reader.expect_one_of(&[
            "SERIALIZABLE",
            "READ COMMITTED",
            "READ UNCOMMITTED",
            "REPEATABLE READ",
        ])?;
        let values = Some(vec![level.to_ascii_lowercase()]);
        return Ok(Statement::Set { local, name: "transaction_isolation".to_owned(), values });
    }
    if !local {
        reader.word("SESSION");
    }
    if reader.words("TIME ZONE") {
        let values = value_list(reader)?;
        return Ok(Statement::Set { local, name: "timezone".to_owned(), values });
    }
    let name = name(reader)?;
    let values = values(reader)?;
    Ok(Statement::Set { local, name, values })
}

/// A parameter's name, which may have one point: `app.category`.
pub(super) fn name(reader: &mut Reader) -> SqlResult<String> {
    let name = reader.identifier()?;
    if reader.symbol(&Token::Period) {
        return Ok(format!("{name}.{}", reader.identifier()?));
    }
    Ok(name.to_string())
}

/// `{TO | =} value [, ...]`; `None` is DEFAULT. SEED's value may be a number with a sign.
pub(super) fn values(reader: &mut Reader) -> SqlResult<Option<Vec<String>>> {
    if !reader.word("TO") && !reader.symbol(&Token::Eq) {
        return reader.unexpected();
    }
    value_list(reader)
}

fn value_list(reader: &mut Reader) -> SqlResult<Option<Vec<String>>> {
    if reader.word("DEFAULT") {
        return Ok(None);
    }
    reader.list(value).map(Some)
}

/// `INTERVAL '+3' HOUR [TO MINUTE]`, hours east of UTC.
fn interval(reader: &mut Reader) -> SqlResult<String> {
    reader.expect("INTERVAL")?;
    let hours = reader.string()?;
    reader.one_of(&["HOUR TO MINUTE", "HOUR"]);
    Ok(if hours.starts_with(['+', '-']) || hours.parse::<f64>().is_ok() {
        hours
    } else {
        format!("+{hours}")
    })
}

/// A word as it is written, unless it is quoted: then its quotes tell `"$user"` from a schema of that name.
fn value(reader: &mut Reader) -> SqlResult<String> {
    if reader.peeks("INTERVAL") {
        return interval(reader);
    }
    let sign = if reader.symbol(&Token::Minus) { "-" } else { "" };
    let value = match reader.peek() {
        Token::Number(digits, _) => format!("{sign}{digits}"),
        Token::SingleQuotedString(value) if sign.is_empty() => value.clone(),
        Token::Word(word) if sign.is_empty() => match word.quote_style {
            // A schema of the search path, as a name means it.
            quote @ Some(_) => super::token::identifier(&word.value, quote).to_string(),
            None => word.value.to_ascii_lowercase(),
        },
        _ => return reader.unexpected(),
    };
    reader.advance();
    Ok(value)
}

pub(super) fn reset(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("RESET")?;
    if reader.words("SESSION AUTHORIZATION") {
        return Ok(Statement::SetSessionAuthorization { user: None, local: false });
    }
    if reader.word("ALL") {
        return Ok(Statement::Reset { name: "all".to_owned() });
    }
    Ok(Statement::Reset { name: name(reader)? })
}

/// A parameter's value, or one of the statements that print DDL or a list.
pub(super) fn show(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("SHOW")?;
    const WORDS: [&str; 15] = [
        "ALL",
        "SESSION AUTHORIZATION",
        "TIME ZONE",
        "TRANSACTION ISOLATION LEVEL",
        "MODEL",
        "EXTERNAL TABLE",
        "TABLES",
        "TABLE",
        "VIEW",
        "PROCEDURE",
        "DATABASES",
        "SCHEMAS",
        "COLUMNS",
        "GRANTS",
        "DATASHARES",
    ];
    let Some(word) = reader.one_of(&WORDS) else {
        return Ok(Statement::Show { name: name(reader)? });
    };
    let name = match word {
        "ALL" => "all",
        "SESSION AUTHORIZATION" => "session_authorization",
        "TIME ZONE" => "timezone",
        "TRANSACTION ISOLATION LEVEL" => "transaction_isolation",
        "MODEL" => {
            let name = if reader.word("ALL") { None } else { Some(reader.name()?) };
            return Ok(Statement::ShowModel { name });
        }
        "PROCEDURE" => {
            return Ok(Statement::ShowProcedure { signature: super::routine::signature(reader)? });
        }
        "EXTERNAL TABLE" => {
            let table = reader.name()?;
            let show = ExternalStatement::Show { table, partitions: reader.word("PARTITION") };
            return Ok(Statement::External(Box::new(show)));
        }
        "DATASHARES" => {
            if reader.word("LIKE") {
                reader.string()?;
            }
            return Ok(not_simulated(Feature::Datashare, "SHOW DATASHARES"));
        }
        "TABLE" => return show::definition(reader, ShownObject::Table),
        "VIEW" => return show::definition(reader, ShownObject::View),
        "GRANTS" => return show::grants(reader),
        word => return show::listing(reader, word),
    };
    Ok(Statement::Show { name: name.to_owned() })
}
