//! Redshift's access control as sets and rules: small, slow, and written from the reference, so that the engine has
//! something to be compared with that does not share its mistakes.
//!
//! Read [`right`] (who holds what), then what changes it: [`principal`], [`grant`], [`default`],
//! [`object`], [`outside`], [`kept`], [`policy`], [`transaction`]; then what it is for:
//! [`read`], [`write`] and [`listing`]. Where the reference is silent, the choice is marked `unconfirmed`, as in the engine.

mod default;
mod grant;
mod kept;
mod learn;
mod listing;
mod object;
mod outside;
mod policy;
mod principal;
mod read;
mod right;
mod routine;
mod transaction;
mod write;

pub use transaction::Open;

use std::collections::{BTreeMap, BTreeSet};

use super::act::{ADMIN, At, Filter, Holder, Name, OUTSIDE, PUBLIC, Permission, Right, To, What, Write};

/// Everything there is.
#[derive(Clone, Debug)]
pub struct World {
    /// Whether each is a superuser.
    pub users: BTreeMap<Name, bool>,
    pub groups: BTreeMap<Name, BTreeSet<Name>>,
    pub roles: BTreeMap<Name, Role>,
    pub schemas: BTreeMap<Name, Guard>,
    pub relations: BTreeMap<u32, Relation>,
    pub routines: BTreeMap<At, Routine>,
    database: Guard,
    model: Guard,
    /// Privileges on objects yet to be made.
    defaults: default::Defaults,
    /// `GRANT ... FOR TABLES IN SCHEMA`.
    scopes: BTreeSet<(To, Right, Name)>,
    /// Who may make models, besides holders of roles that may do everything.
    makers: BTreeSet<To>,
    policies: BTreeMap<Name, policy::Policy>,
    masks: BTreeMap<Name, i64>,
    /// What was before BEGIN.
    open: Option<Box<transaction::Open>>,
    next: u32,
}

#[derive(Clone, Debug)]
pub struct Role {
    owner: Name,
    /// With what: `true` is ADMIN OPTION; roles never have it.
    pub holders: BTreeMap<Holder, bool>,
    permissions: BTreeSet<Permission>,
}

/// An object's owner, and what is written on it.
#[derive(Clone, Debug)]
pub struct Guard {
    pub owner: Name,
    entries: BTreeMap<Entry, bool>,
    /// Ordinary privileges that the owner took from itself.
    owner_lacks: BTreeSet<Right>,
    /// A relation's schema, for scoped grants.
    scope: Option<Name>,
}

/// A written privilege; the map's value is its grant option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    to: To,
    right: Right,
    column: Option<u32>,
    by: Name,
}

/// A column by a number that no other column ever has.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    id: u32,
    pub name: Name,
}

#[derive(Clone, Debug)]
pub struct Relation {
    pub at: At,
    pub guard: Guard,
    pub columns: Vec<Column>,
    body: Body,
    /// Counts the changes of a table's rows and columns.
    version: u64,
    security: policy::Security,
}

pub type Row = BTreeMap<u32, i64>;

#[derive(Clone, Debug)]
pub enum Body {
    Table(Vec<Row>),
    /// The columns of another relation, or their count, under the view's own names.
    View {
        base: u32,
        picks: Vec<Picked>,
        filter: Option<(u32, i64)>,
    },
    /// Looked up anew each time.
    Late(super::act::Source),
    Kept(kept::Kept),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    Column(u32),
    Count,
}

#[derive(Clone, Debug)]
pub struct Routine {
    pub guard: Guard,
    does: Does,
}

#[derive(Clone, Debug)]
pub enum Does {
    Value(i64),
    Write { definer: bool, body: Write },
}

/// How a statement should end.
pub type Outcome = Result<Answer, Refusal>;

#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Done,
    /// So many rows written.
    Count(u64),
    Rows {
        names: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}

/// Any of these: where two things are wrong, the reference does not always say which is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(pub Vec<Reason>);

#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    pub state: &'static str,
    /// Where the reference gives it.
    pub text: Option<String>,
}

pub type Checked<T> = Result<T, Refusal>;

/// A refusal whose text the reference does not give.
fn refused<T>(state: &'static str) -> Checked<T> {
    Err(Refusal(vec![Reason { state, text: None }]))
}

fn refused_with<T>(state: &'static str, text: String) -> Checked<T> {
    Err(Refusal(vec![Reason { state, text: Some(text) }]))
}

/// Both must hold; either may be told.
fn both<A, B>(one: Checked<A>, other: Checked<B>) -> Checked<(A, B)> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(one), Err(other)) => Err(Refusal([one.0, other.0].concat())),
        (Err(one), Ok(_)) | (Ok(_), Err(one)) => Err(one),
    }
}

impl Guard {
    fn of(owner: Name) -> Self {
        Guard { owner, entries: BTreeMap::new(), owner_lacks: BTreeSet::new(), scope: None }
    }

    fn with(mut self, to: To, right: Right) -> Self {
        self.entries.insert(Entry { to, right, column: None, by: self.owner }, false);
        self
    }
}

impl World {
    /// A cluster as it is made: one superuser, schema `public` open to all.
    pub fn new() -> Self {
        let public = Guard::of(ADMIN).with(To::Public, Right::Create).with(To::Public, Right::Usage);
        let mut world = World {
            users: BTreeMap::from([(ADMIN, true)]),
            groups: BTreeMap::new(),
            roles: BTreeMap::new(),
            schemas: BTreeMap::from([(PUBLIC, public), (OUTSIDE, Guard::of(ADMIN))]),
            relations: BTreeMap::new(),
            routines: BTreeMap::new(),
            database: Guard::of(ADMIN),
            model: Guard::of(ADMIN),
            defaults: Default::default(),
            scopes: BTreeSet::new(),
            makers: BTreeSet::new(),
            policies: BTreeMap::new(),
            masks: BTreeMap::new(),
            open: None,
            next: 0,
        };
        for role in principal::SYSTEM_ROLES {
            world
                .roles
                .insert(role, Role { owner: ADMIN, holders: BTreeMap::new(), permissions: BTreeSet::new() });
        }
        if let Some(operator) = world.roles.get_mut("sys:operator") {
            operator.holders.insert(Holder::Role("sys:dba"), false);
        }
        world
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn run(&mut self, by: Name, what: &What) -> Outcome {
        match what {
            What::CreateUser { name, superuser, group } => self.create_user(by, name, *superuser, *group),
            What::DropUser(name) => self.drop_user(by, name),
            What::CreateGroup(name) => self.create_group(by, name),
            What::DropGroup(name) => self.drop_group(by, name),
            What::AlterGroup { group, add, user } => self.alter_group(by, group, *add, user),
            What::CreateRole(name) => self.create_role(by, name),
            What::DropRole { role, force } => self.drop_role(by, role, *force),
            What::GrantRole { role, to, admin } => self.grant_role(by, role, *to, *admin),
            What::RevokeRole { role, from, admin_only } => self.revoke_role(by, role, *from, *admin_only),
            What::CreateSchema { name, owner } => self.create_schema(by, name, *owner),
            What::DropSchema { name, cascade } => self.drop_schema(by, name, *cascade),
            What::CreateTable { at, columns } => self.create_table(by, *at, *columns),
            What::TableAs { at, source } => self.table_as(by, *at, source),
            What::CreateView { at, source, late } => self.create_view(by, *at, source, *late),
            What::CreateKept { at, source, auto } => self.create_kept(by, *at, source, *auto),
            What::Refresh(at) => self.refresh(by, *at),
            What::Drop { at, cascade } => self.drop_relation(by, *at, *cascade),
            What::Own { what, to } => self.own(by, *what, to),
            What::AddColumn { at, column } => self.add_column(by, *at, column),
            What::DropColumn { at, column } => self.drop_column(by, *at, column),
            What::RenameColumn { at, from, to } => self.rename_column(by, *at, from, to),
            What::Rename { at, to } => self.rename(by, *at, to),
            What::Truncate(at) => self.truncate(by, *at),
            What::Grant { rights, on, to, option } => self.grant(by, rights, *on, to, *option),
            What::Revoke { rights, on, from, option_only } => {
                self.revoke(by, rights, *on, from, *option_only)
            }
            What::Default { user, schema, give, rights, kind, to } => {
                let key = (user.unwrap_or(by), *schema, *kind);
                self.alter_defaults(by, key, *give, rights, *to)
            }
            What::Scope { give, right, schema, to } => self.scope(by, *give, *right, schema, *to),
            What::ModelRight { give, to } => self.model_right(by, *give, *to),
            What::CreateModel { schema, from, columns } => self.create_model(by, schema, *from, *columns),
            What::Permission { give, permission, role } => self.permission(by, *give, *permission, role),
            What::CreatePolicy { name, rule } => self.create_policy(by, name, *rule),
            What::DropPolicy { name, cascade } => self.drop_policy(by, name, *cascade),
            What::Feed { give, at, policy } => self.feed(by, *give, *at, policy),
            What::Attach { give, name, at, to } => self.attach(by, *give, name, *at, *to),
            What::Security { at, on, any } => self.secure(by, *at, *on, *any),
            What::CreateMask { name, value } => self.create_mask(by, name, *value),
            What::DropMask(name) => self.drop_mask(by, name),
            What::AttachMask { name, at, column, to, priority } => {
                self.attach_mask(by, name, *at, column, *to, *priority)
            }
            What::DetachMask { name, at, column, from } => self.detach_mask(by, name, *at, column, *from),
            What::CreateFunction { at, value } => self.create_routine(by, *at, Does::Value(*value)),
            What::CreateProcedure { at, definer, body } => {
                self.create_routine(by, *at, Does::Write { definer: *definer, body: body.clone() })
            }
            What::DropRoutine(at) => self.drop_routine(by, *at),
            What::Select(query) => self.select(by, query),
            What::Write(body) => self.write(by, body),
            What::Function(at) => self.function(by, *at),
            What::Call(at) => self.call(by, *at),
            What::Outside => self.read_outside(by),
            What::Guess => self.guess(by),
            What::List(listing) => Ok(self.list(*listing)),
            What::HasTable { user, at, right } => self.has_table(by, user, *at, *right),
            What::HasSchema { user, schema, right } => self.has_schema(user, schema, *right),
            // See [`transaction`].
            What::Begin | What::End { .. } => Ok(Answer::Done),
        }
    }
}

fn keeps(filter: Filter, value: Option<i64>) -> bool {
    value.is_some_and(|value| value % 2 == filter.rest)
}
