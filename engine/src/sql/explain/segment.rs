//! The work that a plan's steps are on the compute nodes: streams of segments of steps, with what each really did
//! (Developer Guide, "Query planning and execution workflow").
//!
//! A segment ends where rows leave their slice, a stream where something must be complete before it is read. Only
//! scans know how much lay on each slice; the other steps' counts stand on slice 0.

use super::distribution::{Move, Place};
use super::step::{Step, StepKind};
use crate::sorted::SortedMap;
use crate::sql::execute::profile::{Profile, Read, StepProfile};
use crate::warehouse::catalog::ObjectId;

/// One step of a segment.
#[derive(Clone, Debug)]
pub struct Work {
    pub kind: WorkKind,
    pub stream: usize,
    pub segment: usize,
    pub step: usize,
    /// The printed step that it belongs to, from 1; 0 for what EXPLAIN does not print.
    pub node: usize,
    /// A stored table's number, or one made up for rows that lie between two steps.
    pub table: Option<u32>,
    pub name: String,
    pub rows: u64,
    pub bytes: u64,
    /// What a scan of a stored table met, and how much of that lay on each slice.
    pub read: Read,
    pub slices: SortedMap<u16, u64>,
    pub blocks_read: u64,
    pub range_restricted: bool,
    pub filtered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkKind {
    Scan,
    Project,
    Hash,
    HashJoin,
    MergeJoin,
    NestedLoop,
    Aggregate,
    Sort,
    Merge,
    Window,
    Limit,
    Unique,
    Distribute,
    Broadcast,
    Save,
    Return,
    Insert,
    Delete,
}

impl WorkKind {
    /// As `svl_query_summary.label` begins.
    pub fn word(self) -> &'static str {
        match self {
            WorkKind::Scan => "scan",
            WorkKind::Project => "project",
            WorkKind::Hash => "hash",
            WorkKind::HashJoin => "hjoin",
            WorkKind::MergeJoin => "mjoin",
            WorkKind::NestedLoop => "nloop",
            WorkKind::Aggregate => "aggr",
            WorkKind::Sort => "sort",
            WorkKind::Merge => "merge",
            WorkKind::Window => "window",
            WorkKind::Limit => "limit",
            WorkKind::Unique => "unique",
            WorkKind::Distribute => "dist",
            WorkKind::Broadcast => "bcast",
            WorkKind::Save => "save",
            WorkKind::Return => "return",
            WorkKind::Insert => "insert",
            WorkKind::Delete => "delete",
        }
    }
}

/// What became of the rows of the last step.
#[derive(Clone, Debug)]
pub enum Ending {
    Returned,
    /// An update deletes and inserts.
    Written {
        table: ObjectId,
        name: String,
        deleted: Option<u64>,
        inserted: u64,
    },
}

/// Numbers of what lies between two steps begin here.
const FIRST_WORK_TABLE: u32 = 240;
const WORK_TABLE: &str = "Internal Worktable";

/// The work of a whole query; none where the leader answers by itself.
pub(super) fn work(put_aside: &[Step], last: &Step, profile: &Profile, ending: Ending) -> Vec<Work> {
    let mut on_slices = false;
    last.each(&mut |step| on_slices |= step.place != Place::Leader);
    let mut closed = false;
    for step in put_aside.iter().chain([last]) {
        step.each(&mut |step| {
            closed |= matches!(&step.kind, StepKind::Scan(scanned) if scanned.closed);
        });
    }
    let returned = matches!(ending, Ending::Returned);
    if returned && !on_slices {
        return Vec::new();
    }
    let next_table = FIRST_WORK_TABLE;
    let mut line =
        Line { done: Vec::new(), stream: 0, segment: 0, step: 0, next_table, next_sent: 1, profile, closed };
    for step in put_aside {
        line.step(step, None);
        line.held(WorkKind::Save, step, 0);
    }
    line.step(last, Some(1));
    match ending {
        Ending::Returned => line.push(WorkKind::Return, last, 1),
        Ending::Written { table, name, deleted, inserted } => {
            if let Some(rows) = deleted {
                line.written(WorkKind::Delete, table, name.clone(), rows);
            }
            if deleted.is_none() || inserted > 0 {
                line.written(WorkKind::Insert, table, name, inserted);
            }
        }
    }
    line.done
}

struct Line<'a> {
    done: Vec<Work>,
    stream: usize,
    segment: usize,
    step: usize,
    next_table: u32,
    /// What rows are called that came over the network.
    next_sent: u32,
    profile: &'a Profile,
    /// A policy hides rows of a table: how the others lie in memory depends on what is hidden.
    closed: bool,
}

impl Line<'_> {
    /// A step and what is below it; `node` is its number where it is printed.
    fn step(&mut self, step: &Step, node: Option<usize>) {
        let own = node.unwrap_or(0);
        let below = |index: usize| {
            let inner: usize = step.inner.iter().map(|(_, inner)| size(inner)).sum();
            let before: usize = step.inputs.iter().take(index).map(size).sum();
            node.map(|node| node + 1 + inner + before)
        };
        let input = |line: &mut Self, index: usize| {
            if let Some(input) = step.inputs.get(index) {
                line.step(input, below(index));
            }
        };
        match &step.kind {
            StepKind::Scan(scanned) => {
                self.next_segment();
                let read = self.profile_of(step.first);
                self.push(WorkKind::Scan, step, own);
                if let Some(work) = self.done.last_mut() {
                    work.table = scanned.relation.map(|relation| relation.0);
                    work.name.clone_from(&scanned.name);
                    work.range_restricted = scanned.range_restricted || read.blocks_skipped > 0;
                    work.filtered = scanned.filtered;
                    work.blocks_read = read.blocks_read;
                    if scanned.closed {
                        let shown = read.rows;
                        work.read =
                            Read { stored: shown, visible: shown, kept: work.rows, bytes: work.bytes };
                    } else if scanned.relation.is_some() {
                        // What passed its filters may be less in the end: a join above tells which rows it looks for.
                        work.rows = work.rows.min(read.read.kept);
                        work.bytes = read.read.bytes;
                        work.read = read.read;
                    }
                    work.slices = read.slices;
                }
                self.push(WorkKind::Project, step, own);
            }
            StepKind::Reread => {
                self.next_segment();
                self.reread(step, own);
                self.push(WorkKind::Project, step, own);
            }
            StepKind::HashJoin(moves) => {
                if let (Some(hash), Some(number)) = (step.inputs.get(1), Some(below(1))) {
                    self.hash(hash, number, *moves);
                }
                let table = self.next_table - 1;
                input(self, 0);
                if moves.outer_distributed()
                    && let Some(outer) = step.inputs.first()
                {
                    self.sent(WorkKind::Distribute, outer, own);
                }
                self.push(WorkKind::HashJoin, step, own);
                self.table(table);
                self.push(WorkKind::Project, step, own);
            }
            StepKind::NestedLoop(moves) => {
                input(self, 1);
                if let Some(inner) = step.inputs.get(1) {
                    if *moves == Move::BroadcastInner {
                        self.sent(WorkKind::Broadcast, inner, own);
                    }
                    self.held(WorkKind::Save, inner, own);
                }
                let table = self.next_table - 1;
                input(self, 0);
                self.push(WorkKind::NestedLoop, step, own);
                self.table(table);
                self.push(WorkKind::Project, step, own);
            }
            StepKind::MergeJoin => {
                input(self, 1);
                input(self, 0);
                self.push(WorkKind::MergeJoin, step, own);
                self.push(WorkKind::Project, step, own);
            }
            StepKind::Hash => {}
            StepKind::Aggregate => {
                input(self, 0);
                self.held(WorkKind::Aggregate, step, own);
                self.reread(step, own);
            }
            StepKind::Sort => {
                input(self, 0);
                self.held(WorkKind::Sort, step, own);
                self.reread(step, own);
            }
            StepKind::Network => {
                input(self, 0);
                let to_leader = step.details.iter().any(|detail| detail == "Send to leader");
                if to_leader {
                    self.push(WorkKind::Return, step, own);
                    self.next_segment();
                } else {
                    self.sent(WorkKind::Distribute, step, own);
                }
            }
            StepKind::Merge => {
                input(self, 0);
                self.push(WorkKind::Merge, step, own);
                self.push(WorkKind::Project, step, own);
            }
            StepKind::Window | StepKind::Limit => {
                input(self, 0);
                let kind = if step.kind == StepKind::Limit { WorkKind::Limit } else { WorkKind::Window };
                self.push(kind, step, own);
            }
            StepKind::Unique | StepKind::SetOperation => {
                input(self, 0);
                self.held(WorkKind::Unique, step, own);
                self.reread(step, own);
            }
            StepKind::Append => {
                let table = self.next_table;
                self.next_table += 1;
                for (index, part) in step.inputs.iter().enumerate() {
                    input(self, index);
                    self.push(WorkKind::Save, part, own);
                    self.complete(table);
                }
                self.reread(step, own);
                self.table(table);
            }
            StepKind::Subquery => input(self, 0),
            StepKind::Unnest => {
                input(self, 0);
                self.push(WorkKind::Project, step, own);
            }
            StepKind::Result => self.push(WorkKind::Project, step, own),
        }
    }

    /// The inner side of a join, brought where it is needed and hashed.
    fn hash(&mut self, hash: &Step, node: Option<usize>, moves: Move) {
        let own = node.unwrap_or(0);
        if let Some(input) = hash.inputs.first() {
            self.step(input, node.map(|node| node + 1));
        }
        if moves == Move::BroadcastInner {
            self.sent(WorkKind::Broadcast, hash, own);
        } else if moves.inner_distributed() {
            self.sent(WorkKind::Distribute, hash, own);
        }
        self.held(WorkKind::Hash, hash, own);
    }

    /// Rows leave their slice and are read again at the other end.
    fn sent(&mut self, kind: WorkKind, step: &Step, node: usize) {
        self.push(kind, step, node);
        self.next_segment();
        self.reread(step, node);
        self.table(self.next_sent);
        self.next_sent += 1;
        self.push(WorkKind::Project, step, node);
    }

    /// Something is complete before anybody reads it.
    fn held(&mut self, kind: WorkKind, step: &Step, node: usize) {
        self.push(kind, step, node);
        let table = self.next_table;
        self.next_table += 1;
        self.complete(table);
    }

    fn complete(&mut self, table: u32) {
        self.table(table);
        self.next_segment();
        self.stream += 1;
    }

    fn reread(&mut self, step: &Step, node: usize) {
        self.push(WorkKind::Scan, step, node);
        if let Some(work) = self.done.last_mut() {
            work.name = WORK_TABLE.to_owned();
            work.table = Some(self.next_table - 1);
        }
    }

    fn written(&mut self, kind: WorkKind, table: ObjectId, name: String, rows: u64) {
        let work = self.work(kind, 0, rows, 0);
        self.done.push(Work { table: Some(table.0), name, ..work });
        self.step += 1;
    }

    fn push(&mut self, kind: WorkKind, step: &Step, node: usize) {
        let (rows, bytes) = self.came_out(step);
        let bytes = if self.closed { rows * step.cost.width as u64 } else { bytes };
        let work = self.work(kind, node, rows, bytes);
        self.done.push(work);
        self.step += 1;
    }

    /// Rows and bytes that a step gave; one that the plan does not have gives what its inputs gave.
    fn came_out(&self, step: &Step) -> (u64, u64) {
        if step.number.is_some() {
            let profile = self.profile_of(step.number);
            return (profile.rows, profile.bytes);
        }
        let all = if step.kind == StepKind::Append { step.inputs.len() } else { 1 };
        let inputs = step.inputs.iter().take(all).map(|input| self.came_out(input));
        inputs.fold((0, 0), |sum, input| (sum.0 + input.0, sum.1 + input.1))
    }

    fn work(&self, kind: WorkKind, node: usize, rows: u64, bytes: u64) -> Work {
        Work {
            kind,
            stream: self.stream,
            segment: self.segment,
            step: self.step,
            node,
            table: None,
            name: String::new(),
            rows,
            bytes,
            read: Read::default(),
            slices: SortedMap::new(),
            blocks_read: 0,
            range_restricted: false,
            filtered: false,
        }
    }

    fn table(&mut self, table: u32) {
        if let Some(work) = self.done.last_mut() {
            work.table = Some(table);
        }
    }

    /// Segments are numbered through all streams; one that has no step yet is used as it is.
    fn next_segment(&mut self) {
        if self.step > 0 {
            self.segment += 1;
            self.step = 0;
        }
    }

    fn profile_of(&self, number: Option<usize>) -> StepProfile {
        number.and_then(|number| self.profile.step(number)).cloned().unwrap_or_default()
    }
}

/// How many lines a step and what is below it are.
fn size(step: &Step) -> usize {
    1 + step.inner.iter().map(|(_, inner)| size(inner)).sum::<usize>()
        + step.inputs.iter().map(size).sum::<usize>()
}
