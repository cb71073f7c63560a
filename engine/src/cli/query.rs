//! `--query`: JMESPath, with members in the order the answer or the expression gave them.
//!
//! The jmespath crate keeps objects sorted by key; the CLI does not. The order is put back from what is
//! known: the objects of the answer, and the multi-select hashes of the expression.

use jmespath::ast::Ast;
use serde_json::{Map, Value};

/// The expression's value. The error is the CLI's line.
pub fn apply(expression: &str, value: &Value) -> Result<Value, String> {
    let bad =
        |error: jmespath::JmespathError| format!("Bad value for --query {expression}: {}", error.reason);
    let compiled = jmespath::compile(expression).map_err(bad)?;
    let found = compiled.search(value).map_err(bad)?;
    let found = serde_json::to_value(&*found).map_err(|error| error.to_string())?;
    let mut orders = Vec::new();
    hashes(compiled.as_ast(), &mut orders);
    objects(value, &mut orders);
    Ok(ordered(found, &orders))
}

/// The key lists of all multi-select hashes.
fn hashes(ast: &Ast, orders: &mut Vec<Vec<String>>) {
    match ast {
        Ast::MultiHash { elements, .. } => {
            orders.push(elements.iter().map(|pair| pair.key.clone()).collect());
            elements.iter().for_each(|pair| hashes(&pair.value, orders));
        }
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. } => {
            hashes(lhs, orders);
            hashes(rhs, orders);
        }
        Ast::Condition { predicate, then, .. } => {
            hashes(predicate, orders);
            hashes(then, orders);
        }
        Ast::Expref { ast, .. } => hashes(ast, orders),
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => {
            hashes(node, orders)
        }
        Ast::Function { args, .. } => args.iter().for_each(|ast| hashes(ast, orders)),
        Ast::MultiList { elements, .. } => elements.iter().for_each(|ast| hashes(ast, orders)),
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
