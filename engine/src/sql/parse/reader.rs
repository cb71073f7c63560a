//! A statement's tokens, read one after the other.

use sqlparser::tokenizer::{Token, Word};

use super::token::{self, Lexeme};
use super::{fault, reserved};
use crate::sql::error::{Span, SqlError, SqlResult};
use crate::sql::syntax::{Ident, ObjectName};
use crate::warehouse::identifier::{Identifier, QualifiedName};

/// Levels of parentheses and subqueries before `stack depth limit exceeded`: bounded by the one megabyte of stack
/// that WebAssembly gives a worker.
const DEPTH: usize = 50;

pub(super) struct Reader<'a> {
    tokens: &'a [Lexeme],
    /// How many of them were read.
    at: usize,
    /// The whole script: places are offsets into it.
    text: &'a str,
    /// Where the statement ends.
    end: usize,
    depth: usize,
    /// Whether the condition of a CONNECT BY is being read.
    connect_by: bool,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, tokens: &'a [Lexeme]) -> Self {
        let end = tokens.last().map_or(text.len(), |token| token.span.end);
        Reader { tokens, at: 0, text, end, depth: 0, connect_by: false }
    }

    pub fn peek(&self) -> &Token {
        self.peek_at(0)
    }

    pub fn peek_at(&self, ahead: usize) -> &Token {
        self.tokens.get(self.at + ahead).map_or(&Token::EOF, |token| &token.token)
    }

    pub fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub fn advance(&mut self) {
        self.at = self.tokens.len().min(self.at + 1);
    }

    /// How many tokens were read, for [`Self::rewind`].
    pub fn position(&self) -> usize {
        self.at
    }

    pub fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    /// One level deeper; [`Self::leave`] follows unless an error ends the statement.
    pub fn enter(&mut self) -> SqlResult<()> {
        if self.depth >= DEPTH {
            return Err(fault::too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    pub fn connect_by(&mut self, inside: bool) {
        self.connect_by = inside;
    }

    pub fn in_connect_by(&self) -> bool {
        self.connect_by
    }

    /// The next token's place; `None` at the end.
    pub fn place(&self) -> Option<Span> {
        self.tokens.get(self.at).map(|token| token.span)
    }

    /// Where the next token begins.
    pub fn offset(&self) -> usize {
        self.place().map_or(self.end, |span| span.start)
    }

    /// Where the token read last ends.
    pub fn previous_end(&self) -> usize {
        self.tokens.get(self.at.saturating_sub(1)).map_or(self.end, |token| token.span.end)
    }

    /// From `start` to the end of what was read.
    pub fn span_from(&self, start: usize) -> Span {
        Span { start, end: self.previous_end() }
    }

    /// Whether `name` is among the tokens read since `position`.
    pub fn named_since(&self, position: usize, name: &Identifier) -> bool {
        self.tokens[position.min(self.at)..self.at].iter().any(|token| match &token.token {
            Token::Word(word) => token::identifier(&word.value, word.quote_style) == *name,
            _ => false,
        })
    }

    /// The text from `start` to the end of what was read.
    pub fn text_from(&self, start: usize) -> &'a str {
        self.text.get(start..self.previous_end()).unwrap_or_default()
    }

    /// As [`Self::text_from`], in the form that is stored: quoted names that are folded are written so.
    pub fn stored_text_from(&self, start: usize) -> String {
        let mut text = self.text_from(start).to_owned();
        let end = self.previous_end();
        for Lexeme { token, span } in
            self.tokens.iter().filter(|t| t.span.start >= start && t.span.end <= end)
        {
            if let Token::Word(word) = token
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

    /// The error, at the next token.
    pub fn here(&self, error: SqlError) -> SqlError {
        match self.place() {
            Some(place) => error.at(place),
            None => error,
        }
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
        let found = self.peek() == symbol;
        if found {
            self.advance();
        }
        found
    }

    pub fn expect_symbol(&mut self, symbol: &Token) -> SqlResult<()> {
        if self.symbol(symbol) { Ok(()) } else { self.unexpected() }
    }

    /// A name: quoted, or any word that is not reserved.
    pub fn ident(&mut self) -> SqlResult<Ident> {
        match self.peek() {
            Token::Word(word) if is_name(word) => self.label(),
            _ => self.unexpected(),
        }
    }

    /// A name where a reserved word may stand too: after a point.
    pub fn label(&mut self) -> SqlResult<Ident> {
        match self.tokens.get(self.at) {
            Some(Lexeme { token: Token::Word(word), span }) => {
                self.at += 1;
                Ok(Ident { value: word.value.clone(), quote_style: word.quote_style, span: *span })
            }
            _ => self.unexpected(),
        }
    }

    /// `(name [, ...])`.
    pub fn idents(&mut self) -> SqlResult<Vec<Ident>> {
        self.parenthesized(|reader| reader.list(Self::ident))
    }

    /// `name [. name ...]`.
    pub fn object_name(&mut self) -> SqlResult<ObjectName> {
        let mut parts = vec![self.ident()?];
        while *self.peek() == Token::Period && matches!(self.peek_at(1), Token::Word(_)) {
            self.advance();
            parts.push(self.label()?);
        }
        Ok(ObjectName(parts))
    }

    pub fn identifier(&mut self) -> SqlResult<Identifier> {
        self.ident().map(|name| token::identifier(&name.value, name.quote_style))
    }

    /// A name after a point, where a reserved word may stand too.
    fn qualified_part(&mut self) -> SqlResult<Identifier> {
        self.label().map(|name| token::identifier(&name.value, name.quote_style))
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
}

pub(super) fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
}

pub(super) fn is_name(word: &Word) -> bool {
    word.quote_style.is_some() || !reserved::is_reserved(&word.value)
}
