//! CREATE EXTERNAL SCHEMA and CREATE EXTERNAL TABLE, and the clauses that ALTER TABLE shares with them.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::external::external_column;
use crate::sql::statement::{
    AlterExternal, CreateExternalSchema, CreateExternalTable, ExternalStatement, PartitionSpec, RowFormat,
    Statement, StoredAs,
};
use crate::warehouse::data_type::DataType;
use crate::warehouse::external::ExternalColumn;
use crate::warehouse::identifier::{Identifier, QualifiedName};

pub(super) fn create_schema(reader: &mut Reader) -> SqlResult<Statement> {
    let if_not_exists = reader.words("IF NOT EXISTS");
    let mut schema = CreateExternalSchema {
        name: reader.identifier()?,
        if_not_exists,
        database: None,
        region: None,
        roles: None,
        catalog_roles: Vec::new(),
        create_database: false,
    };
    reader.expect("FROM")?;
    const SOURCES: [&str; 8] =
        ["DATA CATALOG", "HIVE METASTORE", "POSTGRES", "MYSQL", "KINESIS", "KAFKA", "MSK", "REDSHIFT"];
    let source = reader.expect_one_of(&SOURCES)?;
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
    let mut unknown = None;
    while let Some(option) = reader.one_of(&OPTIONS) {
        match option {
            "PORT" => {
                reader.number()?;
            }
            "IAM_ROLE" if reader.word("DEFAULT") => schema.roles = Some(Vec::new()),
            "IAM_ROLE" => schema.roles = Some(roles(reader)?),
            "CATALOG_ROLE" => schema.catalog_roles = roles(reader)?,
            "DATABASE" => schema.database = Some(reader.string()?),
            "REGION" => schema.region = Some(reader.string()?),
            "AUTHENTICATION" => {
                reader.expect_one_of(&["NONE", "IAM", "MTLS"])?;
            }
            "CREATE EXTERNAL DATABASE IF NOT EXISTS" => schema.create_database = true,
            option => {
                reader.string()?;
                unknown = unknown.or(Some(option));
            }
        }
    }
    let session = schema.roles.iter().flatten().chain(&schema.catalog_roles);
    if session.into_iter().any(|role| role.eq_ignore_ascii_case("session")) {
        unknown = Some("IAM_ROLE 'SESSION'");
    }
    if source != "DATA CATALOG" {
        return Ok(not_simulated(Feature::ExternalSchema, &format!("FROM {source}")));
    }
    if let Some(option) = unknown {
        return Ok(not_simulated(Feature::ExternalSchema, option));
    }
    Ok(Statement::External(Box::new(ExternalStatement::CreateSchema(schema))))
}

fn roles(reader: &mut Reader) -> SqlResult<Vec<String>> {
    Ok(reader.string()?.split(',').map(|role| role.trim().to_owned()).collect())
}

/// With columns, or AS a query; the clauses stand in the guide's order.
pub(super) fn create_table(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.name()?;
    let mut columns = Vec::new();
    if *reader.peek() == Token::LParen {
        columns = reader.parenthesized(|reader| {
            reader.list(|reader| {
                let name = reader.identifier()?;
                if reader.peeks("STRUCT") || reader.peeks("ARRAY") || reader.peeks("MAP") {
                    return nested_column(name, reader);
                }
                Ok(ExternalColumn::plain(name, external_type(reader)?))
            })
        })?;
    }
    let mut keys = Vec::new();
    if reader.words("PARTITIONED BY") {
        keys = reader.parenthesized(|reader| {
            reader.list(|reader| {
                let name = reader.identifier()?;
                let data_type = match reader.peek() {
                    Token::Comma | Token::RParen => None,
                    _ => Some(external_type(reader)?),
                };
                Ok((name, data_type))
            })
        })?;
    }
    let row_format = row_format(reader)?;
    reader.expect("STORED AS")?;
    let format = match file_format(reader)? {
        Some(format) => StoredAs::Named(format),
        None => {
            reader.expect("INPUTFORMAT")?;
            let input = reader.string()?;
            reader.expect("OUTPUTFORMAT")?;
            StoredAs::Classes { input, output: reader.string()? }
        }
    };
    reader.expect("LOCATION")?;
    let location = reader.string()?;
    let properties = if reader.words("TABLE PROPERTIES") { table_properties(reader)? } else { Vec::new() };
    // AS a query the columns are the query's.
    if !columns.is_empty() && reader.peeks("AS") {
        return reader.unexpected();
    }
    let query = if reader.word("AS") { Some(reader.query()?) } else { None };
    if query.is_none() && columns.is_empty() {
        return reader.unexpected();
    }
    let table = CreateExternalTable { name, columns, keys, row_format, format, location, properties, query };
    Ok(Statement::External(Box::new(ExternalStatement::CreateTable(table))))
}

fn file_format(reader: &mut Reader) -> SqlResult<Option<&'static str>> {
    const FORMATS: [&str; 6] = ["PARQUET", "RCFILE", "SEQUENCEFILE", "TEXTFILE", "ORC", "AVRO"];
    if reader.peeks("INPUTFORMAT") {
        return Ok(None);
    }
    reader.expect_one_of(&FORMATS).map(Some)
}

/// A column of a type that holds others: `struct<a:int>`, `array<...>`, `map<k,v>`.
fn nested_column(name: Identifier, reader: &mut Reader) -> SqlResult<ExternalColumn> {
    let place = reader.place();
    let mut depth = 0_usize;
    let mut written = String::new();
    loop {
        let token = reader.peek().clone();
        match token {
            Token::Lt => depth += 1,
            Token::Gt => depth = depth.saturating_sub(1),
            Token::ShiftRight => depth = depth.saturating_sub(2),
            Token::Word(_) if written.ends_with(|last: char| last.is_alphanumeric()) => written.push(' '),
            Token::Word(_) | Token::Comma | Token::Colon | Token::Number(..) => {}
            Token::LParen | Token::RParen => {}
            _ => return reader.unexpected(),
        }
        written.push_str(&token.to_string());
        reader.advance();
        if depth == 0 && written.contains('<') {
            break;
        }
        if depth == 0 && !matches!(token, Token::Word(_)) {
            return reader.unexpected();
        }
    }
    external_column(name, &written).ok_or_else(|| {
        // unconfirmed: the sentence for a type that only local tables have.
        let message = format!("Unsupported data type \"{written}\" for external table");
        let error = SqlError::product("0A000", message);
        match place {
            Some(place) => error.at(place),
            None => error,
        }
    })
}

fn external_type(reader: &mut Reader) -> SqlResult<DataType> {
    let place = reader.place();
    let read = super::data_type::column_type(&reader.data_type()?).and_then(|data_type| match data_type {
        DataType::SmallInt
        | DataType::Integer
        | DataType::BigInt
        | DataType::Decimal { .. }
        | DataType::Real
        | DataType::Double
        | DataType::Boolean
        | DataType::Char(_)
        | DataType::Varchar(_)
        | DataType::Varbyte(_)
        | DataType::Date
        | DataType::Timestamp => Ok(data_type),
        // unconfirmed: the sentence for a type that only local tables have.
        other => {
            Err(SqlError::product("0A000", format!("Unsupported data type \"{other}\" for external table")))
        }
    });
    read.map_err(|error| match place {
        Some(place) => error.at(place),
        None => error,
    })
}

fn row_format(reader: &mut Reader) -> SqlResult<RowFormat> {
    if reader.words("ROW FORMAT DELIMITED") {
        let (mut fields, mut lines) = (None, None);
        while let Some(clause) = reader.one_of(&["FIELDS TERMINATED BY", "LINES TERMINATED BY"]) {
            let place = if clause.starts_with("FIELDS") { &mut fields } else { &mut lines };
            let text = reader.string()?;
            let octal = text.strip_prefix('\\').is_some_and(|rest| (1..=3).contains(&rest.len()));
            if !(text.len() == 1 || octal) {
                // unconfirmed: the sentence.
                let message = "external table delimiter must be a single ASCII character";
                return Err(SqlError::product("42601", message));
            }
            *place = Some(text);
        }
        return Ok(RowFormat::Delimited { fields, lines });
    }
    if reader.words("ROW FORMAT SERDE") {
        let class = reader.string()?;
        let properties =
            if reader.words("WITH SERDEPROPERTIES") { table_properties(reader)? } else { Vec::new() };
        return Ok(RowFormat::SerDe { class, properties });
    }
    Ok(RowFormat::Default)
}

/// `('key' = 'value' [, ...])`.
fn table_properties(reader: &mut Reader) -> SqlResult<Vec<(String, String)>> {
    reader.parenthesized(|reader| {
        reader.list(|reader| {
            let key = reader.string()?;
            reader.expect_symbol(&Token::Eq)?;
            Ok((key, reader.string()?))
        })
    })
}

/// `(column = value [, ...])`.
fn partition(reader: &mut Reader) -> SqlResult<PartitionSpec> {
    reader.parenthesized(|reader| {
        reader.list(|reader| {
            let name: Identifier = reader.identifier()?;
            reader.expect_symbol(&Token::Eq)?;
            reader.one_of(&["DATE", "TIMESTAMP"]);
            let value = match reader.peek() {
                Token::Number(digits, _) => {
                    let digits = digits.clone();
                    reader.advance();
                    digits
                }
                _ => reader.string()?,
            };
            Ok((name, value))
        })
    })
}

fn altered(table: QualifiedName, action: AlterExternal) -> Statement {
    Statement::External(Box::new(ExternalStatement::Alter { table, action }))
}

/// `(c=v, ...) LOCATION 's3://...' [PARTITION ...]`, after ADD [IF NOT EXISTS] PARTITION.
pub(super) fn add_partitions(
    table: QualifiedName,
    if_not_exists: bool,
    reader: &mut Reader,
) -> SqlResult<Statement> {
    let mut partitions = Vec::new();
    loop {
        let values = partition(reader)?;
        reader.expect("LOCATION")?;
        partitions.push((values, reader.string()?));
        if !reader.word("PARTITION") {
            return Ok(altered(table, AlterExternal::AddPartitions { if_not_exists, partitions }));
        }
    }
}

pub(super) fn drop_partition(table: QualifiedName, reader: &mut Reader) -> SqlResult<Statement> {
    Ok(altered(table, AlterExternal::DropPartition(partition(reader)?)))
}

/// After ALTER TABLE t PARTITION.
pub(super) fn move_partition(table: QualifiedName, reader: &mut Reader) -> SqlResult<Statement> {
    let values = partition(reader)?;
    reader.expect("SET LOCATION")?;
    Ok(altered(table, AlterExternal::PartitionLocation(values, reader.string()?)))
}

/// After ALTER TABLE t SET.
pub(super) fn set(table: QualifiedName, reader: &mut Reader) -> SqlResult<Statement> {
    let action = match reader.expect_one_of(&["LOCATION", "FILE FORMAT", "TABLE PROPERTIES"])? {
        "LOCATION" => AlterExternal::Location(reader.string()?),
        "FILE FORMAT" => match file_format(reader)? {
            Some(format) => AlterExternal::Format(format),
            None => return reader.unexpected(),
        },
        _ => AlterExternal::Properties(table_properties(reader)?),
    };
    Ok(altered(table, action))
}
