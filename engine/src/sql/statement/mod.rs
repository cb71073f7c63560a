//! Every statement the warehouse understands, after parsing.
//!
//! One exhaustive enum: adding a statement without deciding what every stage does with it does not compile.
//! Queries and expressions stay as they were written (`syntax`) until `bind` gives them types.
//! What a statement carries stands by family in the modules below.

mod external;
mod load;
mod model;
mod object;
mod policy;
mod principal;
mod privilege;
mod routine;
mod rows;
mod table;

use crate::sql::syntax;

use super::error::Span;
use crate::gap::Feature;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::policy::PolicyKind;
use crate::warehouse::system_role::SystemPermission;

pub use external::{
    AlterExternal, CreateExternalSchema, CreateExternalTable, ExternalStatement, PartitionSpec, RowFormat,
    StoredAs,
};
pub use load::{Copy, CopyCredentials, CopyOption, Unload, UnloadOption};
pub use model::{CreateModel, ModelFrom, ModelSettings};
pub use object::{
    AlterDatabase, AlterMaterializedView, AlterSchema, CommentTarget, CreateMaterializedView,
    DatabaseSetting, ShownObject,
};
pub use policy::{AttachPolicy, ColumnPair, CreatePolicy, PolicyTexts};
pub use principal::{AlterGroup, AlterRole, UserOption};
pub use privilege::{
    AssumeRole, DefaultPrivileges, GrantStatement, GrantTarget, GrantedPrivileges, NamedGrantee, RoleGrantee,
};
pub use routine::{AlterRoutine, CreateRoutine, RoutineSignature};
pub use rows::{Delete, FetchCount, Insert, InsertSource, Merge, MergeAction, Update};
pub use table::{
    AlterSortKey, AlterTable, AppendFrom, ColumnDefinition, CreateTable, CreateTableAs, DistributionStyle,
    Like, NamedConstraint, TableAttributes, TableConstraint, Vacuum, VacuumMode,
};

/// One statement of a script, with its place in the submitted text.
#[derive(Debug)]
pub struct ParsedStatement {
    pub statement: Statement,
    /// Without the semicolon and surrounding blanks.
    pub span: Span,
    pub text: String,
}

#[derive(Debug)]
pub enum Statement {
    // Queries and rows.
    Query(Box<syntax::Query>),
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
    External(Box<ExternalStatement>),
    Unload(Box<Unload>),

    // Relations and schemas.
    CreateDatabase {
        name: Identifier,
        owner: Option<Identifier>,
        settings: Vec<DatabaseSetting>,
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
        /// Megabytes.
        quota: Option<u64>,
    },
    DropSchema {
        names: Vec<Identifier>,
        if_exists: bool,
        cascade: bool,
        /// DROP EXTERNAL DATABASE: of external schemas, the catalog's database too.
        external_database: bool,
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
        query: Box<syntax::Query>,
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
    AlterRoutine {
        procedure: bool,
        signature: RoutineSignature,
        action: AlterRoutine,
    },
    ShowProcedure {
        signature: RoutineSignature,
    },
    Call {
        name: QualifiedName,
        /// Each argument's text: an expression.
        arguments: Vec<String>,
    },

    // Models.
    CreateModel(Box<CreateModel>),
    DropModel {
        name: QualifiedName,
        if_exists: bool,
    },
    /// `None` is SHOW MODEL ALL.
    ShowModel {
        name: Option<QualifiedName>,
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

    // Policies.
    CreatePolicy(Box<CreatePolicy>),
    AlterPolicy {
        kind: PolicyKind,
        name: Identifier,
        texts: PolicyTexts,
    },
    DropPolicy {
        kind: PolicyKind,
        name: Identifier,
        if_exists: bool,
        cascade: bool,
    },
    AttachPolicy(Box<AttachPolicy>),
    GrantToPolicy {
        /// Or revoking.
        granting: bool,
        kind: PolicyKind,
        tables: Vec<QualifiedName>,
        policies: Vec<Identifier>,
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
    /// GRANT or REVOKE of system permissions, all that there are when none is named.
    SystemPermissions {
        granting: bool,
        permissions: Vec<SystemPermission>,
        roles: Vec<Identifier>,
    },
    /// GRANT or REVOKE of the right to make models.
    GrantCreateModel {
        granting: bool,
        grantees: Vec<NamedGrantee>,
    },
    AssumeRole(Box<AssumeRole>),
    AlterDefaultPrivileges(Box<DefaultPrivileges>),

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
        local: bool,
    },
    Analyze {
        table: Option<QualifiedName>,
        columns: Vec<Identifier>,
        /// PREDICATE COLUMNS.
        predicates: bool,
        verbose: bool,
    },
    /// CANCEL of what another session runs.
    Cancel {
        process: u64,
        message: Option<String>,
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
        query: Box<syntax::Query>,
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
