//! OBJECT_TRANSFORM: an object with fewer attributes, and with others at the paths that are set.

use arrow::array::ArrayRef;
use arrow::datatypes::Int32Type;

use super::Call;
use super::column::{build_text, invalid_parameter};
use super::signature::{Entry, Parameter};
use crate::sql::error::SqlResult;
use crate::sql::execute::EvaluationContext;
use crate::sql::json::{self, Kind};
use crate::warehouse::data_type::DataType;

pub(super) static FUNCTIONS: &[Entry] = &[Entry::custom("object_transform", types, transform)];

/// The object, how many paths KEEP has, those, then paths and values by turns: all but the number as SUPER.
fn types(types: &[DataType]) -> Option<(Vec<DataType>, DataType)> {
    let [DataType::Super | DataType::Unknown, count, rest @ ..] = types else { return None };
    let mut all = vec![DataType::Super, Parameter::Integer.accept(*count)?];
    for argument in rest {
        all.push(Parameter::Super.accept(*argument)?);
    }
    Some((all, DataType::Super))
}

/// Attribute names, each quoted as documents have them.
type Path = Vec<String>;

fn transform(call: &Call<'_>, _: &mut EvaluationContext<'_>) -> SqlResult<ArrayRef> {
    let objects = call.text(0)?;
    let counts = call.primitive::<Int32Type>(1)?;
    let rest = (2..call.arguments.len()).map(|index| call.text(index)).collect::<SqlResult<Vec<_>>>()?;
    build_text(call, |row, out| {
        // unconfirmed: what is no object cannot be transformed.
        let Some(object) = objects.get(row).filter(|text| json::kind(text) == Kind::Object) else {
            return Ok(None);
        };
        let kept = usize::try_from(counts.value(row)).ok();
        let (keep, set) = rest.split_at(kept.unwrap_or(0).min(rest.len()));
        let mut object = object.to_owned();
        if kept.is_some() {
            let paths = keep.iter().map(|text| path(text.get(row))).collect::<SqlResult<Vec<_>>>()?;
            let paths: Vec<&[String]> = paths.iter().map(Vec::as_slice).collect();
            object = only(&object, &paths);
        }
        for pair in set.chunks_exact(2) {
            object = with(&object, &path(pair[0].get(row))?, pair[1].get(row).unwrap_or("null"));
        }
        out.push_str(&object);
        Ok(Some(()))
    })
}

/// `'"a"."b"'` as a document has the names. The words for a path that is none are unconfirmed.
fn path(document: Option<&str>) -> SqlResult<Path> {
    let written = document.filter(|text| json::kind(text) == Kind::String).map(json::unquote);
    let written = written.unwrap_or_default();
    let wrong =
        || invalid_parameter(format!("invalid path \"{written}\": each name stands in double quotes"));
    let mut names = Vec::new();
    let mut rest: &str = &written;
    loop {
        let (name, after) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')).ok_or_else(wrong)?;
        let mut quoted = String::new();
        json::quote(name, &mut quoted);
        names.push(quoted);
        match after.strip_prefix('.') {
            Some(more) => rest = more,
            None if after.is_empty() => return Ok(names),
            None => return Err(wrong()),
        }
    }
}

fn write(members: impl Iterator<Item = (String, String)>) -> String {
    let members: Vec<String> = members.map(|(name, value)| format!("{name}:{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// The object with nothing but what a path leads to.
fn only(object: &str, paths: &[&[String]]) -> String {
    write(json::parts(object).filter_map(|(name, value)| {
        let below: Vec<&[String]> = paths
            .iter()
            .filter_map(|path| path.split_first())
            .filter(|(first, _)| *first == name)
            .map(|(_, rest)| rest)
            .collect();
        if below.iter().any(|rest| rest.is_empty()) {
            return Some((name.to_owned(), value.to_owned()));
        }
        let inside = !below.is_empty() && json::kind(value) == Kind::Object;
        inside.then(|| (name.to_owned(), only(value, &below)))
    }))
}

/// The object with `value` at the end of the path, which is made where there is none (unconfirmed).
fn with(object: &str, path: &[String], value: &str) -> String {
    let Some((first, rest)) = path.split_first() else { return value.to_owned() };
    let mut found = false;
    let mut members: Vec<(String, String)> = json::parts(object)
        .map(|(name, known)| {
            let known = if name == first {
                found = true;
                with(known, rest, value)
            } else {
                known.to_owned()
            };
            (name.to_owned(), known)
        })
        .collect();
    if !found {
        members.push((first.clone(), with("{}", rest, value)));
    }
    write(members.into_iter())
}
