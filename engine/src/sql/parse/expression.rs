//! Expressions: operators between operands, each with the strength it binds with (PostgreSQL's order). Operands are
//! read by `operand`.

use sqlparser::tokenizer::Token;

use super::reader::{Reader, is_word};
use crate::sql::error::SqlResult;
use crate::sql::expression::Comparison;
use crate::sql::syntax::{BinaryOperator, Expression, LikeKind};

/// How strongly operators bind: an operand is read up to the next operator that is not stronger than this.
pub(super) mod strength {
    pub const WEAKEST: u8 = 0;
    pub const OR: u8 = 10;
    pub const AND: u8 = 20;
    pub const NOT: u8 = 30;
    pub const IS: u8 = 40;
    pub const COMPARISON: u8 = 50;
    pub const RANGE: u8 = 60;
    pub const OTHER: u8 = 70;
    pub const SUM: u8 = 80;
    pub const PRODUCT: u8 = 90;
    pub const POWER: u8 = 100;
    pub const TIME_ZONE: u8 = 110;
    pub const COLLATE: u8 = 120;
    pub const SIGN: u8 = 130;
    pub const CAST: u8 = 140;
}

#[derive(Clone, Copy)]
enum Infix {
    Binary(BinaryOperator),
    /// `OPERATOR(schema.sign)`.
    Named,
    Cast,
    Collate,
    TimeZone,
    Is,
    IsNull {
        negated: bool,
    },
    In,
    Between,
    Like(LikeKind),
}

/// Operators that are words; `NOT` may stand before the last five.
const WORDS: [(&str, u8, Infix); 14] = [
    ("AND", strength::AND, Infix::Binary(BinaryOperator::And)),
    ("OR", strength::OR, Infix::Binary(BinaryOperator::Or)),
    ("IS", strength::IS, Infix::Is),
    ("ISNULL", strength::IS, Infix::IsNull { negated: false }),
    ("NOTNULL", strength::IS, Infix::IsNull { negated: true }),
    ("COLLATE", strength::COLLATE, Infix::Collate),
    ("AT", strength::TIME_ZONE, Infix::TimeZone),
    ("OPERATOR", strength::OTHER, Infix::Named),
    ("OVERLAPS", strength::RANGE, Infix::Binary(BinaryOperator::Sign("OVERLAPS"))),
    ("IN", strength::RANGE, Infix::In),
    ("BETWEEN", strength::RANGE, Infix::Between),
    ("LIKE", strength::RANGE, Infix::Like(LikeKind::Like)),
    ("ILIKE", strength::RANGE, Infix::Like(LikeKind::Ilike)),
    ("SIMILAR", strength::RANGE, Infix::Like(LikeKind::SimilarTo)),
];

/// How many words at the end of [`WORDS`] take `NOT`.
const DENIABLE: usize = 5;

fn symbol(token: &Token) -> Option<(u8, BinaryOperator)> {
    use BinaryOperator::{Compare, Like, Sign};
    Some(match token {
        Token::Eq => (strength::COMPARISON, Compare(Comparison::Equal)),
        Token::Neq => (strength::COMPARISON, Compare(Comparison::NotEqual)),
        Token::Lt => (strength::COMPARISON, Compare(Comparison::Less)),
        Token::LtEq => (strength::COMPARISON, Compare(Comparison::LessOrEqual)),
        Token::Gt => (strength::COMPARISON, Compare(Comparison::Greater)),
        Token::GtEq => (strength::COMPARISON, Compare(Comparison::GreaterOrEqual)),
        Token::DoubleTilde => (strength::COMPARISON, Like { insensitive: false, negated: false }),
        Token::ExclamationMarkDoubleTilde => {
            (strength::COMPARISON, Like { insensitive: false, negated: true })
        }
        Token::DoubleTildeAsterisk => (strength::COMPARISON, Like { insensitive: true, negated: false }),
        Token::ExclamationMarkDoubleTildeAsterisk => {
            (strength::COMPARISON, Like { insensitive: true, negated: true })
        }
        Token::Tilde => (strength::COMPARISON, Sign("~")),
        Token::TildeAsterisk => (strength::COMPARISON, Sign("~*")),
        Token::ExclamationMarkTilde => (strength::COMPARISON, Sign("!~")),
        Token::ExclamationMarkTildeAsterisk => (strength::COMPARISON, Sign("!~*")),
        Token::StringConcat => (strength::OTHER, Sign("||")),
        Token::Pipe => (strength::OTHER, Sign("|")),
        Token::Ampersand => (strength::OTHER, Sign("&")),
        Token::Sharp => (strength::OTHER, Sign("#")),
        Token::ShiftLeft => (strength::OTHER, Sign("<<")),
        Token::ShiftRight => (strength::OTHER, Sign(">>")),
        Token::Arrow => (strength::OTHER, Sign("->")),
        Token::LongArrow => (strength::OTHER, Sign("->>")),
        Token::Plus => (strength::SUM, Sign("+")),
        Token::Minus => (strength::SUM, Sign("-")),
        Token::Mul => (strength::PRODUCT, Sign("*")),
        Token::Div => (strength::PRODUCT, Sign("/")),
        Token::Mod => (strength::PRODUCT, Sign("%")),
        Token::Caret => (strength::POWER, Sign("^")),
        _ => return None,
    })
}

impl Reader<'_> {
    pub fn expression(&mut self) -> SqlResult<Expression> {
        self.subexpression(strength::WEAKEST)
    }

    /// One or more, with commas between.
    pub fn expressions(&mut self) -> SqlResult<Vec<Expression>> {
        self.list(Self::expression)
    }

    /// An expression that ends before a column's next attribute: `DEFAULT 1 NOT NULL` is not `1 NOT NULL`.
    pub fn column_expression(&mut self) -> SqlResult<Expression> {
        self.subexpression(strength::IS)
    }

    /// An operand, and what stronger operators than `above` make of it.
    pub(super) fn subexpression(&mut self, above: u8) -> SqlResult<Expression> {
        self.enter()?;
        let mut left = self.operand()?;
        while let Some((strength, negated, infix)) = self.infix()
            && strength > above
        {
            left = self.infixed(left, strength, negated, infix)?;
        }
        self.leave();
        Ok(left)
    }

    fn boxed(&mut self, above: u8) -> SqlResult<Box<Expression>> {
        self.subexpression(above).map(Box::new)
    }

    /// The operator that is next.
    fn infix(&self) -> Option<(u8, bool, Infix)> {
        let token = self.peek();
        if !matches!(token, Token::Word(_)) {
            if *token == Token::DoubleColon {
                return Some((strength::CAST, false, Infix::Cast));
            }
            return symbol(token).map(|(strength, op)| (strength, false, Infix::Binary(op)));
        }
        let negated = self.peeks("NOT");
        let (token, words) = match negated {
            true => (self.peek_at(1), &WORDS[WORDS.len() - DENIABLE..]),
            false => (token, WORDS.as_slice()),
        };
        let (_, strength, infix) = words.iter().find(|(word, ..)| is_word(token, word))?;
        // AT and OPERATOR are names where nothing of theirs follows: `FROM t.a x AT y`.
        let whole = match infix {
            Infix::TimeZone => self.peeks_at(1, "TIME"),
            Infix::Named => *self.peek_at(1) == Token::LParen,
            _ => true,
        };
        whole.then_some((*strength, negated, *infix))
    }

    fn infixed(
        &mut self,
        left: Expression,
        strength: u8,
        negated: bool,
        infix: Infix,
    ) -> SqlResult<Expression> {
        if negated {
            self.advance();
        }
        self.advance();
        let expr = Box::new(left);
        Ok(match infix {
            Infix::Binary(op @ (BinaryOperator::And | BinaryOperator::Or)) => {
                Expression::BinaryOp { left: expr, op, right: self.boxed(strength)? }
            }
            Infix::Binary(op) => self.operation(expr, op, strength)?,
            Infix::Named => {
                self.expect_symbol(&Token::LParen)?;
                if matches!(self.peek(), Token::Word(_)) {
                    self.advance();
                    self.expect_symbol(&Token::Period)?;
                }
                let Some((_, op)) = symbol(self.peek()) else { return self.unexpected() };
                self.advance();
                self.expect_symbol(&Token::RParen)?;
                self.operation(expr, op, strength)?
            }
            Infix::Cast => {
                Expression::Cast { expr, data_type: Box::new(self.data_type()?), attempted: false }
            }
            Infix::Collate => Expression::Collate { expr, collation: self.object_name()? },
            Infix::TimeZone => {
                self.expect("TIME ZONE")?;
                Expression::AtTimeZone { timestamp: expr, time_zone: self.boxed(strength)? }
            }
            Infix::IsNull { negated } => Expression::IsNull { expr, negated },
            Infix::Is => self.truth(expr)?,
            Infix::In => self.among(expr, negated)?,
            Infix::Between => {
                let low = self.boxed(strength)?;
                self.expect("AND")?;
                Expression::Between { expr, negated, low, high: self.boxed(strength)? }
            }
            Infix::Like(kind) => {
                if kind == LikeKind::SimilarTo {
                    self.expect("TO")?;
                }
                let pattern = self.boxed(strength)?;
                let escape = if self.word("ESCAPE") { Some(self.boxed(strength)?) } else { None };
                Expression::Like { kind, negated, expr, pattern, escape }
            }
        })
    }

    /// What stands behind an operator.
    fn operation(
        &mut self,
        left: Box<Expression>,
        op: BinaryOperator,
        strength: u8,
    ) -> SqlResult<Expression> {
        Ok(match self.one_of(&["ANY", "SOME", "ALL"]) {
            Some(quantifier) => {
                let right = Box::new(self.parenthesis()?);
                Expression::Quantified { left, op, right, all: quantifier == "ALL" }
            }
            None => Expression::BinaryOp { left, op, right: self.boxed(strength)? },
        })
    }

    /// What stands behind IS.
    fn truth(&mut self, expr: Box<Expression>) -> SqlResult<Expression> {
        let negated = self.word("NOT");
        Ok(match self.expect_one_of(&["NULL", "UNKNOWN", "TRUE", "FALSE", "DISTINCT FROM"])? {
            "NULL" | "UNKNOWN" => Expression::IsNull { expr, negated },
            "DISTINCT FROM" => Expression::IsDistinctFrom { left: expr, right: self.boxed(strength::IS)? },
            truth => Expression::IsBoolean { expr, value: truth == "TRUE", negated },
        })
    }

    /// What stands behind IN.
    fn among(&mut self, expr: Box<Expression>, negated: bool) -> SqlResult<Expression> {
        self.expect_symbol(&Token::LParen)?;
        let found = if self.at_query() {
            Expression::InSubquery { expr, subquery: self.query()?, negated }
        } else {
            Expression::InList { expr, list: self.expressions()?, negated }
        };
        self.expect_symbol(&Token::RParen)?;
        Ok(found)
    }

    /// `(query)`, `(expression)` or a row.
    pub(super) fn parenthesis(&mut self) -> SqlResult<Expression> {
        self.expect_symbol(&Token::LParen)?;
        let found = if self.at_query() {
            Expression::Subquery(self.query()?)
        } else {
            let first = self.expression()?;
            if *self.peek() == Token::Comma {
                let mut parts = vec![first];
                while self.symbol(&Token::Comma) {
                    parts.push(self.expression()?);
                }
                Expression::Tuple(parts)
            } else {
                Expression::Nested(Box::new(first))
            }
        };
        self.expect_symbol(&Token::RParen)?;
        Ok(found)
    }
}
