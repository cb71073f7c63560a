//! What changes rows: INSERT, UPDATE, DELETE, MERGE, and a cursor's FETCH.

use crate::sql::syntax;

use crate::warehouse::identifier::{Identifier, QualifiedName};

/// `INSERT INTO table [(columns)] source`.
#[derive(Clone, Debug)]
pub struct Insert {
    pub table: QualifiedName,
    pub columns: Vec<Identifier>,
    pub source: InsertSource,
}

#[derive(Clone, Debug)]
pub enum InsertSource {
    DefaultValues,
    /// A lone `DEFAULT` in a row is `None`.
    Values(Vec<Vec<Option<syntax::Expression>>>),
    Query(Box<syntax::Query>),
}

#[derive(Clone, Debug)]
pub struct Update {
    pub with: Option<syntax::With>,
    pub table: QualifiedName,
    pub alias: Option<Identifier>,
    /// `None` is `DEFAULT`.
    pub assignments: Vec<(Identifier, Option<syntax::Expression>)>,
    pub from: Vec<syntax::TableWithJoins>,
    pub filter: Option<syntax::Expression>,
}

#[derive(Clone, Debug)]
pub struct Delete {
    pub with: Option<syntax::With>,
    pub table: QualifiedName,
    pub alias: Option<Identifier>,
    pub using: Vec<syntax::TableWithJoins>,
    pub filter: Option<syntax::Expression>,
}

/// `MERGE INTO table USING source ON condition ...`.
#[derive(Clone, Debug)]
pub struct Merge {
    pub table: QualifiedName,
    /// One plain table, with its alias.
    pub source: syntax::TableWithJoins,
    pub condition: syntax::Expression,
    pub action: MergeAction,
}

#[derive(Clone, Debug)]
pub enum MergeAction {
    Clauses {
        /// UPDATE's assignments; `None` is DELETE.
        matched: Option<Vec<(Identifier, Option<syntax::Expression>)>>,
        columns: Vec<Identifier>,
        /// A lone `DEFAULT` is `None`.
        values: Vec<Option<syntax::Expression>>,
    },
    RemoveDuplicates,
}

/// How much FETCH asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchCount {
    /// 0 is the current row once more.
    Rows(u64),
    All,
}
