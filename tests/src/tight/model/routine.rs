//! Functions and procedures (reference, sections 2.2 and 2.4): PUBLIC may run a new function, its owner alone a new
//! procedure; SECURITY DEFINER lends the owner's rights.

use super::{Answer, Checked, Does, Outcome, Routine, World, refused, refused_with};
use crate::tight::act::{At, Made, Name, PROCEDURE, Permission, Right};

impl World {
    pub fn create_routine(&mut self, by: Name, at: At, does: Does) -> Outcome {
        let procedure = matches!(does, Does::Write { .. });
        let lifted = if procedure { Permission::CreateProcedure } else { Permission::CreateFunction };
        self.create_in(by, at.schema, lifted)?;
        if self.routines.contains_key(&at) {
            return refused("42723");
        }
        let kind = if procedure { Made::Procedures } else { Made::Functions };
        let guard = self.defaults.guard(by, at.schema, kind);
        self.routines.insert(at, Routine { guard, does });
        Ok(Answer::Done)
    }

    fn routine(&self, by: Name, at: At) -> Checked<&Routine> {
        self.usage(by, at.schema)?;
        self.routines.get(&at).map_or_else(|| refused("42883"), Ok)
    }

    pub fn drop_routine(&mut self, by: Name, at: At) -> Outcome {
        let (lifted, kind) = match at.name == PROCEDURE {
            true => (Permission::DropProcedure, "procedure"),
            false => (Permission::DropFunction, "function"),
        };
        let owner = self.routine(by, at)?.guard.owner;
        if owner != by && !self.permitted(by, lifted) {
            return refused_with("42501", format!("must be owner of {kind} {}", at.name));
        }
        self.routines.remove(&at);
        Ok(Answer::Done)
    }

    pub fn function(&self, by: Name, at: At) -> Outcome {
        let routine = self.routine(by, at)?;
        if !self.holds(by, Right::Execute, None, &routine.guard) {
            return refused_with("42501", format!("permission denied for function {}", at.name));
        }
        let Does::Value(value) = routine.does else { return refused("the model called a procedure") };
        Ok(Answer::Rows { names: vec![at.name.to_owned()], rows: vec![vec![value.to_string()]] })
    }

    pub fn call(&mut self, by: Name, at: At) -> Outcome {
        let routine = self.routine(by, at)?;
        if !self.holds(by, Right::Execute, None, &routine.guard) {
            return refused_with("42501", format!("permission denied for procedure {}", at.name));
        }
        let Does::Write { definer, body } = routine.does.clone() else {
            return refused("the model called a function");
        };
        let owner = routine.guard.owner;
        self.write(if definer { owner } else { by }, &body)?;
        Ok(Answer::Done)
    }
}
