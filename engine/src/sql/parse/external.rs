//! CREATE EXTERNAL SCHEMA and CREATE EXTERNAL TABLE, and the clauses that ALTER TABLE shares with them.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

pub(super) fn create_schema(reader: &mut Reader) -> SqlResult<Statement> {
    reader.words("IF NOT EXISTS");
    reader.identifier()?;
    reader.expect("FROM")?;
    const SOURCES: [&str; 7] =
        ["DATA CATALOG", "HIVE METASTORE", "POSTGRES", "MYSQL", "KINESIS", "MSK", "REDSHIFT"];
    reader.expect_one_of(&SOURCES)?;
    const OPTIONS: [&str; 13] = [
        "DATABASE",
        "SCHEMA",
        "REGION",
        "URI",
        "SECRET_ARN",
        "CLUSTER_ARN",
        "CATALOG_ID",
        "PORT",
        "IAM_ROLE",
        "CATALOG_ROLE",
        "AUTHENTICATION",
        "AUTHENTICATION_ARN",
        "CREATE EXTERNAL DATABASE IF NOT EXISTS",
    ];
    while let Some(option) = reader.one_of(&OPTIONS) {
        match option {
            "PORT" => {
                reader.number()?;
            }
            "IAM_ROLE" if reader.word("DEFAULT") => {}
            "AUTHENTICATION" => {
                reader.expect_one_of(&["NONE", "IAM", "MTLS"])?;
            }
            "CREATE EXTERNAL DATABASE IF NOT EXISTS" => {}
            _ => {
                reader.string()?;
            }
        }
    }
    Ok(not_simulated(Feature::ExternalSchema, "CREATE EXTERNAL SCHEMA"))
}

/// With columns, or AS a query; the clauses stand in the guide's order.
pub(super) fn create_table(reader: &mut Reader) -> SqlResult<Statement> {
    reader.name()?;
    if *reader.peek() == Token::LParen {
        reader.parenthesized(|reader| reader.list(column))?;
    }
    if reader.words("PARTITIONED BY") {
        reader.parenthesized(|reader| {
            reader.list(|reader| {
                reader.identifier()?;
                match reader.peek() {
                    Token::Comma | Token::RParen => Ok(()),
                    _ => external_type(reader),
                }
            })
        })?;
    }
    row_format(reader)?;
    reader.expect("STORED AS")?;
    const FORMATS: [&str; 7] =
        ["PARQUET", "RCFILE", "SEQUENCEFILE", "TEXTFILE", "ORC", "AVRO", "INPUTFORMAT"];
    if reader.expect_one_of(&FORMATS)? == "INPUTFORMAT" {
        reader.string()?;
        reader.expect("OUTPUTFORMAT")?;
        reader.string()?;
    }
    reader.expect("LOCATION")?;
    reader.string()?;
    if reader.words("TABLE PROPERTIES") {
        table_properties(reader)?;
    }
    if reader.word("AS") {
        reader.query()?;
    }
    Ok(not_simulated(Feature::ExternalTable, "CREATE EXTERNAL TABLE"))
}

fn column(reader: &mut Reader) -> SqlResult<()> {
    reader.identifier()?;
    external_type(reader)
}

/// A column's type, or the nested types that files can have: `struct<a:int>`, `array<...>`, `map<k,v>`.
fn external_type(reader: &mut Reader) -> SqlResult<()> {
    if reader.one_of(&["STRUCT", "ARRAY", "MAP"]).is_some() {
        reader.expect_symbol(&Token::Lt)?;
        let mut depth = 1_usize;
        while depth > 0 {
            match reader.peek() {
                Token::Lt => depth += 1,
                Token::Gt => depth -= 1,
                Token::ShiftRight => depth = depth.saturating_sub(2),
                Token::Word(_)
                | Token::Comma
                | Token::Colon
                | Token::Number(..)
                | Token::LParen
                | Token::RParen => {}
                _ => return reader.unexpected(),
            }
            reader.advance();
        }
        return Ok(());
    }
    let place = reader.place();
    super::data_type::column_type(&reader.data_type()?).map_err(|error| match place {
        Some(place) => error.at(place),
        None => error,
    })?;
    Ok(())
}

fn row_format(reader: &mut Reader) -> SqlResult<()> {
    if reader.words("ROW FORMAT DELIMITED") {
        while reader.one_of(&["FIELDS TERMINATED BY", "LINES TERMINATED BY"]).is_some() {
            reader.string()?;
        }
    } else if reader.words("ROW FORMAT SERDE") {
        reader.string()?;
        if reader.words("WITH SERDEPROPERTIES") {
            table_properties(reader)?;
        }
    }
    Ok(())
}

/// `('key' = 'value' [, ...])`.
pub(super) fn table_properties(reader: &mut Reader) -> SqlResult<()> {
    reader.parenthesized(|reader| {
        reader.list(|reader| {
            reader.string()?;
            reader.expect_symbol(&Token::Eq)?;
            reader.string()
        })
    })?;
    Ok(())
}

/// `(column = value [, ...])`.
pub(super) fn partition(reader: &mut Reader) -> SqlResult<()> {
    reader.parenthesized(|reader| {
        reader.list(|reader| {
            reader.identifier()?;
            reader.expect_symbol(&Token::Eq)?;
            reader.expression()
        })
    })?;
    Ok(())
}
