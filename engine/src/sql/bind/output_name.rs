//! What a select item is called when nobody named it.

use crate::sql::syntax;

use super::from::fold;
use super::scalar::trim_name;

/// PostgreSQL's rule, with the product's own headings for a few functions.
pub(super) fn output_name(expression: &syntax::Expression) -> String {
    match expression {
        syntax::Expression::Identifier(ident) => fold(ident),
        syntax::Expression::CompoundIdentifier(parts) => parts.last().map(fold).unwrap_or_default(),
        // The last attribute of a path, or what stands before its brackets.
        syntax::Expression::Path { root, steps } => {
            let last = steps.iter().rev().find_map(|step| match step {
                syntax::PathStep::Attribute(name) => Some(fold(name)),
                syntax::PathStep::Index(_) => None,
            });
            last.unwrap_or_else(|| output_name(root))
        }
        syntax::Expression::Nested(inner)
        | syntax::Expression::Prior(inner)
        | syntax::Expression::Collate { expr: inner, .. } => output_name(inner),
        syntax::Expression::Function(function) => function_heading(function),
        syntax::Expression::Cast { expr, data_type, .. } => cast_name(expr, data_type),
        syntax::Expression::Case(case) => match case.else_result.as_ref().map(output_name) {
            Some(name) if name != NAMELESS => name,
            _ => "case".to_owned(),
        },
        syntax::Expression::Value(value) => match &value.value {
            syntax::Value::Boolean(_) => "bool".to_owned(),
            _ => NAMELESS.to_owned(),
        },
        syntax::Expression::TypedString { data_type, .. } => type_heading(data_type),
        // As the guide's examples of interval literals are headed.
        syntax::Expression::Interval(interval) => match &interval.leading_field {
            None => "interval",
            Some(field) if ["year", "month"].iter().any(|unit| fold(field).starts_with(unit)) => {
                "intervaly2m"
            }
            Some(_) => "intervald2s",
        }
        .to_owned(),
        syntax::Expression::Extract { .. } => "date_part".to_owned(),
        syntax::Expression::Trim { side, .. } => trim_name(*side).to_owned(),
        syntax::Expression::Position { .. } => "position".to_owned(),
        syntax::Expression::AtTimeZone { .. } => "timezone".to_owned(),
        _ => NAMELESS.to_owned(),
    }
}

const NAMELESS: &str = "?column?";

fn function_heading(function: &syntax::Function) -> String {
    let name = function.name.last_lower();
    match name.as_str() {
        "dateadd" => "date_add".to_owned(),
        "datediff" => "date_diff".to_owned(),
        "date_part" => "pgdate_part".to_owned(),
        "nvl" => "coalesce".to_owned(),
        "approximate_count_distinct" => "count".to_owned(),
        "nvl2" | "decode" => "case".to_owned(),
        "user" => "current_user".to_owned(),
        _ => name,
    }
}

/// A cast keeps the name of a column or a function, else it is called by its type: the name that an inner cast
/// or a CASE made up is too weak to stay (PostgreSQL 8, `FigureColname`).
fn cast_name(inner: &syntax::Expression, data_type: &syntax::DataType) -> String {
    match strong_name(inner) {
        Some(name) => name,
        None => type_heading(data_type),
    }
}

fn strong_name(expression: &syntax::Expression) -> Option<String> {
    match expression {
        syntax::Expression::Nested(inner)
        | syntax::Expression::Collate { expr: inner, .. }
        | syntax::Expression::Cast { expr: inner, .. } => strong_name(inner),
        syntax::Expression::Case(case) => strong_name(case.else_result.as_ref()?),
        syntax::Expression::Value(_)
        | syntax::Expression::TypedString { .. }
        | syntax::Expression::Interval(_) => None,
        other => Some(output_name(other)).filter(|name| name != NAMELESS),
    }
}

fn type_heading(data_type: &syntax::DataType) -> String {
    match data_type.name.as_str() {
        "char" => "bpchar",
        "float" => "float8",
        name => name,
    }
    .to_owned()
}
