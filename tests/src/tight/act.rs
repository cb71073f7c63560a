//! What somebody does in a random history, said in [`super::text`]. Names come from small pools, so that statements meet
//! the same objects again and again, whether these exist or not.

/// A name out of a pool.
pub type Name = &'static str;

/// The superuser made with the cluster.
pub const ADMIN: Name = "admin";
pub const USERS: [Name; 4] = ["ann", "bob", "cid", "dee"];
/// A second superuser, when there is one.
pub const SUPER: Name = "sue";
pub const GROUPS: [Name; 2] = ["g1", "g2"];
pub const ROLES: [Name; 3] = ["r1", "r2", "r3"];
pub const PUBLIC: Name = "public";
pub const SCHEMAS: [Name; 3] = ["s1", "s2", PUBLIC];
pub const TABLES: [Name; 2] = ["t1", "t2"];
pub const VIEWS: [Name; 2] = ["v1", "v2"];
pub const LATE: [Name; 1] = ["l1"];
/// Materialized views.
pub const KEPT: [Name; 1] = ["m1"];
pub const COLUMNS: [Name; 4] = ["a", "b", "c", "d"];
pub const FUNCTION: Name = "f1";
pub const PROCEDURE: Name = "p1";
/// An external schema with one table, `t`, and the schema of a model: the admin's, and there from the beginning.
pub const OUTSIDE: Name = "ext";
pub const MODEL: At = At { schema: "ml", name: "m" };
pub const POLICIES: [Name; 2] = ["pol1", "pol2"];
pub const MASKS: [Name; 2] = ["mask1", "mask2"];

/// One statement, and whose session it is said in.
#[derive(Clone, Debug)]
pub struct Act {
    pub by: Name,
    /// Said in the admin's session, after SET SESSION AUTHORIZATION.
    pub lent: bool,
    pub what: What,
}

/// A name with its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub schema: Name,
    pub name: Name,
}

#[derive(Clone, Debug)]
pub enum What {
    CreateUser {
        name: Name,
        superuser: bool,
        group: Option<Name>,
    },
    DropUser(Name),
    CreateGroup(Name),
    DropGroup(Name),
    AlterGroup {
        group: Name,
        add: bool,
        user: Name,
    },
    CreateRole(Name),
    DropRole {
        role: Name,
        force: bool,
    },
    GrantRole {
        role: Name,
        to: Holder,
        admin: bool,
    },
    RevokeRole {
        role: Name,
        from: Holder,
        admin_only: bool,
    },
    CreateSchema {
        name: Name,
        owner: Option<Name>,
    },
    DropSchema {
        name: Name,
        cascade: bool,
    },
    CreateTable {
        at: At,
        columns: usize,
    },
    TableAs {
        at: At,
        source: Source,
    },
    CreateView {
        at: At,
        source: Source,
        late: bool,
    },
    CreateKept {
        at: At,
        source: Source,
        auto: bool,
    },
    Refresh(At),
    Drop {
        at: At,
        cascade: bool,
    },
    Own {
        what: Owned,
        to: Name,
    },
    AddColumn {
        at: At,
        column: Name,
    },
    DropColumn {
        at: At,
        column: Name,
    },
    RenameColumn {
        at: At,
        from: Name,
        to: Name,
    },
    Rename {
        at: At,
        to: Name,
    },
    Truncate(At),
    Grant {
        rights: Rights,
        on: On,
        to: Vec<To>,
        option: bool,
    },
    Revoke {
        rights: Rights,
        on: On,
        from: Vec<To>,
        option_only: bool,
    },
    /// `ALTER DEFAULT PRIVILEGES`, of the session's user where none is named.
    Default {
        user: Option<Name>,
        schema: Option<Name>,
        give: bool,
        rights: Rights,
        kind: Made,
        to: To,
    },
    /// `GRANT ... FOR TABLES IN SCHEMA`.
    Scope {
        give: bool,
        right: Right,
        schema: Name,
        to: To,
    },
    /// `GRANT CREATE MODEL`, to whomever.
    ModelRight {
        give: bool,
        to: To,
    },
    /// From two columns. No role of AWS's is there to train it with, so that it is refused at the latest then.
    CreateModel {
        schema: Name,
        from: At,
        columns: [Name; 2],
    },
    Permission {
        give: bool,
        permission: Permission,
        role: Name,
    },
    CreatePolicy {
        name: Name,
        rule: Rule,
    },
    DropPolicy {
        name: Name,
        cascade: bool,
    },
    Attach {
        give: bool,
        name: Name,
        at: At,
        to: To,
    },
    /// `GRANT SELECT ON TABLE ... TO RLS POLICY`: what the policy may look up.
    Feed {
        give: bool,
        at: At,
        policy: Name,
    },
    Security {
        at: At,
        on: bool,
        any: bool,
    },
    CreateMask {
        name: Name,
        value: i64,
    },
    DropMask(Name),
    AttachMask {
        name: Name,
        at: At,
        column: Name,
        to: To,
        priority: u32,
    },
    DetachMask {
        name: Name,
        at: At,
        column: Name,
        from: To,
    },
    CreateFunction {
        at: At,
        value: i64,
    },
    CreateProcedure {
        at: At,
        definer: bool,
        body: Write,
    },
    DropRoutine(At),
    Select(Query),
    Write(Write),
    /// `SELECT s.f1()`.
    Function(At),
    Call(At),
    /// What lies outside, read.
    Outside,
    /// The model's function, asked.
    Guess,
    /// What a system view lists, to the admin.
    List(Listing),
    HasTable {
        user: Name,
        at: At,
        right: Right,
    },
    HasSchema {
        user: Name,
        schema: Name,
        right: Right,
    },
    Begin,
    /// COMMIT or ROLLBACK.
    End {
        commit: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    Relations,
    Columns,
    Schemas,
    RolesOfUsers,
    RolesOfRoles,
}

/// What default privileges are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Made {
    Tables,
    Functions,
    Procedures,
}

/// What a policy lets see.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    Rows(Filter),
    /// All rows, to one user.
    Me(Name),
    /// Rows whose `column % 2` is found among those of another table's column.
    Found {
        column: Name,
        lookup: At,
        among: Name,
    },
}

/// Rights to run a command on anything, in the words of GRANT (reference, section 1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    CreateUser,
    DropUser,
    CreateRole,
    DropRole,
    /// What "grant roles" means in the line of `sys:secadmin`; not to be granted itself.
    GrantRole,
    CreateSchema,
    DropSchema,
    CreateTable,
    DropTable,
    AlterTable,
    TruncateTable,
    CreateFunction,
    DropFunction,
    CreateProcedure,
    DropProcedure,
    CreateView,
    DropView,
    AlterDefaults,
    IgnoreRls,
}

/// Who holds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    User(Name),
    Role(Name),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owned {
    Schema(Name),
    Relation(At),
}

/// To whom a privilege is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    User(Name),
    Group(Name),
    Role(Name),
    Public,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    Select,
    Insert,
    Update,
    Delete,
    Drop,
    References,
    Alter,
    Truncate,
    Create,
    Usage,
    Execute,
}

/// What GRANT and REVOKE name before ON.
#[derive(Clone, Debug)]
pub enum Rights {
    All,
    These(Vec<Right>),
    OnColumns(Vec<(Right, Vec<Name>)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    Relation(At),
    AllTables(Name),
    Schema(Name),
    Database,
    Function(At),
    Procedure(At),
    Model,
}

/// One relation read: which columns, which rows.
#[derive(Clone, Debug)]
pub struct Source {
    pub at: At,
    pub pick: Pick,
    pub filter: Option<Filter>,
}

#[derive(Clone, Debug)]
pub enum Pick {
    Star,
    Columns(Vec<Name>),
    Count,
}

/// `column % 2 = rest`: about half of all rows, and arithmetic, which is no leakproof predicate.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    pub column: Name,
    pub rest: i64,
}

#[derive(Clone, Debug)]
pub enum Query {
    Plain(Source),
    /// The same without the schema, which is `public`.
    Bare(Source),
    /// `SELECT * FROM (...) q`.
    Inside(Source),
    /// `WITH q AS (...) SELECT * FROM q`.
    With(Source),
    /// Both have one column.
    Union(Source, Source),
    /// `SELECT x.c, y.d FROM s.t x, s.u y`.
    Join(At, Name, At, Name),
    /// `SELECT 1 WHERE EXISTS (...)`, as 1 or 0.
    Exists(Source),
}

#[derive(Clone, Debug)]
pub enum Write {
    /// One row, the columns numbered on from this value.
    Values {
        at: At,
        columns: Vec<Name>,
        first: i64,
    },
    /// One column of another relation into one column.
    FromSelect {
        at: At,
        column: Name,
        source: Source,
    },
    /// `SET column = value`, or `= reads + value`.
    Update {
        at: At,
        column: Name,
        reads: Option<Name>,
        value: i64,
        filter: Option<Filter>,
    },
    Delete {
        at: At,
        filter: Option<Filter>,
    },
}
