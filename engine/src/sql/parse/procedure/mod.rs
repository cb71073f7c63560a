//! A procedure's body in PL/pgSQL to a [`Program`] (Developer Guide, "PL/pgSQL language reference").
//!
//! Read `block` first (labels, DECLARE, BEGIN, EXCEPTION), then `declaration`, `control` (IF, CASE, loops) and
//! `simple` (everything of one line). What stands between the words of the language is SQL: it is cut out as text
//! and parsed like any other statement, so that its mistakes show when the procedure is made.

mod block;
mod control;
mod declaration;
mod simple;

use sqlparser::tokenizer::Token;

use super::reader::{Reader, is_word};
use super::token;
use crate::sql::error::{Span, SqlError, SqlResult};
use crate::sql::procedure::{Kind, Line, Operation, Program, Scope, Target, Value, Variable};
use crate::sql::statement::{ParsedStatement, Statement};
use crate::warehouse::identifier::Identifier;
use crate::warehouse::routine::Argument;

/// The program of the procedure `name`. Places in an error are offsets into `body`.
///
/// # Errors
/// 42601 and what SQL statements in it are mistaken in.
pub fn program(
    body: &str,
    name: &Identifier,
    arguments: &[Argument],
    names: token::NameCase,
) -> SqlResult<Program> {
    let (tokens, mistake) = token::tokens(body, names);
    if let Some(mistake) = mistake {
        return Err(mistake);
    }
    let mut compiler = Compiler {
        reader: Reader::new(body, &tokens),
        body,
        program: Program::default(),
        scope: 0,
        loops: Vec::new(),
        guards: 0,
        in_handler: false,
    };
    compiler.arguments(name, arguments);
    compiler.outermost()?;
    Ok(compiler.program)
}

struct Compiler<'a> {
    reader: Reader<'a>,
    body: &'a str,
    program: Program,
    scope: usize,
    loops: Vec<Enclosing>,
    /// Blocks with a handler around here.
    guards: usize,
    in_handler: bool,
}

/// A loop, or a block with a label, that EXIT and CONTINUE can mean.
struct Enclosing {
    label: Option<Identifier>,
    is_loop: bool,
    guards: usize,
    exits: Vec<usize>,
    continues: Vec<usize>,
}

impl Compiler<'_> {
    fn arguments(&mut self, name: &Identifier, arguments: &[Argument]) {
        self.program.scopes.push(Scope { parent: None, label: Some(name.clone()), names: Vec::new() });
        for (number, argument) in arguments.iter().enumerate() {
            let numbered = Identifier::fold(&format!("${}", number + 1));
            let kind = if argument.cursor { Kind::Cursor(None) } else { Kind::Data(argument.data_type) };
            let slot = self.program.variables.len();
            self.program.variables.push(Variable {
                name: argument.name.as_ref().unwrap_or(&numbered).to_string(),
                kind,
                constant: !argument.is_output(),
                not_null: false,
            });
            let names = &mut self.program.scopes[0].names;
            names.push((numbered, slot));
            names.extend(argument.name.clone().map(|name| (name, slot)));
        }
    }

    /// The line of the next token. A line break right after the opening quote does not count.
    fn line(&self) -> usize {
        let before = self.body.get(..self.reader.offset()).unwrap_or(self.body);
        let first = usize::from(!self.body.trim_start_matches([' ', '\t', '\r']).starts_with('\n'));
        before.matches('\n').count() + first
    }

    fn emit(&mut self, number: usize, called: &'static str, operation: Operation) -> usize {
        self.program.lines.push(Line { number, called, scope: self.scope, operation });
        self.program.lines.len() - 1
    }

    fn here(&self) -> usize {
        self.program.lines.len()
    }

    /// Gives the jump at `line` its target.
    fn aim(&mut self, line: usize, target: usize) {
        match &mut self.program.lines[line].operation {
            Operation::Jump(to)
            | Operation::Unless { to, .. }
            | Operation::Past { done: to, .. }
            | Operation::Next { done: to, .. } => *to = target,
            _ => {}
        }
    }

    fn variable(&mut self, name: &str, kind: Kind) -> usize {
        let variable = Variable { name: name.to_owned(), kind, constant: false, not_null: false };
        self.program.variables.push(variable);
        self.program.variables.len() - 1
    }

    /// A variable of the interpreter's own that holds the value from here on.
    fn hold(&mut self, number: usize, called: &'static str, value: Value) -> usize {
        let slot = self.variable("", Kind::Any);
        self.emit(number, called, Operation::Assign { to: Target::Variable(slot), value });
        slot
    }

    fn semicolon(&mut self) -> SqlResult<()> {
        self.reader.expect_symbol(&Token::SemiColon)
    }

    /// The text up to one of `words` or a semicolon, neither of which is read.
    fn until(&mut self, words: &[&str]) -> SqlResult<(usize, String)> {
        let start = self.reader.offset();
        let (mut depth, mut cases, mut count) = (0_usize, 0_usize, 0_usize);
        loop {
            match self.reader.peek() {
                Token::EOF => return self.reader.unexpected(),
                Token::SemiColon => break,
                Token::LParen | Token::LBracket => depth += 1,
                Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
                Token::Comma if depth == 0 && words.contains(&",") => break,
                word if depth == 0 && cases == 0 && words.iter().any(|stop| is_word(word, stop)) => break,
                word if is_word(word, "CASE") => cases += 1,
                word if is_word(word, "END") => cases = cases.saturating_sub(1),
                _ => {}
            }
            self.reader.advance();
            count += 1;
        }
        if count == 0 {
            return self.reader.unexpected();
        }
        Ok((start, self.reader.text_from(start).to_owned()))
    }

    /// An expression up to one of `words` or a semicolon.
    fn value(&mut self, words: &[&str]) -> SqlResult<Value> {
        let (start, text) = self.until(words)?;
        self.expression(start, text)
    }

    /// What stands behind SELECT when the value is computed.
    fn expression(&self, start: usize, text: String) -> SqlResult<Value> {
        const BEFORE: &str = "SELECT ";
        let query = super::query(&format!("{BEFORE}{text}"))
            .map_err(|error| moved(error, |at| (at + start).saturating_sub(BEFORE.len())))?;
        Ok(Value { query, text })
    }

    fn sql(&self, start: usize, text: &str) -> SqlResult<ParsedStatement> {
        let parsed = super::parse(text).map_err(|error| moved(error, |at| at + start))?;
        let statement = parsed.into_iter().next();
        statement.ok_or_else(|| SqlError::product("42601", "syntax error at end of input"))
    }

    fn rows_of(&self, start: usize, text: &str) -> SqlResult<ParsedStatement> {
        let statement = self.sql(start, text)?;
        match statement.statement {
            Statement::Query(_) => Ok(statement),
            _ => Err(SqlError::product("42601", "a cursor or a loop over rows takes a SELECT")),
        }
    }

    /// `name [. name]` that a value can go to.
    fn target(&mut self) -> SqlResult<Target> {
        let place = self.reader.place();
        let first = self.variable_name()?;
        let found = if self.reader.symbol(&Token::Period) {
            let second = self.reader.identifier()?;
            match self.program.find(self.scope, None, first.as_str()) {
                Some(slot) if self.is_record(slot) => Some(Target::Field(slot, second)),
                _ => {
                    self.program.find(self.scope, Some(first.as_str()), second.as_str()).map(Target::Variable)
                }
            }
        } else {
            self.program.find(self.scope, None, first.as_str()).map(Target::Variable)
        };
        let at = |error: SqlError| match place {
            Some(place) => error.at(place),
            None => error,
        };
        // Text unconfirmed: PostgreSQL 9's.
        let unknown = || at(SqlError::product("42601", format!("\"{first}\" is not a known variable")));
        let target = found.ok_or_else(unknown)?;
        if let Target::Variable(slot) = &target
            && let Some(variable) = self.program.variables.get(*slot)
            && variable.constant
        {
            let message = format!("\"{}\" is declared CONSTANT", variable.name);
            return Err(at(SqlError::product("22005", message)));
        }
        Ok(target)
    }

    fn targets(&mut self) -> SqlResult<Vec<Target>> {
        let mut targets = vec![self.target()?];
        while self.reader.symbol(&Token::Comma) {
            targets.push(self.target()?);
        }
        Ok(targets)
    }

    /// A name, or `$1`.
    fn variable_name(&mut self) -> SqlResult<Identifier> {
        if let Token::Placeholder(name) = self.reader.peek() {
            let name = Identifier::fold(name);
            self.reader.advance();
            return Ok(name);
        }
        self.reader.identifier()
    }

    fn is_record(&self, slot: usize) -> bool {
        let kind = self.program.variables.get(slot).map(|variable| &variable.kind);
        matches!(kind, Some(Kind::Record | Kind::RowOf(_)))
    }
}

/// The error at another place.
fn moved(mut error: SqlError, to: impl Fn(usize) -> usize) -> SqlError {
    error.span = error.span.map(|span| Span { start: to(span.start), end: to(span.end) });
    error
}
