//! The names of types, in all their spellings.

use sqlparser::tokenizer::Token;

use super::reader::{Reader, is_name};
use crate::sql::error::SqlResult;
use crate::sql::syntax::DataType;

/// Other names of a type, each with the one that the tree has.
const SYNONYMS: [(&str, &str); 15] = [
    ("bigint", "int8"),
    ("binary", "varbyte"),
    ("boolean", "bool"),
    ("character", "char"),
    ("datetime", "timestamp"),
    ("dec", "numeric"),
    ("decimal", "numeric"),
    ("double precision", "float8"),
    ("int", "int4"),
    ("integer", "int4"),
    ("nchar", "char"),
    ("nvarchar", "varchar"),
    ("real", "float4"),
    ("smallint", "int2"),
    ("varbinary", "varbyte"),
];

/// Reserved words that are types.
const RESERVED: [&str; 4] = ["BINARY", "INTERVAL", "OID", "TIMESTAMP"];

impl Reader<'_> {
    pub fn data_type(&mut self) -> SqlResult<DataType> {
        let Token::Word(word) = self.peek() else { return self.unexpected() };
        if !is_name(word) && !RESERVED.iter().any(|word| self.peeks(word)) {
            return self.unexpected();
        }
        // `pg_catalog.int4`: the last part is the type.
        let mut name = self.label()?.value.to_lowercase();
        while self.symbol(&Token::Period) {
            name = self.label()?.value.to_lowercase();
        }
        match name.as_str() {
            "double" if self.word("PRECISION") => name.push_str(" precision"),
            "char" | "character" | "nchar" if self.word("VARYING") => "varchar".clone_into(&mut name),
            "binary" if self.word("VARYING") => {}
            _ => {}
        }
        let last_field = if name == "interval" { self.interval_fields()? } else { None };
        let modifiers = if self.symbol(&Token::LParen) { self.modifiers()? } else { Vec::new() };
        if matches!(name.as_str(), "time" | "timestamp") {
            if self.words("WITH TIME ZONE") {
                name.push_str("tz");
            } else {
                self.words("WITHOUT TIME ZONE");
            }
        }
        if let Some((_, known)) = SYNONYMS.iter().find(|(synonym, _)| *synonym == name) {
            (*known).clone_into(&mut name);
        }
        while self.symbol(&Token::LBracket) {
            if matches!(self.peek(), Token::Number(..)) {
                self.advance();
            }
            self.expect_symbol(&Token::RBracket)?;
            name.push_str("[]");
        }
        Ok(DataType { name, modifiers, last_field })
    }

    /// `field [TO field]`: the last of them.
    fn interval_fields(&mut self) -> SqlResult<Option<String>> {
        let mut last = None;
        if self.at_field() {
            last = Some(self.label()?.value);
            if self.word("TO") {
                if !self.at_field() {
                    return self.unexpected();
                }
                last = Some(self.label()?.value);
            }
        }
        Ok(last)
    }

    /// What stands between the parentheses behind a type: numbers, or MAX.
    fn modifiers(&mut self) -> SqlResult<Vec<String>> {
        let modifiers = self.list(|reader| {
            let start = reader.offset();
            reader.symbol(&Token::Minus);
            match reader.peek() {
                Token::Number(..) => reader.advance(),
                word if super::reader::is_word(word, "MAX") => reader.advance(),
                _ => return reader.unexpected(),
            }
            Ok(reader.text_from(start).to_lowercase())
        })?;
        self.expect_symbol(&Token::RParen)?;
        Ok(modifiers)
    }
}
