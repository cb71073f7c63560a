//! Who may make models: CREATE MODEL, the rows, and CREATE on the schema, for which the first does not stand (reference,
//! sections 1.8 and 2.1). What comes of a model is not this model's subject.

use super::{Answer, Outcome, World, both, refused, refused_with};
use crate::tight::act::{At, Name, Pick, Right, Source, To};

impl World {
    pub fn model_right(&mut self, by: Name, give: bool, to: To) -> Outcome {
        let may = if self.is_super(by) { Ok(()) } else { refused("42501") };
        both(may, self.known(to))?;
        if give {
            self.makers.insert(to)
        } else {
            self.makers.remove(&to)
        };
        Ok(Answer::Done)
    }

    /// Whoever is gone makes none.
    pub fn makes_none(&mut self, gone: To) {
        self.makers.remove(&gone);
    }

    pub fn create_model(&mut self, by: Name, schema: Name, from: At, columns: [Name; 2]) -> Outcome {
        let source = Source { at: from, pick: Pick::Columns(columns.to_vec()), filter: None };
        let rows = self.bind(by, &source, false).and_then(|bound| self.readable(by, &bound));
        both(rows, self.fed(by, from))?;
        let may = self.is_super(by)
            || self.roles_of(by).contains("sys:superuser")
            || self.makers.iter().any(|to| self.is(by, *to));
        if !may {
            return refused("42501");
        }
        let Some(guard) = self.schemas.get(schema) else {
            return refused_with("3F000", format!("schema \"{schema}\" does not exist"));
        };
        if !self.holds(by, Right::Create, None, guard) {
            return refused_with("42501", format!("permission denied for schema {schema}"));
        }
        refused_with("XX000", "No default IAM role is set for the cluster".to_owned())
    }
}
