//! One script as two users: each on a copy of the account, so that neither meets what the other did and nothing of it
//! stays.

use sandshift_engine::sandbox::Sandbox;
use sandshift_engine::sql::error::SqlError;
use sandshift_engine::sql::outcome::{Batch, Completion, Progress};
use sandshift_engine::sql::session::SessionId;
use sandshift_protocol::{
    CHANGED, Difference, Half, HalfEnd, ONLY_FIRST, ONLY_SECOND, PairColumn, ResultColumn, ResultRows, SAME,
    SqlFailure, StatementResult,
};

use crate::difference::{Pair, Row, Side, compare};
use crate::failure::failure;
use crate::results::Results;
use crate::script::{Advance, Script};

/// Rows of each result that are compared.
const MOST: u64 = 10_000;

/// Whom a script runs as, and how it gets its session there.
pub(crate) type Seat = (String, Option<SessionId>);

/// What a step came to.
pub(crate) enum Pace {
    Running(Progress),
    Over,
}

pub(crate) struct Comparison {
    pub id: u32,
    text: String,
    /// The account as both find it.
    before: Sandbox,
    waiting: Vec<Seat>,
    now: Option<(Sandbox, Script)>,
    ended: Vec<Ended>,
    /// The last statement that ran to its end.
    last: Option<(u32, String, Completion, Vec<Batch>)>,
    began: f64,
}

/// What one user came to.
struct Ended {
    user: String,
    number: u32,
    text: String,
    elapsed_ms: f64,
    end: Result<(Completion, Vec<Batch>), SqlFailure>,
}

impl Comparison {
    pub(crate) fn new(id: u32, text: String, before: Sandbox, seats: [Seat; 2]) -> Self {
        let [first, second] = seats;
        let waiting = vec![second, first];
        Comparison { id, text, before, waiting, now: None, ended: Vec::new(), last: None, began: 0.0 }
    }

    /// One bounded piece of work.
    pub(crate) fn advance(&mut self, now: fn() -> f64) -> Pace {
        let Some((sandbox, script)) = &mut self.now else {
            let Some((user, session)) = self.waiting.pop() else { return Pace::Over };
            self.began = now();
            self.begin(user, session);
            return Pace::Running(Progress::default());
        };
        match script.advance(sandbox) {
            Advance::Started { .. } => Pace::Running(Progress::default()),
            Advance::Progress { progress, .. } => Pace::Running(progress),
            Advance::Done { index, text, completion, batches } => {
                self.last = Some((index, text, completion, batches));
                Pace::Running(Progress::default())
            }
            Advance::Failed { index, text, error } => {
                let told = failure(&error, &script.text, sandbox);
                let user = script.user.clone();
                self.end(now, user, index, text, Err(told));
                Pace::Running(Progress::default())
            }
            // Whoever could let go is on the account, not on this copy of it.
            Advance::Waiting { wait, .. } => {
                let (index, text, error) = script.give_up(sandbox, &wait);
                let told = failure(&error, &script.text, sandbox);
                let user = script.user.clone();
                self.end(now, user, index, text, Err(told));
                Pace::Running(Progress::default())
            }
            Advance::Over => {
                let user = script.user.clone();
                if let Some((index, text, completion, batches)) = self.last.take() {
                    self.end(now, user, index, text, Ok((completion, batches)));
                } else {
                    self.end(now, user, 0, String::new(), Ok((Completion::default(), Vec::new())));
                }
                Pace::Running(Progress::default())
            }
        }
    }

    fn begin(&mut self, user: String, session: Option<SessionId>) {
        let mut sandbox = self.before.clone();
        let session = session.map_or_else(|| sandbox.connect(&user, None), Ok);
        match session {
            Ok(session) => {
                let script = Script::new(self.id, user, session, self.text.clone());
                self.now = Some((sandbox, script));
            }
            Err(error) => self.turned_away(user, &error),
        }
    }

    fn turned_away(&mut self, user: String, error: &SqlError) {
        let end = Err(failure(error, &self.text, &self.before));
        self.ended.push(Ended { user, number: 1, text: self.text.clone(), elapsed_ms: 0.0, end });
    }

    fn end(
        &mut self,
        now: fn() -> f64,
        user: String,
        index: u32,
        text: String,
        end: Result<(Completion, Vec<Batch>), SqlFailure>,
    ) {
        let elapsed_ms = now() - self.began;
        self.now = None;
        self.last = None;
        self.ended.push(Ended { user, number: index + 1, text, elapsed_ms, end });
    }

    /// What both came to, and how the rows differ when both got some.
    pub(crate) fn finish(self, results: &mut Results) -> (Vec<Half>, Option<Difference>) {
        let halves: Vec<Half> = self.ended.into_iter().map(|ended| half(ended, results)).collect();
        let difference = difference(&halves, results);
        (halves, difference)
    }
}

fn half(ended: Ended, results: &mut Results) -> Half {
    let end = match ended.end {
        Err(error) => HalfEnd::Failed { error },
        Ok((completion, batches)) => {
            let rows = completion.fields.map(|fields| results.keep(fields, batches, completion.printing));
            HalfEnd::Done {
                result: StatementResult {
                    tag: completion.tag,
                    notices: completion.notices,
                    rows,
                    rows_affected: completion.rows_affected,
                    elapsed_ms: ended.elapsed_ms,
                    blocks_read: completion.statistics.blocks_read,
                    blocks_skipped: completion.statistics.blocks_skipped,
                },
            }
        }
    };
    Half { user: ended.user, number: ended.number, text: ended.text, end }
}

fn difference(halves: &[Half], results: &mut Results) -> Option<Difference> {
    let rows_of = |half: &Half| match &half.end {
        HalfEnd::Done { result } => result.rows.clone(),
        HalfEnd::Failed { .. } => None,
    };
    let [one, other] = halves else { return None };
    let (first, second) = (rows_of(one)?, rows_of(other)?);
    let cut = first.count.max(second.count) > MOST;
    let side = |rows: ResultRows| {
        let cells = results.rows(rows.result, 0, MOST as u32).unwrap_or_default();
        Side { columns: rows.columns, rows: cells }
    };
    let sides = [side(first), side(second)];
    let matched = compare(&sides);

    let (mut same, mut changed, mut only) = (0, 0, [0, 0]);
    let mut all = Vec::with_capacity(matched.pairs.len());
    let mut differing = Vec::new();
    for pair in &matched.pairs {
        let mark = mark(pair, &sides, &matched.common, &matched.differing);
        match mark {
            SAME => same += 1,
            CHANGED => changed += 1,
            ONLY_FIRST => only[0] += 1,
            _ => only[1] += 1,
        }
        let row = cells(mark, pair, &sides);
        if mark != SAME {
            differing.push(row.clone());
        }
        all.push(row);
    }
    let columns = columns(&sides, &matched.common, &matched.differing);
    let mut cell_columns =
        vec![ResultColumn { name: "seen".to_owned(), data_type: "varchar".to_owned(), numeric: false }];
    // Saved as a file, the columns of the two must not be taken for each other's.
    for (half, side) in halves.iter().zip(&sides) {
        let named = |column: &ResultColumn| ResultColumn {
            name: format!("{}.{}", half.user, column.name),
            ..column.clone()
        };
        cell_columns.extend(side.columns.iter().map(named));
    }
    let all = results.keep_cells(cell_columns.clone(), all);
    let differing = results.keep_cells(cell_columns, differing);
    Some(Difference { all, differing, columns, same, changed, only, most: MOST, cut })
}

fn mark(pair: &Pair, sides: &[Side; 2], common: &[[usize; 2]], differing: &[bool]) -> &'static str {
    match *pair {
        [Some(first), Some(second)] => {
            let other = common.iter().zip(differing).any(|(at, differs)| {
                *differs && sides[0].rows[first].get(at[0]) != sides[1].rows[second].get(at[1])
            });
            if other { CHANGED } else { SAME }
        }
        [Some(_), None] => ONLY_FIRST,
        _ => ONLY_SECOND,
    }
}

fn cells(mark: &str, pair: &Pair, sides: &[Side; 2]) -> Row {
    let mut row = vec![Some(mark.to_owned())];
    for (side, at) in sides.iter().zip(pair) {
        match at.and_then(|at| side.rows.get(at)) {
            Some(cells) => row.extend(cells.iter().cloned()),
            None => row.extend(side.columns.iter().map(|_| None)),
        }
    }
    row
}

/// The first user's columns, and behind them those that only the second has.
fn columns(sides: &[Side; 2], common: &[[usize; 2]], differing: &[bool]) -> Vec<PairColumn> {
    let offset = 1 + sides[0].columns.len();
    let column = |column: &ResultColumn, at, changed| PairColumn {
        name: column.name.clone(),
        data_type: column.data_type.clone(),
        numeric: column.numeric,
        at,
        changed,
    };
    let mut found: Vec<PairColumn> = Vec::new();
    for (at, own) in sides[0].columns.iter().enumerate() {
        let place = common.iter().position(|pair| pair[0] == at);
        let other = place.map(|place| (offset + common[place][1]) as u32);
        let changed = place.is_some_and(|place| differing[place]);
        found.push(column(own, [Some(1 + at as u32), other], changed));
    }
    for (at, own) in sides[1].columns.iter().enumerate() {
        if common.iter().all(|pair| pair[1] != at) {
            found.push(column(own, [None, Some((offset + at) as u32)], false));
        }
    }
    found
}
