//! `--query`: JMESPath, with members in the order the answer or the expression gave them.
//!
//! The jmespath crate keeps objects sorted by key; the CLI does not. The order is put back from what is
//! known: the objects of the answer, and the multi-select hashes of the expression.

use std::cmp::Ordering;

use jmespath::ast::{Ast, Comparator};
use jmespath::{Context, ErrorReason, Expression, Rcvar, Runtime, RuntimeError, Variable};
use serde_json::{Map, Value};

/// The expression's value. The error is the CLI's line.
pub fn apply(expression: &str, value: &Value) -> Result<Value, String> {
    let bad = |error: jmespath::JmespathError| {
        format!("Bad value for --query {expression}: {}", told(expression, &error))
    };
    let mut runtime = Runtime::new();
    runtime.register_builtin_functions();
    for (name, _, holds) in ORDERINGS {
        let compared = move |sides: &[Rcvar], _: &mut Context<'_>| Ok(Rcvar::new(compared(sides, holds)));
        runtime.register_function(name, Box::new(compared));
    }
    let mut ast = jmespath::parse(&quoted(expression)).map_err(bad)?;
    let mut orders = Vec::new();
    prepare(&mut ast, &mut orders);
    let found = Expression::new(expression, ast, &runtime).search(value).map_err(bad)?;
    let found = serde_json::to_value(&*found).map_err(|error| error.to_string())?;
    objects(value, &mut orders);
    Ok(ordered(found, &orders))
}

type Holds = fn(Ordering) -> bool;

/// The crate orders numbers alone, as the specification says; the CLI's library orders texts as well, and everybody
/// asks `StartTime>='2023-05-01'`. So an ordering becomes the call of a function, which no expression can name.
const ORDERINGS: [(&str, Comparator, Holds); 4] = [
    ("<", Comparator::LessThan, Ordering::is_lt),
    ("<=", Comparator::LessThanEqual, Ordering::is_le),
    (">", Comparator::GreaterThan, Ordering::is_gt),
    (">=", Comparator::GreaterThanEqual, Ordering::is_ge),
];

fn compared(sides: &[Rcvar], holds: Holds) -> Variable {
    let ordering = match sides {
        [left, right] => match (left.as_string(), right.as_string()) {
            (Some(left), Some(right)) => Some(left.cmp(right)),
            _ => left.as_number().zip(right.as_number()).and_then(|(left, right)| left.partial_cmp(&right)),
        },
        _ => None,
    };
    ordering.map_or(Variable::Null, |ordering| Variable::Bool(holds(ordering)))
}

/// A literal in backticks that is no JSON is a text without its quotes: `[?Name==\`mina\`]`.
fn quoted(expression: &str) -> String {
    let mut out = String::new();
    let mut rest = expression;
    while let Some(at) = rest.find(['\'', '"', '`']) {
        let (before, begun) = rest.split_at(at);
        let delimiter = char::from(begun.as_bytes()[0]);
        let mut escaped = false;
        let end = begun[1..].find(|c| {
            let ends = c == delimiter && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let Some(end) = end else { break };
        let (literal, after) = begun.split_at(end + 2);
        let inner = literal[1..=end].replace("\\`", "`");
        out.push_str(before);
        if delimiter == '`' && serde_json::from_str::<Value>(&inner).is_err() {
            let text = Value::from(inner.trim_start()).to_string();
            out.push_str(&format!("`{}`", text.replace('`', "\\`")));
        } else {
            out.push_str(literal);
        }
        rest = after;
    }
    out + rest
}

/// What the CLI's library says, where it is known; elsewhere the crate's words.
fn told(expression: &str, error: &jmespath::JmespathError) -> String {
    let below = |at: usize| " ".repeat(at) + "^";
    match &error.reason {
        ErrorReason::Parse(why) if why.ends_with("found Eof") => format!(
            "Invalid jmespath expression: Incomplete expression:\n\"{expression}\"\n{}",
            below(expression.chars().count() + 1)
        ),
        ErrorReason::Parse(why) if why.starts_with("'=' is not valid") => {
            format!("Bad jmespath expression: Unknown token '=':\n{expression}\n{}", below(error.offset))
        }
        ErrorReason::Runtime(RuntimeError::UnknownFunction(name)) => format!("Unknown function: {name}()"),
        ErrorReason::Runtime(RuntimeError::InvalidSlice) => "slice step cannot be zero".to_owned(),
        other => other.to_string(),
    }
}

/// Makes orderings calls, and notes the key lists of all multi-select hashes.
fn prepare(ast: &mut Ast, orders: &mut Vec<Vec<String>>) {
    if let Ast::Comparison { offset, comparator, lhs, rhs } = ast
        && let Some((name, ..)) = ORDERINGS.iter().find(|(_, known, _)| known == comparator)
    {
        let nothing = || Ast::Identity { offset: 0 };
        let sides = [std::mem::replace(&mut **lhs, nothing()), std::mem::replace(&mut **rhs, nothing())];
        *ast = Ast::Function { offset: *offset, name: (*name).to_owned(), args: sides.into() };
    }
    match ast {
        Ast::MultiHash { elements, .. } => {
            orders.push(elements.iter().map(|pair| pair.key.clone()).collect());
            elements.iter_mut().for_each(|pair| prepare(&mut pair.value, orders));
        }
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. } => {
            prepare(lhs, orders);
            prepare(rhs, orders);
        }
        Ast::Condition { predicate, then, .. } => {
            prepare(predicate, orders);
            prepare(then, orders);
        }
        Ast::Expref { ast, .. } => prepare(ast, orders),
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => {
            prepare(node, orders)
        }
        Ast::Function { args, .. } => args.iter_mut().for_each(|ast| prepare(ast, orders)),
        Ast::MultiList { elements, .. } => elements.iter_mut().for_each(|ast| prepare(ast, orders)),
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => {}
    }
}

/// The key lists of all objects of the answer.
fn objects(value: &Value, orders: &mut Vec<Vec<String>>) {
    match value {
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().cloned().collect();
            if !orders.contains(&keys) {
                orders.push(keys);
            }
            map.values().for_each(|value| objects(value, orders));
        }
        Value::Array(list) => list.iter().for_each(|value| objects(value, orders)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn ordered(value: Value, orders: &[Vec<String>]) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.into_iter().map(|value| ordered(value, orders)).collect()),
        Value::Object(mut map) => {
            let order = orders
                .iter()
                .find(|keys| keys.len() == map.len() && keys.iter().all(|key| map.contains_key(key)));
            let mut sorted = Map::new();
            for key in order.into_iter().flatten() {
                if let Some(value) = map.remove(key) {
                    sorted.insert(key.clone(), ordered(value, orders));
                }
            }
            sorted.extend(map.into_iter().map(|(key, value)| (key, ordered(value, orders))));
            Value::Object(sorted)
        }
        // Numbers come back as floating point.
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15 => {
                (float as i64).into()
            }
            _ => Value::Number(number),
        },
        other => other,
    }
}
