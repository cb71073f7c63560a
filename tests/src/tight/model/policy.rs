//! Row-level security and masking (reference, section 4).

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, Checked, Outcome, Relation, Row, World, both, keeps, refused};
use crate::tight::act::{At, Filter, Name, Permission, Rule, To};

/// What hides rows and values of a table.
#[derive(Clone, Debug, Default)]
pub struct Security {
    on: bool,
    /// Conjunction type OR.
    any: bool,
    policies: BTreeSet<(Name, To)>,
    /// By policy, column and whom it is for: with which priority.
    masks: BTreeMap<(Name, Name, To), u32>,
}

impl World {
    fn manages(&self, by: Name) -> Checked<()> {
        if self.is_super(by) || self.roles_of(by).contains("sys:secadmin") {
            Ok(())
        } else {
            refused("42501")
        }
    }

    /// Superusers, `sys:secadmin` and holders of IGNORE RLS see every row; without a policy nobody else sees any.
    pub fn visible(&self, asker: Name, relation: &Relation, row: &Row) -> bool {
        let security = &relation.security;
        if !security.on || self.permitted(asker, Permission::IgnoreRls) {
            return true;
        }
        let mut rules = security
            .policies
            .iter()
            .filter(|(_, to)| self.is(asker, *to))
            .filter_map(|(name, _)| self.policies.get(name))
            .map(|rule| match rule {
                Rule::Me(user) => *user == asker,
                Rule::Rows(filter) => {
                    let column = relation.columns.iter().find(|column| column.name == filter.column);
                    column.is_some_and(|column| keeps(*filter, row.get(&column.id).copied()))
                }
            })
            .peekable();
        if rules.peek().is_none() {
            return false;
        }
        if security.any { rules.any(|holds| holds) } else { rules.all(|holds| holds) }
    }

    /// The highest priority masks; superusers are no exception.
    pub fn masked(&self, asker: Name, relation: &Relation, row: &Row) -> Row {
        let mut row = row.clone();
        for column in &relation.columns {
            let masks = relation.security.masks.iter();
            let mine = masks.filter(|((_, masked, to), _)| *masked == column.name && self.is(asker, *to));
            let highest = mine.max_by_key(|(_, priority)| **priority);
            if let Some(value) = highest.and_then(|((name, ..), _)| self.masks.get(name)) {
                row.insert(column.id, *value);
            }
        }
        row
    }

    /// Columns of policies are neither dropped nor renamed.
    pub fn secures(&self, id: u32, column: Name) -> bool {
        let Some(Relation { security, .. }) = self.relations.get(&id) else { return false };
        let by_policy = security.policies.iter().any(|(name, _)| {
            matches!(self.policies.get(name), Some(Rule::Rows(Filter { column: tested, .. })) if *tested == column)
        });
        by_policy || security.masks.keys().any(|(_, masked, _)| *masked == column)
    }

    /// Every policy on a table, and whom it is for.
    pub fn attached(&self) -> Vec<(At, Name, To)> {
        let of = |relation: &Relation| {
            relation.security.policies.iter().map(|(name, to)| (relation.at, *name, *to)).collect::<Vec<_>>()
        };
        self.relations.values().flat_map(of).collect()
    }

    /// Whoever is gone has no policies.
    pub fn detach_all(&mut self, gone: To) {
        for relation in self.relations.values_mut() {
            relation.security.policies.retain(|(_, to)| *to != gone);
            relation.security.masks.retain(|(_, _, to), _| *to != gone);
        }
    }

    pub fn create_policy(&mut self, by: Name, name: Name, rule: Rule) -> Outcome {
        let free = if self.policies.contains_key(name) { refused("42710") } else { Ok(()) };
        both(self.manages(by), free)?;
        self.policies.insert(name, rule);
        Ok(Answer::Done)
    }

    fn policy(&self, name: Name) -> Checked<Rule> {
        self.policies.get(name).copied().map_or_else(|| refused("42704"), Ok)
    }

    pub fn drop_policy(&mut self, by: Name, name: Name, cascade: bool) -> Outcome {
        both(self.manages(by), self.policy(name))?;
        let attached =
            |relation: &Relation| relation.security.policies.iter().any(|(policy, _)| *policy == name);
        if !cascade && self.relations.values().any(attached) {
            return refused("2BP01");
        }
        for relation in self.relations.values_mut() {
            relation.security.policies.retain(|(policy, _)| *policy != name);
        }
        self.policies.remove(name);
        Ok(Answer::Done)
    }

    pub fn attach(&mut self, by: Name, give: bool, name: Name, at: At, to: To) -> Outcome {
        let may = both(self.manages(by), both(self.policy(name), self.known(to)));
        let (id, (_, (rule, ()))) = both(self.named(by, at), may)?;
        if !give {
            let gone = self.relation_mut(id)?.security.policies.remove(&(name, to));
            return if gone { Ok(Answer::Done) } else { refused("42704") };
        }
        let columns = &self.relation(id)?.columns;
        let there = match rule {
            Rule::Rows(filter) if !columns.iter().any(|column| column.name == filter.column) => {
                refused("42703")
            }
            _ => Ok(()),
        };
        let new = !self.relation(id)?.security.policies.contains(&(name, to));
        both(there, if new { Ok(()) } else { refused("42710") })?;
        self.relation_mut(id)?.security.policies.insert((name, to));
        Ok(Answer::Done)
    }

    pub fn secure(&mut self, by: Name, at: At, on: bool, any: bool) -> Outcome {
        let ((), id) = both(self.manages(by), self.named(by, at))?;
        let security = &mut self.relation_mut(id)?.security;
        (security.on, security.any) = (on, any);
        Ok(Answer::Done)
    }

    pub fn create_mask(&mut self, by: Name, name: Name, value: i64) -> Outcome {
        let free = if self.masks.contains_key(name) { refused("42710") } else { Ok(()) };
        both(self.manages(by), free)?;
        self.masks.insert(name, value);
        Ok(Answer::Done)
    }

    fn mask(&self, name: Name) -> Checked<()> {
        if self.masks.contains_key(name) { Ok(()) } else { refused("42704") }
    }

    pub fn drop_mask(&mut self, by: Name, name: Name) -> Outcome {
        both(self.manages(by), self.mask(name))?;
        let attached = |relation: &Relation| relation.security.masks.keys().any(|(mask, ..)| *mask == name);
        if self.relations.values().any(attached) {
            return refused("2BP01");
        }
        self.masks.remove(name);
        Ok(Answer::Done)
    }

    /// One mask for a column and whom it is for, and no two masks of the same priority for a column.
    pub fn attach_mask(
        &mut self,
        by: Name,
        name: Name,
        at: At,
        column: Name,
        to: To,
        priority: u32,
    ) -> Outcome {
        let may = both(self.manages(by), both(self.mask(name), self.known(to)));
        let (id, _) = both(self.named(by, at), may)?;
        let relation = self.relation(id)?;
        if !relation.columns.iter().any(|known| known.name == column) {
            return refused("42703");
        }
        let taken = relation.security.masks.iter().any(|((mask, masked, other), level)| {
            *masked == column && (*other == to || (*level == priority && *mask != name))
        });
        if taken {
            return refused("42710");
        }
        self.relation_mut(id)?.security.masks.insert((name, column, to), priority);
        Ok(Answer::Done)
    }

    pub fn detach_mask(&mut self, by: Name, name: Name, at: At, column: Name, from: To) -> Outcome {
        let may = both(self.manages(by), both(self.mask(name), self.known(from)));
        let (id, _) = both(self.named(by, at), may)?;
        match self.relation_mut(id)?.security.masks.remove(&(name, column, from)) {
            Some(_) => Ok(Answer::Done),
            None => refused("42704"),
        }
    }
}
