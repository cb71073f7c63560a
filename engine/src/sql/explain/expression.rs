//! Conditions as a plan prints them: PostgreSQL's own writing, every operator in parentheses.

use crate::sql::expression::{Comparison, Expression, Subquery, SubqueryKind};
use crate::sql::functions::super_path;
use crate::warehouse::calendar;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// `names` are the texts of the input's columns.
pub(super) fn text(expression: &Expression, names: &[String]) -> String {
    let inner = |part: &Expression| text(part, names);
    match expression {
        Expression::Column { index, .. } => {
            names.get(*index).cloned().unwrap_or_else(|| "\"?column?\"".to_owned())
        }
        Expression::Literal { value, data_type } => literal(value, *data_type),
        Expression::Parameter { index, .. } => format!("${index}"),
        Expression::Call { function, arguments, .. } if function.name == super_path::PATH => {
            path(arguments, names)
        }
        // What makes SUPER values comparable is nobody's business.
        Expression::Call { function, arguments, .. }
            if [super_path::KEY, super_path::KEY_BESIDE].contains(&function.name) =>
        {
            arguments.first().map(inner).unwrap_or_default()
        }
        Expression::Call { function, arguments, .. } => {
            match (arguments.as_slice(), is_operator(function.name)) {
                ([left, right], true) => format!("({} {} {})", inner(left), function.name, inner(right)),
                ([operand], true) => format!("({} {})", function.name, inner(operand)),
                (arguments, _) => format!("{}({})", function.name, list(arguments, names)),
            }
        }
        Expression::Cast { input, to, .. } => format!("({})::{to}", inner(input)),
        Expression::Compare { operator, left, right } => {
            format!("({} {} {})", compared(left, names), sign(*operator), compared(right, names))
        }
        Expression::And(parts) => joined(parts, " AND ", names),
        Expression::Or(parts) => joined(parts, " OR ", names),
        Expression::Not(part) => format!("(NOT {})", inner(part)),
        Expression::IsNull { input, negated } => {
            format!("({} IS {}NULL)", inner(input), if *negated { "NOT " } else { "" })
        }
        Expression::IsBoolean { input, value, negated } => {
            let value = if *value { "TRUE" } else { "FALSE" };
            format!("({} IS {}{value})", inner(input), if *negated { "NOT " } else { "" })
        }
        Expression::Case { branches, otherwise, .. } => {
            let mut case = String::from("CASE");
            for (condition, result) in branches {
                case.push_str(&format!(" WHEN {} THEN {}", inner(condition), inner(result)));
            }
            if let Some(otherwise) = otherwise {
                case.push_str(&format!(" ELSE {}", inner(otherwise)));
            }
            case + " END"
        }
        Expression::InList { input, list, negated } => {
            let (sign, word) = if *negated { ("<>", " AND ") } else { ("=", " OR ") };
            let operand = compared(input, names);
            let each: Vec<String> =
                list.iter().map(|item| format!("({operand} {sign} {})", compared(item, names))).collect();
            format!("({})", each.join(word))
        }
        Expression::Like { input, pattern, insensitive, negated, .. } => {
            let sign = match (insensitive, negated) {
                (false, false) => "~~",
                (false, true) => "!~~",
                (true, false) => "~~*",
                (true, true) => "!~~*",
            };
            format!("({} {sign} {})", compared(input, names), compared(pattern, names))
        }
        Expression::Subquery(subquery) => match subquery.kind {
            SubqueryKind::Exists { negated: true } => "(NOT (subplan))".to_owned(),
            _ => "(subplan)".to_owned(),
        },
    }
}

/// The queries that stand in an expression, not those inside them.
pub(super) fn subqueries(expression: &Expression, meet: &mut dyn FnMut(&Subquery)) {
    expression.visit(&mut |part| {
        if let Expression::Subquery(subquery) = part {
            meet(subquery);
        }
    });
}

/// `orders[0].key`.
fn path(arguments: &[Expression], names: &[String]) -> String {
    let mut written = arguments.first().map(|root| text(root, names)).unwrap_or_default();
    for step in arguments.iter().skip(1) {
        match step {
            Expression::Literal { value: Value::String(name), .. } => {
                written.push_str(&format!(".{}", name.trim_matches('"')));
            }
            step => written.push_str(&format!("[{}]", text(step, names))),
        }
    }
    written
}

pub(super) fn list(parts: &[Expression], names: &[String]) -> String {
    parts.iter().map(|part| text(part, names)).collect::<Vec<_>>().join(", ")
}

fn joined(parts: &[Expression], word: &str, names: &[String]) -> String {
    let parts: Vec<String> = parts.iter().map(|part| text(part, names)).collect();
    format!("({})", parts.join(word))
}

/// Texts are compared as `text`: a column is printed with the cast that PostgreSQL puts on it.
fn compared(side: &Expression, names: &[String]) -> String {
    let written = text(side, names);
    match side {
        Expression::Column { data_type: DataType::Varchar(_), .. } => format!("({written})::text"),
        _ => written,
    }
}

pub(super) fn sign(operator: Comparison) -> &'static str {
    match operator {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn is_operator(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_alphabetic() || first == '_' || first == '?')
}

/// A constant; all but numbers carry their type.
fn literal(value: &Value, data_type: DataType) -> String {
    match value {
        Value::Null => format!("NULL::{data_type}"),
        Value::Boolean(value) => value.to_string(),
        Value::SmallInt(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::BigInt(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Decimal { unscaled, scale } => decimal(*unscaled, *scale),
        Value::String(text) => {
            let kind = if data_type.is_string() { "text".to_owned() } else { data_type.to_string() };
            format!("'{}'::{kind}", text.replace('\'', "''"))
        }
        Value::Date(days) => format!("'{}'::date", calendar::text::date(*days)),
        Value::Time(micros) => format!("'{}'::{data_type}", calendar::text::time(*micros)),
        Value::Timestamp(micros) => format!("'{}'::{data_type}", calendar::text::timestamp(*micros)),
        Value::Interval { months, micros } => {
            let mut written = String::new();
            calendar::interval::write_interval(
                calendar::interval::Interval { months: *months, micros: *micros },
                calendar::interval::Style::Postgres,
                &mut written,
            );
            format!("'{written}'::interval")
        }
        Value::Varbyte(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("'{digits}'::{data_type}")
        }
    }
}

fn decimal(unscaled: i128, scale: u8) -> String {
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    let sign = if unscaled < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
