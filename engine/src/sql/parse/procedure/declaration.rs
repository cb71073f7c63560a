//! `name [CONSTANT] type [NOT NULL] [{DEFAULT | := | =} value]`, aliases and cursors.

use std::sync::Arc;

use sqlparser::tokenizer::Token;

use super::Compiler;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::procedure::{Bound, Kind, Operation, Target};
use crate::warehouse::identifier::{Identifier, QualifiedName};

impl Compiler<'_> {
    pub(super) fn declaration(&mut self) -> SqlResult<()> {
        let number = self.line();
        let place = self.reader.place();
        let name = self.reader.identifier()?;
        if self.program.scopes[self.scope].names.iter().any(|(known, _)| *known == name) {
            // Text unconfirmed: PostgreSQL's.
            let error = SqlError::product("42601", format!("duplicate declaration at or near \"{name}\""));
            return Err(place.map_or(error.clone(), |place| error.at(place)));
        }
        if self.reader.words("ALIAS FOR") {
            let other = self.variable_name()?;
            let slot = self
                .program
                .find(self.scope, None, other.as_str())
                .ok_or_else(|| SqlError::product("42601", format!("\"{other}\" is not a known variable")))?;
            self.program.scopes[self.scope].names.push((name, slot));
            return self.semicolon();
        }
        if self.reader.word("CURSOR") {
            return self.cursor(number, name);
        }
        let constant = self.reader.word("CONSTANT");
        let kind = self.kind()?;
        let not_null = self.reader.words("NOT NULL");
        let slot = self.variable(name.as_str(), kind);
        self.program.variables[slot].constant = constant;
        self.program.scopes[self.scope].names.push((name.clone(), slot));
        self.emit(number, "statement block", Operation::Declare(slot));
        let defaulted = self.reader.word("DEFAULT")
            || self.reader.symbol(&Token::Assignment)
            || self.reader.symbol(&Token::Eq);
        if defaulted {
            let value = self.value(&[])?;
            let to = Target::Variable(slot);
            self.emit(number, "statement block", Operation::Assign { to, value });
        } else if not_null {
            let message = format!("variable \"{name}\" declared NOT NULL cannot default to NULL");
            return Err(SqlError::product("22004", message));
        }
        self.program.variables[slot].not_null = not_null;
        self.semicolon()
    }

    fn cursor(&mut self, number: usize, name: Identifier) -> SqlResult<()> {
        let mut arguments = Vec::new();
        if self.reader.symbol(&Token::LParen) {
            // A cursor's arguments are seen by its query alone; here by the rest of the block, too.
            loop {
                let argument = self.reader.identifier()?;
                let kind = self.kind()?;
                let slot = self.variable(argument.as_str(), kind);
                self.program.scopes[self.scope].names.push((argument, slot));
                self.emit(number, "statement block", Operation::Declare(slot));
                arguments.push(slot);
                if !self.reader.symbol(&Token::Comma) {
                    break;
                }
            }
            self.reader.expect_symbol(&Token::RParen)?;
        }
        self.reader.expect_one_of(&["FOR", "IS"])?;
        let (start, text) = self.until(&[])?;
        let query = Arc::new(self.rows_of(start, &text)?);
        let kind = Kind::Cursor(Some(Box::new(Bound { query, arguments })));
        let slot = self.variable(name.as_str(), kind);
        self.program.scopes[self.scope].names.push((name, slot));
        self.emit(number, "statement block", Operation::Declare(slot));
        self.semicolon()
    }

    /// A data type, `RECORD`, `REFCURSOR`, or one that is borrowed with `%TYPE` and `%ROWTYPE`.
    pub(super) fn kind(&mut self) -> SqlResult<Kind> {
        if self.reader.word("RECORD") {
            return Ok(Kind::Record);
        }
        if self.reader.word("REFCURSOR") {
            return Ok(Kind::Cursor(None));
        }
        let mut parts = 1;
        while *self.reader.peek_at(2 * parts - 1) == Token::Period {
            parts += 1;
        }
        if *self.reader.peek_at(2 * parts - 1) != Token::Mod {
            let written = self.reader.data_type()?;
            return Ok(Kind::Data(super::super::data_type::data_type(&written)?));
        }
        let mut names = vec![self.reader.identifier()?];
        while self.reader.symbol(&Token::Period) {
            names.push(self.reader.identifier()?);
        }
        self.reader.expect_symbol(&Token::Mod)?;
        let of_row = self.reader.expect_one_of(&["TYPE", "ROWTYPE"])? == "ROWTYPE";
        if !of_row
            && let [only] = names.as_slice()
            && let Some(slot) = self.program.find(self.scope, None, only.as_str())
        {
            return Ok(Kind::Same(slot));
        }
        let column = if of_row { None } else { names.pop() };
        let relation = match names.as_slice() {
            [name] => QualifiedName { database: None, schema: None, name: name.clone() },
            [schema, name] => {
                QualifiedName { database: None, schema: Some(schema.clone()), name: name.clone() }
            }
            _ => {
                let name = column.as_ref().map_or("", Identifier::as_str);
                return Err(SqlError::product("42704", format!("type \"{name}\" does not exist")));
            }
        };
        Ok(match column {
            Some(column) => Kind::TypeOf(relation, column),
            None => Kind::RowOf(relation),
        })
    }
}
