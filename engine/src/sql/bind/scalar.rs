//! Scalar expressions: syntax tree to typed [`Expression`].

use sqlparser::ast;

use super::binder::{Binder, product_with};
use super::coerce::{self, bare_name};
use super::from::fold;
use super::literal;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::expression::{CastMode, Comparison, Expression};
use crate::sql::functions::{self, Resolved};
use crate::sql::parse;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

impl Binder<'_> {
    /// An expression over the row of the innermost level.
    pub fn expression(&mut self, expression: &ast::Expr) -> SqlResult<Expression> {
        self.deeper_expression(expression).map_err(|error| self.at(error, expression))
    }

    fn deeper_expression(&mut self, expression: &ast::Expr) -> SqlResult<Expression> {
        use ast::Expr as E;
        match expression {
            E::Identifier(ident) => self.identifier(ident),
            E::CompoundIdentifier(parts) => self.compound(parts),
            E::CompoundFieldAccess { .. } | E::JsonAccess { .. } => {
                Err(SqlError::not_simulated_because(Feature::DataType, "paths into SUPER values"))
            }
            E::Nested(inner) => self.expression(inner),
            E::Value(value) => literal::literal(&value.value),
            E::TypedString(typed) => {
                let to = parse::data_type(&typed.data_type)?;
                literal::typed(&typed.value.value, to)
            }
            E::Interval(interval) => literal::interval(interval),
            E::Collate { expr, .. } => self.expression(expr),
            E::IsNull(inner) => self.is_null(inner, false),
            E::IsNotNull(inner) => self.is_null(inner, true),
            E::IsUnknown(inner) => self.is_null(inner, false),
            E::IsNotUnknown(inner) => self.is_null(inner, true),
            E::IsTrue(inner) => self.is_boolean(inner, true, false),
            E::IsNotTrue(inner) => self.is_boolean(inner, true, true),
            E::IsFalse(inner) => self.is_boolean(inner, false, false),
            E::IsNotFalse(inner) => self.is_boolean(inner, false, true),
            E::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            E::InSubquery { expr, subquery, negated } => {
                let operands = self.operands(expr)?;
                self.in_subquery(operands, subquery, *negated)
            }
            E::Exists { subquery, negated } => self.exists(subquery, *negated),
            E::Subquery(query) => self.scalar_subquery(query),
            E::AnyOp { left, compare_op, right, .. } => self.quantified(left, compare_op, right, false),
            E::AllOp { left, compare_op, right } => self.quantified(left, compare_op, right, true),
            E::Between { expr, negated, low, high } => self.between(expr, low, high, *negated),
            E::BinaryOp { left, op, right } => self.binary(left, op, right),
            E::UnaryOp { op, expr } => self.unary(op, expr),
            E::Like { negated, any: false, expr, pattern, escape_char } => {
                self.like(expr, pattern, escape_char.as_deref(), false, *negated)
            }
            E::ILike { negated, any: false, expr, pattern, escape_char } => {
                self.like(expr, pattern, escape_char.as_deref(), true, *negated)
            }
            E::SimilarTo { negated, expr, pattern, escape_char } => {
                let mut arguments = vec![self.expression(expr)?, self.expression(pattern)?];
                if let Some(escape) = escape_char {
                    arguments.push(self.expression(escape)?);
                }
                let matched = self.call("similar_to", arguments)?;
                Ok(if *negated { Expression::Not(Box::new(matched)) } else { matched })
            }
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())
            }
            E::Cast { expr, data_type, kind: ast::CastKind::Cast | ast::CastKind::DoubleColon, .. } => {
                let to = parse::data_type(data_type)?;
                let input = self.expression(expr)?;
                coerce::explicit(input, to)
            }
            E::Cast { kind, .. } => {
                Err(SqlError::not_simulated_because(Feature::Function, format!("{kind:?}")))
            }
            E::Convert { expr, data_type: Some(data_type), .. } => {
                let to = parse::data_type(data_type)?;
                let input = self.expression(expr)?;
                coerce::explicit(input, to)
            }
            E::AtTimeZone { timestamp, time_zone } => {
                let arguments = vec![self.expression(time_zone)?, self.expression(timestamp)?];
                self.call("timezone", arguments)
            }
            E::Extract { field, expr, .. } => {
                let part = literal::text(field.to_string().trim_matches('\'').to_lowercase());
                let arguments = vec![part, self.expression(expr)?];
                match functions::resolve("extract", &types(&arguments)) {
                    Some(resolved) => Ok(self.resolved(resolved, arguments)),
                    None => self.call("date_part", arguments),
                }
            }
            E::Ceil { expr, field } => self.rounding("ceil", expr, field),
            E::Floor { expr, field } => self.rounding("floor", expr, field),
            E::Position { expr, r#in } => {
                let arguments = vec![self.expression(r#in)?, self.expression(expr)?];
                self.call("strpos", arguments)
            }
            E::Substring { expr, substring_from, substring_for, .. } => {
                let mut arguments = vec![self.expression(expr)?];
                match (substring_from, substring_for) {
                    (Some(from), _) => arguments.push(self.expression(from)?),
                    (None, Some(_)) => arguments.push(literal::integer(1)),
                    (None, None) => {}
                }
                if let Some(length) = substring_for {
                    arguments.push(self.expression(length)?);
                }
                self.call("substring", arguments)
            }
            E::Trim { trim_where, trim_what, expr, trim_characters } => {
                let name = match trim_where {
                    Some(ast::TrimWhereField::Leading) => "ltrim",
                    Some(ast::TrimWhereField::Trailing) => "rtrim",
                    Some(ast::TrimWhereField::Both) | None => "btrim",
                };
                let mut arguments = vec![self.expression(expr)?];
                if let Some(what) = trim_what {
                    arguments.push(self.expression(what)?);
                }
                for characters in trim_characters.iter().flatten() {
                    arguments.push(self.expression(characters)?);
                }
                self.call(name, arguments)
            }
            E::Function(function) => self.function(function),
            E::Tuple(_) => Err(SqlError::product("0A000", "ROW constructors are not supported here")),
            E::IsDistinctFrom(..) | E::IsNotDistinctFrom(..) => {
                Err(SqlError::product("0A000", "IS DISTINCT FROM is not supported"))
            }
            E::GroupingSets(_) | E::Cube(_) | E::Rollup(_) => {
                Err(SqlError::not_simulated_because(Feature::QueryClause, "ROLLUP, CUBE and GROUPING SETS"))
            }
            E::Prior(_) => Err(SqlError::not_simulated_because(Feature::QueryClause, "CONNECT BY")),
            E::OuterJoin(_) => Err(SqlError::not_simulated_because(Feature::QueryClause, "(+) joins")),
            other => Err(SqlError::not_simulated_because(Feature::QueryClause, other.to_string())),
        }
    }

    /// A boolean expression for WHERE, ON, HAVING and their like.
    pub fn condition(&mut self, expression: &ast::Expr, place: &str) -> SqlResult<Expression> {
        let bound = self.expression(expression)?;
        coerce::boolean(bound, place).map_err(|error| self.at(error, expression))
    }

    fn identifier(&mut self, ident: &ast::Ident) -> SqlResult<Expression> {
        let name = fold(ident);
        let keyword = ident.quote_style.is_none() && BARE_FUNCTIONS.contains(&name.as_str());
        match self.unqualified(&name) {
            Err(_) if keyword => self.call(&name, Vec::new()),
            found => found,
        }
    }

    fn compound(&mut self, parts: &[ast::Ident]) -> SqlResult<Expression> {
        let names: Vec<String> = parts.iter().map(fold).collect();
        match names.as_slice() {
            [relation, name] => self.qualified(None, relation, name),
            [schema, relation, name] => self.qualified(Some(schema), relation, name),
            [database, schema, relation, name] if *database == self.database.name.as_str() => {
                self.qualified(Some(schema), relation, name)
            }
            _ => Err(SqlError::product(
                "0A000",
                format!("cross-database references are not implemented: \"{}\"", names.join(".")),
            )),
        }
    }

    fn is_null(&mut self, inner: &ast::Expr, negated: bool) -> SqlResult<Expression> {
        Ok(Expression::IsNull { input: Box::new(self.expression(inner)?), negated })
    }

    fn is_boolean(&mut self, inner: &ast::Expr, value: bool, negated: bool) -> SqlResult<Expression> {
        let place = match (value, negated) {
            (true, false) => "IS TRUE",
            (true, true) => "IS NOT TRUE",
            (false, false) => "IS FALSE",
            (false, true) => "IS NOT FALSE",
        };
        Ok(Expression::IsBoolean { input: Box::new(self.condition(inner, place)?), value, negated })
    }

    fn in_list(&mut self, expr: &ast::Expr, list: &[ast::Expr], negated: bool) -> SqlResult<Expression> {
        if let ast::Expr::Tuple(parts) = expr {
            let mut any = Vec::new();
            for item in list {
                any.push(self.row_comparison(parts, item, Comparison::Equal)?);
            }
            let found = Expression::Or(any);
            return Ok(if negated { Expression::Not(Box::new(found)) } else { found });
        }
        let input = self.expression(expr)?;
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            let item = self.expression(item)?;
            items.push(item);
        }
        // Every item may bring another type: `x IN (1, 2.5)`.
        let mut pairs = Vec::with_capacity(items.len());
        for item in items {
            pairs.push(coerce::comparable("=", input.clone(), item)?);
        }
        let shared = pairs.first().map(|(left, _)| left.clone());
        match shared {
            Some(shared)
                if pairs.iter().all(|(left, item)| {
                    *left == shared && item.data_type() == shared.data_type()
                        || left.data_type().is_string() && *left == shared && item.data_type().is_string()
                }) =>
            {
                let list = pairs.into_iter().map(|(_, item)| item).collect();
                Ok(Expression::InList { input: Box::new(shared), list, negated })
            }
            _ => {
                let any = pairs
                    .into_iter()
                    .map(|(left, right)| Expression::Compare {
                        operator: Comparison::Equal,
                        left: Box::new(left),
                        right: Box::new(right),
                    })
                    .collect();
                let found = Expression::Or(any);
                Ok(if negated { Expression::Not(Box::new(found)) } else { found })
            }
        }
    }

    /// The left side of IN: one expression, or a row of them.
    pub fn operands(&mut self, expr: &ast::Expr) -> SqlResult<Vec<Expression>> {
        match expr {
            ast::Expr::Tuple(parts) => parts.iter().map(|part| self.expression(part)).collect(),
            other => Ok(vec![self.expression(other)?]),
        }
    }

    fn row_comparison(
        &mut self,
        left: &[ast::Expr],
        right: &ast::Expr,
        operator: Comparison,
    ) -> SqlResult<Expression> {
        let ast::Expr::Tuple(right) = right else {
            return Err(SqlError::product("42601", "unequal number of entries in row expression"));
        };
        if left.len() != right.len() {
            return Err(SqlError::product("42601", "unequal number of entries in row expression"));
        }
        let mut all = Vec::new();
        for (left, right) in left.iter().zip(right) {
            let (left, right) = (self.expression(left)?, self.expression(right)?);
            all.push(coerce::compare(Comparison::Equal, left, right)?);
        }
        match operator {
            Comparison::Equal => Ok(Expression::And(all)),
            Comparison::NotEqual => Ok(Expression::Not(Box::new(Expression::And(all)))),
            _ => Err(SqlError::not_simulated_because(Feature::QueryClause, "ordering of row expressions")),
        }
    }

    fn between(
        &mut self,
        expr: &ast::Expr,
        low: &ast::Expr,
        high: &ast::Expr,
        negated: bool,
    ) -> SqlResult<Expression> {
        let (input, low, high) = (self.expression(expr)?, self.expression(low)?, self.expression(high)?);
        let from = coerce::compare(Comparison::GreaterOrEqual, input.clone(), low)?;
        let to = coerce::compare(Comparison::LessOrEqual, input, high)?;
        let within = Expression::And(vec![from, to]);
        Ok(if negated { Expression::Not(Box::new(within)) } else { within })
    }

    fn binary(
        &mut self,
        left: &ast::Expr,
        op: &ast::BinaryOperator,
        right: &ast::Expr,
    ) -> SqlResult<Expression> {
        use ast::BinaryOperator as Op;
        if let Some(operator) = comparison(op) {
            if let ast::Expr::Tuple(parts) = left {
                return self.row_comparison(parts, right, operator);
            }
            let (left, right) = (self.expression(left)?, self.expression(right)?);
            return coerce::compare(operator, left, right);
        }
        match op {
            Op::And => {
                let both = vec![self.condition(left, "AND")?, self.condition(right, "AND")?];
                Ok(Expression::And(both.into_iter().flat_map(flatten_and).collect()))
            }
            Op::Or => Ok(Expression::Or(vec![self.condition(left, "OR")?, self.condition(right, "OR")?])),
            Op::PGLikeMatch => self.like(left, right, None, false, false),
            Op::PGNotLikeMatch => self.like(left, right, None, false, true),
            Op::PGILikeMatch => self.like(left, right, None, true, false),
            Op::PGNotILikeMatch => self.like(left, right, None, true, true),
            _ => {
                let sign = match op {
                    Op::PGExp | Op::BitwiseXor => "^".to_owned(),
                    Op::PGRegexMatch => "~".to_owned(),
                    Op::PGRegexNotMatch => "!~".to_owned(),
                    Op::PGBitwiseXor => "#".to_owned(),
                    other => other.to_string(),
                };
                let arguments = vec![self.expression(left)?, self.expression(right)?];
                self.operator(&sign, arguments)
            }
        }
    }

    fn unary(&mut self, op: &ast::UnaryOperator, expr: &ast::Expr) -> SqlResult<Expression> {
        match op {
            ast::UnaryOperator::Not => Ok(negate(self.condition(expr, "NOT")?)),
            ast::UnaryOperator::Plus => self.expression(expr),
            ast::UnaryOperator::Minus => {
                if let ast::Expr::Value(value) = expr
                    && let ast::Value::Number(digits, _) = &value.value
                {
                    return negative(digits);
                }
                let argument = self.expression(expr)?;
                self.operator("-", vec![argument])
            }
            other => {
                let argument = self.expression(expr)?;
                self.operator(&other.to_string(), vec![argument])
            }
        }
    }

    /// An operator by its sign, with an untyped literal taken for the other side's type where needed.
    pub fn operator(&mut self, sign: &str, arguments: Vec<Expression>) -> SqlResult<Expression> {
        let found = types(&arguments);
        if let Some(resolved) = functions::resolve(sign, &found) {
            return Ok(self.resolved(resolved, arguments));
        }
        if let Some(known) = found.iter().copied().find(|data_type| *data_type != DataType::Unknown) {
            let guessed: Vec<DataType> = found
                .iter()
                .map(|data_type| if *data_type == DataType::Unknown { known } else { *data_type })
                .collect();
            if guessed != found
                && let Some(resolved) = functions::resolve(sign, &guessed)
            {
                return Ok(self.resolved(resolved, arguments));
            }
        }
        let hint = "No operator matches the given name and argument type(s). You may need to add explicit type casts.";
        let message = match found.as_slice() {
            [only] => format!("operator does not exist: {sign} {}", bare_name(*only)),
            [left, right] => {
                format!("operator does not exist: {} {sign} {}", bare_name(*left), bare_name(*right))
            }
            _ => format!("operator does not exist: {sign}"),
        };
        Err(product_with("42883", message, None, Some(hint)))
    }

    /// A scalar function by name.
    pub fn call(&mut self, name: &str, arguments: Vec<Expression>) -> SqlResult<Expression> {
        match functions::resolve(name, &types(&arguments)) {
            Some(resolved) => Ok(self.resolved(resolved, arguments)),
            None => Err(no_function(name, &types(&arguments))),
        }
    }

    pub fn resolved(&mut self, resolved: Resolved, arguments: Vec<Expression>) -> Expression {
        self.note_site(resolved.function);
        let constants: Vec<Option<&Value>> = arguments
            .iter()
            .map(|argument| match argument {
                Expression::Literal { value, .. } => Some(value),
                _ => None,
            })
            .collect();
        let resolved = functions::refine(resolved, &constants);
        let arguments = arguments
            .into_iter()
            .zip(&resolved.arguments)
            .map(|(argument, to)| coerce::cast(argument, *to, CastMode::Implicit))
            .collect();
        Expression::Call { function: resolved.function, arguments, data_type: resolved.result }
    }

    fn like(
        &mut self,
        expr: &ast::Expr,
        pattern: &ast::Expr,
        escape: Option<&ast::Expr>,
        insensitive: bool,
        negated: bool,
    ) -> SqlResult<Expression> {
        let sign = if insensitive { "~~*" } else { "~~" };
        let (input, pattern) = (self.expression(expr)?, self.expression(pattern)?);
        let given = (input.data_type(), pattern.data_type());
        let as_text = |expression: Expression| match expression.data_type() {
            DataType::Varchar(_) | DataType::Char(_) => Ok(expression),
            DataType::Unknown => {
                let length = coerce::literal_length(&expression);
                Ok(coerce::cast(expression, DataType::Varchar(length), CastMode::Implicit))
            }
            data_type if coerce::assignable(data_type, DataType::TEXT) => {
                Ok(coerce::cast(expression, DataType::TEXT, CastMode::Implicit))
            }
            _ => Err(coerce::no_operator(sign, given.0, given.1)),
        };
        let escape = match escape {
            None => Some('\\'),
            Some(expr) => match self.expression(expr)? {
                Expression::Literal { value: Value::String(text), .. } => {
                    let mut characters = text.chars();
                    let first = characters.next();
                    if characters.next().is_some() {
                        return Err(product_with(
                            "22025",
                            "invalid escape string",
                            None,
                            Some("Escape string must be empty or one character."),
                        ));
                    }
                    first
                }
                _ => {
                    return Err(SqlError::not_simulated_because(
                        Feature::QueryClause,
                        "ESCAPE with an expression",
                    ));
                }
            },
        };
        Ok(Expression::Like {
            input: Box::new(as_text(input)?),
            pattern: Box::new(as_text(pattern)?),
            escape,
            insensitive,
            negated,
        })
    }

    fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
    ) -> SqlResult<Expression> {
        let operand = operand.map(|operand| self.expression(operand)).transpose()?;
        let mut tests = Vec::new();
        let mut results = Vec::new();
        for when in conditions {
            tests.push(match &operand {
                Some(operand) => {
                    let value = self.expression(&when.condition)?;
                    coerce::compare(Comparison::Equal, operand.clone(), value)
                        .map_err(|error| self.at(error, &when.condition))?
                }
                None => self.condition(&when.condition, "CASE/WHEN")?,
            });
            results.push(self.expression(&when.result)?);
        }
        if let Some(otherwise) = otherwise {
            results.push(self.expression(otherwise)?);
        }
        let (mut results, data_type) = coerce::unify("CASE", results)?;
        let otherwise = if otherwise.is_some() { results.pop().map(Box::new) } else { None };
        Ok(Expression::Case { branches: tests.into_iter().zip(results).collect(), otherwise, data_type })
    }

    fn rounding(
        &mut self,
        name: &str,
        expr: &ast::Expr,
        field: &ast::CeilFloorKind,
    ) -> SqlResult<Expression> {
        match field {
            ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime) => {
                let argument = self.expression(expr)?;
                self.call(name, vec![argument])
            }
            _ => Err(SqlError::new(SqlErrorKind::Syntax { near: Some("TO".to_owned()) })),
        }
    }
}

/// Functions that are called without parentheses.
pub(super) const BARE_FUNCTIONS: [&str; 11] = [
    "sysdate",
    "current_user",
    "session_user",
    "user",
    "current_user_id",
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "current_aws_account",
];

pub(super) fn types(expressions: &[Expression]) -> Vec<DataType> {
    expressions.iter().map(Expression::data_type).collect()
}

pub(super) fn no_function(name: &str, arguments: &[DataType]) -> SqlError {
    if functions::known_gap(name) {
        return SqlError::not_simulated_because(Feature::Function, name.to_uppercase());
    }
    let arguments: Vec<String> = arguments.iter().map(|data_type| bare_name(*data_type)).collect();
    product_with(
        "42883",
        format!("function {name}({}) does not exist", arguments.join(", ")),
        None,
        Some(
            "No function matches the given name and argument types. You may need to add explicit type casts.",
        ),
    )
}

pub(super) fn comparison(op: &ast::BinaryOperator) -> Option<Comparison> {
    match op {
        ast::BinaryOperator::Eq => Some(Comparison::Equal),
        ast::BinaryOperator::NotEq => Some(Comparison::NotEqual),
        ast::BinaryOperator::Lt => Some(Comparison::Less),
        ast::BinaryOperator::LtEq => Some(Comparison::LessOrEqual),
        ast::BinaryOperator::Gt => Some(Comparison::Greater),
        ast::BinaryOperator::GtEq => Some(Comparison::GreaterOrEqual),
        _ => None,
    }
}

fn flatten_and(expression: Expression) -> Vec<Expression> {
    match expression {
        Expression::And(all) => all,
        other => vec![other],
    }
}

/// NOT, worked into EXISTS and IN, which have their own negated forms.
fn negate(expression: Expression) -> Expression {
    use crate::sql::expression::SubqueryKind as Kind;
    match expression {
        Expression::InList { input, list, negated } => Expression::InList { input, list, negated: !negated },
        Expression::IsNull { input, negated } => Expression::IsNull { input, negated: !negated },
        Expression::Subquery(mut subquery) => match subquery.kind {
            Kind::Exists { negated } => {
                subquery.kind = Kind::Exists { negated: !negated };
                Expression::Subquery(subquery)
            }
            Kind::Any { operands, operator: Comparison::Equal } => {
                subquery.kind = Kind::All { operands, operator: Comparison::NotEqual };
                Expression::Subquery(subquery)
            }
            Kind::All { operands, operator: Comparison::NotEqual } => {
                subquery.kind = Kind::Any { operands, operator: Comparison::Equal };
                Expression::Subquery(subquery)
            }
            kind => {
                subquery.kind = kind;
                Expression::Not(Box::new(Expression::Subquery(subquery)))
            }
        },
        other => Expression::Not(Box::new(other)),
    }
}

/// A negative number is one literal, so that the least BIGINT can be written.
fn negative(digits: &str) -> SqlResult<Expression> {
    if let Ok(value) = format!("-{digits}").parse::<i32>() {
        return Ok(Expression::Literal { value: Value::Integer(value), data_type: DataType::Integer });
    }
    if let Ok(value) = format!("-{digits}").parse::<i64>() {
        return Ok(Expression::Literal { value: Value::BigInt(value), data_type: DataType::BigInt });
    }
    Ok(match literal::number(digits)? {
        Expression::Literal { value: Value::Decimal { unscaled, scale }, data_type } => {
            Expression::Literal { value: Value::Decimal { unscaled: -unscaled, scale }, data_type }
        }
        Expression::Literal { value: Value::Double(value), data_type } => {
            Expression::Literal { value: Value::Double(-value), data_type }
        }
        other => other,
    })
}
