//! UNLOAD, and the authorization clauses that it shares with CREATE LIBRARY.

use sqlparser::tokenizer::Token;

use super::copy::{argument, credentials, null_text};
use super::reader::Reader;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::statement::{Statement, Unload, UnloadOption};

/// `('query') TO 's3://...' authorization options`, options in any order.
pub(super) fn unload(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("UNLOAD")?;
    let query = reader.parenthesized(Reader::string)?;
    reader.expect("TO")?;
    let destination = reader.string()?;
    let mut unload = Unload { query, destination, credentials: None, options: Vec::new() };
    while !reader.at_end() {
        let start = reader.place();
        if let Some(credentials) = credentials(reader)? {
            if unload.credentials.replace(credentials).is_some() {
                let error = SqlError::product("42601", "conflicting or redundant options");
                return Err(match start {
                    Some(start) => error.at(start),
                    None => error,
                });
            }
        } else {
            // `[FORMAT] [AS] data_format`.
            if reader.word("FORMAT") || reader.peeks("AS") {
                reader.word("AS");
            }
            unload.options.push(option(reader)?);
        }
    }
    Ok(Statement::Unload(Box::new(unload)))
}

/// One of the clauses that say with whose rights S3 is reached.
pub(super) fn authorization(reader: &mut Reader) -> SqlResult<bool> {
    const WORDS: [&str; 8] = [
        "IAM_ROLE",
        "WITH CREDENTIALS AS",
        "WITH CREDENTIALS",
        "CREDENTIALS AS",
        "CREDENTIALS",
        "ACCESS_KEY_ID",
        "SECRET_ACCESS_KEY",
        "SESSION_TOKEN",
    ];
    match reader.one_of(&WORDS) {
        None => Ok(false),
        Some("IAM_ROLE") if reader.word("DEFAULT") => Ok(true),
        Some(_) => reader.string().map(|_| true),
    }
}

fn option(reader: &mut Reader) -> SqlResult<UnloadOption> {
    const PLAIN: [(&str, UnloadOption); 12] = [
        ("CSV", UnloadOption::Csv),
        ("PARQUET", UnloadOption::Parquet),
        ("JSON", UnloadOption::Json),
        ("HEADER", UnloadOption::Header),
        ("BZIP2", UnloadOption::Bzip2),
        ("GZIP", UnloadOption::Gzip),
        ("ZSTD", UnloadOption::Zstd),
        ("ADDQUOTES", UnloadOption::AddQuotes),
        ("ESCAPE", UnloadOption::Escape),
        ("ALLOWOVERWRITE", UnloadOption::AllowOverwrite),
        ("CLEANPATH", UnloadOption::CleanPath),
        ("ENCRYPTED AUTO", UnloadOption::Encrypted { auto: true }),
    ];
    if let Some((_, option)) = PLAIN.iter().find(|(words, _)| reader.words(words)) {
        return Ok(option.clone());
    }
    const OTHERS: [&str; 12] = [
        "ENCRYPTED",
        "MANIFEST",
        "PARTITION",
        "DELIMITER",
        "FIXEDWIDTH",
        "NULL",
        "REGION",
        "KMS_KEY_ID",
        "MASTER_SYMMETRIC_KEY",
        "EXTENSION",
        "PARALLEL",
        "MAXFILESIZE",
    ];
    if reader.word("ROWGROUPSIZE") {
        return Ok(UnloadOption::RowGroupSize(size(reader)?));
    }
    Ok(match reader.expect_one_of(&OTHERS)? {
        "ENCRYPTED" => UnloadOption::Encrypted { auto: false },
        "MANIFEST" => UnloadOption::Manifest { verbose: reader.word("VERBOSE") },
        "PARTITION" => {
            reader.expect("BY")?;
            let columns = reader.column_list()?;
            UnloadOption::PartitionBy { columns, include: reader.word("INCLUDE") }
        }
        "DELIMITER" => UnloadOption::Delimiter(argument(reader)?),
        "FIXEDWIDTH" => UnloadOption::FixedWidth(argument(reader)?),
        "NULL" => UnloadOption::NullAs(null_text(reader)?),
        "REGION" => UnloadOption::Region(argument(reader)?),
        "KMS_KEY_ID" => UnloadOption::KmsKey(argument(reader)?),
        "MASTER_SYMMETRIC_KEY" => {
            argument(reader)?;
            UnloadOption::MasterKey
        }
        "EXTENSION" => UnloadOption::Extension(argument(reader)?),
        "PARALLEL" => {
            let choice = reader.one_of(&["ON", "OFF", "TRUE", "FALSE"]).unwrap_or("ON");
            UnloadOption::Parallel(matches!(choice, "ON" | "TRUE"))
        }
        _ => UnloadOption::MaxFileSize(size(reader)?),
    })
}

/// `[AS] number [MB|GB]` in bytes; without a unit it is MB.
fn size(reader: &mut Reader) -> SqlResult<u64> {
    reader.word("AS");
    let number: f64 = match reader.peek() {
        Token::Number(digits, _) => digits.parse().unwrap_or(0.0),
        _ => return reader.unexpected(),
    };
    reader.advance();
    let unit = if reader.one_of(&["MB", "GB"]) == Some("GB") { 1_u64 << 30 } else { 1 << 20 };
    Ok((number * unit as f64) as u64)
}
