//! Who holds what: a right is held by the union of what the user, its groups, its roles through every level, and PUBLIC
//! were granted; owners and superusers need no grant; there is no DENY (reference, section 2.5).

use std::collections::BTreeSet;

use super::principal::held_by;
use super::{Checked, Guard, Relation, World, refused, refused_with};
use crate::tight::act::{At, Holder, Name, Permission, Right, To};

impl World {
    pub fn is_super(&self, user: Name) -> bool {
        self.users.get(user).copied().unwrap_or(false)
    }

    /// Every role that `user` holds, through others too.
    pub fn roles_of(&self, user: Name) -> BTreeSet<Name> {
        let mut holders = BTreeSet::from([Holder::User(user)]);
        let mut held = BTreeSet::new();
        loop {
            let more: Vec<Name> = self
                .roles
                .iter()
                .filter(|(name, role)| {
                    !held.contains(*name) && role.holders.keys().any(|holder| holders.contains(holder))
                })
                .map(|(name, _)| *name)
                .collect();
            if more.is_empty() {
                return held;
            }
            holders.extend(more.iter().map(|role| Holder::Role(role)));
            held.extend(more);
        }
    }

    /// A system permission, by being superuser or through a role.
    pub fn permitted(&self, user: Name, permission: Permission) -> bool {
        let through = |role: &Name| {
            held_by(role, permission)
                || self.roles.get(role).is_some_and(|role| role.permissions.contains(&permission))
        };
        self.is_super(user) || self.roles_of(user).iter().any(through)
    }

    pub fn is(&self, user: Name, to: To) -> bool {
        match to {
            To::User(name) => name == user,
            To::Group(group) => self.groups.get(group).is_some_and(|members| members.contains(user)),
            To::Role(role) => self.roles_of(user).contains(role),
            To::Public => true,
        }
    }

    /// On the whole object, or on the column named.
    pub fn holds(&self, user: Name, right: Right, column: Option<u32>, guard: &Guard) -> bool {
        self.is_super(user)
            || (guard.owner == user && !guard.owner_lacks.contains(&right))
            || guard.scope.is_some_and(|schema| self.in_scope(user, right, schema))
            || guard.entries.keys().any(|entry| {
                entry.right == right
                    && (entry.column.is_none() || entry.column == column)
                    && self.is(user, entry.to)
            })
    }

    fn in_scope(&self, user: Name, right: Right, schema: Name) -> bool {
        self.scopes.iter().any(|(to, scoped, of)| *scoped == right && *of == schema && self.is(user, *to))
    }

    /// Names in a schema are there only for holders of USAGE.
    pub fn usage(&self, user: Name, schema: Name) -> Checked<()> {
        let Some(guard) = self.schemas.get(schema) else {
            return refused_with("3F000", format!("schema \"{schema}\" does not exist"));
        };
        if self.holds(user, Right::Usage, None, guard) {
            return Ok(());
        }
        refused_with("42501", format!("permission denied for schema {schema}"))
    }

    /// CREATE on the schema, or the permission to create such things anywhere.
    pub fn create_in(&self, user: Name, schema: Name, lifted: Permission) -> Checked<()> {
        let Some(guard) = self.schemas.get(schema) else {
            return refused_with("3F000", format!("schema \"{schema}\" does not exist"));
        };
        if self.holds(user, Right::Create, None, guard) || self.permitted(user, lifted) {
            return Ok(());
        }
        refused_with("42501", format!("permission denied for schema {schema}"))
    }

    pub fn find(&self, at: At) -> Option<u32> {
        self.relations.iter().find(|(_, relation)| relation.at == at).map(|(id, _)| *id)
    }

    /// The relation a name means to `user`.
    pub fn named(&self, user: Name, at: At) -> Checked<u32> {
        self.usage(user, at.schema)?;
        match self.find(at) {
            Some(id) => Ok(id),
            None => refused_with("42P01", format!("relation \"{at}\" does not exist")),
        }
    }

    pub fn relation(&self, id: u32) -> Checked<&Relation> {
        match self.relations.get(&id) {
            Some(relation) => Ok(relation),
            None => refused("the model lost a relation"),
        }
    }

    pub fn relation_mut(&mut self, id: u32) -> Checked<&mut Relation> {
        match self.relations.get_mut(&id) {
            Some(relation) => Ok(relation),
            None => refused("the model lost a relation"),
        }
    }

    /// `right` on each of `columns`; on none in particular, any column will do (`count(*)`; unconfirmed).
    pub fn may(&self, user: Name, right: Right, columns: &[u32], relation: &Relation) -> bool {
        let holds = |column| self.holds(user, right, column, &relation.guard);
        if !matches!(right, Right::Select | Right::Update) {
            return holds(None);
        }
        match columns {
            [] => holds(None) || relation.columns.iter().any(|column| holds(Some(column.id))),
            columns => columns.iter().all(|column| holds(Some(*column))),
        }
    }

    /// Owner, superuser, holder of `right` on the relation or of the permission for all of them.
    pub fn owns(
        &self,
        user: Name,
        relation: &Relation,
        right: Option<Right>,
        lifted: Permission,
    ) -> Checked<()> {
        let may = relation.guard.owner == user
            || right.is_some_and(|right| self.holds(user, right, None, &relation.guard))
            || self.permitted(user, lifted);
        if may {
            return Ok(());
        }
        refused_with("42501", format!("must be owner of relation {}", relation.at.name))
    }
}
