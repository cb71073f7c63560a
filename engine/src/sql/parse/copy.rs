//! COPY (Developer Guide, "COPY"): after FROM and its source, everything may come in any order.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::statement::{Copy, CopyCredentials, CopyOption, Statement};

pub(super) fn copy(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("COPY")?;
    let table = reader.name()?;
    let columns = if *reader.peek() == Token::LParen { reader.column_list()? } else { Vec::new() };
    reader.expect("FROM")?;
    let source = reader.string()?;
    let mut copy = Copy { table, columns, source, credentials: None, options: Vec::new() };
    while !reader.at_end() {
        let start = reader.place();
        if let Some(credentials) = credentials(reader)? {
            if copy.credentials.is_some() {
                let error = SqlError::product("42601", "conflicting or redundant options");
                return Err(match start {
                    Some(start) => error.at(start),
                    None => error,
                });
            }
            copy.credentials = Some(credentials);
        } else if !reader.word("FORMAT") && !reader.peeks("AS") {
            copy.options.push(option(reader)?);
        } else {
            // `[FORMAT] [AS] data_format`: noise before the format's own word.
            reader.word("AS");
            if reader.at_end() {
                return reader.unexpected();
            }
            copy.options.push(option(reader)?);
        }
    }
    Ok(Statement::Copy(Box::new(copy)))
}

pub(super) fn credentials(reader: &mut Reader) -> SqlResult<Option<CopyCredentials>> {
    const WORDS: [&str; 4] = ["IAM_ROLE", "WITH CREDENTIALS", "CREDENTIALS", "ACCESS_KEY_ID"];
    Ok(Some(match reader.one_of(&WORDS) {
        None => return Ok(None),
        Some("IAM_ROLE") if reader.word("DEFAULT") => CopyCredentials::DefaultRole,
        Some("IAM_ROLE") => {
            CopyCredentials::IamRoles(argument(reader)?.split(',').map(str::to_owned).collect())
        }
        Some("ACCESS_KEY_ID") => {
            let id = argument(reader)?;
            reader.expect("SECRET_ACCESS_KEY")?;
            let secret = argument(reader)?;
            let token = if reader.one_of(&["SESSION_TOKEN", "TOKEN"]).is_some() {
                Some(argument(reader)?)
            } else {
                None
            };
            CopyCredentials::AccessKey { id, secret, token }
        }
        Some(_) => CopyCredentials::Text(argument(reader)?),
    }))
}

/// `[AS] 'text'`.
pub(super) fn argument(reader: &mut Reader) -> SqlResult<String> {
    reader.word("AS");
    reader.string()
}

fn number(reader: &mut Reader) -> SqlResult<u64> {
    reader.word("AS");
    reader.number()
}

fn option(reader: &mut Reader) -> SqlResult<CopyOption> {
    match plain(reader).or_else(|| ignored(reader)) {
        Some(option) => Ok(option),
        None => with_argument(reader),
    }
}

/// Options that are one word.
fn plain(reader: &mut Reader) -> Option<CopyOption> {
    const WORDS: [(&str, CopyOption); 18] = [
        ("ORC", CopyOption::Orc),
        ("GZIP", CopyOption::Gzip),
        ("BZIP2", CopyOption::Bzip2),
        ("LZOP", CopyOption::Lzop),
        ("ZSTD", CopyOption::Zstd),
        ("MANIFEST", CopyOption::Manifest),
        ("ACCEPTANYDATE", CopyOption::AcceptAnyDate),
        ("BLANKSASNULL", CopyOption::BlanksAsNull),
        ("EMPTYASNULL", CopyOption::EmptyAsNull),
        ("ESCAPE", CopyOption::Escape),
        ("REMOVEQUOTES", CopyOption::RemoveQuotes),
        ("EXPLICIT_IDS", CopyOption::ExplicitIds),
        ("FILLRECORD", CopyOption::FillRecord),
        ("IGNOREBLANKLINES", CopyOption::IgnoreBlankLines),
        ("ROUNDEC", CopyOption::RoundDecimals),
        ("TRIMBLANKS", CopyOption::TrimBlanks),
        ("TRUNCATECOLUMNS", CopyOption::TruncateColumns),
        ("NOLOAD", CopyOption::NoLoad),
    ];
    WORDS.iter().find(|(word, _)| reader.word(word)).map(|(_, option)| option.clone())
}

/// Options that are one word and have no variant of their own.
fn ignored(reader: &mut Reader) -> Option<CopyOption> {
    if reader.words("IGNOREALLERRORS") {
        return Some(CopyOption::IgnoreAllErrors);
    }
    if reader.word("PARQUET") {
        return Some(CopyOption::Parquet { nested: reader.word("SERIALIZETOJSON") });
    }
    let word = reader.one_of(&["ENCRYPTED", "SSH", "SHAPEFILE"])?;
    Some(CopyOption::Other(word.to_owned()))
}

fn with_argument(reader: &mut Reader) -> SqlResult<CopyOption> {
    const WORDS: [&str; 19] = [
        "CSV",
        "DELIMITER",
        "FIXEDWIDTH",
        "JSON",
        "AVRO",
        "ENCODING",
        "REGION",
        "ACCEPTINVCHARS",
        "NULL",
        "DATEFORMAT",
        "TIMEFORMAT",
        "IGNOREHEADER",
        "MAXERROR",
        "COMPUPDATE",
        "COMPROWS",
        "STATUPDATE",
        "MASTER_SYMMETRIC_KEY",
        "READRATIO",
        "QUOTE",
    ];
    Ok(match reader.expect_one_of(&WORDS)? {
        "CSV" => CopyOption::Csv { quote: if reader.word("QUOTE") { Some(argument(reader)?) } else { None } },
        // QUOTE may stand apart from its CSV.
        "QUOTE" => CopyOption::Csv { quote: Some(argument(reader)?) },
        "DELIMITER" => CopyOption::Delimiter(argument(reader)?),
        "FIXEDWIDTH" => CopyOption::FixedWidth(argument(reader)?),
        "JSON" => CopyOption::Json(document(reader)?),
        "AVRO" => CopyOption::Avro(document(reader)?),
        "ENCODING" => CopyOption::Encoding(encoding(reader)?),
        "REGION" => CopyOption::Region(argument(reader)?),
        "ACCEPTINVCHARS" => {
            reader.word("AS");
            CopyOption::AcceptInvalidCharacters(reader.optional_string())
        }
        "NULL" => CopyOption::NullAs(null_text(reader)?),
        "DATEFORMAT" => CopyOption::DateFormat(argument(reader)?),
        "TIMEFORMAT" => CopyOption::TimeFormat(argument(reader)?),
        "IGNOREHEADER" => CopyOption::IgnoreHeader(number(reader)?),
        "MAXERROR" => CopyOption::MaxError(number(reader)?),
        "COMPUPDATE" => {
            let choice = reader.one_of(&["PRESET", "ON", "OFF", "TRUE", "FALSE"]).unwrap_or("ON");
            CopyOption::ComputeUpdate(choice.to_owned())
        }
        "COMPROWS" => CopyOption::ComputeRows(number(reader)?),
        "STATUPDATE" => {
            let choice = reader.one_of(&["ON", "OFF", "TRUE", "FALSE"]).unwrap_or("ON");
            CopyOption::StatisticsUpdate(matches!(choice, "ON" | "TRUE"))
        }
        "READRATIO" => {
            number(reader)?;
            CopyOption::Other("READRATIO".to_owned())
        }
        word => {
            argument(reader)?;
            CopyOption::Other(word.to_owned())
        }
    })
}

/// The argument of JSON and AVRO; without one it is 'auto'.
fn document(reader: &mut Reader) -> SqlResult<String> {
    let spoken = reader.word("AS");
    match reader.optional_string() {
        Some(argument) => Ok(argument),
        None if spoken => reader.unexpected(),
        None => Ok("auto".to_owned()),
    }
}

/// A word or a string: `UTF8`, `'utf-8'`.
fn encoding(reader: &mut Reader) -> SqlResult<String> {
    reader.word("AS");
    match reader.peek() {
        Token::Word(word) => {
            let name = word.value.clone();
            reader.advance();
            Ok(name)
        }
        _ => reader.string(),
    }
}

/// `NULL AS '\N'` means a backslash and an N, though a backslash elsewhere begins an escape.
pub(super) fn null_text(reader: &mut Reader) -> SqlResult<String> {
    reader.word("AS");
    let raw = reader.peek_raw_string();
    let text = reader.string()?;
    Ok(if raw == Some("\\N") { "\\N".to_owned() } else { text })
}
