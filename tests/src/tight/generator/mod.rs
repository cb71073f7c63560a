//! Random histories: mostly of things that are there, so that what is refused is refused for want of a right.

mod object;
mod policy;
mod privilege;
mod statement;

use crate::choice::Choices;
use crate::tight::act::{
    ADMIN, Act, At, COLUMNS, GROUPS, Holder, KEPT, LATE, Name, On, Owned, PUBLIC, Pick, Query, ROLES, Right,
    Rights, SCHEMAS, SUPER, Source, TABLES, To, USERS, VIEWS, What, Write,
};
use crate::tight::model::{Relation, World};

/// Chooses what is done next.
pub struct Generator {
    choices: Choices,
    /// Each value that a history writes is its own, so that one that leaks tells where it is from.
    next_value: i64,
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Generator { choices: Choices::drawn(seed), next_value: 0 }
    }

    /// What every history begins with: somebody, something, a few rows.
    pub fn beginning(&mut self) -> Vec<Act> {
        let admin = |what| Act { by: ADMIN, lent: false, what };
        let mut acts = Vec::new();
        acts.extend(USERS.map(|name| admin(What::CreateUser { name, superuser: false, group: None })));
        acts.extend(GROUPS.map(|name| admin(What::CreateGroup(name))));
        acts.extend(ROLES.map(|name| admin(What::CreateRole(name))));
        for group in GROUPS {
            acts.push(admin(What::AlterGroup { group, add: true, user: self.choices.one(&USERS) }));
        }
        for role in ROLES {
            let to = Holder::User(self.choices.one(&USERS));
            acts.push(admin(What::GrantRole { role, to, admin: false }));
        }
        for schema in SCHEMAS {
            if schema != PUBLIC {
                acts.push(admin(What::CreateSchema { name: schema, owner: None }));
            }
            let rights = Rights::These(vec![Right::Usage]);
            let other = if self.choices.chance(40) { To::Public } else { To::Role(self.choices.one(&ROLES)) };
            let to = vec![To::User(self.choices.one(&USERS)), To::Group(self.choices.one(&GROUPS)), other];
            acts.push(admin(What::Grant { rights, on: On::Schema(schema), to, option: false }));
            for name in TABLES {
                let at = At { schema, name };
                let columns = 2 + self.choices.below(3);
                acts.push(admin(What::CreateTable { at, columns }));
                let rights = match self.choices.below(3) {
                    0 => {
                        Rights::OnColumns(vec![(Right::Select, vec![self.choices.one(&COLUMNS[..columns])])])
                    }
                    1 => Rights::These(vec![Right::Select]),
                    _ => Rights::All,
                };
                let to = vec![match self.choices.below(3) {
                    0 => To::Role(self.choices.one(&ROLES)),
                    1 => To::Group(self.choices.one(&GROUPS)),
                    _ => To::User(self.choices.one(&USERS)),
                }];
                acts.push(admin(What::Grant { rights, on: On::Relation(at), to, option: false }));
                for _ in 0..1 + self.choices.below(3) {
                    let columns = COLUMNS[..columns].to_vec();
                    acts.push(admin(What::Write(Write::Values { at, columns, first: self.value() })));
                }
            }
        }
        if self.choices.chance(60) {
            acts.extend(self.policies_at_first().into_iter().map(admin));
        }
        if self.choices.chance(70) {
            acts.extend(self.kept_at_first());
        }
        acts
    }

    /// Everybody looks at everything.
    pub fn sweep(&self, world: &World) -> Vec<Act> {
        let mut acts = Vec::new();
        for by in world.users.keys().copied().filter(|user| *user != ADMIN) {
            for relation in world.relations.values() {
                let source = Source { at: relation.at, pick: Pick::Star, filter: None };
                acts.push(Act { by, lent: false, what: What::Select(Query::Plain(source)) });
            }
            acts.extend([What::Outside, What::Guess].map(|what| Act { by, lent: false, what }));
        }
        acts
    }

    /// Somebody's next act, within the transaction that is open or in none.
    pub fn act(&mut self, world: &World) -> Act {
        if let Some(open) = world.open() {
            let by = open.by;
            if self.choices.chance(if open.aborted { 60 } else { 15 }) {
                return Act { by, lent: false, what: What::End { commit: self.choices.chance(50) } };
            }
            let alone = matches!(by, ADMIN);
            let what = match self.what(world) {
                // TRUNCATE ends the transaction that it is in.
                What::Truncate(_) | What::CreateModel { .. } => What::Select(self.query(world)),
                What::Scope { .. } | What::Permission { .. } | What::List(_) if !alone => {
                    What::Select(self.query(world))
                }
                what => what,
            };
            return Act { by, lent: false, what };
        }
        if self.choices.chance(3) {
            let by = if self.choices.chance(50) { ADMIN } else { self.user(world) };
            return Act { by, lent: false, what: What::Begin };
        }
        self.alone(world)
    }

    fn what(&mut self, world: &World) -> What {
        match self.choices.below(100) {
            0..=39 => What::Select(self.query(world)),
            40..=52 => What::Write(self.write(world)),
            53..=68 => self.privilege(world),
            69..=76 => self.principal(world),
            77..=80 => self.beforehand(world),
            81..=86 => self.policy(world),
            87..=94 => self.object(world),
            95 if self.choices.chance(50) => What::Outside,
            95 => What::Guess,
            96 | 97 => self.routine(world),
            _ => self.question(world),
        }
    }

    fn alone(&mut self, world: &World) -> Act {
        let what = self.what(world);
        // Who else may grant these, and what others see of lists, is not clear from the reference.
        if matches!(what, What::Scope { .. } | What::Permission { .. } | What::List(_)) {
            return Act { by: ADMIN, lent: false, what };
        }
        // Half of what needs an owner is done by one: histories in which all is refused show little.
        let owner = if self.choices.chance(55) { owner(world, &what) } else { None };
        let by = match (owner, self.choices.below(12)) {
            (Some(owner), _) => owner,
            (None, 0 | 1) => ADMIN,
            (None, 2) if world.users.contains_key(SUPER) => SUPER,
            _ => self.user(world),
        };
        // Who stands behind the session must not matter.
        Act { by, lent: by != ADMIN && self.choices.chance(15), what }
    }

    fn value(&mut self) -> i64 {
        self.next_value += 10;
        self.next_value + self.choices.below(2) as i64
    }

    /// One of a pool, rather one that is there.
    fn there(&mut self, pool: &[Name], is: impl Fn(Name) -> bool) -> Name {
        let known: Vec<Name> = pool.iter().copied().filter(|name| is(name)).collect();
        if known.is_empty() || self.choices.chance(4) {
            self.choices.one(pool)
        } else {
            self.choices.one(&known)
        }
    }

    fn user(&mut self, world: &World) -> Name {
        self.there(&USERS, |user| world.users.contains_key(user))
    }

    fn schema(&mut self, world: &World) -> Name {
        self.there(&SCHEMAS, |schema| world.schemas.contains_key(schema))
    }

    /// Only roles of people's making, or the system's too.
    fn role(&mut self, world: &World, system: bool) -> Name {
        if system && self.choices.chance(20) {
            return self.choices.one(&["sys:dba", "sys:operator", "sys:secadmin"]);
        }
        self.there(&ROLES, |role| world.roles.contains_key(role))
    }

    fn place(&mut self, world: &World, names: &[Name]) -> At {
        At { schema: self.schema(world), name: self.choices.one(names) }
    }

    /// A relation of one of these names, mostly one that is there.
    fn relation(&mut self, world: &World, names: &[Name]) -> At {
        let known: Vec<At> = world
            .relations
            .values()
            .map(|relation| relation.at)
            .filter(|at| names.contains(&at.name))
            .collect();
        if known.is_empty() || self.choices.chance(3) {
            self.place(world, names)
        } else {
            self.choices.one(&known)
        }
    }

    fn any_relation(&mut self, world: &World) -> At {
        self.relation(world, &[&TABLES[..], &VIEWS[..], &LATE[..], &KEPT[..]].concat())
    }

    fn column(&mut self, world: &World, at: At) -> Name {
        let columns = columns(world, at);
        if columns.is_empty() || self.choices.chance(3) {
            self.choices.one(&COLUMNS)
        } else {
            self.choices.one(&columns)
        }
    }

    /// One or two.
    fn some_columns(&mut self, world: &World, at: At) -> Vec<Name> {
        let mut picked = vec![self.column(world, at)];
        let other = self.column(world, at);
        if other != picked[0] && self.choices.chance(40) {
            picked.push(other);
        }
        picked
    }
}

/// Who may do such a thing to what is there, at least as its owner.
fn owner(world: &World, what: &What) -> Option<Name> {
    let of = |at: &At| {
        world.relations.values().find(|relation| relation.at == *at).map(|relation| relation.guard.owner)
    };
    let of_schema = |schema: Name| world.schemas.get(schema).map(|guard| guard.owner);
    match what {
        What::Grant { on, .. } | What::Revoke { on, .. } => match on {
            On::Relation(at) => of(at),
            On::AllTables(schema) | On::Schema(schema) => of_schema(schema),
            On::Database | On::Function(_) | On::Procedure(_) | On::Model => Some(ADMIN),
        },
        What::Drop { at, .. }
        | What::AddColumn { at, .. }
        | What::DropColumn { at, .. }
        | What::RenameColumn { at, .. }
        | What::Rename { at, .. }
        | What::Truncate(at) => of(at),
        What::Own { what: Owned::Schema(schema), .. }
        | What::CreateTable { at: At { schema, .. }, .. }
        | What::DropSchema { name: schema, .. } => of_schema(schema),
        What::CreateView { source, .. } | What::CreateKept { source, .. } => of(&source.at),
        What::Feed { at, .. } | What::Refresh(at) => of(at),
        What::Write(Write::Values { at, .. } | Write::Update { at, .. } | Write::Delete { at, .. }) => of(at),
        What::Select(_)
        | What::Write(Write::FromSelect { .. })
        | What::TableAs { .. }
        | What::CreateFunction { .. }
        | What::CreateModel { .. }
        | What::Default { user: None, .. }
        | What::CreateProcedure { .. }
        | What::Function(_)
        | What::Outside
        | What::Guess => None,
        What::Call(at) | What::DropRoutine(at) => world.routines.get(at).map(|routine| routine.guard.owner),
        _ => Some(ADMIN),
    }
}

/// Those that a relation has, or shows.
fn columns(world: &World, at: At) -> Vec<Name> {
    let id =
        world.relations.iter().find(|(_, relation): &(&u32, &Relation)| relation.at == at).map(|(id, _)| *id);
    let columns = id.and_then(|id| world.columns(id).ok()).unwrap_or_default();
    columns.iter().map(|column| column.name).collect()
}
