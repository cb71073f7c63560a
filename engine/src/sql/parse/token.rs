//! Text to tokens.
//!
//! The tokens are sqlparser's, the reading of them is ours: Redshift reads a backslash inside ordinary quotes as
//! an escape (as PostgreSQL 8 did), nests comments, and has no bracketed names.

use sqlparser::ast::DollarQuotedString;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, Word};

use crate::sql::error::{Span, SqlError, SqlErrorKind, SqlResult};
use crate::warehouse::identifier::Identifier;

/// A token and its place: byte offsets into the script.
pub(super) struct Lexeme {
    pub token: Token,
    pub span: Span,
}

/// Whether the case of quoted names counts: `enable_case_sensitive_identifier`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameCase {
    Folded,
    Kept,
}

/// The quote that marks a name whose case counts; `"` marks one to be folded. Nobody can write it: to the lexer it
/// is no quote.
const KEPT: char = '`';

/// What a name of the syntax tree means.
pub fn identifier(name: &str, quote: Option<char>) -> Identifier {
    if quote == Some(KEPT) { Identifier::kept(name) } else { Identifier::fold(name) }
}

/// Every token of a script. A mistake swallows the rest of the text, so it can only come last.
pub(super) fn tokens(text: &str, names: NameCase) -> (Vec<Lexeme>, Option<SqlError>) {
    let quote = if names == NameCase::Kept { KEPT } else { '"' };
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, quote };
    let mut tokens: Vec<Lexeme> = Vec::new();
    loop {
        let place = lexer.skip_blanks();
        let start = lexer.at;
        let token = match place.and_then(|()| lexer.token()) {
            Ok(Some(token)) => token,
            Ok(None) => return (tokens, None),
            Err(error) => return (tokens, Some(error)),
        };
        tokens.push(Lexeme { token, span: Span { start, end: lexer.at } });
    }
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// What quoted names are marked with.
    quote: char,
}

/// Longest first, so that `<=` is never read as `<`.
const SYMBOLS: [(&str, Token); 43] = [
    ("!~~*", Token::ExclamationMarkDoubleTildeAsterisk),
    ("!~~", Token::ExclamationMarkDoubleTilde),
    ("!~*", Token::ExclamationMarkTildeAsterisk),
    ("~~*", Token::DoubleTildeAsterisk),
    ("||/", Token::PGCubeRoot),
    ("->>", Token::LongArrow),
    ("!~", Token::ExclamationMarkTilde),
    ("~~", Token::DoubleTilde),
    ("~*", Token::TildeAsterisk),
    ("||", Token::StringConcat),
    ("|/", Token::PGSquareRoot),
    ("<<", Token::ShiftLeft),
    ("<=", Token::LtEq),
    ("<>", Token::Neq),
    ("!=", Token::Neq),
    (">>", Token::ShiftRight),
    (">=", Token::GtEq),
    ("::", Token::DoubleColon),
    (":=", Token::Assignment),
    ("->", Token::Arrow),
    ("~", Token::Tilde),
    ("|", Token::Pipe),
    ("<", Token::Lt),
    (">", Token::Gt),
    ("=", Token::Eq),
    (":", Token::Colon),
    ("+", Token::Plus),
    ("-", Token::Minus),
    ("*", Token::Mul),
    ("/", Token::Div),
    ("%", Token::Mod),
    ("^", Token::Caret),
    ("&", Token::Ampersand),
    ("#", Token::Sharp),
    ("@", Token::AtSign),
    ("(", Token::LParen),
    (")", Token::RParen),
    ("[", Token::LBracket),
    ("]", Token::RBracket),
    (",", Token::Comma),
    (".", Token::Period),
    (";", Token::SemiColon),
    ("!", Token::ExclamationMark),
];

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Blanks and comments; comments of the `/* */` kind nest.
    fn skip_blanks(&mut self) -> SqlResult<()> {
        loop {
            match (self.byte(0), self.byte(1)) {
                (Some(b'-'), Some(b'-')) => {
                    self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                }
                (Some(b'/'), Some(b'*')) => self.skip_comment()?,
                _ => match self.rest().chars().next() {
                    // A byte order mark is what a pasted file begins with.
                    Some(blank) if blank.is_whitespace() || blank == '\u{feff}' => {
                        self.at += blank.len_utf8()
                    }
                    _ => return Ok(()),
                },
            }
        }
    }

    fn skip_comment(&mut self) -> SqlResult<()> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match (self.byte(0), self.byte(1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                (Some(_), _) => self.at += 1,
                (None, _) => return Err(self.unterminated("/* comment", start)),
            }
        }
    }

    fn token(&mut self) -> SqlResult<Option<Token>> {
        let Some(first) = self.rest().chars().next() else {
            return Ok(None);
        };
        let token = match first {
            '\'' => Token::SingleQuotedString(self.string()?),
            '"' => self.quoted_identifier()?,
            'e' | 'E' | 'n' | 'N' if self.byte(1) == Some(b'\'') => {
                self.at += 1;
                Token::SingleQuotedString(self.string()?)
            }
            'x' | 'X' if self.byte(1) == Some(b'\'') => {
                self.at += 1;
                Token::HexStringLiteral(self.string()?)
            }
            '$' => self.dollar()?,
            '#' if self.rest()[1..].starts_with(starts_identifier) => self.word(1),
            first if starts_identifier(first) => self.word(0),
            '0'..='9' => self.number(),
            '.' if self.byte(1).is_some_and(|next| next.is_ascii_digit()) => self.number(),
            first => self.symbol(first),
        };
        Ok(Some(token))
    }

    /// `skip` is the length of a prefix that belongs to the name: the `#` of a temporary table.
    fn word(&mut self, skip: usize) -> Token {
        let rest = self.rest();
        let length =
            rest[skip..].find(|next| !continues_identifier(next)).map_or(rest.len(), |length| length + skip);
        let token = word(&rest[..length], None);
        self.at += length;
        token
    }

    fn number(&mut self) -> Token {
        let digits = |from: usize| self.bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut end = self.at + digits(self.at);
        if self.bytes.get(end) == Some(&b'.') {
            end += 1 + digits(end + 1);
        }
        if matches!(self.bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits((end + 1 + sign).min(self.bytes.len()));
            if exponent > 0 {
                end += 1 + sign + exponent;
            }
        }
        let number = Token::Number(self.text[self.at..end].to_owned(), false);
        self.at = end;
        number
    }

    fn symbol(&mut self, first: char) -> Token {
        match SYMBOLS.iter().find(|(text, _)| self.rest().starts_with(text)) {
            Some((text, token)) => {
                self.at += text.len();
                token.clone()
            }
            None => {
                self.at += first.len_utf8();
                Token::Char(first)
            }
        }
    }

    fn quoted_identifier(&mut self) -> SqlResult<Token> {
        let start = self.at;
        let mut value = String::new();
        self.at += 1;
        loop {
            let Some(length) = self.rest().find('"') else {
                return Err(self.unterminated("quoted identifier", start));
            };
            value.push_str(&self.text[self.at..self.at + length]);
            self.at += length + 1;
            if self.byte(0) != Some(b'"') {
                break;
            }
            value.push('"');
            self.at += 1;
        }
        if value.is_empty() {
            let message =
                format!("zero-length delimited identifier at or near \"{}\"", &self.text[start..self.at]);
            return Err(SqlError::product("42601", message).at(Span { start, end: self.at }));
        }
        Ok(word(&value, Some(self.quote)))
    }

    /// A literal, with the ones that follow it on later lines: `'a'` newline `'b'` is `'ab'`.
    fn string(&mut self) -> SqlResult<String> {
        let start = self.at;
        let mut value: Vec<u8> = Vec::new();
        loop {
            self.at += 1;
            self.string_part(start, &mut value)?;
            let after = self.rest();
            let next = after.trim_start();
            let gap = &after[..after.len() - next.len()];
            if !(gap.contains('\n') && next.starts_with('\'')) {
                return Ok(String::from_utf8_lossy(&value).into_owned());
            }
            self.at += gap.len();
        }
    }

    fn string_part(&mut self, start: usize, value: &mut Vec<u8>) -> SqlResult<()> {
        loop {
            match self.byte(0) {
                None => return Err(self.unterminated("quoted string", start)),
                Some(b'\'') if self.byte(1) == Some(b'\'') => {
                    value.push(b'\'');
                    self.at += 2;
                }
                Some(b'\'') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape(start, value)?;
                }
                Some(byte) => {
                    value.push(byte);
                    self.at += 1;
                }
            }
        }
    }

    /// What stands after a backslash: a letter with a meaning, up to three octal digits, or itself.
    fn escape(&mut self, start: usize, value: &mut Vec<u8>) -> SqlResult<()> {
        let Some(byte) = self.byte(0) else {
            return Err(self.unterminated("quoted string", start));
        };
        let octal = (0..3).map_while(|n| self.byte(n).filter(|digit| (b'0'..=b'7').contains(digit))).count();
        if octal > 0 {
            let digits = &self.bytes[self.at..self.at + octal];
            value.push(digits.iter().fold(0_u8, |sum, digit| sum.wrapping_mul(8).wrapping_add(digit - b'0')));
            self.at += octal;
            return Ok(());
        }
        value.push(match byte {
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            other => other,
        });
        self.at += 1;
        Ok(())
    }

    /// `$1`, `$$ text $$` or `$tag$ text $tag$`.
    fn dollar(&mut self) -> SqlResult<Token> {
        let start = self.at;
        let rest = self.rest();
        let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            let placeholder = Token::Placeholder(rest[..=digits].to_owned());
            self.at += 1 + digits;
            return Ok(placeholder);
        }
        let tag = rest[1..].find(|next| !continues_identifier(next) || next == '$').unwrap_or(0);
        if rest.as_bytes().get(1 + tag) != Some(&b'$') {
            self.at += 1;
            return Ok(Token::Char('$'));
        }
        let quote = &rest[..tag + 2];
        match rest[quote.len()..].find(quote) {
            Some(length) => {
                let value = rest[quote.len()..quote.len() + length].to_owned();
                let tag = (tag > 0).then(|| rest[1..=tag].to_owned());
                self.at += 2 * (tag.as_ref().map_or(0, String::len) + 2) + length;
                Ok(Token::DollarQuotedString(DollarQuotedString { value, tag }))
            }
            None => Err(self.unterminated("dollar-quoted string", start)),
        }
    }

    /// PostgreSQL 8 quotes everything from the opening mark to the end of the text.
    fn unterminated(&mut self, what: &str, start: usize) -> SqlError {
        self.at = self.text.len();
        let message = format!("unterminated {what} at or near \"{}\"", &self.text[start..]);
        let kind = SqlErrorKind::Product { state: "42601", message, detail: None, hint: None };
        SqlError::new(kind).at(Span { start, end: self.text.len() })
    }
}

/// Which of them mean something is the grammar's business: sqlparser's table of keywords is not asked.
fn word(value: &str, quote_style: Option<char>) -> Token {
    Token::Word(Word { value: value.to_owned(), quote_style, keyword: Keyword::NoKeyword })
}

/// Letters of any script, but not a blank that only looks like one: those are skipped before.
fn starts_identifier(first: char) -> bool {
    first == '_' || first.is_ascii_alphabetic() || (!first.is_ascii() && !first.is_whitespace())
}

fn continues_identifier(next: char) -> bool {
    starts_identifier(next) || next.is_ascii_digit() || next == '$'
}
