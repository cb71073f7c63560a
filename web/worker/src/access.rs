//! What a user may do, and through what: the page's table of rights.
//!
//! It is the view of whoever runs the account, not of the user: it names what the user may not see, because that is
//! what is to be learned from it.

use sandshift_engine::sandbox::Sandbox;
use sandshift_engine::warehouse::access::{
    Grantee, HeldBy, Password, Principals, Privilege, RoleId, User, UserId,
};
use sandshift_engine::warehouse::catalog::{Database, Relation, RelationKind};
use sandshift_engine::warehouse::guarded::Guarded;
use sandshift_engine::warehouse::identifier::Identifier;
use sandshift_engine::warehouse::manifest::Manifest;
use sandshift_engine::warehouse::policy::{Attachment, Audience};
use sandshift_engine::warehouse::routine::Routine;
use sandshift_engine::warehouse::system_role::SystemPermission;
use sandshift_protocol::{
    Access, HeldRight, NameKind, ReachingPolicy, RelationAccess, RoutineAccess, SchemaAccess,
};

/// `None` for a user that does not exist.
pub(crate) fn access(sandbox: &Sandbox, user: &str) -> Option<Access> {
    let manifest = &sandbox.warehouse.committed;
    let principals = &manifest.principals;
    let user = principals.users.get(&Identifier::fold(user))?;
    let database = manifest.catalog.database(&sandbox.database())?;
    let schemas = database
        .schemas
        .values()
        .filter(|schema| schema.owner != UserId::RDSDB || schema.name == "public")
        .map(|schema| SchemaAccess {
            name: schema.name.to_string(),
            owner: name_of(principals, schema.owner),
            rights: [Privilege::Usage, Privilege::Create]
                .into_iter()
                .filter_map(|right| whole(manifest, user.id, right, Guarded::Schema(schema)))
                .collect(),
            relations: schema
                .relations
                .values()
                .filter_map(|id| database.relation(*id))
                .map(|relation| relation_access(manifest, user.id, relation, database))
                .collect(),
            routines: database
                .routines
                .values()
                .filter(|routine| routine.schema == schema.name)
                .map(|routine| routine_access(manifest, user.id, routine))
                .collect(),
        })
        .collect();
    Some(Access { schemas, ..person(principals, user) })
}

fn person(principals: &Principals, user: &User) -> Access {
    let groups = principals.groups.values().filter(|group| group.members.contains(&user.id));
    let held = principals.roles_of(user.id);
    let roles = principals.roles.values().filter(|role| held.contains(&role.id));
    Access {
        user: user.name.to_string(),
        superuser: user.superuser,
        create_database: user.create_database,
        syslog_unrestricted: user.syslog_unrestricted,
        password: user.password != Password::Disabled,
        valid_until: user.valid_until.map(|until| until.0),
        connection_limit: user.connection_limit,
        groups: groups.map(|group| group.name.to_string()).collect(),
        roles: roles
            .map(|role| {
                let own = role.members.contains_key(&user.id);
                let through: Option<&RoleId> = role.granted_to.iter().find(|to| held.contains(to));
                let through = through.filter(|_| !own).and_then(|id| {
                    principals.roles.values().find(|role| role.id == *id).map(|role| role.name.to_string())
                });
                (role.name.to_string(), through)
            })
            .collect(),
        schemas: Vec::new(),
    }
}

fn relation_access(
    manifest: &Manifest,
    user: UserId,
    relation: &Relation,
    database: &Database,
) -> RelationAccess {
    let principals = &manifest.principals;
    let reach = Audience::of_user(principals, user);
    let protection = &relation.protection;
    let reaching = |one: &&Attachment| reach.holds(one.grantee);
    let rows = protection.attached.iter().filter(|one| one.mask.is_none()).filter(reaching);
    let subject = protection.rows && !principals.may(user, SystemPermission::IgnoreRls);
    let counting = protection.masks(&reach);
    let counts = |one: &&Attachment| counting.iter().any(|(first, ..)| std::ptr::eq(*first, *one));
    let masks = protection.attached.iter().filter(counts);
    let told = |one: &Attachment| policy_told(principals, database, one);
    let rights = [Privilege::Select, Privilege::Insert, Privilege::Update, Privilege::Delete];
    RelationAccess {
        name: relation.name.to_string(),
        kind: match relation.kind {
            RelationKind::Table(_) if relation.materialized().is_none() => NameKind::Table,
            RelationKind::Table(_) | RelationKind::View(_) => NameKind::View,
        },
        owner: name_of(principals, relation.owner),
        columns: relation.columns.len() as u32,
        row_policies: subject.then(|| rows.map(told).collect()),
        masks: masks.map(told).collect(),
        rights: rights
            .into_iter()
            .filter_map(|right| {
                whole(manifest, user, right, Guarded::Relation(relation))
                    .or_else(|| by_column(manifest, user, right, relation))
            })
            .collect(),
    }
}

fn routine_access(manifest: &Manifest, user: UserId, routine: &Routine) -> RoutineAccess {
    let held = manifest.held(user, Privilege::Execute, None, Guarded::Routine(routine));
    RoutineAccess {
        name: routine.signature(),
        procedure: routine.is_procedure(),
        held: held.map(|held| held.to_string()),
    }
}

fn policy_told(principals: &Principals, database: &Database, one: &Attachment) -> ReachingPolicy {
    let policy = database.policies.get(&one.policy);
    let role = |id: RoleId| principals.roles.values().find(|role| role.id == id);
    let through = match one.grantee {
        Grantee::Role(id) => role(id).map(|role| HeldBy::Role(role.name.clone())),
        Grantee::Public => Some(HeldBy::Public),
        Grantee::User(_) | Grantee::Group(_) => Some(HeldBy::User),
    };
    let columns = one.mask.iter().flat_map(|mask| &mask.outputs);
    ReachingPolicy {
        name: policy.map(|policy| policy.name.to_string()).unwrap_or_default(),
        through: through.map(|through| through.to_string()).unwrap_or_default(),
        columns: columns.map(ToString::to_string).collect(),
    }
}

fn whole(manifest: &Manifest, user: UserId, right: Privilege, on: Guarded<'_>) -> Option<HeldRight> {
    manifest.held(user, right, None, on).map(|held| told(right, &held, Vec::new()))
}

/// The columns on which a right is held one by one.
fn by_column(manifest: &Manifest, user: UserId, right: Privilege, relation: &Relation) -> Option<HeldRight> {
    let mut how: Option<HeldBy> = None;
    let mut columns = Vec::new();
    for column in &relation.columns {
        if let Some(held) = manifest.held(user, right, Some(&column.name), Guarded::Relation(relation)) {
            columns.push(column.name.to_string());
            how.get_or_insert(held);
        }
    }
    how.map(|held| told(right, &held, columns))
}

fn told(right: Privilege, held: &HeldBy, columns: Vec<String>) -> HeldRight {
    HeldRight { right: right.keyword().to_owned(), held: held.to_string(), columns }
}

fn name_of(principals: &Principals, id: UserId) -> String {
    principals.user(id).map(|user| user.name.to_string()).unwrap_or_default()
}
