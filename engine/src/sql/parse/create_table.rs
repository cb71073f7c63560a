//! CREATE TABLE: columns, constraints, LIKE, or AS a query (Developer Guide, "CREATE TABLE" and "CREATE TABLE AS").

use sqlparser::tokenizer::Token;

use super::data_type::column_type;
use super::reader::Reader;
use super::table_attributes::table_attributes;
use crate::sql::error::{Span, SqlError, SqlResult};
use crate::sql::statement::{
    ColumnDefinition, CreateTable, CreateTableAs, Like, NamedConstraint, Statement, TableAttributes,
    TableConstraint,
};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};

const ENCODINGS: [&str; 14] = [
    "AZ64",
    "AUTO",
    "BYTEDICT",
    "DELTA",
    "DELTA32K",
    "LZO",
    "MOSTLY8",
    "MOSTLY16",
    "MOSTLY32",
    "RAW",
    "RUNLENGTH",
    "TEXT255",
    "TEXT32K",
    "ZSTD",
];

pub(super) fn create_table(reader: &mut Reader, temporary: bool) -> SqlResult<Statement> {
    let if_not_exists = reader.words("IF NOT EXISTS");
    let name = reader.name()?;
    let temporary = temporary || name.name.as_str().starts_with('#');
    // `(a, b)` and `(a)` can only be the column names of a CTAS: a definition has a type.
    let only_names = matches!(reader.peek_at(2), Token::Comma | Token::RParen);
    if *reader.peek() == Token::LParen && !only_names {
        return definition(reader, name, temporary, if_not_exists);
    }
    let columns = if *reader.peek() == Token::LParen { reader.column_list()? } else { Vec::new() };
    let attributes = table_attributes(reader, false)?;
    if if_not_exists {
        return reader.unexpected();
    }
    reader.expect("AS")?;
    let query = reader.query()?;
    Ok(Statement::CreateTableAs(Box::new(CreateTableAs { name, temporary, columns, attributes, query })))
}

fn definition(
    reader: &mut Reader,
    name: QualifiedName,
    temporary: bool,
    if_not_exists: bool,
) -> SqlResult<Statement> {
    let mut table = CreateTable {
        name,
        temporary,
        if_not_exists,
        columns: Vec::new(),
        constraints: Vec::new(),
        like: None,
        attributes: TableAttributes::default(),
    };
    reader.parenthesized(|reader| reader.list(|reader| element(reader, &mut table)).map(|_| ()))?;
    table.attributes = table_attributes(reader, true)?;
    Ok(Statement::CreateTable(Box::new(table)))
}

fn element(reader: &mut Reader, table: &mut CreateTable) -> SqlResult<()> {
    if reader.peeks("LIKE") && table.like.is_some() {
        return reader.unexpected();
    }
    if reader.word("LIKE") {
        let parent = reader.name()?;
        let with_defaults = match reader.one_of(&["INCLUDING DEFAULTS", "EXCLUDING DEFAULTS"]) {
            Some(choice) => choice == "INCLUDING DEFAULTS",
            None => false,
        };
        table.like = Some(Like { parent, with_defaults, after: table.columns.len() });
    } else if let Some(constraint) = table_constraint(reader)? {
        table.constraints.push(constraint);
    } else {
        table.columns.push(column(reader)?);
    }
    Ok(())
}

/// `[CONSTRAINT name] PRIMARY KEY (...) | UNIQUE (...) | FOREIGN KEY (...) REFERENCES t [(...)]`.
pub(super) fn table_constraint(reader: &mut Reader) -> SqlResult<Option<NamedConstraint>> {
    let name = if reader.word("CONSTRAINT") { Some(reader.identifier()?) } else { None };
    let constraint = if reader.words("PRIMARY KEY") {
        TableConstraint::PrimaryKey(reader.column_list()?)
    } else if reader.peeks("UNIQUE") {
        reader.advance();
        TableConstraint::Unique(reader.column_list()?)
    } else if reader.words("FOREIGN KEY") {
        let columns = reader.column_list()?;
        reader.expect("REFERENCES")?;
        let references = reader.name()?;
        let referenced = if *reader.peek() == Token::LParen { reader.column_list()? } else { Vec::new() };
        TableConstraint::ForeignKey { columns, references, referenced }
    } else if name.is_some() {
        return reader.unexpected();
    } else {
        return Ok(None);
    };
    Ok(Some(NamedConstraint { name, constraint }))
}

/// `name type [attribute or constraint ...]`.
pub(super) fn column(reader: &mut Reader) -> SqlResult<ColumnDefinition> {
    let start = reader.offset();
    let name = reader.identifier()?;
    let type_place = reader.place();
    let written = reader.data_type()?;
    let data_type =
        column_type(&written).and_then(|data_type| allowed(&name, data_type)).map_err(|error| {
            match type_place {
                Some(place) => error.at(Span { start: place.start, end: reader.previous_end() }),
                None => error,
            }
        })?;
    let mut column = ColumnDefinition {
        name,
        data_type,
        default: None,
        identity: None,
        encoding: None,
        collated: false,
        not_null: false,
        distribution_key: false,
        sort_key: false,
        primary_key: false,
        unique: false,
        references: None,
        span: None,
    };
    let mut said = Vec::new();
    while let Some(word) = attribute(reader, &mut column)? {
        conflicts(&column.name, &said, word)?;
        said.push(word);
    }
    column.span = Some(Span { start, end: reader.previous_end() });
    Ok(column)
}

/// An INTERVAL without fields lives in expressions only. The text is unconfirmed.
fn allowed(name: &Identifier, data_type: DataType) -> SqlResult<DataType> {
    match data_type {
        DataType::Interval => {
            Err(SqlError::product("0A000", format!("Column \"{name}\" has unsupported type \"interval\".")))
        }
        data_type => Ok(data_type),
    }
}

/// What cannot be said beside what was said of the column before. PostgreSQL names the table too.
fn conflicts(column: &Identifier, said: &[&str], word: &str) -> SqlResult<()> {
    let nulls = said.contains(&"NULL") && word == "NOT NULL" || said.contains(&"NOT NULL") && word == "NULL";
    let message = if nulls {
        format!("conflicting NULL/NOT NULL declarations for column \"{column}\"")
    } else if word == "DEFAULT" && said.contains(&word) {
        format!("multiple default values specified for column \"{column}\"")
    } else {
        return Ok(());
    };
    Err(SqlError::product("42601", message))
}

/// Reads one attribute or constraint, if there is one, and says which.
fn attribute(reader: &mut Reader, column: &mut ColumnDefinition) -> SqlResult<Option<&'static str>> {
    const WORDS: [&str; 12] = [
        "DEFAULT",
        "IDENTITY",
        "GENERATED BY DEFAULT AS IDENTITY",
        "ENCODE",
        "DISTKEY",
        "SORTKEY",
        "COLLATE",
        "NOT NULL",
        "NULL",
        "UNIQUE",
        "PRIMARY KEY",
        "REFERENCES",
    ];
    let Some(word) = reader.one_of(&WORDS) else {
        return Ok(None);
    };
    match word {
        "DEFAULT" => {
            let start = reader.offset();
            let expression = reader.column_expression()?;
            column.default = Some((expression, reader.text_from(start).to_owned()));
        }
        "IDENTITY" | "GENERATED BY DEFAULT AS IDENTITY" => {
            let (seed, step) = reader.parenthesized(|reader| {
                let seed = reader.signed()?;
                reader.expect_symbol(&Token::Comma)?;
                Ok((seed, reader.signed()?))
            })?;
            column.identity = Some((seed, step, word != "IDENTITY"));
            column.not_null = true;
        }
        "ENCODE" => column.encoding = Some(encoding(reader)?),
        "DISTKEY" => column.distribution_key = true,
        "SORTKEY" => column.sort_key = true,
        "COLLATE" => {
            column.collated = true;
            if let (true, Some(caseless)) = (collation(reader)?, column.data_type.caseless()) {
                column.data_type = caseless;
            }
        }
        "NOT NULL" => column.not_null = true,
        "UNIQUE" => column.unique = true,
        "PRIMARY KEY" => {
            column.primary_key = true;
            column.not_null = true;
        }
        "REFERENCES" => {
            let table = reader.name()?;
            let columns = if *reader.peek() == Token::LParen { reader.column_list()? } else { Vec::new() };
            column.references = Some((table, columns));
        }
        _ => {}
    }
    Ok(Some(word))
}

/// Whether it is the one without case. `CASE_SENSITIVE` is what every column is.
pub(super) fn collation(reader: &mut Reader) -> SqlResult<bool> {
    let name = reader.expect_one_of(&["CASE_SENSITIVE", "CASE_INSENSITIVE", "CS", "CI"])?;
    Ok(matches!(name, "CASE_INSENSITIVE" | "CI"))
}

pub(super) fn encoding(reader: &mut Reader) -> SqlResult<String> {
    Ok(reader.expect_one_of(&ENCODINGS)?.to_ascii_lowercase())
}
