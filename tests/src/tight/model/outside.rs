//! What lies outside or was learned: USAGE opens an external schema, tables and all; EXECUTE on a model opens its function
//! (reference, sections 2.1 to 2.3). Neither changes hands here, and everybody has USAGE on the model's schema.

use super::{Answer, Outcome, World, refused};
use crate::tight::act::{Name, OUTSIDE, Right};

impl World {
    /// TEMP on the database, which such a query needs too, is everybody's.
    pub fn read_outside(&self, by: Name) -> Outcome {
        self.usage(by, OUTSIDE)?;
        let rows = ["1", "2"].map(|id| vec![id.to_owned()]).to_vec();
        Ok(Answer::Rows { names: vec!["id".to_owned()], rows })
    }

    /// What it says is no subject of this model's.
    pub fn guess(&self, by: Name) -> Outcome {
        if self.holds(by, Right::Execute, None, &self.model) { Ok(Answer::Done) } else { refused("42501") }
    }
}
