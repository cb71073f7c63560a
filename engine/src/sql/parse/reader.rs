//! A statement's tokens, read one after the other: the words of our own grammars, and sqlparser where an
//! expression or a query begins.

use sqlparser::ast;
use sqlparser::dialect::{Dialect, Precedence};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::dialect::Redshift;
use super::false_name::false_name;
use super::{fault, reserved, token};
use crate::sql::error::{Span, SqlResult};
use crate::warehouse::identifier::{Identifier, QualifiedName};

static DIALECT: Redshift = Redshift;

/// Levels of parentheses and subqueries before `stack depth limit exceeded`: bounded by the one megabyte of stack
/// that WebAssembly gives a worker.
const DEPTH: usize = 50;

pub(super) struct Reader<'a> {
    parser: Parser<'static>,
    spans: Vec<Span>,
    /// The whole script: places are offsets into it.
    text: &'a str,
    /// Where the statement ends.
    end: usize,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, tokens: Vec<TokenWithSpan>) -> Self {
        let spans: Vec<Span> = tokens.iter().filter_map(|token| token::span(token.span)).collect();
        let end = spans.last().map_or(text.len(), |span| span.end);
        let parser = Parser::new(&DIALECT).with_recursion_limit(DEPTH).with_tokens_with_locations(tokens);
        Reader { parser, spans, text, end }
    }

    pub fn peek(&self) -> &Token {
        &self.parser.peek_token_ref().token
    }

    pub fn peek_at(&self, ahead: usize) -> &Token {
        &self.parser.peek_nth_token_ref(ahead).token
    }

    pub fn at_end(&self) -> bool {
        *self.peek() == Token::EOF
    }

    pub fn advance(&mut self) {
        self.parser.advance_token();
    }

    /// The next token's place; `None` at the end.
    pub fn place(&self) -> Option<Span> {
        token::span(self.parser.peek_token_ref().span)
    }

    /// Where the next token begins.
    pub fn offset(&self) -> usize {
        self.place().map_or(self.end, |span| span.start)
    }

    /// Where the token read last ends.
    pub fn previous_end(&self) -> usize {
        token::span(self.parser.get_current_token().span).map_or(self.end, |span| span.end)
    }

    /// The text from `start` to the end of what was read.
    pub fn text_from(&self, start: usize) -> &'a str {
        self.text.get(start..self.previous_end()).unwrap_or_default()
    }

    /// As [`Self::text_from`], in the form that is stored: quoted names that are folded are written so.
    pub fn stored_text_from(&self, start: usize) -> String {
        let mut text = self.text_from(start).to_owned();
        let end = self.previous_end();
        for (number, span) in self.spans.iter().enumerate().filter(|(_, s)| s.start >= start && s.end <= end)
        {
            if let Token::Word(word) = &self.parser.token_at(number).token
                && word.quote_style == Some('"')
                && let Some(name) = text.get_mut(span.start - start..span.end - start)
            {
                name.make_ascii_lowercase();
            }
        }
        text
    }

    /// A syntax error at the next token.
    pub fn unexpected<T>(&self) -> SqlResult<T> {
        Err(fault::syntax(self.text, self.place(), self.end))
    }

    pub fn finish(&self) -> SqlResult<()> {
        if self.at_end() { Ok(()) } else { self.unexpected() }
    }

    /// Whether the word `ahead` of here is `word`, in any case and not quoted.
    pub fn peeks_at(&self, ahead: usize, word: &str) -> bool {
        is_word(self.peek_at(ahead), word)
    }

    pub fn peeks(&self, word: &str) -> bool {
        is_word(self.peek(), word)
    }

    /// Reads `word` if it is next.
    pub fn word(&mut self, word: &str) -> bool {
        let found = self.peeks(word);
        if found {
            self.advance();
        }
        found
    }

    /// Reads all of `words`, written with blanks between, or none of them.
    pub fn words(&mut self, words: &str) -> bool {
        let found = words.split(' ').enumerate().all(|(ahead, word)| self.peeks_at(ahead, word));
        if found {
            words.split(' ').for_each(|_| self.advance());
        }
        found
    }

    /// Reads the one of `choices` that is next.
    pub fn one_of(&mut self, choices: &[&'static str]) -> Option<&'static str> {
        choices.iter().copied().find(|choice| self.words(choice))
    }

    pub fn expect(&mut self, words: &str) -> SqlResult<()> {
        words.split(' ').try_for_each(|word| if self.word(word) { Ok(()) } else { self.unexpected() })
    }

    pub fn expect_one_of(&mut self, choices: &[&'static str]) -> SqlResult<&'static str> {
        match self.one_of(choices) {
            Some(choice) => Ok(choice),
            None => self.unexpected(),
        }
    }

    pub fn symbol(&mut self, symbol: &Token) -> bool {
        self.parser.consume_token(symbol)
    }

    pub fn expect_symbol(&mut self, symbol: &Token) -> SqlResult<()> {
        if self.symbol(symbol) { Ok(()) } else { self.unexpected() }
    }

    /// A name: quoted, or any word that is not reserved.
    pub fn identifier(&mut self) -> SqlResult<Identifier> {
        match self.peek() {
            Token::Word(word) if is_name(word) => {
                let name = token::identifier(&word.value, word.quote_style);
                self.advance();
                Ok(name)
            }
            _ => self.unexpected(),
        }
    }

    /// A name after a point, where a reserved word may stand too.
    fn qualified_part(&mut self) -> SqlResult<Identifier> {
        match self.peek() {
            Token::Word(word) => {
                let name = token::identifier(&word.value, word.quote_style);
                self.advance();
                Ok(name)
            }
            _ => self.unexpected(),
        }
    }

    /// `name`, `schema.name` or `database.schema.name`.
    pub fn name(&mut self) -> SqlResult<QualifiedName> {
        let mut parts = vec![self.identifier()?];
        while parts.len() < 3 && self.symbol(&Token::Period) {
            parts.push(self.qualified_part()?);
        }
        let name = parts.pop();
        match name {
            Some(name) => Ok(QualifiedName { schema: parts.pop(), database: parts.pop(), name }),
            None => self.unexpected(),
        }
    }

    /// A user, group or role: a name, which may hold one colon, as `sys:dba` and `directory:bob` do.
    pub fn principal(&mut self) -> SqlResult<Identifier> {
        let start = self.offset();
        let quoted = matches!(self.peek(), Token::Word(word) if word.quote_style.is_some());
        let first = self.identifier()?;
        if quoted || !(*self.peek() == Token::Colon && matches!(self.peek_at(1), Token::Word(_))) {
            return Ok(first);
        }
        self.advance();
        self.advance();
        Ok(Identifier::fold(self.text_from(start)))
    }

    /// A user: in quotes its case is kept.
    pub fn user(&mut self) -> SqlResult<Identifier> {
        match self.peek() {
            Token::Word(word) if word.quote_style.is_some() => {
                let name = Identifier::kept(&word.value);
                self.advance();
                Ok(name)
            }
            _ => self.principal(),
        }
    }

    pub fn string(&mut self) -> SqlResult<String> {
        match self.peek() {
            Token::SingleQuotedString(value) => {
                let value = value.clone();
                self.advance();
                Ok(value)
            }
            Token::DollarQuotedString(quoted) => {
                let value = quoted.value.clone();
                self.advance();
                Ok(value)
            }
            _ => self.unexpected(),
        }
    }

    /// A string, or `None` and nothing read.
    pub fn optional_string(&mut self) -> Option<String> {
        self.string().ok()
    }

    /// The text between the quotes of the string that is next, escapes unread.
    pub fn peek_raw_string(&self) -> Option<&'a str> {
        let place = self.place()?;
        self.text.get(place.start + 1..place.end.checked_sub(1)?)
    }

    /// A whole number without a sign.
    pub fn number(&mut self) -> SqlResult<u64> {
        match self.peek() {
            Token::Number(digits, _) => match digits.parse() {
                Ok(number) => {
                    self.advance();
                    Ok(number)
                }
                Err(_) => self.unexpected(),
            },
            _ => self.unexpected(),
        }
    }

    /// A number with or without a fraction.
    pub fn decimal(&mut self) -> SqlResult<()> {
        if !matches!(self.peek(), Token::Number(..)) {
            return self.unexpected();
        }
        self.advance();
        Ok(())
    }

    pub fn signed(&mut self) -> SqlResult<i64> {
        let negative = self.symbol(&Token::Minus);
        let number = i64::try_from(self.number()?).unwrap_or(i64::MAX);
        Ok(if negative { -number } else { number })
    }

    /// One or more of what `item` reads, with commas between.
    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> SqlResult<T>) -> SqlResult<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.symbol(&Token::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub fn parenthesized<T>(&mut self, inside: impl FnOnce(&mut Self) -> SqlResult<T>) -> SqlResult<T> {
        self.expect_symbol(&Token::LParen)?;
        let value = inside(self)?;
        self.expect_symbol(&Token::RParen)?;
        Ok(value)
    }

    pub fn identifiers(&mut self) -> SqlResult<Vec<Identifier>> {
        self.list(Self::identifier)
    }

    /// `(name [, ...])`.
    pub fn column_list(&mut self) -> SqlResult<Vec<Identifier>> {
        self.parenthesized(Self::identifiers)
    }

    pub fn names(&mut self) -> SqlResult<Vec<QualifiedName>> {
        self.list(Self::name)
    }

    pub fn expression(&mut self) -> SqlResult<ast::Expr> {
        self.borrowed(Parser::parse_expr)
    }

    /// An expression that ends before a column's next attribute: `DEFAULT 1 NOT NULL` is not `1 NOT NULL`.
    pub fn column_expression(&mut self) -> SqlResult<ast::Expr> {
        let above = DIALECT.prec_value(Precedence::Is);
        self.borrowed(|parser| parser.parse_subexpr(above))
    }

    pub fn query(&mut self) -> SqlResult<Box<ast::Query>> {
        let start = self.offset();
        let query = self.borrowed(Parser::parse_query);
        self.without_false_names(start, query)
    }

    /// `t1 [alias] [JOIN ...] [, ...]`.
    pub fn tables(&mut self) -> SqlResult<Vec<ast::TableWithJoins>> {
        let start = self.offset();
        let tables = self.borrowed(|parser| parser.parse_comma_separated(Parser::parse_table_and_joins));
        self.without_false_names(start, tables)
    }

    /// `WITH [RECURSIVE] name AS (query) [, ...]`.
    pub fn common_tables(&mut self) -> SqlResult<ast::With> {
        let with_token = self.parser.peek_token_ref().clone().into();
        self.expect("WITH")?;
        let recursive = self.word("RECURSIVE");
        let cte_tables = self.borrowed(|parser| parser.parse_comma_separated(Parser::parse_cte))?;
        Ok(ast::With { with_token, recursive, cte_tables })
    }

    pub fn data_type(&mut self) -> SqlResult<ast::DataType> {
        if matches!(self.peek(), Token::Word(_)) {
            self.borrowed(Parser::parse_data_type)
        } else {
            self.unexpected()
        }
    }

    /// What sqlparser read since `start`, unless a token before the place it stopped at is no name after all.
    fn without_false_names<T>(&self, start: usize, read: SqlResult<T>) -> SqlResult<T> {
        let stopped = match &read {
            Ok(_) => self.previous_end(),
            Err(error) => error.span.map_or(self.end, |span| span.start),
        };
        let first = self.spans.partition_point(|span| span.start < start);
        let last = self.spans.partition_point(|span| span.start < stopped).max(first);
        match false_name((first..last).map(|number| &self.parser.token_at(number).token)) {
            Some(number) => Err(fault::syntax(self.text, self.spans.get(first + number).copied(), self.end)),
            None => read,
        }
    }

    fn borrowed<T>(
        &mut self,
        read: impl FnOnce(&mut Parser<'static>) -> Result<T, ParserError>,
    ) -> SqlResult<T> {
        match read(&mut self.parser) {
            Ok(value) => Ok(value),
            Err(error) => Err(fault::translate(&error, &self.parser, &self.spans, self.text, self.end)),
        }
    }
}

pub(super) fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
}

fn is_name(word: &Word) -> bool {
    word.quote_style.is_some() || !reserved::is_reserved(&word.value)
}
