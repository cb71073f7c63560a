//! Statements of one line: assignments, SQL, EXECUTE, RAISE, cursors, CALL.

use std::sync::Arc;

use sqlparser::tokenizer::Token;

use super::Compiler;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::procedure::{Into, Kind, Level, Operation, RowsFrom, Target};
use crate::warehouse::identifier::Identifier;

impl Compiler<'_> {
    pub(super) fn statement(&mut self) -> SqlResult<()> {
        let label = self.label()?;
        if self.reader.peeks("DECLARE") || self.reader.peeks("BEGIN") {
            self.block(label)?;
            return self.semicolon();
        }
        if self.assigns() {
            return self.assignment();
        }
        const WORDS: [&str; 20] = [
            "IF",
            "CASE",
            "LOOP",
            "WHILE",
            "FOR",
            "EXIT",
            "CONTINUE",
            "RETURN",
            "RAISE",
            "EXECUTE",
            "PERFORM",
            "NULL",
            "OPEN",
            "FETCH",
            "CLOSE",
            "GET DIAGNOSTICS",
            "CALL",
            "COMMIT",
            "ROLLBACK",
            "ABORT",
        ];
        let number = self.line();
        let Some(word) = self.reader.one_of(&WORDS) else {
            return self.sql_statement(number);
        };
        match word {
            "IF" => self.if_then(),
            "CASE" => self.case(),
            "LOOP" => self.endless(label),
            "WHILE" => self.while_loop(label),
            "FOR" => self.for_loop(label),
            "EXIT" | "CONTINUE" => self.exit(number, word == "CONTINUE"),
            "RETURN" => {
                if *self.reader.peek() != Token::SemiColon {
                    // Text unconfirmed: PostgreSQL's for a procedure.
                    return Err(SqlError::product("42804", "RETURN cannot have a parameter in a procedure"));
                }
                self.emit(number, "return", Operation::Return);
                self.semicolon()
            }
            "RAISE" => self.raise(number),
            "EXECUTE" => {
                let value = self.value(&["INTO"])?;
                let into = if self.reader.word("INTO") { Some(self.targets()?) } else { None };
                let text = self.hold(number, "execute statement", value);
                self.emit(number, "execute statement", Operation::Execute { text, into });
                self.semicolon()
            }
            "PERFORM" => {
                let (start, text) = self.until(&[])?;
                let statement = Arc::new(self.rows_of(start.saturating_sub(7), &format!("SELECT {text}"))?);
                self.emit(number, "perform", Operation::Sql { statement, into: None, perform: true });
                self.semicolon()
            }
            "NULL" => self.semicolon(),
            "OPEN" => self.open(number),
            "FETCH" => {
                self.reader.word("NEXT");
                self.reader.one_of(&["FROM", "IN"]);
                let cursor = self.cursor_variable()?;
                self.reader.expect("INTO")?;
                let into = self.targets()?;
                self.emit(number, "fetch", Operation::Fetch { cursor, into });
                self.semicolon()
            }
            "CLOSE" => {
                let cursor = self.cursor_variable()?;
                self.emit(number, "close", Operation::Close { cursor });
                self.semicolon()
            }
            "GET DIAGNOSTICS" => self.diagnostics(number),
            "CALL" => self.call(number),
            word => {
                self.reader.one_of(&["WORK", "TRANSACTION"]);
                let (called, operation) = if word == "COMMIT" {
                    ("COMMIT", Operation::Commit)
                } else {
                    ("ROLLBACK", Operation::Rollback)
                };
                self.emit(number, called, operation);
                self.semicolon()
            }
        }
    }

    /// `name :=`, `name =`, `name.field :=`.
    fn assigns(&self) -> bool {
        let named = matches!(self.reader.peek(), Token::Word(_) | Token::Placeholder(_));
        let after = if *self.reader.peek_at(1) == Token::Period { 3 } else { 1 };
        named && matches!(self.reader.peek_at(after), Token::Assignment | Token::Eq)
    }

    fn assignment(&mut self) -> SqlResult<()> {
        let number = self.line();
        let to = self.target()?;
        self.reader.advance();
        let value = self.value(&[])?;
        self.emit(number, "assignment", Operation::Assign { to, value });
        self.semicolon()
    }

    /// `EXIT | CONTINUE [label] [WHEN condition];`.
    fn exit(&mut self, number: usize, again: bool) -> SqlResult<()> {
        let ends = self.reader.peeks("WHEN") || *self.reader.peek() == Token::SemiColon;
        let label = if ends { None } else { Some(self.label_name()?) };
        let mut unless = None;
        if self.reader.word("WHEN") {
            let value = self.value(&[])?;
            let condition = self.hold(number, "exit", value);
            unless = Some(self.emit(number, "exit", Operation::Unless { condition, to: 0 }));
        }
        self.leave(number, label.as_ref(), again)?;
        if let Some(unless) = unless {
            let here = self.here();
            self.aim(unless, here);
        }
        self.semicolon()
    }

    /// A SQL statement; what INTO names in a SELECT are variables.
    fn sql_statement(&mut self, number: usize) -> SqlResult<()> {
        if self.reader.peeks("START") || self.reader.peeks("END") {
            return self.reader.unexpected();
        }
        let (start, text, into) = self.with_into()?;
        let statement = Arc::new(self.sql(start, &text)?);
        self.emit(number, "SQL statement", Operation::Sql { statement, into, perform: false });
        self.semicolon()
    }

    /// The statement's text with blanks where INTO and its variables stood.
    fn with_into(&mut self) -> SqlResult<(usize, String, Into)> {
        let selects = self.reader.peeks("SELECT") || self.reader.peeks("WITH");
        let start = self.reader.offset();
        let (_, mut text) = self.until(if selects { &["INTO"] } else { &[] })?;
        let mut into = None;
        if selects && self.reader.word("INTO") {
            into = Some(self.targets()?);
            let end = self.reader.previous_end();
            text.push_str(&" ".repeat(end.saturating_sub(start + text.len())));
            if *self.reader.peek() != Token::SemiColon {
                let (rest_start, rest) = self.until(&[])?;
                text.push_str(&" ".repeat(rest_start.saturating_sub(end)));
                text.push_str(&rest);
            }
        }
        Ok((start, text, into))
    }

    fn raise(&mut self, number: usize) -> SqlResult<()> {
        if self.reader.symbol(&Token::SemiColon) {
            if !self.in_handler {
                // Text unconfirmed: PostgreSQL's.
                let message = "RAISE without parameters cannot be used outside an exception handler";
                return Err(SqlError::product("42601", message));
            }
            self.emit(number, "raise", Operation::RaiseAgain);
            return Ok(());
        }
        let Some((_, level)) = Level::NAMES.into_iter().find(|(name, _)| self.reader.word(name)) else {
            return self.reader.unexpected();
        };
        let format = self.reader.string()?;
        let mut arguments = Vec::new();
        while self.reader.symbol(&Token::Comma) {
            let value = self.value(&[","])?;
            arguments.push(self.hold(number, "raise", value));
        }
        let holes = format.replace("%%", "").matches('%').count();
        if holes != arguments.len() {
            let amount = if holes > arguments.len() { "few" } else { "many" };
            return Err(SqlError::product("42601", format!("too {amount} parameters specified for RAISE")));
        }
        self.emit(number, "raise", Operation::Raise { level, format, arguments });
        self.semicolon()
    }

    fn cursor_variable(&mut self) -> SqlResult<usize> {
        let place = self.reader.place();
        let name = self.variable_name()?;
        let slot = self.program.find(self.scope, None, name.as_str());
        let is_cursor = |slot: &usize| matches!(self.program.variables.get(*slot), Some(variable) if matches!(variable.kind, Kind::Cursor(_)));
        slot.filter(is_cursor).ok_or_else(|| {
            // Text unconfirmed: PostgreSQL's.
            let message =
                format!("cursor variable must be a simple variable of type cursor or refcursor: \"{name}\"");
            let error = SqlError::product("42804", message);
            place.map_or(error.clone(), |place| error.at(place))
        })
    }

    /// `OPEN cursor [(arguments)]`, `OPEN cursor FOR {query | EXECUTE text}`.
    fn open(&mut self, number: usize) -> SqlResult<()> {
        let cursor = self.cursor_variable()?;
        let bound = match &self.program.variables[cursor].kind {
            Kind::Cursor(Some(bound)) => Some(bound.arguments.clone()),
            _ => None,
        };
        let from = match bound {
            Some(arguments) => {
                let mut given = 0;
                if self.reader.symbol(&Token::LParen) {
                    for (index, &slot) in arguments.iter().enumerate() {
                        if index > 0 {
                            self.reader.expect_symbol(&Token::Comma)?;
                        }
                        let start = self.reader.offset();
                        self.reader.expression()?;
                        let text = self.reader.text_from(start).to_owned();
                        let value = self.expression(start, text)?;
                        self.emit(number, "open", Operation::Assign { to: Target::Variable(slot), value });
                        given += 1;
                    }
                    self.reader.expect_symbol(&Token::RParen)?;
                }
                if given < arguments.len() {
                    return self.reader.unexpected();
                }
                RowsFrom::Bound
            }
            None => {
                self.reader.expect("FOR")?;
                if self.reader.word("EXECUTE") {
                    let value = self.value(&[])?;
                    RowsFrom::Text(self.hold(number, "open", value))
                } else {
                    let (start, text) = self.until(&[])?;
                    RowsFrom::Query(Arc::new(self.rows_of(start, &text)?))
                }
            }
        };
        self.emit(number, "open", Operation::Open { cursor, from });
        self.semicolon()
    }

    /// `variable {:= | =} ROW_COUNT [, ...]`.
    fn diagnostics(&mut self, number: usize) -> SqlResult<()> {
        let mut targets = Vec::new();
        loop {
            targets.push(self.target()?);
            if !self.reader.symbol(&Token::Assignment) && !self.reader.symbol(&Token::Eq) {
                return self.reader.unexpected();
            }
            self.reader.expect("ROW_COUNT")?;
            if !self.reader.symbol(&Token::Comma) {
                break;
            }
        }
        self.emit(number, "get diagnostics", Operation::RowCount(targets));
        self.semicolon()
    }

    fn call(&mut self, number: usize) -> SqlResult<()> {
        let name = self.reader.name()?;
        self.reader.expect_symbol(&Token::LParen)?;
        let mut arguments = Vec::new();
        while *self.reader.peek() != Token::RParen {
            if !arguments.is_empty() {
                self.reader.expect_symbol(&Token::Comma)?;
            }
            let start = self.reader.offset();
            self.reader.expression()?;
            let text = self.reader.text_from(start).to_owned();
            let slot = self.program.find(self.scope, None, Identifier::fold(text.trim_matches('"')).as_str());
            let open = slot.filter(|slot| !self.program.variables[*slot].constant);
            let value = self.expression(start, text)?;
            let held = self.hold(number, "call", value);
            arguments.push((held, open.map(Target::Variable)));
        }
        self.reader.expect_symbol(&Token::RParen)?;
        self.emit(number, "call", Operation::Call { name, arguments });
        self.semicolon()
    }
}
