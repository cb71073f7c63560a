//! The barrier over what policies hide: rows pass, nothing else does.

use super::{Context, Operator, Pull, build};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::plan::Secure;

/// That memory ran out tells nothing of a value.
const HARMLESS: &str = "Out Of Memory";

pub struct Barrier {
    input: Box<dyn Operator>,
    name: String,
    open: bool,
}

impl Barrier {
    pub fn new(secure: &Secure, context: &mut Context) -> SqlResult<Self> {
        let input = build(&secure.input, context).map_err(|error| silenced(error, &secure.name))?;
        Ok(Barrier { input, name: secure.name.clone(), open: secure.open })
    }
}

/// A cast or a division that fails on a hidden row must not say on which value. The sentence is unconfirmed: what the
/// product does with a policy that fails is not published.
fn silenced(error: SqlError, name: &str) -> SqlError {
    match &*error.kind {
        SqlErrorKind::Product { message, .. } if message != HARMLESS => SqlError::product(
            "22000",
            format!("a security policy on relation \"{name}\" could not be evaluated"),
        ),
        _ => error,
    }
}

impl Operator for Barrier {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let before = context.statistics;
        let pulled = self.input.pull(context).map_err(|error| silenced(error, &self.name))?;
        // How much was read and skipped for the rows that are shown would tell of those that are not.
        if !self.open {
            context.statistics = before;
            if let Pull::Batch(batch) = &pulled {
                context.statistics.rows_scanned += batch.rows as u64;
            }
        }
        Ok(pulled)
    }
}
