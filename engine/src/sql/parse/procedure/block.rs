//! Blocks: labels, declarations, statements, and the handler of their errors.

use sqlparser::tokenizer::Token;

use super::{Compiler, Enclosing};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::procedure::{Operation, Scope};
use crate::warehouse::identifier::Identifier;

/// Words that end a list of statements.
const ENDS: [&str; 6] = ["END", "EXCEPTION", "ELSE", "ELSIF", "ELSEIF", "WHEN"];

impl Compiler<'_> {
    pub(super) fn outermost(&mut self) -> SqlResult<()> {
        let label = self.label()?;
        self.block(label)?;
        self.reader.symbol(&Token::SemiColon);
        self.reader.finish()?;
        let number = self.line();
        self.emit(number, "return", Operation::Return);
        Ok(())
    }

    /// `<<label>>`, or nothing.
    pub(super) fn label(&mut self) -> SqlResult<Option<Identifier>> {
        if !self.reader.symbol(&Token::ShiftLeft) {
            return Ok(None);
        }
        let label = self.label_name()?;
        self.reader.expect_symbol(&Token::ShiftRight)?;
        Ok(Some(label))
    }

    /// `[DECLARE ...] BEGIN ... [EXCEPTION ...] END [label]`, without the semicolon.
    pub(super) fn block(&mut self, label: Option<Identifier>) -> SqlResult<()> {
        let outer = self.enter_scope(label.clone());
        if self.reader.word("DECLARE") {
            while !self.reader.peeks("BEGIN") {
                if !self.reader.word("DECLARE") {
                    self.declaration()?;
                }
            }
        }
        let number = self.line();
        self.reader.expect("BEGIN")?;
        self.loops.push(Enclosing {
            label,
            is_loop: false,
            guards: self.guards,
            exits: Vec::new(),
            continues: Vec::new(),
        });
        // Whether a handler follows shows only at the end: until then it is a jump to the next line.
        let start = self.here() + 1;
        let guard = self.emit(number, "statement block", Operation::Jump(start));
        self.guards += 1;
        self.statements()?;
        self.guards -= 1;
        if self.reader.word("EXCEPTION") {
            self.handler(guard, number)?;
        }
        self.reader.expect("END")?;
        self.end_label()?;
        if let Some(block) = self.loops.pop() {
            let here = self.here();
            block.exits.into_iter().for_each(|line| self.aim(line, here));
        }
        self.scope = outer;
        Ok(())
    }

    /// `[CONTINUE_HANDLER | EXIT_HANDLER] WHEN OTHERS [...] THEN statements`.
    fn handler(&mut self, guard: usize, number: usize) -> SqlResult<()> {
        let mut resumes = self.reader.one_of(&["CONTINUE_HANDLER", "EXIT_HANDLER"]);
        self.reader.expect("WHEN")?;
        let place = self.reader.place();
        let condition = self.reader.identifier()?;
        if condition != "others" {
            // Text unconfirmed: PostgreSQL's for an unknown condition; OTHERS is the only one here.
            let error =
                SqlError::product("42704", format!("unrecognized exception condition \"{condition}\""));
            return Err(place.map_or(error.clone(), |place| error.at(place)));
        }
        resumes = resumes.or_else(|| self.reader.one_of(&["CONTINUE_HANDLER", "EXIT_HANDLER"]));
        self.reader.expect("THEN")?;
        self.emit(number, "statement block", Operation::Unguard);
        let over = self.emit(number, "statement block", Operation::Jump(0));
        let handler = self.here();
        let was = std::mem::replace(&mut self.in_handler, true);
        self.statements()?;
        self.in_handler = was;
        let end = self.line();
        self.emit(end, "statement block", Operation::Handled);
        let after = self.here();
        self.aim(over, after);
        let resumes = resumes == Some("CONTINUE_HANDLER");
        self.program.lines[guard].operation = Operation::Guard { handler, after, resumes };
        Ok(())
    }

    /// Statements up to a word that ends them.
    pub(super) fn statements(&mut self) -> SqlResult<()> {
        while !self.reader.at_end() && !ENDS.iter().any(|end| self.reader.peeks(end)) {
            self.statement()?;
        }
        Ok(())
    }

    pub(super) fn enter_scope(&mut self, label: Option<Identifier>) -> usize {
        let outer = self.scope;
        self.program.scopes.push(Scope { parent: Some(outer), label, names: Vec::new() });
        self.scope = self.program.scopes.len() - 1;
        outer
    }

    /// A label after END is for the reader only.
    pub(super) fn end_label(&mut self) -> SqlResult<()> {
        if matches!(self.reader.peek(), Token::Word(_)) {
            self.reader.advance();
        }
        Ok(())
    }

    /// Any word: SQL's reserved ones mean nothing here.
    pub(super) fn label_name(&mut self) -> SqlResult<Identifier> {
        let Token::Word(word) = self.reader.peek() else { return self.reader.unexpected() };
        let label = Identifier::fold(&word.value);
        self.reader.advance();
        Ok(label)
    }

    /// The line of a jump out of (or to the beginning of) what `label` names; handlers in between end.
    pub(super) fn leave(&mut self, number: usize, label: Option<&Identifier>, again: bool) -> SqlResult<()> {
        let called = if again { "continue" } else { "exit" };
        let found = self.loops.iter().rposition(|loops| match label {
            Some(label) => loops.label.as_ref() == Some(label) && (loops.is_loop || !again),
            None => loops.is_loop,
        });
        let Some(found) = found else {
            let message = match label {
                Some(label) => format!("label \"{label}\" does not exist"),
                None => format!("{} cannot be used outside a loop", called.to_uppercase()),
            };
            return Err(SqlError::product("42601", message));
        };
        for _ in self.loops[found].guards..self.guards {
            self.emit(number, called, Operation::Unguard);
        }
        let line = self.emit(number, called, Operation::Jump(0));
        let target = &mut self.loops[found];
        if again {
            target.continues.push(line)
        } else {
            target.exits.push(line)
        }
        Ok(())
    }
}
