//! Users, groups, roles (reference, section 1).

use super::{Answer, Checked, Outcome, Role, World, refused, refused_with};
use crate::tight::act::{ADMIN, Holder, Name, Permission, To};

pub const SYSTEM_ROLES: [Name; 5] =
    ["sys:dba", "sys:monitor", "sys:operator", "sys:secadmin", "sys:superuser"];

/// What a role holds itself (reference, section 1.7).
pub fn held_by(role: Name, permission: Permission) -> bool {
    use Permission as P;
    match role {
        "sys:superuser" => true,
        "sys:secadmin" => {
            matches!(
                permission,
                P::CreateUser | P::DropUser | P::CreateRole | P::DropRole | P::GrantRole | P::IgnoreRls
            )
        }
        "sys:dba" => !matches!(
            permission,
            P::CreateUser
                | P::DropUser
                | P::CreateRole
                | P::DropRole
                | P::GrantRole
                | P::AlterTable
                | P::AlterDefaults
                | P::IgnoreRls
        ),
        _ => false,
    }
}

impl World {
    pub fn superuser(&self, user: Name, to: &str) -> Checked<()> {
        if self.is_super(user) { Ok(()) } else { refused_with("42501", format!("must be superuser to {to}")) }
    }

    fn user(&self, name: Name) -> Checked<()> {
        if self.users.contains_key(name) {
            return Ok(());
        }
        refused_with("42704", format!("user \"{name}\" does not exist"))
    }

    fn group(&self, name: Name) -> Checked<()> {
        if self.groups.contains_key(name) {
            return Ok(());
        }
        refused_with("42704", format!("group \"{name}\" does not exist"))
    }

    pub fn role(&self, name: Name) -> Checked<&Role> {
        match self.roles.get(name) {
            Some(role) => Ok(role),
            None => refused_with("42704", format!("role \"{name}\" does not exist")),
        }
    }

    pub fn role_mut(&mut self, name: Name) -> Checked<&mut Role> {
        match self.roles.get_mut(name) {
            Some(role) => Ok(role),
            None => refused_with("42704", format!("role \"{name}\" does not exist")),
        }
    }

    /// Whether whom a privilege is written to is there.
    pub fn known(&self, to: To) -> Checked<()> {
        match to {
            To::User(name) => self.user(name),
            To::Group(name) => self.group(name),
            To::Role(name) => self.role(name).map(|_| ()),
            To::Public => Ok(()),
        }
    }

    pub fn create_user(&mut self, by: Name, name: Name, superuser: bool, group: Option<Name>) -> Outcome {
        if !self.permitted(by, Permission::CreateUser) {
            self.superuser(by, "create users")?;
        }
        let may = if superuser && !self.is_super(by) { refused("42501") } else { Ok(()) };
        let taken = if self.users.contains_key(name) {
            refused_with("42710", format!("user \"{name}\" already exists"))
        } else {
            Ok(())
        };
        super::both(may, taken)?;
        if let Some(group) = group {
            self.group(group)?;
            self.groups.entry(group).or_default().insert(name);
        }
        self.users.insert(name, superuser);
        Ok(Answer::Done)
    }

    /// Ownership is looked at first, then privileges; membership is no hindrance (reference, section 1.4).
    pub fn drop_user(&mut self, by: Name, name: Name) -> Outcome {
        if !self.permitted(by, Permission::DropUser) {
            self.superuser(by, "drop users")?;
        }
        self.user(name)?;
        if self.is_super(name) && !self.is_super(by) {
            return refused("42501");
        }
        if name == by {
            return refused_with("55006", "current user cannot be dropped".to_owned());
        }
        let cannot = |why: &str| {
            refused_with(
                "55006",
                format!("user \"{name}\" can't be dropped because the user {why} some object"),
            )
        };
        if name == ADMIN || self.guards().any(|guard| guard.owner == name) || self.defaults.of(name) {
            return cannot("owns");
        }
        if self.is_written(To::User(name)) {
            return cannot("has a privilege on");
        }
        for members in self.groups.values_mut() {
            members.remove(name);
        }
        for role in self.roles.values_mut() {
            role.holders.remove(&Holder::User(name));
        }
        self.detach_all(To::User(name));
        self.makes_none(To::User(name));
        self.users.remove(name);
        Ok(Answer::Done)
    }

    fn guards(&self) -> impl Iterator<Item = &super::Guard> {
        [&self.database, &self.model]
            .into_iter()
            .chain(self.schemas.values())
            .chain(self.relations.values().map(|relation| &relation.guard))
            .chain(self.routines.values().map(|routine| &routine.guard))
    }

    fn is_written(&self, to: To) -> bool {
        self.defaults.name(to)
            || self.scopes.iter().any(|(scoped, ..)| *scoped == to)
            || self.guards().any(|guard| guard.entries.keys().any(|entry| entry.to == to))
    }

    pub fn create_group(&mut self, by: Name, name: Name) -> Outcome {
        self.superuser(by, "create groups")?;
        if self.groups.contains_key(name) {
            return refused_with("42710", format!("group \"{name}\" already exists"));
        }
        self.groups.insert(name, Default::default());
        Ok(Answer::Done)
    }

    pub fn drop_group(&mut self, by: Name, name: Name) -> Outcome {
        self.superuser(by, "drop groups")?;
        self.group(name)?;
        if self.is_written(To::Group(name)) {
            return refused("55006");
        }
        self.groups.remove(name);
        self.makes_none(To::Group(name));
        Ok(Answer::Done)
    }

    pub fn alter_group(&mut self, by: Name, group: Name, add: bool, user: Name) -> Outcome {
        self.superuser(by, "alter groups")?;
        super::both(self.group(group), self.user(user))?;
        let members = self.groups.entry(group).or_default();
        if add {
            members.insert(user);
        } else {
            members.remove(user);
        }
        Ok(Answer::Done)
    }

    pub fn create_role(&mut self, by: Name, name: Name) -> Outcome {
        if !self.permitted(by, Permission::CreateRole) {
            return refused("42501");
        }
        if self.roles.contains_key(name) {
            return refused("42710");
        }
        self.roles
            .insert(name, Role { owner: by, holders: Default::default(), permissions: Default::default() });
        Ok(Answer::Done)
    }

    /// Superusers, the owner, holders with ADMIN OPTION, and holders of the permission.
    fn administers(&self, by: Name, role: Name, lifted: Permission) -> Checked<()> {
        let known = self.role(role)?;
        let may = self.permitted(by, lifted)
            || known.owner == by
            || known.holders.get(&Holder::User(by)) == Some(&true);
        if may { Ok(()) } else { refused("42501") }
    }

    pub fn drop_role(&mut self, by: Name, name: Name, force: bool) -> Outcome {
        self.administers(by, name, Permission::DropRole)?;
        if SYSTEM_ROLES.contains(&name) {
            return refused("42501");
        }
        let holders = &self.role(name)?.holders;
        let of_users = holders.keys().any(|holder| matches!(holder, Holder::User(_)));
        let others = holders.keys().any(|holder| matches!(holder, Holder::Role(_)))
            || self.roles.values().any(|role| role.holders.contains_key(&Holder::Role(name)));
        if !force {
            if of_users {
                let text = "cannot drop this role since it has been granted on a user";
                return refused_with("2BP01", text.to_owned());
            }
            if others {
                return refused_with(
                    "2BP01",
                    "cannot drop this role since it depends on another role".to_owned(),
                );
            }
            if self.is_written(To::Role(name)) {
                let why = "cannot be dropped because the role has a privilege on some object";
                return refused_with("55006", format!("role \"{name}\" {why}"));
            }
        }
        self.detach_all(To::Role(name));
        self.makes_none(To::Role(name));
        self.defaults.forget(To::Role(name));
        self.scopes.retain(|(to, ..)| *to != To::Role(name));
        self.roles.remove(name);
        for role in self.roles.values_mut() {
            role.holders.remove(&Holder::Role(name));
        }
        let forget = |guard: &mut super::Guard| guard.entries.retain(|entry, _| entry.to != To::Role(name));
        forget(&mut self.database);
        forget(&mut self.model);
        self.schemas.values_mut().for_each(forget);
        self.relations.values_mut().for_each(|relation| forget(&mut relation.guard));
        self.routines.values_mut().for_each(|routine| forget(&mut routine.guard));
        Ok(Answer::Done)
    }

    pub fn grant_role(&mut self, by: Name, role: Name, to: Holder, admin: bool) -> Outcome {
        self.administers(by, role, Permission::GrantRole)?;
        match to {
            Holder::User(user) => self.user(user)?,
            Holder::Role(holder) => {
                self.role(holder)?;
                if holder == role || self.reaches(role, holder) {
                    let text =
                        "cannot grant this role, a circular dependency was detected between these roles";
                    return refused_with("0LP01", text.to_owned());
                }
            }
        }
        let option = self.role_mut(role)?.holders.entry(to).or_insert(false);
        *option |= admin && matches!(to, Holder::User(_));
        Ok(Answer::Done)
    }

    /// Does `holder` hold `role` already, through any number of others?
    fn reaches(&self, holder: Name, role: Name) -> bool {
        let Some(of) = self.roles.get(role) else { return false };
        of.holders.keys().any(|to| match to {
            Holder::Role(to) => *to == holder || self.reaches(holder, to),
            Holder::User(_) => false,
        })
    }

    pub fn revoke_role(&mut self, by: Name, role: Name, from: Holder, admin_only: bool) -> Outcome {
        self.administers(by, role, Permission::GrantRole)?;
        match from {
            Holder::User(user) => self.user(user)?,
            Holder::Role(holder) => self.role(holder).map(|_| ())?,
        }
        let holders = &mut self.role_mut(role)?.holders;
        if !admin_only {
            holders.remove(&from);
        } else if let Some(option) = holders.get_mut(&from) {
            *option = false;
        }
        Ok(Answer::Done)
    }
}
