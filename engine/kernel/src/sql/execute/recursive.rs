//! WITH RECURSIVE: the rows of the first part, then again and again the second part over the rows last found,
//! until it finds none.

use super::common_table;
use super::memory::Held;
use super::{Context, Operator, Pull, array, build};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Batch;
use crate::sql::plan::Plan;

pub struct Recursive {
    id: u32,
    /// Built anew for each round: its operators have come to their end.
    step: Plan,
    running: Box<dyn Operator>,
    /// What this round found, for the next one to read.
    found: Vec<Batch>,
    /// All rows ever found, so that a recursion without an end comes to the memory's.
    held: Held,
    rows: u64,
    most: u64,
}

impl Recursive {
    pub fn new(id: u32, seed: Box<dyn Operator>, step: Plan, context: &Context) -> Self {
        let set = context.evaluation.settings.get("max_recursion_rows");
        let most = set.and_then(|set| set.parse().ok()).unwrap_or(u64::MAX);
        Recursive { id, step, running: seed, found: Vec::new(), held: Held::default(), rows: 0, most }
    }
}

impl Operator for Recursive {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        match self.running.pull(context)? {
            Pull::Pending => Ok(Pull::Pending),
            Pull::Batch(batch) if batch.rows == 0 => Ok(Pull::Pending),
            Pull::Batch(batch) => {
                self.rows += batch.rows as u64;
                if self.rows > self.most {
                    let message = "Exceeded recursive CTE max rows limit, please add correct CTE termination predicates or change the max_recursion_rows parameter.";
                    return Err(SqlError::product("XX000", message));
                }
                self.held
                    .add(batch.columns.iter().map(array::bytes_of).sum::<u64>() + ROUND_BYTES, context)?;
                self.found.push(batch.clone());
                Ok(Pull::Batch(batch))
            }
            Pull::End if self.found.is_empty() => Ok(Pull::End),
            Pull::End => {
                common_table::give(self.id, std::mem::take(&mut self.found), context);
                self.running = build(&self.step, context)?;
                Ok(Pull::Pending)
            }
        }
    }
}

/// What a batch costs beside its rows.
const ROUND_BYTES: u64 = 64;
