//! Athena's statements in the engine's words: its DDL as Redshift's grammar has it, CREATE TABLE AS as CREATE EXTERNAL
//! TABLE AS, and only what Athena does.

use crate::aws::athena::{Execution, Kind};
use crate::sql::error::{Span, SqlError, SqlResult};
use crate::sql::statement::{ExternalStatement, InsertSource, ParsedStatement, Statement};
use crate::sql::syntax::{Expression, Ident, SelectItem, SetExpression};
use crate::warehouse::identifier::{Identifier, QualifiedName};

pub(super) fn gap(what: &str) -> SqlError {
    SqlError::product("0A000", format!("not simulated yet: {what} in Athena"))
}

/// Functions of Athena that Redshift has not, as far as queries of a course call them.
const TRINO: &str = " all_match any_match approx_distinct approx_percentile arbitrary array_agg array_average \
array_distinct array_except array_intersect array_join array_max array_min array_position array_remove array_sort \
array_union arrays_overlap at_timezone bitwise_and bitwise_or bitwise_xor cardinality codepoint combinations concat_ws \
contains contains_sequence count_if current_timezone date_format date_parse day day_of_month day_of_week day_of_year \
dow doy element_at filter flatten format format_datetime from_base from_base64 from_iso8601_date \
from_iso8601_timestamp from_unixtime geometric_mean histogram hour human_readable_seconds is_finite is_infinite \
is_json_scalar is_nan json_array_contains json_array_get json_exists json_extract json_extract_scalar json_format \
json_object json_query json_size json_value last_day_of_month levenshtein_distance map map_agg map_concat map_entries \
map_filter map_from_entries map_keys map_union map_values map_zip_with max_by md5 millisecond min_by minute month \
multimap_agg multimap_from_entries ngrams none_match normalize parse_datetime quarter reduce regexp_extract \
regexp_extract_all regexp_like regexp_position regexp_split repeat sequence shuffle slice soundex split \
split_to_map starts_with to_base to_base64 to_hex to_iso8601 to_unixtime to_utf8 transform transform_keys \
transform_values trim_array truncate try typeof url_decode url_encode url_extract_host url_extract_parameter \
url_extract_path uuid week week_of_year with_timezone xxhash64 year year_of_week zip zip_with ";

pub(super) fn is_trinos(function: &str) -> bool {
    TRINO.contains(&format!(" {function} "))
}

/// What the grammar, which is Redshift's, does not know of UNNEST as Athena has it.
pub(super) fn not_parsed(error: SqlError, text: &str) -> SqlError {
    let Some((before, rest)) = error.span.and_then(|span| text.split_at_checked(span.start)) else {
        return error;
    };
    let upper = before.to_uppercase();
    let open = |inside: &str| inside.matches('(').count() > inside.matches(')').count();
    if ["WITH ORDINALITY", "ORDINALITY"].iter().any(|words| after(rest, words).is_some()) {
        gap("UNNEST WITH ORDINALITY")
    } else if rest.starts_with(',') && upper.rsplit_once("UNNEST").is_some_and(|(_, inside)| open(inside)) {
        gap("UNNEST of more than one array or map")
    } else {
        error
    }
}

/// A statement for the engine. Queries are as they are.
pub(super) fn engine_sql(sql: &str, execution: &Execution) -> SqlResult<String> {
    if execution.kind == Kind::Dml {
        return Ok(sql.to_owned());
    }
    match after(sql, "CREATE TABLE") {
        Some(rest) => table_as(&rest.replace('`', ""), execution),
        None => Ok(ddl(sql)),
    }
}

/// What follows these words.
pub(super) fn after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    words.split(' ').try_fold(text, |text, word| {
        let (first, rest) = text.trim_start().split_at_checked(word.len())?;
        let whole = !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        (whole && first.eq_ignore_ascii_case(word)).then_some(rest)
    })
}

/// `name [WITH (...)] AS query [WITH DATA]`: files below the place for results, in Parquet unless it says otherwise.
fn table_as(text: &str, execution: &Execution) -> SqlResult<String> {
    let wrong =
        || SqlError::product("42601", "mismatched input. Expecting: CREATE TABLE name [WITH (...)] AS query");
    if after(text, "IF NOT EXISTS").is_some() {
        return Err(gap("CREATE TABLE IF NOT EXISTS"));
    }
    let text = text.trim();
    let (name, rest) = text.split_at(text.find(|c: char| c.is_whitespace() || c == '(').ok_or_else(wrong)?);
    let place = execution.output.rsplit_once('/').map_or("", |(place, _)| place);
    let mut location = format!("{place}/tables/{}/", execution.id);
    let (mut form, mut plain, mut keys, mut row) =
        ("PARQUET".to_owned(), false, String::new(), String::new());
    let mut rest = rest;
    if let Some(properties) = after(rest, "WITH") {
        let (parts, behind) = enclosed(properties).ok_or_else(wrong)?;
        rest = behind;
        for part in parts {
            let (key, value) = part.split_once('=').ok_or_else(wrong)?;
            let (key, value) = (key.trim().to_lowercase(), value.trim());
            let text = value.trim_matches('\'');
            let upper = text.to_uppercase();
            match (key.as_str(), upper.as_str()) {
                ("format", "PARQUET" | "TEXTFILE") => form = upper,
                ("external_location", _) => location = text.to_owned(),
                ("field_delimiter", _) => row = format!(" ROW FORMAT DELIMITED FIELDS TERMINATED BY {value}"),
                ("partitioned_by", _) => {
                    let names: Vec<&str> = value.split('\'').skip(1).step_by(2).collect();
                    keys = format!(" PARTITIONED BY ({})", names.join(", "));
                }
                ("write_compression" | "parquet_compression", "SNAPPY") => {}
                ("write_compression", "NONE") => plain = true,
                _ => return Err(gap(&format!("CREATE TABLE AS with {key} = {value}"))),
            }
        }
    }
    // Athena compresses text with gzip when nobody says otherwise.
    if (form == "TEXTFILE") != plain {
        return Err(gap("CREATE TABLE AS with this compression (TEXTFILE takes write_compression = 'NONE')"));
    }
    let query = after(rest, "AS").ok_or_else(wrong)?.trim_end();
    let upper = query.to_uppercase();
    let query = match upper.strip_suffix("WITH DATA") {
        _ if upper.ends_with("WITH NO DATA") => return Err(gap("CREATE TABLE AS WITH NO DATA")),
        Some(shorter) => query.get(..shorter.len()).unwrap_or(query),
        None => query,
    };
    Ok(format!("CREATE EXTERNAL TABLE {name}{keys}{row} STORED AS {form} LOCATION '{location}' AS {query}"))
}

/// What stands in the parentheses that the text begins with, cut at its commas, and what follows them.
fn enclosed(text: &str) -> Option<(Vec<&str>, &str)> {
    let text = text.trim_start().strip_prefix('(')?;
    let (mut depth, mut quoted, mut from, mut parts) = (0, false, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' => depth += 1,
            ')' if depth == 0 => {
                parts.push(&text[from..at]);
                return Some((parts, &text[at + 1..]));
            }
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// Tables and views have no columns without a name.
pub(super) fn must_be_named(body: &SetExpression) -> SqlResult<()> {
    let select = match body {
        SetExpression::Select(select) => select,
        SetExpression::Query(query) => return must_be_named(&query.body),
        SetExpression::SetOperation { left, .. } => return must_be_named(left),
    };
    let nameless = |item: &SelectItem| {
        matches!(item, SelectItem::Unnamed(expr)
            if !matches!(expr, Expression::Identifier(_) | Expression::CompoundIdentifier(_)))
    };
    match select.projection.iter().position(nameless) {
        // unconfirmed: the place that stands before the words.
        Some(at) => {
            let message = format!("SYNTAX_ERROR: Column name not specified at position {}", at + 1);
            Err(SqlError::product("42601", message))
        }
        None => Ok(()),
    }
}

/// Athena's DDL as the engine's grammar has it. Queries are as they are.
fn ddl(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut quoted = false;
    for piece in sql.split_inclusive('\'') {
        let mut piece = piece.replace('`', "");
        if !quoted {
            for (from, to) in [("TBLPROPERTIES", "TABLE PROPERTIES"), ("string", "varchar(65535)")] {
                let lower = piece.to_lowercase();
                if let Some(at) = lower.find(&from.to_lowercase()) {
                    let (before, after) = (&piece[..at], &piece[at + from.len()..]);
                    // Again for those that follow.
                    piece = format!("{before}{to}{}", ddl(after));
                }
            }
        }
        out.push_str(&piece);
        quoted = !quoted;
    }
    out
}

/// A column without a name is called after its place: `_col0`.
fn name_columns(body: &mut SetExpression) {
    let select = match body {
        SetExpression::Select(select) => select,
        SetExpression::Query(query) => return name_columns(&mut query.body),
        SetExpression::SetOperation { left, .. } => return name_columns(left),
    };
    for (at, item) in select.projection.iter_mut().enumerate() {
        if let SelectItem::Unnamed(expr) = item
            && !matches!(expr, Expression::Identifier(_) | Expression::CompoundIdentifier(_))
        {
            let alias =
                Ident { value: format!("_col{at}"), quote_style: None, span: Span { start: 0, end: 0 } };
            *item = SelectItem::Named { expr: expr.clone(), alias };
        }
    }
}

/// Only what Athena does; names without a database are the context's.
pub(super) fn place(parsed: &mut ParsedStatement, database: Option<&str>) -> SqlResult<()> {
    let here = |name: &mut QualifiedName| {
        if name.schema.is_none() {
            name.schema = database.map(Identifier::fold);
        }
    };
    match &mut parsed.statement {
        Statement::Query(query) => {
            name_columns(&mut query.body);
            Ok(())
        }
        Statement::DropTable { names, .. } => {
            names.iter_mut().for_each(here);
            Ok(())
        }
        Statement::Insert(insert) => match insert.source {
            InsertSource::Query(_) => {
                here(&mut insert.table);
                Ok(())
            }
            _ => Err(gap("INSERT without a query")),
        },
        Statement::External(statement) => {
            match &mut **statement {
                ExternalStatement::CreateTable(create) => {
                    if let Some(query) = &create.query {
                        must_be_named(&query.body)?;
                    }
                    here(&mut create.name);
                }
                ExternalStatement::Alter { table, .. } => here(table),
                ExternalStatement::CreateSchema(_) | ExternalStatement::Show { .. } => {}
            }
            Ok(())
        }
        _ => Err(gap("this statement")),
    }
}
