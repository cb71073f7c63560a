//! The rights that commands ask for: superuser, owner, or a privilege on an object.

use super::trail::Trail;
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::access::{Privilege, UserId};
use crate::warehouse::assume_role::{IamRole, RoleCommand};
use crate::warehouse::catalog::{Database, ObjectId, Relation, RelationKind, Schema};
use crate::warehouse::guarded::Guarded;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::model::Model;
use crate::warehouse::routine::{Routine, RoutineKind};
use crate::warehouse::system_role::SystemPermission;

/// Asks on behalf of one user.
#[derive(Clone, Copy)]
pub struct Rights<'a> {
    manifest: &'a Manifest,
    user: UserId,
}

/// What a refusal says besides its sentence: the right that is missing, on what, and who could give it how.
pub struct Missing {
    pub right: String,
    pub kind: &'static str,
    pub object: String,
    pub owner: UserId,
    pub grant: Option<String>,
}

impl Missing {
    /// A right on the system itself, which superusers give.
    pub fn on_system(right: &str, kind: &'static str, object: &str, grant: Option<String>) -> Self {
        Missing { right: right.to_owned(), kind, object: object.to_owned(), owner: UserId::RDSDB, grant }
    }
}

impl<'a> Rights<'a> {
    pub fn new(manifest: &'a Manifest, user: UserId) -> Self {
        Rights { manifest, user }
    }

    pub fn is_superuser(self) -> bool {
        self.manifest.principals.is_superuser(self.user)
    }

    fn may(self, permission: Option<SystemPermission>) -> bool {
        permission.is_some_and(|permission| self.manifest.principals.may(self.user, permission))
    }

    fn holds(self, privilege: Option<Privilege>, on: Guarded<'_>) -> bool {
        privilege.is_some_and(|privilege| self.manifest.held(self.user, privilege, None, on).is_some())
    }

    /// For commands that only superusers may run: `must be superuser to create groups`.
    pub fn superuser(self, to: &str) -> SqlResult<()> {
        if self.is_superuser() {
            return Ok(());
        }
        let grant = format!("ALTER USER {} CREATEUSER;", self.name());
        let missing = Missing::on_system("superuser", "user", &self.plain_name(), Some(grant));
        Err(self.refuse(format!("must be superuser to {to}"), missing))
    }

    /// For commands that superusers may run, and holders of a system permission.
    pub fn superuser_or(self, permission: SystemPermission, to: &str) -> SqlResult<()> {
        if self.may(Some(permission)) {
            return Ok(());
        }
        Err(self.refuse(format!("must be superuser to {to}"), self.permission(permission)))
    }

    /// The want of a system permission: a role that holds it is granted.
    pub fn permission(self, permission: SystemPermission) -> Missing {
        let grant = format!("GRANT ROLE {} TO {};", permission.narrowest_role(), self.name());
        Missing::on_system(permission.keyword(), "system", "system permissions", Some(grant))
    }

    /// ASSUMEROLE on the role that a statement names, in the product's words.
    pub fn may_assume(self, role: &IamRole, command: RoleCommand) -> SqlResult<()> {
        if self.manifest.principals.may_assume(self.user, role, command) {
            return Ok(());
        }
        let (arn, command) = (role.printed(), command.keyword());
        let on = match role {
            IamRole::Arn(arn) => format!("'{arn}'"),
            IamRole::All | IamRole::Default => arn.to_owned(),
        };
        let grant = format!("GRANT ASSUMEROLE ON {on} TO {} FOR {command};", self.name());
        let user = self.plain_name();
        Err(self.refuse(
            format!("User {user} does not have ASSUMEROLE permission on IAM role \"{arn}\" for {command}"),
            Missing::on_system("ASSUMEROLE", "IAM role", arn, Some(grant)),
        ))
    }

    pub fn refuse(self, message: String, missing: Missing) -> SqlError {
        let Missing { right, kind, object, owner, grant } = missing;
        Trail::new(self.manifest, self.user).refuse(message, &right, kind, object, Some(owner), grant)
    }

    pub fn on_schema(self, schema: &Schema, privilege: Privilege) -> SqlResult<()> {
        if self.holds(Some(privilege), Guarded::Schema(schema)) {
            return Ok(());
        }
        let mut trail = Trail::new(self.manifest, self.user);
        if privilege != Privilege::Usage {
            trail.hold_usage(schema);
        }
        let right = privilege.keyword();
        let grant = format!("GRANT {right} ON SCHEMA {} TO {};", schema.name.quoted(), self.name());
        Err(trail.refuse(
            format!("permission denied for schema {}", schema.name),
            right,
            "schema",
            schema.name.to_string(),
            Some(schema.owner),
            Some(grant),
        ))
    }

    pub fn on_database(self, database: &Database, privilege: Privilege) -> SqlResult<()> {
        if self.holds(Some(privilege), Guarded::Database(database)) {
            return Ok(());
        }
        let name = &database.name;
        let message = match privilege {
            Privilege::Temporary => {
                format!("permission denied to create temporary tables in database \"{name}\"")
            }
            _ => format!("permission denied for database {name}"),
        };
        let right = privilege.keyword();
        let grant = Some(format!("GRANT {right} ON DATABASE {} TO {};", name.quoted(), self.name()));
        let (object, owner) = (name.to_string(), database.owner);
        Err(self.refuse(message, Missing { right: right.to_owned(), kind: "database", object, owner, grant }))
    }

    /// Owner of the relation, or holder of `privilege` on it (ALTER, DROP, TRUNCATE), or of the system
    /// permission for such commands.
    pub fn own_relation(
        self,
        relation: &Relation,
        privilege: Option<Privilege>,
        permission: Option<SystemPermission>,
    ) -> SqlResult<()> {
        let owns = self.is_superuser() || relation.owner == self.user;
        if owns || self.holds(privilege, Guarded::Relation(relation)) || self.may(permission) {
            return Ok(());
        }
        let kind = match relation.kind {
            RelationKind::Table(_) => "table",
            RelationKind::View(_) => "view",
        };
        let object = relation.qualified_name();
        let role = permission.map(SystemPermission::narrowest_role);
        let grant = match (privilege, role) {
            (Some(privilege), _) => {
                format!("GRANT {} ON {} TO {};", privilege.keyword(), object.quoted(), self.name())
            }
            // VACUUM and ANALYZE take less than ownership.
            (None, Some(role @ "sys:operator")) => format!("GRANT ROLE {role} TO {};", self.name()),
            (None, _) => format!("ALTER TABLE {} OWNER TO {};", object.quoted(), self.name()),
        };
        let mut trail = Trail::new(self.manifest, self.user);
        trail.hold_usage_around(relation);
        Err(trail.refuse(
            format!("must be owner of relation {}", relation.name),
            "owner",
            kind,
            object.to_string(),
            Some(relation.owner),
            Some(grant),
        ))
    }

    pub fn own_schema(
        self,
        schema: &Schema,
        privilege: Option<Privilege>,
        permission: Option<SystemPermission>,
    ) -> SqlResult<()> {
        let owns = self.is_superuser() || schema.owner == self.user;
        if owns || self.holds(privilege, Guarded::Schema(schema)) || self.may(permission) {
            return Ok(());
        }
        let name = schema.name.quoted();
        let grant = match privilege {
            Some(privilege) => format!("GRANT {} ON SCHEMA {name} TO {};", privilege.keyword(), self.name()),
            None => format!("ALTER SCHEMA {name} OWNER TO {};", self.name()),
        };
        let message = format!("must be owner of schema {}", schema.name);
        let (object, owner) = (schema.name.to_string(), schema.owner);
        let right = "owner".to_owned();
        Err(self.refuse(message, Missing { right, kind: "schema", object, owner, grant: Some(grant) }))
    }

    /// Owner of the database, or holder of `privilege` on it.
    pub fn own_database(self, database: &Database, privilege: Option<Privilege>) -> SqlResult<()> {
        let owns = self.is_superuser() || database.owner == self.user;
        if owns || self.holds(privilege, Guarded::Database(database)) {
            return Ok(());
        }
        let name = database.name.quoted();
        let grant = match privilege {
            Some(privilege) => {
                format!("GRANT {} ON DATABASE {name} TO {};", privilege.keyword(), self.name())
            }
            None => format!("ALTER DATABASE {name} OWNER TO {};", self.name()),
        };
        let message = format!("must be owner of database {}", database.name);
        let (object, owner) = (database.name.to_string(), database.owner);
        let right = "owner".to_owned();
        Err(self.refuse(message, Missing { right, kind: "database", object, owner, grant: Some(grant) }))
    }

    /// Owner of the routine, or holder of the system permission.
    pub fn own_routine(self, routine: &Routine, permission: Option<SystemPermission>) -> SqlResult<()> {
        if self.is_superuser() || routine.owner == self.user || self.may(permission) {
            return Ok(());
        }
        let message = format!("must be owner of {} {}", routine.word(), routine.name);
        let grant =
            format!("ALTER {} {} OWNER TO {};", routine.word().to_uppercase(), quoted(routine), self.name());
        Err(self.on_routine(message, routine, "owner", grant))
    }

    pub fn may_execute(self, routine: &Routine) -> SqlResult<()> {
        if self.holds(Some(Privilege::Execute), Guarded::Routine(routine)) {
            return Ok(());
        }
        if let RoutineKind::Prediction { model, .. } = routine.kind {
            return self.may_predict(routine, model);
        }
        let message = format!("permission denied for {} {}", routine.word(), routine.name);
        let word = routine.word().to_uppercase();
        let grant = format!("GRANT EXECUTE ON {word} {} TO {};", quoted(routine), self.name());
        Err(self.on_routine(message, routine, "EXECUTE", grant))
    }

    /// A prediction function is run by whoever may EXECUTE its model. The sentence is the product's.
    fn may_predict(self, routine: &Routine, model: ObjectId) -> SqlResult<()> {
        let mut databases = self.manifest.catalog.databases.values();
        let found = databases.find_map(|database| database.models.get(&model));
        let Some(model) = found else { return Err(SqlError::bug("a prediction function without a model")) };
        let message = format!("permission denied for function or procedure {}", routine.name);
        Err(self.on_model(message, model, "EXECUTE"))
    }

    /// EXECUTE on a model, for EXPLAIN_MODEL and SHOW MODEL. Text unconfirmed; it follows that of other objects.
    pub fn may_ask(self, model: &Model) -> SqlResult<()> {
        if self.holds(Some(Privilege::Execute), Guarded::Model(model)) {
            return Ok(());
        }
        Err(self.on_model(format!("permission denied for model {}", model.name), model, "EXECUTE"))
    }

    /// Owner of the model or of its schema, or holder of the system permission.
    pub fn own_model(self, model: &Model, permission: SystemPermission) -> SqlResult<()> {
        let owns = |schema: &Schema| schema.owner == self.user;
        let schema = self.schema_of(model);
        if self.is_superuser()
            || model.owner == self.user
            || schema.is_some_and(owns)
            || self.may(Some(permission))
        {
            return Ok(());
        }
        Err(self.on_model(format!("must be owner of model {}", model.name), model, "owner"))
    }

    fn schema_of(self, model: &Model) -> Option<&'a Schema> {
        let mut databases = self.manifest.catalog.databases.values();
        let database = databases.find(|database| database.models.contains_key(&model.id))?;
        database.schema(&model.schema).map(AsRef::as_ref)
    }

    fn on_model(self, message: String, model: &Model, right: &str) -> SqlError {
        let mut trail = Trail::new(self.manifest, self.user);
        if let Some(schema) = self.schema_of(model) {
            trail.hold_usage(schema);
        }
        let grant = match right {
            "owner" => {
                format!("GRANT ROLE {} TO {};", SystemPermission::DropModel.narrowest_role(), self.name())
            }
            right => {
                let on = format!("{}.{}", model.schema.quoted(), model.name.quoted());
                format!("GRANT {right} ON MODEL {on} TO {};", self.name())
            }
        };
        trail.refuse(message, right, "model", model.qualified_name(), Some(model.owner), Some(grant))
    }

    /// CREATE MODEL, which is granted to users as well as to roles. Text unconfirmed.
    pub fn may_make_models(self) -> SqlResult<()> {
        if self.may(Some(SystemPermission::CreateModel)) {
            return Ok(());
        }
        let grant = format!("GRANT CREATE MODEL TO {};", self.name());
        let missing = Missing::on_system("CREATE MODEL", "system", "system permissions", Some(grant));
        Err(self.refuse("permission denied to create model".to_owned(), missing))
    }

    fn on_routine(self, message: String, routine: &Routine, right: &str, grant: String) -> SqlError {
        let mut trail = Trail::new(self.manifest, self.user);
        let database = self
            .manifest
            .catalog
            .databases
            .values()
            .find(|database| database.routines.contains_key(&routine.id));
        if let Some(schema) = database.and_then(|database| database.schema(&routine.schema)) {
            trail.hold_usage(schema);
        }
        let object = format!("{}.{}", routine.schema, routine.signature());
        trail.refuse(message, right, routine.word(), object, Some(routine.owner), Some(grant))
    }

    /// A refusal to grant or revoke `right` on an object whose owner is `owner`; `on` is where it is
    /// written (`ON t`, `FOR TABLES IN SCHEMA s`); rights on columns are not passed on.
    pub fn cannot_grant(self, message: String, mut missing: Missing, on: Option<String>) -> SqlError {
        let user = self.name();
        if let Some(on) = on {
            missing.grant = Some(format!("GRANT {} {on} TO {user} WITH GRANT OPTION;", missing.right));
        }
        missing.right = format!("{} WITH GRANT OPTION", missing.right);
        self.refuse(message, missing)
    }

    fn plain_name(self) -> String {
        self.manifest.principals.user(self.user).map_or_else(String::new, |user| user.name.to_string())
    }

    /// The user as GRANT writes it.
    pub fn name(self) -> String {
        self.manifest.principals.user(self.user).map_or_else(String::new, |user| user.name.quoted())
    }
}

/// A routine as GRANT names it.
fn quoted(routine: &Routine) -> String {
    let signature = routine.signature();
    let arguments = signature.get(routine.name.as_str().len()..).unwrap_or("()");
    format!("{}.{}{arguments}", routine.schema.quoted(), routine.name.quoted())
}
