//! ANALYZE COMPRESSION (Developer Guide, "ANALYZE COMPRESSION"): what each column would save.
//!
//! Every row is looked at, so COMPROWS changes nothing. Which encoding the product prefers where several are
//! near each other is not published: AZ64 for whole numbers, dates and times, ZSTD for text are unconfirmed.

use super::CommandContext;
use super::show::Answer;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::plan::Field;
use crate::sql::system::blocks::size_as;
use crate::warehouse::catalog::{Column, Relation, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::system_role::SystemPermission;
use crate::warehouse::value::Value;

/// The advice for one table's columns, or for all tables of the database that the user may analyse; what
/// `stl_analyze_compression` has of it from the table on is noted.
///
/// # Errors
/// The table is not there or somebody else's; a column is not there.
pub fn answer(
    name: Option<&QualifiedName>,
    columns: &[Identifier],
    context: &CommandContext<'_>,
    noted: &mut Vec<Vec<Value>>,
) -> SqlResult<Answer> {
    let may =
        |relation: &Relation| context.rights().own_relation(relation, None, Some(SystemPermission::Analyze));
    let hides = |relation: &Relation| relation.conceals(context.principals(), context.user());
    let relations = match name {
        Some(name) => {
            let relation = context.table(name)?;
            may(&relation)?;
            if hides(&relation) {
                // Unconfirmed: its answer would tell of values that policies hide.
                let message = format!("permission denied for relation {}", relation.name);
                return Err(SqlError::product("42501", message));
            }
            vec![relation]
        }
        None => {
            let all = context.database()?.relations.values();
            all.filter(|relation| relation.table().is_some() && may(relation).is_ok() && !hides(relation))
                .cloned()
                .collect()
        }
    };
    let mut out: Vec<Vec<String>> = vec![Vec::new(); 4];
    for relation in &relations {
        let Some(table) = relation.table() else { continue };
        if let Some(missing) = columns.iter().find(|column| relation.column(column).is_none()) {
            let message = format!("column \"{missing}\" of relation \"{}\" does not exist", relation.name);
            return Err(SqlError::product("42703", message));
        }
        for (number, column) in relation.columns.iter().enumerate() {
            if !columns.is_empty() && !columns.contains(&column.name) {
                continue;
            }
            let (encoding, hundredths, bytes) = advice(table, number, column);
            let (advised, bytes) = (Value::string(encoding), Value::string(bytes.to_string()));
            noted.push(vec![
                Value::Integer(relation.id.0 as i32),
                Value::string(relation.name.as_str()),
                Value::Integer(number as i32),
                Value::string(column.encoding.as_str()),
                advised.clone(),
                Value::string("ANALYZE ONLY"),
                advised,
                bytes.clone(),
                bytes,
                table.data.distinct_values(number).map_or(Value::Null, |values| Value::BigInt(values as i64)),
            ]);
            let cells = [
                relation.name.to_string(),
                column.name.to_string(),
                encoding.to_owned(),
                format!("{}.{:02}", hundredths / 100, hundredths % 100),
            ];
            out.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        }
    }
    let field = |name: &str| Field {
        qualifier: None,
        name: name.to_owned(),
        data_type: DataType::Varchar(DataType::VARCHAR_MAX),
    };
    let fields = ["Table", "Column", "Encoding", "Est_reduction_pct"].map(field).to_vec();
    Ok(Answer { fields, columns: out })
}

/// The best encoding, how much smaller it is than the present one, in hundredths of a percent, and its size. A sort key
/// keeps the encoding it has (the guide).
fn advice<'a>(table: &Table, number: usize, column: &'a Column) -> (&'a str, u64, u64) {
    let present = match column.encoding.as_str() {
        "none" | "" => "raw",
        encoding => encoding,
    };
    let size = |encoding: &str| -> u64 {
        let segments = table.data.segments.iter().map(|stored| &stored.segment);
        let blocks = segments.filter_map(|segment| Some((segment.columns.get(number)?, segment.rows)));
        blocks.map(|(block, rows)| size_as(encoding, column.data_type, block, rows)).sum()
    };
    let best = match column.data_type.text() {
        DataType::Boolean
        | DataType::Real
        | DataType::Double
        | DataType::Interval
        | DataType::IntervalTo(_) => "raw",
        DataType::Char(_) | DataType::Varchar(_) | DataType::Super | DataType::Varbyte(_) => "zstd",
        _ => "az64",
    };
    let (now, then) = (size(present), size(best));
    if then >= now || table.sort_key.contains(&number) {
        return (present, 0, now);
    }
    (best, (now - then) * 10_000 / now, then)
}
