//! What operators stand between: constants, names, calls, prefix operators, and all that begins with a word of its
//! own (CASE, CAST, EXTRACT, ...).

use sqlparser::tokenizer::Token;

use super::expression::strength;
use super::reader::{Reader, is_name, is_word};
use super::reserved;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::syntax::{
    Case, CaseWhen, Constant, Expression, Function, Interval, ObjectName, PathStep, UnaryOperator, Value,
};
use crate::warehouse::calendar::interval::Field;

/// What begins with a word of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Constant,
    /// A function that is called without parentheses.
    Bare,
    Case,
    Not,
    Interval,
    Array,
    Prior,
    Approximate,
    /// Calls with words between their arguments; only before a parenthesis.
    Call,
}

const FORMS: [(&str, Form); 27] = [
    ("NULL", Form::Constant),
    ("TRUE", Form::Constant),
    ("FALSE", Form::Constant),
    ("CASE", Form::Case),
    ("NOT", Form::Not),
    ("INTERVAL", Form::Interval),
    ("ARRAY", Form::Array),
    ("PRIOR", Form::Prior),
    ("APPROXIMATE", Form::Approximate),
    ("CURRENT_DATE", Form::Bare),
    ("CURRENT_TIME", Form::Bare),
    ("CURRENT_TIMESTAMP", Form::Bare),
    ("CURRENT_USER", Form::Bare),
    ("LOCALTIME", Form::Bare),
    ("LOCALTIMESTAMP", Form::Bare),
    ("SESSION_USER", Form::Bare),
    ("USER", Form::Bare),
    ("CAST", Form::Call),
    ("TRY_CAST", Form::Call),
    ("CONVERT", Form::Call),
    ("EXISTS", Form::Call),
    ("EXTRACT", Form::Call),
    ("POSITION", Form::Call),
    ("SUBSTRING", Form::Call),
    ("SUBSTR", Form::Call),
    ("TRIM", Form::Call),
    ("OBJECT_TRANSFORM", Form::Call),
];

/// Reserved words that are names here: the clock's, and a column of the catalog's tables.
const NAMES: [&str; 3] = ["CURRENT_USER_ID", "OID", "SYSDATE"];

/// Fields that PostgreSQL's literals know and the product's do not.
const NO_FIELDS: [&str; 5] = ["WEEK", "WEEKS", "QUARTER", "DECADE", "CENTURY"];

impl Reader<'_> {
    pub(super) fn operand(&mut self) -> SqlResult<Expression> {
        let (op, above) = match self.peek() {
            Token::Word(word) => {
                let quoted = word.quote_style.is_some();
                let root = if quoted { self.named()? } else { self.worded()? };
                return self.path(root);
            }
            Token::LParen => {
                let root = self.parenthesis()?;
                return self.path(root);
            }
            Token::Plus => (UnaryOperator::Plus, strength::SIGN),
            Token::Minus => (UnaryOperator::Minus, strength::SIGN),
            Token::Tilde => (UnaryOperator::Sign("~"), strength::OTHER),
            Token::AtSign => (UnaryOperator::Sign("@"), strength::OTHER),
            Token::PGSquareRoot => (UnaryOperator::Sign("|/"), strength::OTHER),
            Token::PGCubeRoot => (UnaryOperator::Sign("||/"), strength::OTHER),
            _ => return self.constant().map(Expression::Value),
        };
        self.advance();
        Ok(Expression::UnaryOp { op, expr: Box::new(self.subexpression(above)?) })
    }

    fn constant(&mut self) -> SqlResult<Constant> {
        let value = match self.peek() {
            Token::Number(digits, _) => Value::Number(digits.clone()),
            Token::SingleQuotedString(text) => Value::String(text.clone()),
            Token::DollarQuotedString(quoted) => Value::String(quoted.value.clone()),
            Token::Placeholder(name) => Value::Placeholder(name.clone()),
            word if is_word(word, "NULL") => Value::Null,
            word if is_word(word, "TRUE") => Value::Boolean(true),
            word if is_word(word, "FALSE") => Value::Boolean(false),
            _ => return self.unexpected(),
        };
        let start = self.offset();
        self.advance();
        Ok(Constant { value, span: self.span_from(start) })
    }

    /// What begins with a word that is not quoted.
    fn worded(&mut self) -> SqlResult<Expression> {
        let calls = *self.peek_at(1) == Token::LParen && !self.at_outer_mark(1);
        let form = FORMS.iter().find(|(word, _)| self.peeks(word));
        match form {
            Some((_, Form::Constant)) => return self.constant().map(Expression::Value),
            Some((_, Form::Case)) => return self.case(),
            Some((_, Form::Not)) => return self.not(),
            Some((_, Form::Bare)) if !calls => {
                let name = ObjectName(vec![self.label()?]);
                let function = Function { bare: true, ..Function::new(name, Vec::new()) };
                return Ok(Expression::Function(Box::new(function)));
            }
            Some((_, Form::Bare)) => return self.named(),
            Some((_, Form::Interval)) if calls || self.string_at(1) => return self.interval(),
            Some((_, Form::Array)) => return self.array(),
            Some((_, Form::Prior)) if self.begins_prior() => {
                self.advance();
                return Ok(Expression::Prior(Box::new(self.subexpression(strength::SUM)?)));
            }
            Some((_, Form::Approximate)) => {
                if let Some(call) = self.approximate()? {
                    return Ok(call);
                }
            }
            Some((word, Form::Call)) if calls => {
                if let Some(call) = self.special_call(word)? {
                    return Ok(call);
                }
            }
            _ => {}
        }
        if let Some(literal) = self.typed_literal()? {
            return Ok(literal);
        }
        let Token::Word(word) = self.peek() else { return self.unexpected() };
        let begins = is_name(word)
            || calls && reserved::is_function(&word.value)
            || NAMES.iter().any(|name| self.peeks(name));
        if begins { self.named() } else { self.unexpected() }
    }

    /// A column, or the call of a function, whose first name may be a reserved word.
    fn named(&mut self) -> SqlResult<Expression> {
        let mut parts = vec![self.label()?];
        while *self.peek() == Token::Period && matches!(self.peek_at(1), Token::Word(_)) {
            self.advance();
            parts.push(self.label()?);
        }
        let marked = self.at_outer_mark(0);
        if *self.peek() == Token::LParen && !marked {
            return self.call(ObjectName(parts));
        }
        let column = match (parts.len(), parts.pop()) {
            (1, Some(only)) => Expression::Identifier(only),
            (_, last) => Expression::CompoundIdentifier(parts.into_iter().chain(last).collect()),
        };
        if !marked {
            return Ok(column);
        }
        (0..3).for_each(|_| self.advance());
        Ok(Expression::OuterJoin(Box::new(column)))
    }

    /// Whether `(+)` comes `ahead` of here.
    fn at_outer_mark(&self, ahead: usize) -> bool {
        *self.peek_at(ahead) == Token::LParen
            && *self.peek_at(ahead + 1) == Token::Plus
            && *self.peek_at(ahead + 2) == Token::RParen
    }

    /// Brackets and attributes behind `root`.
    fn path(&mut self, root: Expression) -> SqlResult<Expression> {
        let steps = self.steps()?;
        Ok(if steps.is_empty() { root } else { Expression::Path { root: Box::new(root), steps } })
    }

    pub(super) fn steps(&mut self) -> SqlResult<Vec<PathStep>> {
        let mut steps = Vec::new();
        loop {
            if self.symbol(&Token::LBracket) {
                steps.push(PathStep::Index(self.expression()?));
                self.expect_symbol(&Token::RBracket)?;
            } else if *self.peek() == Token::Period && matches!(self.peek_at(1), Token::Word(_)) {
                self.advance();
                steps.push(PathStep::Attribute(self.label()?));
            } else {
                return Ok(steps);
            }
        }
    }

    fn case(&mut self) -> SqlResult<Expression> {
        let start = self.offset();
        self.expect("CASE")?;
        let operand = if self.peeks("WHEN") { None } else { Some(self.expression()?) };
        let mut conditions = Vec::new();
        while conditions.is_empty() || self.peeks("WHEN") {
            self.expect("WHEN")?;
            let condition = self.expression()?;
            self.expect("THEN")?;
            conditions.push(CaseWhen { condition, result: self.expression()? });
        }
        let else_result = if self.word("ELSE") { Some(self.expression()?) } else { None };
        self.expect("END")?;
        let span = self.span_from(start);
        Ok(Expression::Case(Box::new(Case { operand, conditions, else_result, span })))
    }

    fn not(&mut self) -> SqlResult<Expression> {
        self.advance();
        if self.peeks("EXISTS") && *self.peek_at(1) == Token::LParen {
            return self.exists(true);
        }
        Ok(Expression::UnaryOp { op: UnaryOperator::Not, expr: Box::new(self.subexpression(strength::NOT)?) })
    }

    pub(super) fn exists(&mut self, negated: bool) -> SqlResult<Expression> {
        self.expect("EXISTS")?;
        self.expect_symbol(&Token::LParen)?;
        let subquery = self.query()?;
        self.expect_symbol(&Token::RParen)?;
        Ok(Expression::Exists { subquery, negated })
    }

    /// `array(...)` makes a SUPER; the arrays of PostgreSQL are not Redshift's.
    fn array(&mut self) -> SqlResult<Expression> {
        let calls = *self.peek_at(1) == Token::LParen;
        if calls && !self.peeks_at(2, "SELECT") && !self.peeks_at(2, "WITH") {
            return self.named();
        }
        if !calls && *self.peek_at(1) != Token::LBracket {
            return self.unexpected();
        }
        let what = if calls { "ARRAY(query)" } else { "ARRAY[...]" };
        Err(SqlError::not_simulated_because(Feature::DataType, what))
    }

    /// Whether PRIOR is more than a column of that name.
    fn begins_prior(&self) -> bool {
        let column = matches!(self.peek_at(1), Token::Word(word) if is_name(word));
        column || self.in_connect_by() && *self.peek_at(1) == Token::LParen
    }

    /// `type 'text'`.
    fn typed_literal(&mut self) -> SqlResult<Option<Expression>> {
        let Token::Word(word) = self.peek() else { return Ok(None) };
        let number = |ahead| matches!(self.peek_at(ahead), Token::Number(..));
        let closes = |ahead| *self.peek_at(ahead) == Token::RParen && self.string_at(ahead + 1);
        let modified = || number(2) && (closes(3) || *self.peek_at(3) == Token::Comma && closes(5));
        let begins = match self.peek_at(1) {
            Token::SingleQuotedString(_) => is_name(word) || self.peeks("TIMESTAMP"),
            Token::LParen => modified(),
            _ => ["WITH", "WITHOUT", "PRECISION", "VARYING"].iter().any(|second| self.peeks_at(1, second)),
        };
        if !begins {
            return Ok(None);
        }
        let start = self.position();
        if let Ok(data_type) = self.data_type()
            && self.string_at(0)
        {
            return Ok(Some(Expression::TypedString {
                data_type: Box::new(data_type),
                value: self.constant()?,
            }));
        }
        self.rewind(start);
        Ok(None)
    }

    pub(super) fn string_at(&self, ahead: usize) -> bool {
        matches!(self.peek_at(ahead), Token::SingleQuotedString(_))
    }

    /// `INTERVAL [(digits)] 'text' [field [(digits)] [TO field [(digits)]]]`.
    fn interval(&mut self) -> SqlResult<Expression> {
        self.advance();
        self.digits()?;
        let value = self.constant()?;
        let (mut leading_field, mut last_field, mut precision) = (None, None, None);
        if self.at_field() {
            leading_field = Some(self.label()?);
            precision = self.digits()?;
            if self.word("TO") {
                if !self.at_field() {
                    return self.unexpected();
                }
                last_field = Some(self.label()?);
                precision = self.digits()?.or(precision);
            }
        } else if NO_FIELDS.iter().any(|word| self.peeks(word)) {
            return self.unexpected();
        }
        Ok(Expression::Interval(Box::new(Interval { value, leading_field, last_field, precision })))
    }

    pub(super) fn at_field(&self) -> bool {
        matches!(self.peek(), Token::Word(word) if word.quote_style.is_none() && Field::find(&word.value).is_some())
    }

    /// `(n)` or `(n, m)`, of which the last counts.
    pub(super) fn digits(&mut self) -> SqlResult<Option<u64>> {
        if !self.symbol(&Token::LParen) {
            return Ok(None);
        }
        let mut digits = self.number()?;
        if self.symbol(&Token::Comma) {
            digits = self.number()?;
        }
        self.expect_symbol(&Token::RParen)?;
        Ok(Some(digits))
    }
}
