//! A policy's expression as the system views print it: every column behind its alias, in double quotes, and strings
//! as casts: `"rls_table"."catgroup" = CAST('Concerts' AS TEXT)`. The guide's samples show this much; how the product
//! writes the rest (functions, CASE, queries) is unconfirmed, and stands here as sqlparser writes it.

use sqlparser::ast;

use crate::sql::parse;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::policy::Policy;

/// The policy's expressions, each printed anew.
pub(super) fn expressions(policy: &Policy) -> Vec<String> {
    let printed = |text: &String| match parse::expression(text) {
        Ok(expression) => print(&expression, policy),
        Err(_) => text.clone(),
    };
    policy.expressions.iter().map(printed).collect()
}

fn print(expression: &ast::Expr, policy: &Policy) -> String {
    use ast::Expr as E;
    let inner = |part: &ast::Expr| print(part, policy);
    let list = |parts: &[ast::Expr]| parts.iter().map(&inner).collect::<Vec<_>>().join(", ");
    let not = |negated: &bool| if *negated { "NOT " } else { "" };
    match expression {
        E::Identifier(name) => column(&name.value, policy).unwrap_or_else(|| expression.to_string()),
        E::CompoundIdentifier(parts) => match parts.as_slice() {
            [alias, name] if policy.called() == Identifier::fold(&alias.value).as_str() => {
                column(&name.value, policy).unwrap_or_else(|| expression.to_string())
            }
            _ => expression.to_string(),
        },
        E::Value(value) if matches!(value.value, ast::Value::SingleQuotedString(_)) => {
            format!("CAST({expression} AS TEXT)")
        }
        E::Nested(part) => format!("({})", inner(part)),
        E::BinaryOp { left, op, right } => format!("{} {op} {}", inner(left), inner(right)),
        E::UnaryOp { op: op @ ast::UnaryOperator::Not, expr } => format!("{op} {}", inner(expr)),
        E::UnaryOp { op, expr } => format!("{op}{}", inner(expr)),
        E::IsNull(part) => format!("{} IS NULL", inner(part)),
        E::IsNotNull(part) => format!("{} IS NOT NULL", inner(part)),
        E::InList { expr, list: items, negated } => {
            format!("{} {}IN ({})", inner(expr), not(negated), list(items))
        }
        E::InSubquery { expr, subquery, negated } => {
            format!("{} {}IN ({subquery})", inner(expr), not(negated))
        }
        E::Between { expr, negated, low, high } => {
            format!("{} {}BETWEEN {} AND {}", inner(expr), not(negated), inner(low), inner(high))
        }
        // A string that is cast already is not cast twice.
        E::Cast { expr, data_type, .. } => match &**expr {
            E::Value(_) => format!("CAST({expr} AS {data_type})"),
            part => format!("CAST({} AS {data_type})", inner(part)),
        },
        E::Function(function) => match &function.args {
            ast::FunctionArguments::List(arguments) => {
                let each = arguments.args.iter().map(|argument| match argument {
                    ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(part)) => inner(part),
                    other => other.to_string(),
                });
                format!("{}({})", function.name, each.collect::<Vec<_>>().join(", "))
            }
            _ => expression.to_string(),
        },
        other => other.to_string(),
    }
}

fn column(name: &str, policy: &Policy) -> Option<String> {
    let name = Identifier::fold(name);
    let known = policy.inputs.iter().any(|(input, _)| *input == name);
    known.then(|| format!("\"{}\".\"{name}\"", policy.called()))
}
