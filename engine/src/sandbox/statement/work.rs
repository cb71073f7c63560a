//! What a statement has still to do.

use std::collections::VecDeque;

use super::Call;
use crate::sql::bind::WriteKind;
use crate::sql::commands::copy::CopyTask;
use crate::sql::commands::create_model::ModelTask;
use crate::sql::commands::show;
use crate::sql::commands::unload::UnloadTask;
use crate::sql::commands::vacuum::VacuumTask;
use crate::sql::execute::Operator;
use crate::sql::execute::relay::Relay;
use crate::sql::execute::write::{Marks, Sink};
use crate::sql::outcome::{Batch, Completion};
use crate::sql::plan::{Field, Plan};
use crate::sql::session::Variables;
use crate::sql::statement::FetchCount;
use crate::warehouse::identifier::Identifier;

/// What is left to do.
pub(super) enum Work {
    /// Nothing but to commit and tell.
    Finish(Completion, Effect),
    /// Columns of text as one answer (EXPLAIN, SHOW), then finish with the tag.
    Text {
        columns: Vec<Vec<String>>,
        fields: Vec<Field>,
        tag: &'static str,
    },
    Rows(Box<dyn Operator>, Vec<Field>),
    /// The first FETCH from a cursor: its whole answer, then what was asked of it.
    Materialize {
        operator: Box<dyn Operator>,
        fields: Vec<Field>,
        batches: Vec<Batch>,
        cursor: Identifier,
        count: FetchCount,
    },
    /// Rows that are there already.
    Fetched(VecDeque<Batch>, Vec<Field>),
    Insert {
        operator: Box<dyn Operator>,
        sink: Sink,
        tag: InsertTag,
    },
    Mark {
        operator: Box<dyn Operator>,
        marks: Marks,
        kind: WriteKind,
        /// MERGE's other half: the rows to insert.
        then: Option<Box<Plan>>,
    },
    Copy {
        task: Box<CopyTask>,
        sink: Sink,
    },
    /// A model: its rows are read, then learned from.
    Learn {
        operator: Option<Box<dyn Operator>>,
        task: Box<ModelTask>,
    },
    /// Models that are gone: their jobs stop, and what they staged goes.
    Forget(Vec<String>, Completion),
    Unload {
        operator: Box<dyn Operator>,
        task: Box<UnloadTask>,
    },
    /// A first load that is put in sort-key order, and what it says then.
    Order(Box<Relay>, Completion),
    Vacuum(Box<VacuumTask>),
    Call(Box<Call>),
    /// For others to let go of what the statement of this text needs; then it is begun, with the variables of the
    /// procedure that it stands in.
    Wait(String, Variables),
}

/// What INSERT and CREATE TABLE AS say at the end.
#[derive(Clone, Copy)]
pub(super) enum InsertTag {
    Insert,
    CreateTableAs,
    Merge,
    CreateMaterializedView,
    Refresh,
}

/// What finishing does to the session's transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Reads leave everything as it is.
    None,
    /// The working copy is kept: committed, or the open transaction's.
    Keep,
    /// TRUNCATE: the working copy is kept and the open transaction is committed.
    Commit,
    /// The statement has dealt with the transaction itself.
    Settled,
}

impl Work {
    /// An answer that is there already, as text.
    pub(super) fn answer(answer: show::Answer, tag: &'static str) -> Work {
        Work::Text { columns: answer.columns, fields: answer.fields, tag }
    }
}
