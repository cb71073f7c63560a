//! Users and groups: `pg_user`, `pg_user_info`, `svl_user_info`, `svv_user_info`, `pg_group`.

use super::acl::quoted;
use super::relation::{
    BOOLEAN, INTEGER, NAME, Relation, Rows, Source, TEXT, TIMESTAMP, Viewer, integer, text,
};
use crate::sql::error::SqlResult;
use crate::warehouse::access::{Password, User, UserId};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new("pg_user", PG_USER, |viewer| Ok(users(viewer).into_iter().map(pg_user).collect())),
    // What `pg_user` shows of it to everybody, with the digest of the password.
    Relation::new("pg_shadow", PG_USER, |viewer| {
        let row = |user: &User| {
            let mut row = pg_user(user);
            row[5] = match &user.password {
                Password::Disabled => Value::Null,
                Password::Md5(digest) => text(format!("md5{digest}")),
                Password::Sha256 { digest, salt } => text(format!("sha256|{digest}|{salt}")),
            };
            row
        };
        Ok(users(viewer).into_iter().map(row).collect())
    })
    .superuser_only(),
    Relation::new("pg_user_info", PG_USER_INFO, |viewer| {
        Ok(users(viewer)
            .into_iter()
            .map(|user| {
                let mut row = pg_user(user);
                row.push(connection_limit(user));
                row
            })
            .collect())
    })
    .superuser_only(),
    Relation::new(
        "svl_user_info",
        &[
            ("usename", NAME),
            ("usesysid", INTEGER),
            ("usecreatedb", BOOLEAN),
            ("usesuper", BOOLEAN),
            ("usecatupd", BOOLEAN),
            ("useconnlimit", TEXT),
            ("syslogaccess", TEXT),
            ("last_ddl_ts", TIMESTAMP),
            ("sessiontimeout", INTEGER),
            ("external_user_id", TEXT),
        ],
        user_info,
    )
    .superuser_only(),
    Relation::new(
        "svv_user_info",
        &[
            ("user_name", TEXT),
            ("user_id", INTEGER),
            ("createdb", BOOLEAN),
            ("superuser", BOOLEAN),
            ("catalog_update", BOOLEAN),
            ("connection_limit", TEXT),
            ("syslog_access", TEXT),
            ("last_ddl_timestamp", TIMESTAMP),
            ("session_timeout", INTEGER),
            ("external_id", TEXT),
        ],
        user_info,
    ),
    Relation::new("pg_group", &[("groname", NAME), ("grosysid", INTEGER), ("grolist", TEXT)], groups),
    Relation::written(
        "pg_get_session_roles",
        "name n,roleid i",
        Source::Made(|viewer| {
            let roles = viewer.principals.roles.values().filter(|role| viewer.roles.contains(&role.id));
            Ok(roles.map(|role| vec![text(&role.name), integer(role.id.0)]).collect())
        }),
    )
    .in_schema(super::FUNCTIONS),
];

const PG_USER: &[(&str, DataType)] = &[
    ("usename", NAME),
    ("usesysid", INTEGER),
    ("usecreatedb", BOOLEAN),
    ("usesuper", BOOLEAN),
    ("usecatupd", BOOLEAN),
    ("passwd", TEXT),
    ("valuntil", TIMESTAMP),
    ("useconfig", TEXT),
];

const PG_USER_INFO: &[(&str, DataType)] = &[
    ("usename", NAME),
    ("usesysid", INTEGER),
    ("usecreatedb", BOOLEAN),
    ("usesuper", BOOLEAN),
    ("usecatupd", BOOLEAN),
    ("passwd", TEXT),
    ("valuntil", TIMESTAMP),
    ("useconfig", TEXT),
    ("useconnlimit", TEXT),
];

/// Every user, by number.
fn users<'a>(viewer: &Viewer<'a>) -> Vec<&'a User> {
    let mut users: Vec<&User> = viewer.principals.users.values().collect();
    crate::sorted::sort_by_key(&mut users, |user| user.id);
    users
}

fn pg_user(user: &User) -> Vec<Value> {
    let settings: Vec<String> =
        user.settings.iter().map(|(name, value)| quoted(format!("{name}={value}"))).collect();
    vec![
        text(&user.name),
        integer(user.id.0),
        Value::Boolean(user.create_database),
        Value::Boolean(user.superuser),
        Value::Boolean(user.id == UserId::RDSDB),
        Value::string("********"),
        user.valid_until.map_or(Value::Null, |until| Value::Timestamp(until.0)),
        if settings.is_empty() { Value::Null } else { text(format!("{{{}}}", settings.join(","))) },
    ]
}

fn connection_limit(user: &User) -> Value {
    user.connection_limit.map_or(Value::string("UNLIMITED"), text)
}

/// Others than superusers see themselves only.
fn user_info(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(users(viewer)
        .into_iter()
        .filter(|user| viewer.is_superuser() || user.id == viewer.user)
        .map(|user| {
            vec![
                text(&user.name),
                integer(user.id.0),
                Value::Boolean(user.create_database),
                Value::Boolean(user.superuser),
                Value::Boolean(user.id == UserId::RDSDB),
                connection_limit(user),
                Value::string(if user.superuser || user.syslog_unrestricted {
                    "UNRESTRICTED"
                } else {
                    "RESTRICTED"
                }),
                Value::Null,
                user.session_timeout.map_or(Value::Integer(0), integer),
                user.external_id.as_deref().map_or(Value::Null, Value::string),
            ]
        })
        .collect())
}

/// Members as PostgreSQL prints an array: `{100,101}`.
fn groups(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut groups: Vec<_> = viewer.principals.groups.values().collect();
    crate::sorted::sort_by_key(&mut groups, |group| group.id);
    Ok(groups
        .into_iter()
        .map(|group| {
            let members: Vec<String> = group.members.iter().map(|member| member.0.to_string()).collect();
            let list =
                if members.is_empty() { Value::Null } else { text(format!("{{{}}}", members.join(","))) };
            vec![text(&group.name), integer(group.id.0), list]
        })
        .collect())
}
