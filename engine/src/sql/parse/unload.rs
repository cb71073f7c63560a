//! UNLOAD, and the authorization clauses that it shares with CREATE LIBRARY.

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

/// `('query') TO 's3://...' authorization options`, options in any order.
pub(super) fn unload(reader: &mut Reader) -> SqlResult<Statement> {
    reader.expect("UNLOAD")?;
    reader.parenthesized(Reader::string)?;
    reader.expect("TO")?;
    reader.string()?;
    while authorization(reader)? || option(reader)? {}
    Ok(not_simulated(Feature::Unload, "UNLOAD"))
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

fn option(reader: &mut Reader) -> SqlResult<bool> {
    const WORDS: [&str; 27] = [
        "FORMAT",
        "AS",
        "CSV",
        "PARQUET",
        "JSON",
        "HEADER",
        "BZIP2",
        "GZIP",
        "ZSTD",
        "ADDQUOTES",
        "ESCAPE",
        "ALLOWOVERWRITE",
        "CLEANPATH",
        "ENCRYPTED",
        "AUTO",
        "MANIFEST",
        "PARTITION BY",
        "DELIMITER",
        "FIXEDWIDTH",
        "NULL",
        "REGION",
        "KMS_KEY_ID",
        "MASTER_SYMMETRIC_KEY",
        "EXTENSION",
        "PARALLEL",
        "MAXFILESIZE",
        "ROWGROUPSIZE",
    ];
    let Some(word) = reader.one_of(&WORDS) else {
        return Ok(false);
    };
    match word {
        "MANIFEST" => {
            reader.word("VERBOSE");
        }
        "PARTITION BY" => {
            reader.column_list()?;
            reader.word("INCLUDE");
        }
        "DELIMITER"
        | "FIXEDWIDTH"
        | "NULL"
        | "REGION"
        | "KMS_KEY_ID"
        | "MASTER_SYMMETRIC_KEY"
        | "EXTENSION" => {
            reader.word("AS");
            reader.string()?;
        }
        "PARALLEL" => {
            reader.one_of(&["ON", "OFF", "TRUE", "FALSE"]);
        }
        "MAXFILESIZE" | "ROWGROUPSIZE" => {
            reader.word("AS");
            reader.decimal()?;
            reader.one_of(&["MB", "GB"]);
        }
        _ => {}
    }
    Ok(true)
}
