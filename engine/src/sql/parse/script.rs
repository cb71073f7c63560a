//! A script into statements.

use sqlparser::tokenizer::Token;

use super::reader::{Reader, is_word};
use super::token::{Lexeme, NameCase};
use super::{fault, statement, token};
use crate::sql::error::{Span, SqlResult};
use crate::sql::statement::ParsedStatement;

/// Operators in a row before `stack depth limit exceeded`: each makes the syntax tree one level deeper, and
/// whoever walks the tree later needs a stack for it.
const CHAIN: usize = 500;

/// The same for AND and OR, which are lists once they are bound: only the syntax tree is deep.
const CONNECTED: usize = 2_000;

const CONNECTIVES: [&str; 2] = ["AND", "OR"];

/// Words that make a tree deeper, as operators do.
const CHAIN_WORDS: [&str; 12] = [
    "IS", "IN", "LIKE", "ILIKE", "SIMILAR", "BETWEEN", "ISNULL", "NOTNULL", "AT", "COLLATE", "OPERATOR",
    "OVERLAPS",
];

const SET_WORDS: [&str; 4] = ["UNION", "INTERSECT", "EXCEPT", "MINUS"];

/// Each statement of `text`, or what is wrong with it. Empty statements vanish.
pub(super) fn script(text: &str, names: NameCase) -> Vec<SqlResult<ParsedStatement>> {
    let (tokens, mistake) = token::tokens(text, names);
    let mut statements: Vec<SqlResult<ParsedStatement>> = Vec::new();
    let mut pieces = tokens.split(|token| token.token == Token::SemiColon).peekable();
    while let Some(piece) = pieces.next() {
        match (&mistake, pieces.peek()) {
            // The statement that the mistake stands in is not complete: the mistake is all there is to say.
            (Some(mistake), None) => statements.push(Err(mistake.clone())),
            _ if piece.is_empty() => {}
            _ => statements.push(one(text, piece)),
        }
    }
    statements
}

fn one(text: &str, tokens: &[Lexeme]) -> SqlResult<ParsedStatement> {
    let span = whole(tokens);
    if is_too_deep(tokens) {
        return Err(fault::too_deep().at(span));
    }
    let mut reader = Reader::new(text, tokens);
    let parsed = statement::statement(&mut reader).and_then(|statement| reader.finish().map(|()| statement));
    match parsed {
        Ok(statement) => {
            let text = text.get(span.start..span.end).unwrap_or_default().to_owned();
            Ok(ParsedStatement { statement, span, text })
        }
        Err(error) => Err(error.at(span)),
    }
}

/// From the first token to the last: comments around the statement are not part of it, those inside are.
fn whole(tokens: &[Lexeme]) -> Span {
    let place = |token: Option<&Lexeme>| token.map(|token| token.span);
    match (place(tokens.first()), place(tokens.last())) {
        (Some(first), Some(last)) => Span { start: first.start, end: last.end },
        _ => Span { start: 0, end: 0 },
    }
}

/// An expression without any tokens around it.
pub(super) fn alone<T>(text: &str, read: impl FnOnce(&mut Reader) -> SqlResult<T>) -> SqlResult<T> {
    let (tokens, mistake) = token::tokens(text, NameCase::Folded);
    if let Some(mistake) = mistake {
        return Err(mistake);
    }
    if is_too_deep(&tokens) {
        return Err(fault::too_deep().at(Span { start: 0, end: text.len() }));
    }
    let mut reader = Reader::new(text, &tokens);
    let value = read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// Chains of operators do not recurse while they are parsed, only when their tree is walked, so the reader's
/// own limit does not see them. Counted for each level of parentheses; a comma begins a new chain.
fn is_too_deep(tokens: &[Lexeme]) -> bool {
    let mut levels = vec![(0_usize, 0_usize, 0_usize)];
    for token in tokens {
        match &token.token {
            Token::LParen | Token::LBracket => levels.push((0, 0, 0)),
            Token::RParen | Token::RBracket if levels.len() > 1 => {
                levels.pop();
            }
            token => {
                let Some((operators, connectives, sets)) = levels.last_mut() else {
                    return true;
                };
                match token {
                    Token::Comma => (*operators, *connectives) = (0, 0),
                    Token::Word(_) if CONNECTIVES.iter().any(|word| is_word(token, word)) => {
                        *connectives += 1;
                        *operators = 0;
                    }
                    Token::Word(_) if SET_WORDS.iter().any(|word| is_word(token, word)) => *sets += 1,
                    Token::Word(_) if CHAIN_WORDS.iter().any(|word| is_word(token, word)) => *operators += 1,
                    Token::Word(_) | Token::Number(..) | Token::SingleQuotedString(_) | Token::Period => {}
                    _ => *operators += 1,
                }
                if *operators > CHAIN || *connectives > CONNECTED || *sets > CHAIN {
                    return true;
                }
            }
        }
    }
    false
}
