//! Every statement the warehouse understands, after parsing.
//!
//! One exhaustive enum: adding a statement without deciding what every stage does with it does not compile.
//! Queries and expressions stay sqlparser's own syntax tree until `bind` gives them types.

use sqlparser::ast;

use super::error::Span;
use crate::gap::Feature;
use crate::warehouse::access::Privilege;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::routine::{Argument, RoutineKind};

/// One statement of a script, with its place in the submitted text.
#[derive(Clone, Debug)]
pub struct ParsedStatement {
    pub statement: Statement,
    /// Without the semicolon and surrounding blanks.
    pub span: Span,
    pub text: String,
}

#[derive(Clone, Debug)]
pub enum Statement {
    // Queries and rows.
    Query(Box<ast::Query>),
    Explain {
        verbose: bool,
        statement: Box<Statement>,
    },
    Insert(Box<Insert>),
    Update(Box<Update>),
    Delete(Box<Delete>),
    Merge(Box<Merge>),
    Truncate {
        table: QualifiedName,
    },
    Copy(Box<Copy>),

    // Relations and schemas.
    CreateDatabase {
        name: Identifier,
        owner: Option<Identifier>,
    },
    DropDatabase {
        name: Identifier,
    },
    AlterDatabase {
        name: Identifier,
        action: AlterDatabase,
    },
    CreateSchema {
        name: Identifier,
        if_not_exists: bool,
        owner: Option<Identifier>,
    },
    DropSchema {
        names: Vec<Identifier>,
        if_exists: bool,
        cascade: bool,
    },
    AlterSchema {
        name: Identifier,
        action: AlterSchema,
    },
    CreateTable(Box<CreateTable>),
    CreateTableAs(Box<CreateTableAs>),
    DropTable {
        names: Vec<QualifiedName>,
        if_exists: bool,
        cascade: bool,
    },
    AlterTable {
        name: QualifiedName,
        action: AlterTable,
    },
    CreateView {
        name: QualifiedName,
        columns: Vec<Identifier>,
        query: Box<ast::Query>,
        query_text: String,
        or_replace: bool,
        /// WITH NO SCHEMA BINDING.
        late: bool,
    },
    CreateMaterializedView(Box<CreateMaterializedView>),
    RefreshMaterializedView {
        name: QualifiedName,
    },
    AlterMaterializedView {
        name: QualifiedName,
        action: AlterMaterializedView,
    },
    DropMaterializedView {
        names: Vec<QualifiedName>,
        if_exists: bool,
        cascade: bool,
    },
    DropView {
        names: Vec<QualifiedName>,
        if_exists: bool,
        cascade: bool,
    },
    Comment {
        on: CommentTarget,
        text: Option<String>,
    },

    // Routines.
    CreateRoutine(Box<CreateRoutine>),
    DropRoutine {
        /// Procedures, or functions.
        procedures: bool,
        signatures: Vec<RoutineSignature>,
        if_exists: bool,
        cascade: bool,
    },
    AlterProcedure {
        signature: RoutineSignature,
        action: AlterProcedure,
    },
    ShowProcedure {
        signature: RoutineSignature,
    },
    Call {
        name: QualifiedName,
        /// Each argument's text: an expression.
        arguments: Vec<String>,
    },

    // Principals.
    CreateUser {
        name: Identifier,
        options: Vec<UserOption>,
    },
    AlterUser {
        name: Identifier,
        options: Vec<UserOption>,
    },
    DropUser {
        names: Vec<Identifier>,
        if_exists: bool,
    },
    CreateGroup {
        name: Identifier,
        users: Vec<Identifier>,
    },
    AlterGroup {
        name: Identifier,
        action: AlterGroup,
    },
    DropGroup {
        name: Identifier,
    },
    CreateRole {
        name: Identifier,
        external_id: Option<String>,
    },
    AlterRole {
        name: Identifier,
        actions: Vec<AlterRole>,
    },
    DropRole {
        name: Identifier,
        force: bool,
    },

    // Privileges.
    Grant(Box<GrantStatement>),
    Revoke {
        grant: Box<GrantStatement>,
        grant_option_only: bool,
    },
    GrantRole {
        roles: Vec<Identifier>,
        to: Vec<RoleGrantee>,
    },
    RevokeRole {
        roles: Vec<Identifier>,
        from: Vec<RoleGrantee>,
        admin_option_only: bool,
    },

    // Sessions and transactions.
    Begin {
        read_only: bool,
    },
    Commit,
    Rollback,
    Set {
        local: bool,
        name: String,
        values: Option<Vec<String>>,
    },
    Reset {
        name: String,
    },
    Show {
        name: String,
    },
    ShowDefinition {
        object: ShownObject,
        name: QualifiedName,
    },
    SetSessionAuthorization {
        user: Option<Identifier>,
    },
    Analyze {
        table: Option<QualifiedName>,
        columns: Vec<Identifier>,
    },
    Lock {
        tables: Vec<QualifiedName>,
    },
    Prepare {
        name: Identifier,
        types: Vec<DataType>,
        /// The statement, with its `$1`.
        text: String,
    },
    Execute {
        name: Identifier,
        /// The text of each argument.
        arguments: Vec<String>,
    },
    Deallocate {
        /// `None` is ALL.
        name: Option<Identifier>,
    },
    DeclareCursor {
        name: Identifier,
        query: Box<ast::Query>,
    },
    Fetch {
        cursor: Identifier,
        count: FetchCount,
    },
    CloseCursor {
        name: Identifier,
    },
    AnalyzeCompression {
        table: Option<QualifiedName>,
        /// All of them when empty.
        columns: Vec<Identifier>,
    },
    Vacuum(Vacuum),

    /// Understood, whole, by the parser; not simulated. `tag` is the statement's name, as in `CREATE MODEL`.
    NotSimulated {
        feature: Feature,
        tag: String,
    },
}

/// `VACUUM [mode] [table] [TO threshold PERCENT] [BOOST]`.
#[derive(Clone, Debug)]
pub struct Vacuum {
    pub mode: VacuumMode,
    /// All tables of the database without one.
    pub table: Option<QualifiedName>,
    /// Percent.
    pub threshold: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VacuumMode {
    Full,
    SortOnly,
    DeleteOnly,
    Reindex,
    Recluster,
}

/// `INSERT INTO table [(columns)] source`.
#[derive(Clone, Debug)]
pub struct Insert {
    pub table: QualifiedName,
    pub columns: Vec<Identifier>,
    pub source: InsertSource,
}

#[derive(Clone, Debug)]
pub enum InsertSource {
    DefaultValues,
    /// A lone `DEFAULT` in a row is `None`.
    Values(Vec<Vec<Option<ast::Expr>>>),
    Query(Box<ast::Query>),
}

#[derive(Clone, Debug)]
pub struct Update {
    pub with: Option<ast::With>,
    pub table: QualifiedName,
    pub alias: Option<Identifier>,
    /// `None` is `DEFAULT`.
    pub assignments: Vec<(Identifier, Option<ast::Expr>)>,
    pub from: Vec<ast::TableWithJoins>,
    pub filter: Option<ast::Expr>,
}

#[derive(Clone, Debug)]
pub struct Delete {
    pub with: Option<ast::With>,
    pub table: QualifiedName,
    pub alias: Option<Identifier>,
    pub using: Vec<ast::TableWithJoins>,
    pub filter: Option<ast::Expr>,
}

/// `MERGE INTO table USING source ON condition ...`.
#[derive(Clone, Debug)]
pub struct Merge {
    pub table: QualifiedName,
    /// One plain table, with its alias.
    pub source: ast::TableWithJoins,
    pub condition: ast::Expr,
    pub action: MergeAction,
}

#[derive(Clone, Debug)]
pub enum MergeAction {
    Clauses {
        /// UPDATE's assignments; `None` is DELETE.
        matched: Option<Vec<(Identifier, Option<ast::Expr>)>>,
        columns: Vec<Identifier>,
        /// A lone `DEFAULT` is `None`.
        values: Vec<Option<ast::Expr>>,
    },
    RemoveDuplicates,
}

/// `COPY table [(columns)] FROM 's3://...' authorization options`.
#[derive(Clone, Debug)]
pub struct Copy {
    pub table: QualifiedName,
    pub columns: Vec<Identifier>,
    /// As written: `s3://bucket/prefix`.
    pub source: String,
    /// `None` when the statement names none.
    pub credentials: Option<CopyCredentials>,
    pub options: Vec<CopyOption>,
}

/// Where the right to read the source comes from, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyCredentials {
    /// `IAM_ROLE 'arn[,arn]'`.
    IamRoles(Vec<String>),
    /// `IAM_ROLE default`.
    DefaultRole,
    /// `ACCESS_KEY_ID ... SECRET_ACCESS_KEY ... [SESSION_TOKEN ...]`.
    AccessKey { id: String, secret: String, token: Option<String> },
    /// `CREDENTIALS '...'`, unread: its mistakes have a text of their own.
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOption {
    Csv {
        quote: Option<String>,
    },
    Delimiter(String),
    FixedWidth(String),
    Json(String),
    Parquet,
    Orc,
    Avro(String),
    Gzip,
    Bzip2,
    Lzop,
    Zstd,
    Manifest,
    Encoding(String),
    Region(String),
    AcceptAnyDate,
    AcceptInvalidCharacters(Option<String>),
    BlanksAsNull,
    EmptyAsNull,
    NullAs(String),
    DateFormat(String),
    TimeFormat(String),
    Escape,
    RemoveQuotes,
    ExplicitIds,
    FillRecord,
    IgnoreBlankLines,
    IgnoreHeader(u64),
    RoundDecimals,
    TrimBlanks,
    TruncateColumns,
    MaxError(u64),
    IgnoreAllErrors,
    NoLoad,
    ComputeUpdate(String),
    ComputeRows(u64),
    StatisticsUpdate(bool),
    /// Any other option of the grammar, by its keyword.
    Other(String),
}

#[derive(Clone, Debug)]
pub struct CreateTable {
    pub name: QualifiedName,
    pub temporary: bool,
    pub if_not_exists: bool,
    pub columns: Vec<ColumnDefinition>,
    pub constraints: Vec<NamedConstraint>,
    pub like: Option<Like>,
    pub attributes: TableAttributes,
}

#[derive(Clone, Debug)]
pub struct ColumnDefinition {
    pub name: Identifier,
    pub data_type: DataType,
    /// The DEFAULT expression and its text.
    pub default: Option<(ast::Expr, String)>,
    /// `IDENTITY(seed, step)`, or by default.
    pub identity: Option<(i64, i64, bool)>,
    pub encoding: Option<String>,
    pub not_null: bool,
    pub distribution_key: bool,
    pub sort_key: bool,
    pub primary_key: bool,
    pub unique: bool,
    /// The table, and its column when one is named.
    pub references: Option<(QualifiedName, Vec<Identifier>)>,
    pub span: Option<Span>,
}

/// `LIKE parent [INCLUDING DEFAULTS]` among a table's columns.
#[derive(Clone, Debug)]
pub struct Like {
    pub parent: QualifiedName,
    pub with_defaults: bool,
    /// How many of the table's own columns stand before.
    pub after: usize,
}

/// `[CONSTRAINT name] ...`.
#[derive(Clone, Debug)]
pub struct NamedConstraint {
    pub name: Option<Identifier>,
    pub constraint: TableConstraint,
}

#[derive(Clone, Debug)]
pub enum TableConstraint {
    PrimaryKey(Vec<Identifier>),
    Unique(Vec<Identifier>),
    ForeignKey { columns: Vec<Identifier>, references: QualifiedName, referenced: Vec<Identifier> },
}

#[derive(Clone, Debug, Default)]
pub struct TableAttributes {
    pub backup: Option<bool>,
    pub style: Option<DistributionStyle>,
    pub distribution_key: Option<Identifier>,
    /// Empty with `sort_auto`; absent means nothing was said.
    pub sort_key: Vec<Identifier>,
    pub interleaved: bool,
    pub sort_auto: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DistributionStyle {
    Auto,
    Even,
    All,
    Key,
}

#[derive(Clone, Debug)]
pub struct CreateTableAs {
    pub name: QualifiedName,
    pub temporary: bool,
    pub columns: Vec<Identifier>,
    pub attributes: TableAttributes,
    pub query: Box<ast::Query>,
}

#[derive(Clone, Debug)]
pub struct CreateMaterializedView {
    pub table: CreateTableAs,
    pub query_text: String,
    pub auto_refresh: bool,
}

#[derive(Clone, Debug)]
pub enum AlterMaterializedView {
    AutoRefresh(bool),
    OwnerTo(Identifier),
    RenameTo(Identifier),
}

#[derive(Clone, Debug)]
pub enum AlterTable {
    OwnerTo(Identifier),
    RenameTo(Identifier),
    RenameColumn {
        from: Identifier,
        to: Identifier,
    },
    AddColumn(Box<ColumnDefinition>),
    DropColumn {
        name: Identifier,
        cascade: bool,
    },
    ColumnType {
        name: Identifier,
        data_type: DataType,
    },
    /// `ALTER COLUMN c ENCODE e [, ...]`.
    Encode(Vec<(Identifier, String)>),
    EncodeAuto,
    /// `ALTER DISTKEY c` is KEY with its column.
    Distribution {
        style: DistributionStyle,
        key: Option<Identifier>,
    },
    SortKey(AlterSortKey),
    AddConstraint(NamedConstraint),
    DropConstraint {
        name: Identifier,
    },
    Append(AppendFrom),
}

#[derive(Clone, Debug)]
pub enum AlterSortKey {
    Columns(Vec<Identifier>),
    Auto,
    None,
}

/// `APPEND FROM source [IGNOREEXTRA | FILLTARGET]`.
#[derive(Clone, Debug)]
pub struct AppendFrom {
    pub source: QualifiedName,
    pub ignore_extra: bool,
    pub fill_target: bool,
}

/// What SHOW prints the DDL of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownObject {
    Table,
    View,
}

/// How much FETCH asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchCount {
    /// 0 is the current row once more.
    Rows(u64),
    All,
}

#[derive(Clone, Debug)]
pub enum AlterDatabase {
    OwnerTo(Identifier),
    RenameTo(Identifier),
}

#[derive(Clone, Debug)]
pub enum AlterSchema {
    OwnerTo(Identifier),
    RenameTo(Identifier),
    QuotaUnlimited,
}

#[derive(Clone, Debug)]
pub enum CommentTarget {
    Table(QualifiedName),
    View(QualifiedName),
    Column { table: QualifiedName, column: Identifier },
    Constraint { name: Identifier, table: QualifiedName },
    Schema(Identifier),
    Database(Identifier),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserOption {
    CreateDatabase(bool),
    /// CREATEUSER: the superuser flag.
    Superuser(bool),
    SyslogUnrestricted(bool),
    /// Clear text or a digest, as written.
    Password(String),
    PasswordDisable,
    InGroups(Vec<Identifier>),
    ValidUntil(String),
    /// `None` is UNLIMITED.
    ConnectionLimit(Option<u32>),
    SessionTimeout(Option<u32>),
    ExternalId(String),
    RenameTo(Identifier),
    /// `None` is DEFAULT or RESET.
    Setting {
        name: String,
        value: Option<String>,
    },
}

#[derive(Clone, Debug)]
pub enum AlterGroup {
    AddUsers(Vec<Identifier>),
    DropUsers(Vec<Identifier>),
    RenameTo(Identifier),
}

#[derive(Clone, Debug)]
pub enum AlterRole {
    RenameTo(Identifier),
    OwnerTo(Identifier),
    ExternalId(String),
}

/// GRANT or REVOKE of privileges on objects.
#[derive(Clone, Debug)]
pub struct GrantStatement {
    pub privileges: GrantedPrivileges,
    pub on: GrantTarget,
    pub grantees: Vec<NamedGrantee>,
}

#[derive(Clone, Debug)]
pub enum GrantedPrivileges {
    All,
    /// ALL (columns).
    AllOfColumns(Vec<Identifier>),
    /// Each with its column list, empty for the whole object.
    List(Vec<(Privilege, Vec<Identifier>)>),
}

#[derive(Clone, Debug)]
pub enum GrantTarget {
    Relations(Vec<QualifiedName>),
    AllTablesInSchemas(Vec<Identifier>),
    Schemas(Vec<Identifier>),
    Databases(Vec<Identifier>),
    Languages(Vec<Identifier>),
    Functions(Vec<RoutineSignature>),
    Procedures(Vec<RoutineSignature>),
    AllFunctionsInSchemas(Vec<Identifier>),
    AllProceduresInSchemas(Vec<Identifier>),
}

/// A routine as DROP, ALTER and GRANT name it: without parentheses, any that has the name.
#[derive(Clone, Debug)]
pub struct RoutineSignature {
    pub name: QualifiedName,
    pub arguments: Option<Vec<Argument>>,
}

#[derive(Clone, Debug)]
pub struct CreateRoutine {
    pub name: QualifiedName,
    pub arguments: Vec<Argument>,
    pub or_replace: bool,
    pub kind: RoutineKind,
    /// Lower case; empty when the statement names none.
    pub language: String,
    pub body: String,
    /// Where the body begins in the script, when it stands there as it is.
    pub body_at: Option<usize>,
}

#[derive(Clone, Debug)]
pub enum AlterProcedure {
    RenameTo(Identifier),
    OwnerTo(Identifier),
}

/// A grantee as written, each with its own keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedGrantee {
    User { name: Identifier, grant_option: bool },
    Group(Identifier),
    Role(Identifier),
    Public,
}

/// To whom a role is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleGrantee {
    User { name: Identifier, admin_option: bool },
    Role(Identifier),
}
