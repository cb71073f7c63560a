//! A PL/pgSQL procedure as a list of operations: what `parse::procedure` makes of its text and the sandbox runs,
//! one operation after the other, so that a loop can be interrupted between any two of them.

use std::sync::Arc;

use crate::sql::syntax;

use super::statement::ParsedStatement;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};

#[derive(Clone, Debug, Default)]
pub struct Program {
    pub lines: Vec<Line>,
    /// Arguments first, in their order.
    pub variables: Vec<Variable>,
    pub scopes: Vec<Scope>,
    /// How many row sources (FOR over a query) there are.
    pub row_sources: usize,
}

/// One operation, with where it came from.
#[derive(Clone, Debug)]
pub struct Line {
    /// In the procedure's body, from 1.
    pub number: usize,
    /// What the product calls such a statement in the CONTEXT of an error.
    pub called: &'static str,
    /// Which names it sees.
    pub scope: usize,
    pub operation: Operation,
}

/// The names of one block; others are looked up in its parent.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub parent: Option<usize>,
    pub label: Option<Identifier>,
    pub names: Vec<(Identifier, usize)>,
}

#[derive(Clone, Debug)]
pub struct Variable {
    pub name: String,
    pub kind: Kind,
    pub constant: bool,
    pub not_null: bool,
}

#[derive(Clone, Debug)]
pub enum Kind {
    /// Of the type of what it is given: the interpreter's own.
    Any,
    Data(DataType),
    /// `relation.column%TYPE`.
    TypeOf(QualifiedName, Identifier),
    /// `variable%TYPE`.
    Same(usize),
    /// `relation%ROWTYPE`.
    RowOf(QualifiedName),
    Record,
    /// A cursor's name; a bound one has its query.
    Cursor(Option<Box<Bound>>),
}

/// The query of a declared cursor, and the variables that its arguments are put into.
#[derive(Clone, Debug)]
pub struct Bound {
    pub query: Arc<ParsedStatement>,
    pub arguments: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct Value {
    pub query: Box<syntax::Query>,
    /// As it was written.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Variable(usize),
    /// A field of a record.
    Field(usize, Identifier),
}

/// Where a query's first row goes.
pub type Into = Option<Vec<Target>>;

#[derive(Clone, Debug)]
pub enum Operation {
    /// Begins the life of a variable, NULL.
    Declare(usize),
    Assign {
        to: Target,
        value: Value,
    },
    Jump(usize),
    /// Goes to `to` when the variable is not true.
    Unless {
        condition: usize,
        to: usize,
    },
    Sql {
        statement: Arc<ParsedStatement>,
        into: Into,
        /// PERFORM: whatever comes is thrown away.
        perform: bool,
    },
    /// EXECUTE of the text in a variable.
    Execute {
        text: usize,
        into: Into,
    },
    /// Puts the first number into the loop's variable.
    Count {
        variable: usize,
        from: usize,
    },
    /// Goes to `done` when the loop's variable is past its end.
    Past {
        variable: usize,
        to: usize,
        reverse: bool,
        done: usize,
    },
    Add {
        variable: usize,
        by: Option<usize>,
        reverse: bool,
    },
    /// Begins a FOR over rows.
    Rows {
        source: usize,
        from: RowsFrom,
    },
    /// The next row, or on to `done`.
    Next {
        source: usize,
        into: Vec<Target>,
        done: usize,
    },
    /// Sets FOUND to whether a FOR loop ran at all, and lets its rows go.
    EndRows {
        source: usize,
    },
    Open {
        cursor: usize,
        from: RowsFrom,
    },
    Fetch {
        cursor: usize,
        into: Vec<Target>,
    },
    Close {
        cursor: usize,
    },
    Raise {
        level: Level,
        format: String,
        arguments: Vec<usize>,
    },
    /// RAISE alone: the error that is being handled, again.
    RaiseAgain,
    Return,
    RowCount(Vec<Target>),
    Call {
        name: QualifiedName,
        /// Each with the variable that an output goes to, where there is one.
        arguments: Vec<(usize, Option<Target>)>,
    },
    /// From here to its [`Operation::Unguard`] errors go to `handler`.
    Guard {
        handler: usize,
        after: usize,
        /// CONTINUE_HANDLER: the statement after the failed one is next.
        resumes: bool,
    },
    Unguard,
    /// The end of a handler.
    Handled,
    Commit,
    Rollback,
    /// CASE without ELSE and nothing that matches.
    CaseNotFound,
}

#[derive(Clone, Debug)]
pub enum RowsFrom {
    Query(Arc<ParsedStatement>),
    /// The text in a variable.
    Text(usize),
    /// The query of a bound cursor.
    Bound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Debug,
    Log,
    Info,
    Notice,
    Warning,
    Exception,
}

impl Level {
    pub const NAMES: [(&'static str, Level); 6] = [
        ("DEBUG", Level::Debug),
        ("LOG", Level::Log),
        ("INFO", Level::Info),
        ("NOTICE", Level::Notice),
        ("WARNING", Level::Warning),
        ("EXCEPTION", Level::Exception),
    ];

    pub fn name(self) -> &'static str {
        Level::NAMES.iter().find(|(_, level)| *level == self).map_or("", |(name, _)| name)
    }
}

impl Program {
    /// The variable that a name means in a scope, from the inside out.
    pub fn find(&self, scope: usize, label: Option<&str>, name: &str) -> Option<usize> {
        let mut next = Some(scope);
        while let Some(scope) = next.and_then(|scope| self.scopes.get(scope)) {
            let labelled = label.is_none_or(|label| scope.label.as_ref().is_some_and(|own| *own == label));
            if labelled && let Some((_, slot)) = scope.names.iter().rev().find(|(known, _)| *known == name) {
                return Some(*slot);
            }
            next = scope.parent;
        }
        None
    }
}
