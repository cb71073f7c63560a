//! A common table expression that is read more than once: computed once, as far as somebody reads.

use std::cell::RefCell;
use std::rc::Rc;

use super::memory::Held;
use super::{Context, Operator, Pull, array, build};
use crate::sorted::SortedMap;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Batch;
use crate::sql::plan::Plan;
use crate::warehouse::value::Value;

/// The definitions that are in scope, by id.
#[derive(Default)]
pub struct Definitions {
    by_id: SortedMap<u32, Rc<RefCell<Definition>>>,
}

struct Definition {
    /// Taken out while it is pulled.
    operator: Option<Box<dyn Operator>>,
    batches: Vec<Batch>,
    done: bool,
    /// The outer row's values where the definition stands, which may not be those where it is read.
    parameters: Vec<Value>,
    held: Held,
}

/// Makes `definition` known to the reads of `id`.
pub fn define(id: u32, definition: &Plan, context: &mut Context) -> SqlResult<()> {
    let operator = build(definition, context)?;
    let definition = Definition {
        operator: Some(operator),
        batches: Vec::new(),
        done: false,
        parameters: context.evaluation.parameters.clone(),
        held: Held::default(),
    };
    context.shared.common.by_id.insert(id, Rc::new(RefCell::new(definition)));
    Ok(())
}

/// Makes rows that are there already known to the reads of `id` that are built from now on.
pub fn give(id: u32, batches: Vec<Batch>, context: &mut Context) {
    let definition = Definition {
        operator: None,
        batches,
        done: true,
        parameters: context.evaluation.parameters.clone(),
        held: Held::default(),
    };
    context.shared.common.by_id.insert(id, Rc::new(RefCell::new(definition)));
}

pub struct CommonRead {
    definition: Rc<RefCell<Definition>>,
    at: usize,
}

impl CommonRead {
    pub fn new(id: u32, context: &Context) -> SqlResult<Self> {
        match context.shared.common.by_id.get(&id) {
            Some(definition) => Ok(CommonRead { definition: Rc::clone(definition), at: 0 }),
            None => Err(SqlError::bug(format!("common table {id} is not defined"))),
        }
    }
}

impl Operator for CommonRead {
    fn pull(&mut self, context: &mut Context) -> SqlResult<Pull> {
        let (mut operator, parameters) = {
            let mut definition = self.definition.borrow_mut();
            if let Some(batch) = definition.batches.get(self.at) {
                self.at += 1;
                return Ok(Pull::Batch(batch.clone()));
            }
            if definition.done {
                return Ok(Pull::End);
            }
            match definition.operator.take() {
                Some(operator) => (operator, definition.parameters.clone()),
                None => return Err(SqlError::bug("a common table reads itself")),
            }
        };
        let reader = std::mem::replace(&mut context.evaluation.parameters, parameters);
        let pull = operator.pull(context);
        context.evaluation.parameters = reader;
        let mut definition = self.definition.borrow_mut();
        definition.operator = Some(operator);
        match pull? {
            Pull::Pending => Ok(Pull::Pending),
            Pull::End => {
                definition.done = true;
                definition.operator = None;
                Ok(Pull::End)
            }
            Pull::Batch(batch) => {
                definition.held.add(batch.columns.iter().map(array::bytes_of).sum(), context)?;
                definition.batches.push(batch.clone());
                self.at += 1;
                Ok(Pull::Batch(batch))
            }
        }
    }
}
