//! What a select item is called when nobody named it.

use sqlparser::ast;

use super::from::fold;

/// PostgreSQL's rule, with the product's own headings for a few functions.
pub(super) fn output_name(expression: &ast::Expr) -> String {
    match expression {
        ast::Expr::Identifier(ident) => fold(ident),
        ast::Expr::CompoundIdentifier(parts) => parts.last().map(fold).unwrap_or_default(),
        // The last attribute of a path, or what stands before its brackets.
        ast::Expr::JsonAccess { value, path } => {
            let last = path.path.iter().rev().find_map(|element| match element {
                ast::JsonPathElem::Dot { key, .. } => Some(key.to_lowercase()),
                _ => None,
            });
            last.unwrap_or_else(|| output_name(value))
        }
        ast::Expr::CompoundFieldAccess { root, access_chain } => match access_chain.last() {
            Some(ast::AccessExpr::Dot(ast::Expr::Identifier(ident))) => fold(ident),
            _ => output_name(root),
        },
        ast::Expr::Nested(inner) | ast::Expr::Prior(inner) | ast::Expr::Collate { expr: inner, .. } => {
            output_name(inner)
        }
        ast::Expr::Function(function) => function_heading(function),
        ast::Expr::Cast { expr, data_type, .. } => cast_name(expr, data_type),
        ast::Expr::Convert { expr, data_type: Some(data_type), .. } => cast_name(expr, data_type),
        ast::Expr::Case { else_result, .. } => match else_result.as_deref().map(output_name) {
            Some(name) if name != NAMELESS => name,
            _ => "case".to_owned(),
        },
        ast::Expr::Value(value) => match &value.value {
            ast::Value::Boolean(_) => "bool".to_owned(),
            _ => NAMELESS.to_owned(),
        },
        ast::Expr::TypedString(typed) => type_heading(&typed.data_type),
        ast::Expr::Interval(_) => "interval".to_owned(),
        ast::Expr::Exists { .. } => NAMELESS.to_owned(),
        ast::Expr::Extract { .. } => "date_part".to_owned(),
        ast::Expr::Substring { .. } => "substring".to_owned(),
        ast::Expr::Trim { trim_where, .. } => match trim_where {
            Some(ast::TrimWhereField::Leading) => "ltrim".to_owned(),
            Some(ast::TrimWhereField::Trailing) => "rtrim".to_owned(),
            _ => "btrim".to_owned(),
        },
        ast::Expr::Position { .. } => "position".to_owned(),
        ast::Expr::Ceil { .. } => "ceil".to_owned(),
        ast::Expr::Floor { .. } => "floor".to_owned(),
        ast::Expr::AtTimeZone { .. } => "timezone".to_owned(),
        _ => NAMELESS.to_owned(),
    }
}

const NAMELESS: &str = "?column?";

fn function_heading(function: &ast::Function) -> String {
    let name = function
        .name
        .0
        .last()
        .map(|part| part.to_string().trim_matches('"').to_lowercase())
        .unwrap_or_default();
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
fn cast_name(inner: &ast::Expr, data_type: &ast::DataType) -> String {
    match strong_name(inner) {
        Some(name) => name,
        None => type_heading(data_type),
    }
}

fn strong_name(expression: &ast::Expr) -> Option<String> {
    match expression {
        ast::Expr::Nested(inner)
        | ast::Expr::Collate { expr: inner, .. }
        | ast::Expr::Cast { expr: inner, .. }
        | ast::Expr::Convert { expr: inner, .. } => strong_name(inner),
        ast::Expr::Case { else_result, .. } => strong_name(else_result.as_deref()?),
        ast::Expr::Value(_) | ast::Expr::TypedString(_) | ast::Expr::Interval(_) => None,
        other => Some(output_name(other)).filter(|name| name != NAMELESS),
    }
}

fn type_heading(data_type: &ast::DataType) -> String {
    use ast::DataType as T;
    match data_type {
        T::SmallInt(_) | T::Int2(_) => "int2",
        T::Int(_) | T::Integer(_) | T::Int4(_) => "int4",
        T::BigInt(_) | T::Int8(_) => "int8",
        T::Numeric(_) | T::Decimal(_) | T::Dec(_) => "numeric",
        T::Real | T::Float4 => "float4",
        T::Float(_) | T::Float8 | T::Double(_) | T::DoublePrecision => "float8",
        T::Bool | T::Boolean => "bool",
        T::Char(_) | T::Character(_) => "bpchar",
        T::Varchar(_) | T::CharacterVarying(_) | T::CharVarying(_) | T::Nvarchar(_) => "varchar",
        T::Text => "text",
        T::Date => "date",
        T::Time(..) => "time",
        T::Timestamp(_, ast::TimezoneInfo::None | ast::TimezoneInfo::WithoutTimeZone) | T::Datetime(_) => {
            "timestamp"
        }
        T::Timestamp(..) => "timestamptz",
        T::Interval { .. } => "interval",
        _ => NAMELESS,
    }
    .to_owned()
}
