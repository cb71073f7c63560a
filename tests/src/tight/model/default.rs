//! Privileges on what is yet to be made, and on all there is in a schema: ALTER DEFAULT PRIVILEGES, scoped grants, system
//! permissions (reference, sections 1.8, 2.1 and 2.6).

use std::collections::{BTreeMap, BTreeSet};

use super::grant::ALL_ON_RELATION;
use super::{Answer, Entry, Guard, Outcome, World, both, refused, refused_with};
use crate::tight::act::{Made, Name, Permission, Right, Rights, To};

/// Whose objects, in which schema or in all, of what kind.
pub type Key = (Name, Option<Name>, Made);

#[derive(Clone, Debug, Default)]
pub struct Defaults {
    entries: BTreeMap<Key, BTreeSet<(To, Right)>>,
    /// Whose new functions PUBLIC may not run.
    closed: BTreeSet<Name>,
}

impl Defaults {
    /// What a new object of `owner`'s begins with. Entries of a schema add to the global ones and take nothing away.
    pub fn guard(&self, owner: Name, schema: Name, kind: Made) -> Guard {
        let mut guard = Guard::of(owner);
        if kind == Made::Functions && !self.closed.contains(owner) {
            guard = guard.with(To::Public, Right::Execute);
        }
        for key in [(owner, None, kind), (owner, Some(schema), kind)] {
            for (to, right) in self.entries.get(&key).into_iter().flatten() {
                guard
                    .entries
                    .entry(Entry { to: *to, right: *right, column: None, by: owner })
                    .or_insert(false);
            }
        }
        guard
    }

    /// Whether there are any for objects of this user's.
    pub fn of(&self, user: Name) -> bool {
        self.closed.contains(user) || self.entries.iter().any(|((of, ..), to)| *of == user && !to.is_empty())
    }

    pub fn name(&self, grantee: To) -> bool {
        self.entries.values().flatten().any(|(to, _)| *to == grantee)
    }

    pub fn forget(&mut self, grantee: To) {
        self.entries.values_mut().for_each(|entries| entries.retain(|(to, _)| *to != grantee));
    }

    pub fn forget_schema(&mut self, name: Name) {
        self.entries.retain(|(_, schema, _), _| *schema != Some(name));
    }
}

impl World {
    /// Everybody's own; others' only for superusers and holders of the permission.
    pub fn alter_defaults(&mut self, by: Name, key: Key, give: bool, rights: &Rights, to: To) -> Outcome {
        let (user, schema, kind) = key;
        let may = if user == by || self.permitted(by, Permission::AlterDefaults) {
            Ok(())
        } else {
            refused("42501")
        };
        let there = match schema {
            None => Ok(()),
            Some(name) => match self.schemas.get(name) {
                None => refused_with("3F000", format!("schema \"{name}\" does not exist")),
                Some(guard) if self.holds(user, Right::Create, None, guard) => Ok(()),
                Some(_) => refused("42501"),
            },
        };
        let known = both(self.known(To::User(user)), self.known(to));
        both(both(may, there), known)?;
        let all: &[Right] = if kind == Made::Tables { &ALL_ON_RELATION } else { &[Right::Execute] };
        let rights = match rights {
            Rights::These(rights) => rights.as_slice(),
            _ => all,
        };
        if rights.iter().any(|right| !all.contains(right)) {
            return refused("0LP01");
        }
        for right in rights {
            if kind == Made::Functions && schema.is_none() && to == To::Public {
                if give {
                    self.defaults.closed.remove(user)
                } else {
                    self.defaults.closed.insert(user)
                };
                continue;
            }
            let entries = self.defaults.entries.entry(key).or_default();
            if give {
                entries.insert((to, *right))
            } else {
                entries.remove(&(to, *right))
            };
        }
        Ok(Answer::Done)
    }

    /// By superusers only, here: who else may is not clear from the reference.
    pub fn scope(&mut self, by: Name, give: bool, right: Right, schema: Name, to: To) -> Outcome {
        let there = if self.schemas.contains_key(schema) {
            Ok(())
        } else {
            refused_with("3F000", format!("schema \"{schema}\" does not exist"))
        };
        let may = if self.is_super(by) { Ok(()) } else { refused("42501") };
        both(both(there, may), self.known(to))?;
        let scope = (to, right, schema);
        if give {
            self.scopes.insert(scope)
        } else {
            self.scopes.remove(&scope)
        };
        Ok(Answer::Done)
    }

    pub fn permission(&mut self, by: Name, give: bool, permission: Permission, role: Name) -> Outcome {
        let may = if self.is_super(by) { Ok(()) } else { refused("42501") };
        both(may, self.role(role).map(|_| ()))?;
        let held = &mut self.role_mut(role)?.permissions;
        if give {
            held.insert(permission)
        } else {
            held.remove(&permission)
        };
        Ok(Answer::Done)
    }
}
