//! What operators hold, counted against a limit, so that a query fails instead of the page.

use super::Context;
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};

/// Half of what a 32-bit address space holds: the other half is for stored blocks and results.
pub const DEFAULT_LIMIT: u64 = 2 << 30;

impl Context {
    /// Takes note of `bytes` more.
    ///
    /// # Errors
    /// 53200 past the limit. The text is PostgreSQL 8's; what a Redshift leader says is unconfirmed.
    pub fn reserve(&mut self, bytes: u64) -> SqlResult<()> {
        self.memory_used = self.memory_used.saturating_add(bytes);
        if self.memory_used <= self.memory_limit {
            return Ok(());
        }
        Err(SqlError::new(SqlErrorKind::Product {
            state: "53200",
            message: "out of memory".to_owned(),
            detail: Some(format!("Failed on request of size {bytes}.")),
            hint: Some("Read fewer rows or columns: add a WHERE, or group before joining.".to_owned()),
        }))
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
