//! Calls with words between their arguments: CAST, EXTRACT, SUBSTRING, TRIM and their like.

use sqlparser::tokenizer::Token;

use super::expression::strength;
use super::reader::{Reader, is_word};
use crate::sql::error::{Span, SqlResult};
use crate::sql::syntax::{Constant, Expression, Function, Ident, ObjectName, TrimSide, Value};

/// What the tree calls `APPROXIMATE COUNT(DISTINCT x)`.
const APPROXIMATE_COUNT: &str = "approximate_count_distinct";

impl Reader<'_> {
    /// The call that `word` begins; `None` when it is one like any other.
    pub(super) fn special_call(&mut self, word: &str) -> SqlResult<Option<Expression>> {
        // `extract(...)` and `convert(...)` are functions, too.
        let ordinary = match word {
            "EXTRACT" => !self.peeks_at(3, "FROM"),
            "CONVERT" => !matches!(self.peek_at(2), Token::Word(_)),
            _ => false,
        };
        if ordinary {
            return Ok(None);
        }
        if word == "EXISTS" {
            return self.exists(false).map(Some);
        }
        let name = self.label()?;
        self.advance();
        let call = match word {
            "CAST" | "TRY_CAST" => {
                let expr = Box::new(self.expression()?);
                self.expect("AS")?;
                Expression::Cast {
                    expr,
                    data_type: Box::new(self.data_type()?),
                    attempted: word == "TRY_CAST",
                }
            }
            "CONVERT" => {
                let data_type = Box::new(self.data_type()?);
                self.expect_symbol(&Token::Comma)?;
                Expression::Cast { expr: Box::new(self.expression()?), data_type, attempted: false }
            }
            "EXTRACT" => {
                let field = match self.peek() {
                    Token::Word(word) => word.value.to_lowercase(),
                    Token::SingleQuotedString(text) => text.to_lowercase(),
                    _ => return self.unexpected(),
                };
                self.advance();
                self.expect("FROM")?;
                Expression::Extract { field, expr: Box::new(self.expression()?) }
            }
            "POSITION" => {
                let expr = Box::new(self.subexpression(strength::RANGE)?);
                self.expect("IN")?;
                Expression::Position { expr, within: Box::new(self.expression()?) }
            }
            "TRIM" => self.trim()?,
            "OBJECT_TRANSFORM" => self.object_transform(name)?,
            _ => self.substring(name)?,
        };
        self.expect_symbol(&Token::RParen)?;
        Ok(Some(call))
    }

    /// `SUBSTRING(text [{FROM | ,} start] [{FOR | ,} length])`.
    fn substring(&mut self, name: Ident) -> SqlResult<Expression> {
        let mut arguments = vec![self.expression()?];
        if self.word("FROM") || self.symbol(&Token::Comma) {
            arguments.push(self.expression()?);
        }
        if self.word("FOR") || self.symbol(&Token::Comma) {
            if arguments.len() == 1 {
                arguments.push(number("1"));
            }
            arguments.push(self.expression()?);
        }
        let name = ObjectName(vec![Ident { value: "substring".to_owned(), ..name }]);
        Ok(Expression::Function(Box::new(Function::new(name, arguments))))
    }

    /// `TRIM([BOTH | LEADING | TRAILING] [what FROM] text)`.
    fn trim(&mut self) -> SqlResult<Expression> {
        let side = match self.one_of(&["BOTH", "LEADING", "TRAILING"]) {
            Some("LEADING") => TrimSide::Leading,
            Some("TRAILING") => TrimSide::Trailing,
            _ => TrimSide::Both,
        };
        if self.word("FROM") {
            return Ok(Expression::Trim { side, what: None, expr: Box::new(self.expression()?) });
        }
        let first = Box::new(self.expression()?);
        if self.word("FROM") {
            return Ok(Expression::Trim { side, what: Some(first), expr: Box::new(self.expression()?) });
        }
        // As PostgreSQL's grammar has it: the text, then what is cut off.
        let what = if self.symbol(&Token::Comma) { Some(Box::new(self.expression()?)) } else { None };
        Ok(Expression::Trim { side, what, expr: first })
    }

    /// `OBJECT_TRANSFORM(object [KEEP path, ...] [SET path, value, ...])`. The tree has it as a call with the
    /// number of KEEP's paths (-1 without KEEP) behind the object.
    fn object_transform(&mut self, name: Ident) -> SqlResult<Expression> {
        let mut arguments = vec![self.expression()?, number("-1")];
        if self.word("KEEP") {
            let kept = self.expressions()?;
            arguments[1] = number(&kept.len().to_string());
            arguments.extend(kept);
        }
        if self.word("SET") {
            let set = self.expressions()?;
            if set.len() % 2 == 1 {
                return self.unexpected();
            }
            arguments.extend(set);
        }
        Ok(Expression::Function(Box::new(Function::new(ObjectName(vec![name]), arguments))))
    }

    /// `APPROXIMATE COUNT(DISTINCT x)` becomes a function of its own. `APPROXIMATE PERCENTILE_DISC` is the exact
    /// one, whose answer is as near as can be asked for.
    pub(super) fn approximate(&mut self) -> SqlResult<Option<Expression>> {
        let counts = is_word(self.peek_at(1), "COUNT");
        if !counts && !is_word(self.peek_at(1), "PERCENTILE_DISC") {
            return Ok(None);
        }
        self.advance();
        let name = ObjectName(vec![self.label()?]);
        let mut call = self.call(name)?;
        if let (Expression::Function(function), true) = (&mut call, counts) {
            if !function.distinct {
                return self.unexpected();
            }
            function.distinct = false;
            function.name.0.iter_mut().for_each(|name| name.value = APPROXIMATE_COUNT.to_owned());
        }
        Ok(Some(call))
    }
}

/// A number that nobody wrote.
fn number(digits: &str) -> Expression {
    let span = Span { start: usize::MAX, end: 0 };
    Expression::Value(Constant { value: Value::Number(digits.to_owned()), span })
}
