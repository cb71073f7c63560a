//! Inside a SUPER: the way along a path, and what makes two of them comparable.
//!
//! None of these has a name that can be called: binding puts them where the text has `a.b[0]`, `=` or ORDER BY.

use arrow::array::ArrayRef;
use arrow::datatypes::{Int32Type, Int64Type};

use super::Call;
use super::column::{Text, build_text};
use super::signature::Entry;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::EvaluationContext;
use crate::sql::json;
use crate::warehouse::data_type::DataType;

/// `(document, step, ...)`: a step is a quoted attribute name or a position.
pub(in crate::sql) const PATH: &str = ".path";
/// What a document compares and sorts by.
pub(in crate::sql) const KEY: &str = ".key";
/// As [`KEY`], NULL where the second document is of another kind: `<` between kinds has no answer.
pub(in crate::sql) const KEY_BESIDE: &str = ".key_beside";

pub(super) static FUNCTIONS: &[Entry] = &[
    Entry::custom(PATH, path_types, path),
    Entry::custom(KEY, |types| keyed(types, 1), key),
    Entry::custom(KEY_BESIDE, |types| keyed(types, 2), key_beside),
];

type Accepted = Option<(Vec<DataType>, DataType)>;

fn path_types(types: &[DataType]) -> Accepted {
    let (DataType::Super, steps) = types.split_first()? else { return None };
    let mut all = vec![DataType::Super];
    for step in steps {
        all.push(match step {
            DataType::SmallInt | DataType::Integer => DataType::Integer,
            DataType::BigInt => DataType::BigInt,
            text if text.is_string() => DataType::Varchar(DataType::VARCHAR_MAX),
            _ => return None,
        });
    }
    Some((all, DataType::Super))
}

fn keyed(types: &[DataType], count: usize) -> Accepted {
    let fits = types.len() == count && types.iter().all(|data_type| *data_type == DataType::Super);
    fits.then(|| (types.to_vec(), DataType::Varchar(DataType::VARCHAR_MAX)))
}

enum Step<'a> {
    Name(Text<'a>),
    Position(&'a arrow::array::Int32Array),
    LongPosition(&'a arrow::array::Int64Array),
}

fn path(call: &Call<'_>, context: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let documents = call.text(0)?;
    let mut steps = Vec::new();
    for index in 1..call.arguments.len() {
        steps.push(match call.data_type(index) {
            DataType::Integer => Step::Position(call.primitive::<Int32Type>(index)?),
            DataType::BigInt => Step::LongPosition(call.primitive::<Int64Type>(index)?),
            _ => Step::Name(call.text(index)?),
        });
    }
    let settings = &context.evaluation.settings;
    let strict = settings.get("navigate_super_null_on_error").is_some_and(|set| set == "off");
    build_text(call, |row, out| {
        let Some(mut found) = documents.get(row) else { return Ok(None) };
        for step in &steps {
            let next = match step {
                Step::Name(names) => names.get(row).and_then(|name| json::member(found, name)),
                Step::Position(positions) => json::element(found, i64::from(positions.value(row))),
                Step::LongPosition(positions) => json::element(found, positions.value(row)),
            };
            match next {
                Some(next) => found = next,
                // unconfirmed: the words of the strict mode.
                None if strict => {
                    return Err(SqlError::product("22023", "Invalid navigation into a SUPER value"));
                }
                None => return Ok(None),
            }
        }
        out.push_str(found);
        Ok(Some(()))
    })
}

fn key(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let documents = call.text(0)?;
    build_text(call, |row, out| Ok(documents.get(row).and_then(json::key).map(|key| out.push_str(&key))))
}

fn key_beside(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let (documents, others) = (call.text(0)?, call.text(1)?);
    build_text(call, |row, out| {
        let (Some(one), Some(other)) = (documents.get(row), others.get(row)) else { return Ok(None) };
        if json::kind(one) != json::kind(other) {
            return Ok(None);
        }
        Ok(json::key(one).map(|key| out.push_str(&key)))
    })
}
