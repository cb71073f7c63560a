//! A policy's expression as the system views print it: every column behind its alias, in double quotes, and strings
//! as casts: `"rls_table"."catgroup" = CAST('Concerts' AS TEXT)`. The guide's samples show this much; how the product
//! writes the rest (functions, CASE, types) is unconfirmed. Queries stand as they were written.

use crate::sql::parse;
use crate::sql::syntax::{Expression, Function, Ident, LikeKind, PathStep, TrimSide, UnaryOperator, Value};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::policy::Policy;

/// The policy's expressions, each printed anew.
pub(super) fn expressions(policy: &Policy) -> Vec<String> {
    let printed = |text: &String| match parse::expression(text) {
        Ok(expression) => Printer { policy, text }.print(&expression),
        Err(_) => text.clone(),
    };
    policy.expressions.iter().map(printed).collect()
}

struct Printer<'a> {
    policy: &'a Policy,
    text: &'a str,
}

impl Printer<'_> {
    fn print(&self, expression: &Expression) -> String {
        use Expression as E;
        let not = |negated: &bool| if *negated { "NOT " } else { "" };
        let query = |span: &crate::sql::error::Span| self.text.get(span.start..span.end).unwrap_or_default();
        match expression {
            E::Identifier(name) => self.column(name).unwrap_or_else(|| written(name)),
            E::CompoundIdentifier(parts) => match parts.as_slice() {
                [alias, name] if self.policy.called() == Identifier::fold(&alias.value).as_str() => {
                    self.column(name).unwrap_or_else(|| names(parts))
                }
                parts => names(parts),
            },
            E::Path { root, steps } => steps.iter().fold(self.print(root), |path, step| match step {
                PathStep::Attribute(name) => format!("{path}.{}", written(name)),
                PathStep::Index(index) => format!("{path}[{}]", self.print(index)),
            }),
            E::Nested(part) => format!("({})", self.print(part)),
            E::Value(constant) => match &constant.value {
                Value::String(_) => format!("CAST({} AS TEXT)", value(&constant.value)),
                plain => value(plain),
            },
            E::TypedString { data_type, value: text } => {
                format!("CAST({} AS {})", value(&text.value), data_type.written().to_uppercase())
            }
            E::Interval(interval) => {
                let field = |word: &str, field: &Option<Ident>| {
                    field
                        .as_ref()
                        .map_or(String::new(), |field| format!("{word}{}", field.value.to_uppercase()))
                };
                let (first, last) =
                    (field(" ", &interval.leading_field), field(" TO ", &interval.last_field));
                format!("INTERVAL {}{first}{last}", value(&interval.value.value))
            }
            E::Collate { expr, collation } => format!("{} COLLATE {}", self.print(expr), names(&collation.0)),
            E::IsNull { expr, negated } => format!("{} IS {}NULL", self.print(expr), not(negated)),
            E::IsBoolean { expr, value, negated } => {
                format!("{} IS {}{}", self.print(expr), not(negated), value.to_string().to_uppercase())
            }
            E::IsDistinctFrom { left, right } => {
                format!("{} IS DISTINCT FROM {}", self.print(left), self.print(right))
            }
            E::InList { expr, list, negated } => {
                format!("{} {}IN ({})", self.print(expr), not(negated), self.list(list))
            }
            E::InSubquery { expr, subquery, negated } => {
                format!("{} {}IN ({})", self.print(expr), not(negated), query(&subquery.span))
            }
            E::Exists { subquery, negated } => format!("{}EXISTS ({})", not(negated), query(&subquery.span)),
            E::Subquery(subquery) => format!("({})", query(&subquery.span)),
            E::Quantified { left, op, right, all } => {
                let quantifier = if *all { "ALL" } else { "ANY" };
                format!("{} {} {quantifier} {}", self.print(left), op.sign(), self.print(right))
            }
            E::Between { expr, negated, low, high } => {
                let (low, high) = (self.print(low), self.print(high));
                format!("{} {}BETWEEN {low} AND {high}", self.print(expr), not(negated))
            }
            E::BinaryOp { left, op, right } => {
                format!("{} {} {}", self.print(left), op.sign(), self.print(right))
            }
            E::UnaryOp { op, expr } => {
                let sign = match op {
                    UnaryOperator::Not => "NOT ",
                    UnaryOperator::Plus => "+",
                    UnaryOperator::Minus => "-",
                    UnaryOperator::Sign(sign) => sign,
                };
                format!("{sign}{}", self.print(expr))
            }
            E::Like { kind, negated, expr, pattern, escape } => {
                let word = match kind {
                    LikeKind::Like => "LIKE",
                    LikeKind::Ilike => "ILIKE",
                    LikeKind::SimilarTo => "SIMILAR TO",
                };
                let escape = escape.as_ref().map_or(String::new(), |e| format!(" ESCAPE {}", self.print(e)));
                format!("{} {}{word} {}{escape}", self.print(expr), not(negated), self.print(pattern))
            }
            E::Case(case) => {
                let operand = case.operand.as_ref().map_or(String::new(), |o| format!(" {}", self.print(o)));
                let branches = case.conditions.iter().map(|when| {
                    format!(" WHEN {} THEN {}", self.print(&when.condition), self.print(&when.result))
                });
                let otherwise =
                    case.else_result.as_ref().map_or(String::new(), |o| format!(" ELSE {}", self.print(o)));
                format!("CASE{operand}{}{otherwise} END", branches.collect::<String>())
            }
            E::Cast { expr, data_type, attempted } => {
                // A string that is cast already is not cast twice.
                let inner = match &**expr {
                    E::Value(constant) => value(&constant.value),
                    part => self.print(part),
                };
                let word = if *attempted { "TRY_CAST" } else { "CAST" };
                format!("{word}({inner} AS {})", data_type.written().to_uppercase())
            }
            E::AtTimeZone { timestamp, time_zone } => {
                format!("{} AT TIME ZONE {}", self.print(timestamp), self.print(time_zone))
            }
            E::Extract { field, expr } => {
                format!("EXTRACT({} FROM {})", field.to_uppercase(), self.print(expr))
            }
            E::Position { expr, within } => {
                format!("POSITION({} IN {})", self.print(expr), self.print(within))
            }
            E::Trim { side, what, expr } => {
                let side = match side {
                    TrimSide::Both => "BOTH ",
                    TrimSide::Leading => "LEADING ",
                    TrimSide::Trailing => "TRAILING ",
                };
                let what = what.as_ref().map_or(String::new(), |what| format!("{} FROM ", self.print(what)));
                format!("TRIM({side}{what}{})", self.print(expr))
            }
            E::Function(function) => self.function(function),
            E::Tuple(parts) => format!("({})", self.list(parts)),
            E::Prior(part) => format!("PRIOR {}", self.print(part)),
            E::OuterJoin(part) => format!("{} (+)", self.print(part)),
        }
    }

    /// Windows and their like stand in no policy.
    fn function(&self, function: &Function) -> String {
        let name = names(&function.name.0);
        if function.bare {
            return name;
        }
        let distinct = if function.distinct { "DISTINCT " } else { "" };
        let star = if function.star { "*" } else { "" };
        format!("{name}({distinct}{star}{})", self.list(&function.args))
    }

    fn list(&self, parts: &[Expression]) -> String {
        parts.iter().map(|part| self.print(part)).collect::<Vec<_>>().join(", ")
    }

    fn column(&self, name: &Ident) -> Option<String> {
        let name = Identifier::fold(&name.value);
        let known = self.policy.inputs.iter().any(|(input, _)| *input == name);
        known.then(|| format!("\"{}\".\"{name}\"", self.policy.called()))
    }
}

fn written(name: &Ident) -> String {
    match name.quote_style {
        Some(_) => format!("\"{}\"", name.value),
        None => name.value.clone(),
    }
}

fn names(parts: &[Ident]) -> String {
    parts.iter().map(written).collect::<Vec<_>>().join(".")
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Number(text) | Value::Placeholder(text) => text.clone(),
    }
}
