//! What statements hold, counted against a limit, so that a query fails instead of the page.
//!
//! Counted are the rows and tables of operators, rows written and not committed, and rows on their way to the
//! reader. Joining pieces end to end holds them twice for a moment, so the real peak can be twice the count.

use super::Context;
use super::array::bytes_of;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::outcome::Batch;

/// For stored blocks and everything that statements hold together: what a 32-bit address space has room for
/// at twice the count.
pub const DEFAULT_LIMIT: u64 = 1_536 << 20;

impl Context {
    /// Takes note of `bytes` more.
    ///
    /// # Errors
    /// `Out Of Memory` (XX000) past the limit, in the words of a compute node (recalled; unconfirmed).
    pub fn reserve(&mut self, bytes: u64) -> SqlResult<()> {
        self.memory_used = self.memory_used.saturating_add(bytes);
        if self.memory_used <= self.memory_limit {
            return Ok(());
        }
        let rule = "-----------------------------------------------";
        let query = self.query;
        Err(SqlError::new(SqlErrorKind::Product {
            state: "XX000",
            message: "Out Of Memory".to_owned(),
            detail: Some(format!(
                "\n  {rule}\n  error:  Out Of Memory\n  code:      1004\n  context:   alloc({bytes},MtPool)\n  query:     {query}\n  location:  alloc.cpp:405\n  process:   query0_0_{query} [pid=0]\n  {rule}"
            )),
            hint: Some("Read fewer rows or columns: add a WHERE, or group before joining.".to_owned()),
        }))
    }

    /// As [`Context::reserve`], for rows that stay until the statement ends.
    pub fn hold(&mut self, batch: &Batch) -> SqlResult<()> {
        self.reserve(batch.columns.iter().map(bytes_of).sum())
    }

    pub fn release(&mut self, bytes: u64) {
        self.memory_used = self.memory_used.saturating_sub(bytes);
    }
}

/// Keeps one operator's count equal to what it holds now.
#[derive(Default)]
pub struct Held {
    bytes: u64,
}

impl Held {
    pub fn set(&mut self, bytes: u64, context: &mut Context) -> SqlResult<()> {
        if bytes > self.bytes {
            context.reserve(bytes - self.bytes)?;
        } else {
            context.release(self.bytes - bytes);
        }
        self.bytes = bytes;
        Ok(())
    }

    pub fn add(&mut self, bytes: u64, context: &mut Context) -> SqlResult<()> {
        self.set(self.bytes + bytes, context)
    }
}
