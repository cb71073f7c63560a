//! IF, CASE and the loops, as jumps.

use std::sync::Arc;

use sqlparser::tokenizer::Token;

use super::{Compiler, Enclosing};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::procedure::{Kind, Operation, RowsFrom, Target};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;

impl Compiler<'_> {
    /// A condition up to THEN or LOOP, and the jump that is taken when it does not hold.
    fn condition(&mut self, called: &'static str, end: &str) -> SqlResult<usize> {
        let number = self.line();
        let value = self.value(&[end])?;
        self.reader.expect(end)?;
        let condition = self.hold(number, called, value);
        Ok(self.emit(number, called, Operation::Unless { condition, to: 0 }))
    }

    /// `IF ... THEN ... [ELSIF ... THEN ...] [ELSE ...] END IF;`.
    pub(super) fn if_then(&mut self) -> SqlResult<()> {
        let mut over = Vec::new();
        let mut otherwise = false;
        let mut unless = self.condition("if", "THEN")?;
        loop {
            self.statements()?;
            if otherwise {
                break;
            }
            match self.reader.one_of(&["ELSIF", "ELSEIF", "ELSE"]) {
                None => break,
                Some(word) => {
                    let number = self.line();
                    over.push(self.emit(number, "if", Operation::Jump(0)));
                    let here = self.here();
                    self.aim(unless, here);
                    if word == "ELSE" {
                        otherwise = true;
                    } else {
                        unless = self.condition("if", "THEN")?;
                    }
                }
            }
        }
        let here = self.here();
        if !otherwise {
            self.aim(unless, here);
        }
        over.into_iter().for_each(|line| self.aim(line, here));
        self.reader.expect("END IF")?;
        self.semicolon()
    }

    /// `CASE [value] WHEN ... THEN ... [ELSE ...] END CASE;`.
    pub(super) fn case(&mut self) -> SqlResult<()> {
        let number = self.line();
        let outer = self.enter_scope(None);
        let operand = if self.reader.peeks("WHEN") {
            None
        } else {
            let value = self.value(&["WHEN"])?;
            let slot = self.hold(number, "case", value);
            let name = format!("__case_variable_{slot}__");
            self.program.scopes[self.scope].names.push((Identifier::fold(&name), slot));
            Some(name)
        };
        let mut over = Vec::new();
        while self.reader.word("WHEN") {
            let number = self.line();
            let (start, text) = self.until(&["THEN"])?;
            self.reader.expect("THEN")?;
            let value = match &operand {
                None => self.expression(start, text)?,
                Some(operand) => {
                    // Places in the longer text would mean nothing.
                    let mut value = self.expression(start, text.clone())?;
                    value.query = super::super::query(&format!("SELECT {operand} IN ({text})"))?;
                    value
                }
            };
            let condition = self.hold(number, "case", value);
            let unless = self.emit(number, "case", Operation::Unless { condition, to: 0 });
            self.statements()?;
            over.push(self.emit(number, "case", Operation::Jump(0)));
            let here = self.here();
            self.aim(unless, here);
        }
        if self.reader.word("ELSE") {
            self.statements()?;
        } else {
            self.emit(number, "case", Operation::CaseNotFound);
        }
        let here = self.here();
        over.into_iter().for_each(|line| self.aim(line, here));
        self.scope = outer;
        self.reader.expect("END CASE")?;
        self.semicolon()
    }

    /// The body of a loop that begins again at `head`; CONTINUE goes to what `step` emits.
    fn body(
        &mut self,
        label: Option<Identifier>,
        head: usize,
        step: impl FnOnce(&mut Self),
    ) -> SqlResult<Vec<usize>> {
        self.loops.push(Enclosing {
            label,
            is_loop: true,
            guards: self.guards,
            exits: Vec::new(),
            continues: Vec::new(),
        });
        self.statements()?;
        self.reader.expect("END LOOP")?;
        self.end_label()?;
        self.semicolon()?;
        let next = self.here();
        step(self);
        let number = self.line();
        self.emit(number, "loop", Operation::Jump(head));
        let Some(ended) = self.loops.pop() else {
            return Err(SqlError::bug("a loop that was never begun"));
        };
        ended.continues.into_iter().for_each(|line| self.aim(line, next));
        Ok(ended.exits)
    }

    pub(super) fn endless(&mut self, label: Option<Identifier>) -> SqlResult<()> {
        let head = self.here();
        let exits = self.body(label, head, |_| ())?;
        let here = self.here();
        exits.into_iter().for_each(|line| self.aim(line, here));
        Ok(())
    }

    pub(super) fn while_loop(&mut self, label: Option<Identifier>) -> SqlResult<()> {
        let head = self.here();
        let unless = self.condition("while", "LOOP")?;
        let mut exits = self.body(label, head, |_| ())?;
        exits.push(unless);
        let here = self.here();
        exits.into_iter().for_each(|line| self.aim(line, here));
        Ok(())
    }

    /// `FOR i IN [REVERSE] a .. b [BY c] LOOP` or `FOR row IN query LOOP`.
    pub(super) fn for_loop(&mut self, label: Option<Identifier>) -> SqlResult<()> {
        let number = self.line();
        let rows = (0..)
            .map(|ahead| 2 * ahead + 1)
            .find(|ahead| !matches!(self.reader.peek_at(*ahead), Token::Comma | Token::Period));
        let first = rows.unwrap_or(1) + 1;
        let over_rows = ["SELECT", "WITH", "EXECUTE"].iter().any(|word| self.reader.peeks_at(first, word))
            || (*self.reader.peek_at(first) == Token::LParen
                && self.reader.peeks_at(first + 1, "SELECT")
                && !self.header_counts());
        if over_rows {
            return self.for_rows(label, number);
        }
        let name = self.reader.identifier()?;
        self.reader.expect("IN")?;
        let reverse = self.reader.word("REVERSE");
        let (start, text) = self.until(&["BY", "LOOP"])?;
        let Some(dots) = dots(&text) else {
            // Text unconfirmed: PostgreSQL's for a loop that is neither.
            return Err(SqlError::product(
                "42601",
                "loop variable of loop over rows must be a record or row variable or list of scalar variables",
            ));
        };
        let called = "for with integer loopvar";
        let from = self.expression(start, text[..dots].to_owned())?;
        let to = self.expression(start + dots + 2, text[dots + 2..].to_owned())?;
        let by = if self.reader.word("BY") { Some(self.value(&["LOOP"])?) } else { None };
        self.reader.expect("LOOP")?;
        let from = self.hold(number, called, from);
        let to = self.hold(number, called, to);
        let by = by.map(|by| self.hold(number, called, by));
        let outer = self.enter_scope(label.clone());
        let variable = self.variable(name.as_str(), Kind::Data(DataType::Integer));
        self.program.scopes[self.scope].names.push((name, variable));
        self.emit(number, called, Operation::Count { variable, from });
        let head = self.emit(number, called, Operation::Past { variable, to, reverse, done: 0 });
        let exits = self.body(label, head, |compiler| {
            compiler.emit(number, called, Operation::Add { variable, by, reverse });
        })?;
        let here = self.here();
        exits.into_iter().chain([head]).for_each(|line| self.aim(line, here));
        self.scope = outer;
        Ok(())
    }

    fn header_counts(&self) -> bool {
        let header = self.body.get(self.reader.offset()..).unwrap_or_default();
        let end = header.to_ascii_uppercase().find("LOOP").unwrap_or(header.len());
        dots(&header[..end]).is_some()
    }

    fn for_rows(&mut self, label: Option<Identifier>, number: usize) -> SqlResult<()> {
        let into = self.targets()?;
        self.reader.expect("IN")?;
        let (called, from) = if self.reader.word("EXECUTE") {
            let value = self.value(&["LOOP"])?;
            (
                "for over execute statement",
                RowsFrom::Text(self.hold(number, "for over execute statement", value)),
            )
        } else {
            let (start, text) = self.until(&["LOOP"])?;
            ("for over select rows", RowsFrom::Query(Arc::new(self.rows_of(start, &text)?)))
        };
        self.reader.expect("LOOP")?;
        let source = self.program.row_sources;
        self.program.row_sources += 1;
        self.emit(number, called, Operation::Rows { source, from });
        let into: Vec<Target> = into;
        let head = self.emit(number, called, Operation::Next { source, into, done: 0 });
        let exits = self.body(label, head, |_| ())?;
        let here = self.here();
        exits.into_iter().chain([head]).for_each(|line| self.aim(line, here));
        self.emit(number, called, Operation::EndRows { source });
        Ok(())
    }
}

/// Where the two points between a loop's bounds stand, outside quotes and parentheses.
fn dots(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut quoted, mut depth) = (false, 0_i32);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth -= 1,
            b'.' if !quoted && depth == 0 && bytes.get(at + 1) == Some(&b'.') => return Some(at),
            _ => {}
        }
    }
    None
}
