//! LIKE, ILIKE and SIMILAR TO.

use crate::sql::syntax;

use super::binder::Binder;
use super::coerce;
use crate::sql::error::SqlResult;
use crate::sql::expression::{CastMode, Expression};
use crate::sql::functions::escape_of;
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

impl Binder<'_> {
    pub fn like(
        &mut self,
        expr: &syntax::Expression,
        pattern: &syntax::Expression,
        escape: Option<&syntax::Expression>,
        insensitive: bool,
        negated: bool,
    ) -> SqlResult<Expression> {
        let (input, mut pattern) = (self.expression(expr)?, self.expression(pattern)?);
        let escape = match escape {
            None => Some('\\'),
            Some(expr) => match self.expression(expr)? {
                Expression::Literal { value: Value::String(text), .. } => escape_of(&text)?,
                escape => {
                    pattern = self.call("like_escape", vec![pattern, escape])?;
                    Some('\\')
                }
            },
        };
        matched(input, pattern, escape, insensitive, negated)
    }

    pub fn similar(
        &mut self,
        expr: &syntax::Expression,
        pattern: &syntax::Expression,
        escape: Option<&syntax::Expression>,
        negated: bool,
    ) -> SqlResult<Expression> {
        let mut arguments = vec![self.expression(expr)?, self.expression(pattern)?];
        if let Some(escape) = escape {
            arguments.push(self.expression(escape)?);
        }
        let matched = self.call("similar to", arguments)?;
        Ok(if negated { Expression::Not(Box::new(matched)) } else { matched })
    }
}

/// LIKE over two bound expressions, each read as text.
pub(super) fn matched(
    input: Expression,
    pattern: Expression,
    escape: Option<char>,
    insensitive: bool,
    negated: bool,
) -> SqlResult<Expression> {
    let sign = if insensitive { "~~*" } else { "~~" };
    let given = (input.data_type(), pattern.data_type());
    let insensitive = insensitive || given.0.is_caseless() || given.1.is_caseless();
    let as_text = |expression: Expression| match expression.data_type() {
        DataType::Varchar(_) | DataType::Char(_) | DataType::Caseless { .. } => Ok(expression),
        DataType::Unknown => {
            let length = coerce::literal_length(&expression);
            Ok(coerce::cast(expression, DataType::Varchar(length), CastMode::Implicit))
        }
        DataType::Super => Ok(coerce::cast(expression, DataType::TEXT, CastMode::Implicit)),
        data_type if coerce::assignable(data_type, DataType::TEXT) => {
            Ok(coerce::cast(expression, DataType::TEXT, CastMode::Implicit))
        }
        _ => Err(coerce::no_operator(sign, given.0, given.1)),
    };
    Ok(Expression::Like {
        input: Box::new(as_text(input)?),
        pattern: Box::new(as_text(pattern)?),
        escape,
        insensitive,
        negated,
    })
}
