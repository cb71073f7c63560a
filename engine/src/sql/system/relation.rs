//! What a system relation is, and who looks at it.

use crate::sorted::SortedSet;
use crate::sql::error::{Grantor, Link, Refusal, SqlError, SqlErrorKind, SqlResult};
use crate::sql::execute::Context;
use crate::warehouse::access::{Grantee, Principals, Privilege, RoleId, UserId};
use crate::warehouse::catalog::{Database, Relation as Stored};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::{Logs, Manifest};
use crate::warehouse::system_role::SystemPermission;
use crate::warehouse::value::Value;

/// Rows of a system relation: cells in column order, missing ones at the end are NULL.
pub(super) type Rows = Vec<Vec<Value>>;

pub(super) struct Relation {
    pub schema: &'static str,
    pub name: &'static str,
    columns: Columns,
    /// Others are refused.
    pub superuser_only: bool,
    pub source: Source,
}

#[derive(Clone, Copy)]
enum Columns {
    Listed(&'static [(&'static str, DataType)]),
    /// `name type` with commas between, as [`data_type`] reads the types.
    Written(&'static str),
}

/// Where the rows come from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Made(fn(&Viewer<'_>) -> SqlResult<Rows>),
    /// The log of this name, its cells in this relation's column order, the user's number first: each its own.
    Log(&'static str),
    /// The log of the steps of queries: those of these kinds, each cell by its column's name.
    Steps(&'static [&'static str]),
    /// The steps of what still runs, likewise.
    Running,
    /// A query over other relations, bound in its place; cells as this relation's columns are declared.
    Defined(&'static str),
    /// What holds at the moment, in this relation's column order; all may see it.
    Live(&'static str),
}

/// Types that the columns are declared with.
pub(super) const INTEGER: DataType = DataType::Integer;
pub(super) const BIGINT: DataType = DataType::BigInt;
pub(super) const SMALLINT: DataType = DataType::SmallInt;
pub(super) const BOOLEAN: DataType = DataType::Boolean;
pub(super) const TIMESTAMP: DataType = DataType::Timestamp;
/// `name`: 63 bytes in PostgreSQL, 127 here.
pub(super) const NAME: DataType = DataType::Varchar(128);
pub(super) const TEXT: DataType = DataType::Varchar(DataType::VARCHAR_MAX);

impl Relation {
    pub const fn new(
        name: &'static str,
        columns: &'static [(&'static str, DataType)],
        rows: fn(&Viewer<'_>) -> SqlResult<Rows>,
    ) -> Relation {
        Relation {
            schema: "pg_catalog",
            name,
            columns: Columns::Listed(columns),
            superuser_only: false,
            source: Source::Made(rows),
        }
    }

    /// With its columns written as text: `userid i, label c320`.
    pub const fn written(name: &'static str, columns: &'static str, source: Source) -> Relation {
        Relation {
            schema: "pg_catalog",
            name,
            columns: Columns::Written(columns),
            superuser_only: false,
            source,
        }
    }

    pub fn columns(&self) -> Vec<(&'static str, DataType)> {
        match self.columns {
            Columns::Listed(columns) => columns.to_vec(),
            Columns::Written(columns) => columns
                .split(',')
                .filter_map(|column| column.trim().split_once(' '))
                .map(|(name, letters)| (name, data_type(letters)))
                .collect(),
        }
    }

    /// Whether `user` may select from it: what is the superusers' alone is others' by a role, or by a grant on it.
    pub fn opens_to(&self, user: UserId, manifest: &Manifest, database: &Database) -> bool {
        let principals = &manifest.principals;
        let catalog = self.name.starts_with("pg_") && principals.may(user, SystemPermission::AccessCatalog);
        let granted = || database.system.iter().find(|(name, _)| **name == self.name);
        !self.superuser_only
            || catalog
            || principals.may(user, SystemPermission::AccessSystemTable)
            || granted().is_some_and(|(_, acl)| {
                principals.held(user, Privilege::Select, None, UserId::RDSDB, acl).is_some()
            })
    }

    pub const fn in_schema(self, schema: &'static str) -> Relation {
        Relation { schema, ..self }
    }

    pub const fn superuser_only(self) -> Relation {
        Relation { superuser_only: true, ..self }
    }
}

/// A type by its letter: `i` INTEGER, `b` BIGINT, `s` SMALLINT, `f` DOUBLE PRECISION, `r` REAL, `t` TIMESTAMP,
/// `o` BOOLEAN, `l` INTERVAL, `n` a name, `x` text; `c8` CHAR(8), `v8` VARCHAR(8), `d38.2` NUMERIC(38,2).
fn data_type(letters: &str) -> DataType {
    let number = |text: &str| text.parse().unwrap_or(1);
    match letters.split_at(1) {
        ("i", _) => INTEGER,
        ("b", _) => BIGINT,
        ("s", _) => SMALLINT,
        ("f", _) => DataType::Double,
        ("r", _) => DataType::Real,
        ("t", _) => TIMESTAMP,
        ("o", _) => BOOLEAN,
        ("n", _) => NAME,
        ("l", _) => DataType::Interval,
        ("c", bytes) => DataType::Char(number(bytes)),
        ("v", bytes) => DataType::Varchar(number(bytes)),
        ("d", digits) => {
            let (precision, scale) = digits.split_once('.').unwrap_or((digits, "0"));
            DataType::Decimal { precision: number(precision) as u8, scale: number(scale) as u8 }
        }
        _ => TEXT,
    }
}

/// The user who asks, and the warehouse that is asked about.
pub(super) struct Viewer<'a> {
    pub user: UserId,
    pub manifest: &'a Manifest,
    pub principals: &'a Principals,
    pub database: &'a Database,
    pub logs: &'a Logs,
    pub context: &'a Context,
    /// All that the user has, by grants of grants, too.
    pub roles: SortedSet<RoleId>,
}

impl<'a> Viewer<'a> {
    pub fn new(context: &'a Context) -> SqlResult<Self> {
        let manifest = &*context.manifest;
        let database = manifest.catalog.database(&context.database);
        let database = database.ok_or_else(|| SqlError::bug("the session's database is gone"))?;
        let user = context.evaluation.user;
        Ok(Viewer {
            user,
            manifest,
            principals: &manifest.principals,
            database,
            logs: &context.logs,
            context,
            roles: manifest.principals.roles_of(user),
        })
    }

    pub fn is_superuser(&self) -> bool {
        self.principals.is_superuser(self.user)
    }

    /// Superusers, and holders of ACCESS SYSTEM TABLE (`sys:monitor`, `sys:operator`, ...).
    pub fn sees_system_tables(&self) -> bool {
        self.principals.may(self.user, SystemPermission::AccessSystemTable)
    }

    /// Sees everybody's rows in logs: those who read all system tables, and SYSLOG ACCESS UNRESTRICTED.
    pub fn sees_all_logs(&self) -> bool {
        self.sees_system_tables()
            || self.principals.user(self.user).is_some_and(|user| user.syslog_unrestricted)
    }

    /// Whether the rows about a grantee are this viewer's to see: its own, its groups', its roles', PUBLIC's.
    pub fn may_see(&self, grantee: Grantee) -> bool {
        if self.sees_system_tables() {
            return true;
        }
        match grantee {
            Grantee::User(id) => id == self.user,
            Grantee::Group(id) => self
                .principals
                .groups
                .values()
                .any(|group| group.id == id && group.members.contains(&self.user)),
            Grantee::Role(id) => {
                self.roles.contains(&id)
                    || self.principals.roles.values().any(|role| role.id == id && role.owner == self.user)
            }
            Grantee::Public => true,
        }
    }

    /// Whether the viewer holds anything at all on a relation: what the information schema lists.
    pub fn may_touch(&self, relation: &Stored) -> bool {
        self.is_superuser()
            || relation.owner == self.user
            || relation.acl.grants.iter().any(|grant| self.may_see(grant.grantee))
    }

    pub fn user_name(&self, id: UserId) -> Value {
        name_or(self.principals.user(id).map(|user| &user.name))
    }

    pub fn setting(&self, name: &str) -> Option<&str> {
        self.context.evaluation.settings.get(name).map(String::as_str)
    }

    /// The schemas of the search path that exist.
    pub fn search_path(&self) -> Vec<Identifier> {
        let user = self.setting("session_user").unwrap_or_default();
        self.setting("search_path")
            .unwrap_or("$user, public")
            .split(',')
            .map(|name| match name.trim().trim_matches(['"', '\'']) {
                "$user" => Identifier::fold(user),
                name => Identifier::kept(name),
            })
            .filter(|name| self.database.schema(name).is_some())
            .collect()
    }

    /// 42501 for a relation that is the superusers' alone.
    pub fn refusal(&self, relation: &str) -> SqlError {
        refusal(relation, self.user, self.principals)
    }
}

/// 42501 for a relation that is the superusers' alone.
pub(super) fn refusal(relation: &str, user: UserId, principals: &Principals) -> SqlError {
    let name = principals.user(user).map(|user| &user.name);
    let superusers = principals.users.values().filter(|user| user.superuser && user.id != UserId::RDSDB);
    SqlError::new(SqlErrorKind::Refused(Refusal {
        message: format!("permission denied for relation {relation}"),
        user: name.map_or_else(String::new, Identifier::to_string),
        chain: vec![Link {
            right: "SELECT".to_owned(),
            object_kind: "view",
            object: relation.to_owned(),
            held: None,
        }],
        grantors: superusers
            .map(|user| Grantor { user: user.name.to_string(), reason: "superuser" })
            .collect(),
        smallest_grant: name.map(|name| format!("GRANT SELECT ON {relation} TO {};", name.quoted())),
    }))
}

fn name_or(name: Option<&Identifier>) -> Value {
    name.map_or(Value::Null, text)
}

/// A name or any other text as a cell.
pub(super) fn text(value: impl ToString) -> Value {
    Value::string(value.to_string())
}

pub(super) fn integer(value: u32) -> Value {
    Value::Integer(value as i32)
}

/// `YES` or `NO`.
pub(super) fn yes_no(value: bool) -> Value {
    Value::string(if value { "YES" } else { "NO" })
}
