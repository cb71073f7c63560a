//! Row-level security and masking (reference, section 4).

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, Body, Checked, Outcome, Relation, Row, World, both, keeps, refused};
use crate::tight::act::{At, Filter, Name, Permission, Right, Rule, To};

#[derive(Clone, Debug)]
pub struct Policy {
    rule: Rule,
    /// Its lookup table and the column there.
    lookup: Option<(u32, u32)>,
    /// Relations that somebody let it look into: its maker, who could, or by GRANT.
    may_read: BTreeSet<u32>,
}

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

impl Security {
    pub fn is_something(&self) -> bool {
        self.hides_rows() || !self.masks.is_empty()
    }

    fn hides_rows(&self) -> bool {
        self.on || !self.policies.is_empty()
    }
}

impl Rule {
    /// The target's column that it reads.
    fn column(self) -> Option<Name> {
        match self {
            Rule::Rows(Filter { column, .. }) | Rule::Found { column, .. } => Some(column),
            Rule::Me(_) => None,
        }
    }
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
        let value = |name: Name| {
            let column = relation.columns.iter().find(|column| column.name == name)?;
            row.get(&column.id).copied()
        };
        let mut rules = self
            .applicable(asker, relation)
            .map(|policy| match policy.rule {
                Rule::Me(user) => user == asker,
                Rule::Rows(filter) => keeps(filter, value(filter.column)),
                Rule::Found { column, .. } => {
                    value(column).is_some_and(|value| self.found(asker, policy).contains(&(value % 2)))
                }
            })
            .peekable();
        if rules.peek().is_none() {
            return false;
        }
        if security.any { rules.any(|holds| holds) } else { rules.all(|holds| holds) }
    }

    fn applicable(&self, asker: Name, relation: &Relation) -> impl Iterator<Item = &Policy> {
        let mine = relation.security.policies.iter().filter(move |(_, to)| self.is(asker, *to));
        mine.filter_map(|(name, _)| self.policies.get(name))
    }

    /// What a policy looks up, behind the masks that are there for whom it is asked.
    fn found(&self, asker: Name, policy: &Policy) -> BTreeSet<i64> {
        let Some((id, column)) = policy.lookup else { return BTreeSet::new() };
        let Some(relation) = self.relations.get(&id) else { return BTreeSet::new() };
        let Body::Table(rows) = &relation.body else { return BTreeSet::new() };
        let value = |row| self.masked(asker, relation, row).get(&column).map(|value| value % 2);
        rows.iter().filter_map(value).collect()
    }

    /// A policy that must look up what nobody let it look into shows nothing, but refuses.
    pub fn fed(&self, asker: Name, at: At) -> Checked<()> {
        let mut next = self.find(at);
        while let Some(relation) = next.and_then(|id| self.relations.get(&id)) {
            next = match &relation.body {
                Body::View { base, .. } => Some(*base),
                Body::Late(source) => self.find(source.at),
                Body::Kept(_) => None,
                Body::Table(_) => {
                    let hungry =
                        |policy: &Policy| policy.lookup.is_some_and(|(id, _)| !policy.may_read.contains(&id));
                    let hidden = relation.security.on && !self.permitted(asker, Permission::IgnoreRls);
                    if hidden && self.applicable(asker, relation).any(hungry) {
                        return refused("42501");
                    }
                    None
                }
            };
        }
        Ok(())
    }

    pub fn looked_up_by(&self, policy: Name) -> Option<At> {
        let (id, _) = self.policies.get(policy)?.lookup?;
        self.relations.get(&id).map(|relation| relation.at)
    }

    /// Whether a policy looks a table up, or a column of it.
    pub fn looked_up(&self, id: u32, column: Option<u32>) -> bool {
        self.policies
            .values()
            .filter_map(|policy| policy.lookup)
            .any(|(table, looked_up)| table == id && column.is_none_or(|column| column == looked_up))
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
            self.policies.get(name).is_some_and(|policy| policy.rule.column() == Some(column))
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
        let mut policy = Policy { rule, lookup: None, may_read: BTreeSet::new() };
        if let Rule::Found { lookup, among, .. } = rule {
            let id = self.named(by, lookup)?;
            let column = self.columns(id)?.into_iter().find(|column| column.name == among);
            let column = column.map_or_else(|| refused("42703"), Ok)?.id;
            // Neither views nor what itself is behind policies.
            let relation = self.relation(id)?;
            if !matches!(relation.body, Body::Table(_)) || relation.security.hides_rows() {
                return refused("0A000");
            }
            policy.lookup = Some((id, column));
            if self.may(by, Right::Select, &[column], relation) {
                policy.may_read.insert(id);
            }
        }
        self.policies.insert(name, policy);
        Ok(Answer::Done)
    }

    pub fn feed(&mut self, by: Name, give: bool, at: At, name: Name) -> Outcome {
        let id = self.named(by, at)?;
        both(self.may_grant_select(by, id), self.policy(name))?;
        if let Some(policy) = self.policies.get_mut(name) {
            if give {
                policy.may_read.insert(id)
            } else {
                policy.may_read.remove(&id)
            };
        }
        Ok(Answer::Done)
    }

    fn policy(&self, name: Name) -> Checked<Rule> {
        self.policies.get(name).map(|policy| policy.rule).map_or_else(|| refused("42704"), Ok)
    }

    /// Neither what policies look up nor what is kept for all hides rows; the latter hides no values either.
    fn attachable(&self, id: u32, rows: bool) -> Checked<()> {
        if (rows && self.looked_up(id, None)) || self.is_kept_from(id) { refused("0A000") } else { Ok(()) }
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
        let there = match rule.column() {
            Some(read) if !columns.iter().any(|column| column.name == read) => refused("42703"),
            _ => Ok(()),
        };
        let there = both(there, self.attachable(id, true));
        let new = !self.relation(id)?.security.policies.contains(&(name, to));
        both(there, if new { Ok(()) } else { refused("42710") })?;
        self.relation_mut(id)?.security.policies.insert((name, to));
        Ok(Answer::Done)
    }

    pub fn secure(&mut self, by: Name, at: At, on: bool, any: bool) -> Outcome {
        let ((), id) = both(self.manages(by), self.named(by, at))?;
        if on {
            self.attachable(id, true)?;
        }
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
        let there = relation.columns.iter().any(|known| known.name == column);
        both(if there { Ok(()) } else { refused("42703") }, self.attachable(id, false))?;
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
