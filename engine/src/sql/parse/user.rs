//! CREATE USER and ALTER USER: the same options, in any order.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::statement::{Statement, UserOption};

pub(super) fn create(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.user()?;
    reader.word("WITH");
    let mut options = Vec::new();
    while let Some(option) = option(reader)? {
        options.push(option);
    }
    Ok(Statement::CreateUser { name, options })
}

pub(super) fn alter(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.user()?;
    reader.word("WITH");
    let mut options = Vec::new();
    loop {
        match alteration(reader)? {
            Some(option) => options.push(option),
            None if options.is_empty() => return reader.unexpected(),
            None => return Ok(Statement::AlterUser { name, options }),
        }
        // The guide's grammar has commas between options, its examples have none.
        reader.symbol(&Token::Comma);
    }
}

fn option(reader: &mut Reader) -> SqlResult<Option<UserOption>> {
    const WORDS: [&str; 12] = [
        "PASSWORD",
        "CREATEDB",
        "NOCREATEDB",
        "CREATEUSER",
        "NOCREATEUSER",
        "SYSLOG ACCESS",
        "IN GROUP",
        "VALID UNTIL",
        "CONNECTION LIMIT",
        "SESSION TIMEOUT",
        "EXTERNALID",
        "EXTERNAL ID",
    ];
    let Some(word) = reader.one_of(&WORDS) else {
        return Ok(None);
    };
    Ok(Some(match word {
        "PASSWORD" if reader.word("DISABLE") => UserOption::PasswordDisable,
        "PASSWORD" => UserOption::Password(reader.string()?),
        "CREATEDB" => UserOption::CreateDatabase(true),
        "NOCREATEDB" => UserOption::CreateDatabase(false),
        "CREATEUSER" => UserOption::Superuser(true),
        "NOCREATEUSER" => UserOption::Superuser(false),
        "SYSLOG ACCESS" => UserOption::SyslogUnrestricted(
            reader.expect_one_of(&["RESTRICTED", "UNRESTRICTED"])? == "UNRESTRICTED",
        ),
        "IN GROUP" => UserOption::InGroups(reader.list(Reader::principal)?),
        "VALID UNTIL" => UserOption::ValidUntil(reader.string()?),
        "CONNECTION LIMIT" if reader.word("UNLIMITED") => UserOption::ConnectionLimit(None),
        "CONNECTION LIMIT" => UserOption::ConnectionLimit(Some(count(reader)?)),
        "SESSION TIMEOUT" => UserOption::SessionTimeout(Some(count(reader)?)),
        _ => UserOption::ExternalId(external_id(reader)?),
    }))
}

fn alteration(reader: &mut Reader) -> SqlResult<Option<UserOption>> {
    Ok(Some(match reader.one_of(&["RENAME TO", "RESET SESSION TIMEOUT", "RESET", "SET"]) {
        Some("RENAME TO") => UserOption::RenameTo(reader.user()?),
        Some("RESET SESSION TIMEOUT") => UserOption::SessionTimeout(None),
        Some("RESET") => UserOption::Setting { name: super::setting::name(reader)?, value: None },
        Some(_) => {
            let name = super::setting::name(reader)?;
            UserOption::Setting { name, value: super::setting::values(reader)? }
        }
        None => return option(reader),
    }))
}

fn count(reader: &mut Reader) -> SqlResult<u32> {
    match reader.peek() {
        Token::Number(digits, _) if digits.parse::<u32>().is_err() => reader.unexpected(),
        _ => Ok(u32::try_from(reader.number()?).unwrap_or(u32::MAX)),
    }
}

/// A string or a name, whose case counts.
pub(super) fn external_id(reader: &mut Reader) -> SqlResult<String> {
    match reader.peek() {
        Token::Word(word) => {
            let value = word.value.clone();
            reader.advance();
            Ok(value)
        }
        _ => reader.string(),
    }
}
