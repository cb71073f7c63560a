//! PostgreSQL's own catalog: schemas, relations, columns, types, databases.

use super::acl;
use super::relation::{BOOLEAN, INTEGER, NAME, Relation, Rows, Source, TEXT, Viewer, integer, text};
use crate::sql::error::SqlResult;
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{Distribution, Relation as Stored, RelationKind, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::value::Value;

/// What `pg_class` and `pg_class_info` both begin with.
macro_rules! class {
    () => {
        "relname n,relnamespace i,reltype i,relowner i,relam i,relfilenode i,reltablespace i,relpages i,reltuples r,reltoastrelid i,reltoastidxid i,relhasindex o,relisshared o,relkind c1,relnatts s,relexternid i,relisreplicated o,relispinned o,reldiststyle s,relprojbaseid i,relchecks s,reltriggers s,relukeys s,relfkeys s,relrefs s,relhasoids o,relhaspkey o,relhasrules o,relhassubclass o,relacl x"
    };
}

/// Likewise of `pg_attribute`.
macro_rules! attribute {
    () => {
        "attrelid i,attname n,atttypid i,attstattarget i,attlen s,attnum s,attndims i,attcacheoff i,atttypmod i,attbyval o,attstorage c1,attalign c1,attnotnull o,atthasdef o,attisdropped o,attislocal o,attinhcount i,attisdistkey o,attispreloaded o,attsortkeyord i,attencodingtype s,attencrypttype s"
    };
}

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new(
        "pg_namespace",
        &[("nspname", NAME), ("nspowner", INTEGER), ("nspacl", TEXT), ("oid", INTEGER)],
        namespaces,
    ),
    Relation::written("pg_class", concat!(class!(), ",oid i"), Source::Made(|viewer| classes(viewer, false))),
    Relation::written(
        "pg_class_info",
        concat!(class!(), ",relcreationtime t,releffectivediststyle i,oid i"),
        Source::Made(|viewer| classes(viewer, true)),
    ),
    // PostgreSQL 8's; no table has an index.
    Relation::written(
        "pg_am",
        "amname n,amowner i,amstrategies s,amsupport s,amcanunique o,oid i",
        Source::Made(|_| {
            let method = |(name, oid, strategies, support): (&str, i32, i16, i16)| {
                let unique = Value::Boolean(name == "btree");
                let (strategies, support) = (Value::SmallInt(strategies), Value::SmallInt(support));
                vec![Value::string(name), Value::Integer(1), strategies, support, unique, Value::Integer(oid)]
            };
            Ok([("rtree", 402, 8, 3), ("btree", 403, 5, 1), ("hash", 405, 1, 1), ("gist", 783, 100, 7)]
                .map(method)
                .to_vec())
        }),
    ),
    Relation::written("pg_attribute", attribute!(), Source::Made(|viewer| attributes(viewer, false))),
    Relation::written(
        "pg_attribute_info",
        concat!(attribute!(), ",attacl x"),
        Source::Made(|viewer| attributes(viewer, true)),
    ),
    Relation::new(
        "pg_database",
        &[
            ("datname", NAME),
            ("datdba", INTEGER),
            ("encoding", INTEGER),
            ("datistemplate", BOOLEAN),
            ("datallowconn", BOOLEAN),
            ("datacl", TEXT),
            ("oid", INTEGER),
        ],
        databases,
    ),
    Relation::written(
        "pg_type",
        "typname n,typnamespace i,typowner i,typlen s,typbyval o,typtype c1,typisdefined o,typdelim c1,typrelid i,typelem i,typalign c1,typstorage c1,typnotnull o,typbasetype i,typtypmod i,typndims i,typdefault x,oid i",
        Source::Made(types),
    ),
];

/// What the owner of a relation or schema holds by itself, as its ACL shows it.
pub(super) const OWNER_OF_TABLE: &[Privilege] = &[
    Privilege::Insert,
    Privilege::Select,
    Privilege::Update,
    Privilege::Delete,
    Privilege::Rule,
    Privilege::References,
    Privilege::Trigger,
    Privilege::Drop,
];
pub(super) const OWNER_OF_SCHEMA: &[Privilege] = &[Privilege::Usage, Privilege::Create];
pub(super) const OWNER_OF_DATABASE: &[Privilege] = &[Privilege::Create, Privilege::Temporary];

/// The system's own schemas, with the numbers they have everywhere.
const SYSTEM_SCHEMAS: [(&str, u32); 4] =
    [("pg_toast", 99), ("pg_catalog", 11), ("pg_internal", 90), ("information_schema", 10_000)];

fn namespaces(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows: Rows = SYSTEM_SCHEMAS
        .iter()
        .map(|(name, id)| {
            let acl = if name.starts_with("pg_t") || *name == "pg_internal" {
                Value::Null
            } else {
                Value::string("{rdsdb=UC/rdsdb,=U/rdsdb}")
            };
            vec![Value::string(*name), Value::Integer(1), acl, integer(*id)]
        })
        .collect();
    for schema in viewer.database.schemas.values() {
        rows.push(vec![
            text(&schema.name),
            integer(schema.owner.0),
            acl::print(&schema.acl, schema.owner, OWNER_OF_SCHEMA, viewer),
            integer(schema.id.0),
        ]);
    }
    Ok(rows)
}

/// 0 EVEN, 1 KEY, 8 ALL, 9 AUTO.
fn distribution_style(relation: &Stored) -> i16 {
    match relation.table().map(|table| table.distribution) {
        None | Some(Distribution::Even) => 0,
        Some(Distribution::Key(_)) => 1,
        Some(Distribution::All) => 8,
        Some(Distribution::Auto) => 9,
    }
}

fn classes(viewer: &Viewer<'_>, with_info: bool) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for relation in viewer.database.relations.values() {
        let schema = viewer.database.schema(&relation.schema).map_or(0, |schema| schema.id.0);
        let table = relation.table();
        let keys = |count: fn(&Table) -> usize| Value::SmallInt(table.map_or(0, |table| count(table) as i16));
        let mut row = vec![
            text(&relation.name),
            integer(schema),
            Value::Integer(0),
            integer(relation.owner.0),
            Value::Integer(0),
            integer(relation.id.0),
            Value::Integer(0),
            Value::Integer(0),
            table
                .filter(|_| !relation.hides_rows(viewer.principals, viewer.user))
                .map_or(Value::Real(0.0), |table| Value::Real(table.data.visible_rows() as f32)),
            Value::Integer(0),
            Value::Integer(0),
            Value::Boolean(false),
            Value::Boolean(false),
            Value::string(if relation.view().is_none() { "r" } else { "v" }),
            Value::SmallInt(relation.columns.len() as i16),
            Value::Integer(0),
            Value::Boolean(false),
            Value::Boolean(false),
            Value::SmallInt(distribution_style(relation)),
            Value::Integer(0),
            Value::SmallInt(0),
            Value::SmallInt(0),
            keys(|table| table.unique_keys.len()),
            keys(|table| table.foreign_keys.len()),
            Value::SmallInt(0),
            Value::Boolean(table.is_some()),
            Value::Boolean(table.is_some_and(|table| !table.primary_key.is_empty())),
            Value::Boolean(table.is_none()),
            Value::Boolean(false),
            acl::print(&relation.acl, relation.owner, OWNER_OF_TABLE, viewer),
        ];
        if with_info {
            // A small AUTO table lies whole on every node.
            let effective = match distribution_style(relation) {
                9 => 10,
                style => i32::from(style),
            };
            row.extend([Value::Timestamp(relation.created.0), Value::Integer(effective)]);
        }
        row.push(integer(relation.id.0));
        rows.push(row);
    }
    Ok(rows)
}

fn attributes(viewer: &Viewer<'_>, with_acl: bool) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for relation in viewer.database.relations.values() {
        for (index, column) in relation.columns.iter().enumerate() {
            let kind = type_of(column.data_type);
            let (key, order) = match &relation.kind {
                RelationKind::Table(table) => (
                    table.distribution == Distribution::Key(index),
                    table.sort_key.iter().position(|key| *key == index).map_or(0, |at| at as i32 + 1),
                ),
                RelationKind::View(_) => (false, 0),
            };
            let mut row = vec![
                integer(relation.id.0),
                text(&column.name),
                integer(kind.oid),
                Value::Integer(-1),
                Value::SmallInt(kind.length),
                Value::SmallInt(index as i16 + 1),
                Value::Integer(0),
                Value::Integer(-1),
                Value::Integer(modifier(column.data_type)),
                Value::Boolean(kind.by_value()),
                Value::string(kind.storage()),
                Value::string(kind.alignment()),
                Value::Boolean(!column.nullable),
                Value::Boolean(column.default.is_some()),
                Value::Boolean(false),
                Value::Boolean(true),
                Value::Integer(0),
                Value::Boolean(key),
                Value::Boolean(false),
                Value::Integer(order),
                Value::SmallInt(ENCODINGS.iter().position(|one| *one == column.encoding).unwrap_or(0) as i16),
                Value::SmallInt(0),
            ];
            if with_acl {
                row.push(acl::print_column(&relation.acl, &column.name, viewer));
            }
            rows.push(row);
        }
    }
    Ok(rows)
}

fn databases(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    Ok(viewer
        .manifest
        .catalog
        .databases
        .values()
        .map(|database| {
            vec![
                text(&database.name),
                integer(database.owner.0),
                // UTF-8.
                Value::Integer(6),
                Value::Boolean(false),
                Value::Boolean(true),
                acl::print(&database.acl, database.owner, OWNER_OF_DATABASE, viewer),
                integer(database.id.0),
            ]
        })
        .collect())
}

/// A type of the catalog.
struct CatalogType {
    oid: u32,
    name: &'static str,
    /// -1 where it varies.
    length: i16,
}

impl CatalogType {
    fn by_value(&self) -> bool {
        (1..=4).contains(&self.length)
    }

    /// Plain, or one that may be compressed.
    fn storage(&self) -> &'static str {
        if self.length > 0 { "p" } else { "x" }
    }

    fn alignment(&self) -> &'static str {
        match self.length {
            1 => "c",
            2 => "s",
            8.. => "d",
            _ => "i",
        }
    }
}

/// How columns are encoded, by the number that `attencodingtype` has for it. The numbers are unconfirmed.
pub const ENCODINGS: [&str; 14] = [
    "none",
    "raw",
    "bytedict",
    "delta",
    "delta32k",
    "lzo",
    "mostly8",
    "mostly16",
    "mostly32",
    "runlength",
    "text255",
    "text32k",
    "zstd",
    "az64",
];

const fn catalog_type(oid: u32, name: &'static str, length: i16) -> CatalogType {
    CatalogType { oid, name, length }
}

/// PostgreSQL's numbers for the types.
/// The type's number in `pg_type`.
pub(super) fn type_number(data_type: DataType) -> i32 {
    type_of(data_type).oid as i32
}

/// The type's internal name: `int4`.
pub fn type_word(data_type: DataType) -> &'static str {
    type_of(data_type).name
}

fn type_of(data_type: DataType) -> CatalogType {
    match data_type.text() {
        DataType::Boolean => catalog_type(16, "bool", 1),
        DataType::BigInt => catalog_type(20, "int8", 8),
        DataType::SmallInt => catalog_type(21, "int2", 2),
        DataType::Integer => catalog_type(23, "int4", 4),
        DataType::Real => catalog_type(700, "float4", 4),
        DataType::Double => catalog_type(701, "float8", 8),
        DataType::Caseless { .. } | DataType::Unknown => catalog_type(705, "unknown", -1),
        DataType::Char(_) => catalog_type(1042, "bpchar", -1),
        DataType::Varchar(_) => catalog_type(1043, "varchar", -1),
        DataType::Date => catalog_type(1082, "date", 4),
        DataType::Time => catalog_type(1083, "time", 8),
        DataType::Timestamp => catalog_type(1114, "timestamp", 8),
        DataType::TimestampTz => catalog_type(1184, "timestamptz", 8),
        DataType::Interval | DataType::IntervalTo(_) => catalog_type(1186, "interval", 12),
        DataType::TimeTz => catalog_type(1266, "timetz", 12),
        DataType::Decimal { .. } => catalog_type(1700, "numeric", -1),
        DataType::Super => catalog_type(4000, "super", -1),
        DataType::HllSketch => catalog_type(2935, "hllsketch", -1),
        DataType::Varbyte(_) => catalog_type(6551, "varbyte", -1),
    }
}

/// Length or digits, packed as PostgreSQL packs them; -1 for none.
fn modifier(data_type: DataType) -> i32 {
    match data_type.text() {
        DataType::Char(bytes) | DataType::Varchar(bytes) | DataType::Varbyte(bytes) => bytes as i32 + 4,
        DataType::Decimal { precision, scale } => (i32::from(precision) << 16 | i32::from(scale)) + 4,
        _ => -1,
    }
}

fn types(_: &Viewer<'_>) -> SqlResult<Rows> {
    let known = [
        DataType::Boolean,
        DataType::BigInt,
        DataType::SmallInt,
        DataType::Integer,
        DataType::Real,
        DataType::Double,
        DataType::Unknown,
        DataType::Char(1),
        DataType::Varchar(1),
        DataType::Date,
        DataType::Time,
        DataType::Timestamp,
        DataType::TimestampTz,
        DataType::Interval,
        DataType::TimeTz,
        DataType::Decimal { precision: 18, scale: 0 },
        DataType::HllSketch,
        DataType::Super,
        DataType::Varbyte(1),
    ];
    Ok(known
        .into_iter()
        .map(type_of)
        .map(|kind| {
            vec![
                Value::string(kind.name),
                Value::Integer(11),
                Value::Integer(1),
                Value::SmallInt(kind.length),
                Value::Boolean(kind.by_value()),
                Value::string("b"),
                Value::Boolean(true),
                Value::string(","),
                Value::Integer(0),
                Value::Integer(0),
                Value::string(kind.alignment()),
                Value::string(kind.storage()),
                Value::Boolean(false),
                Value::Integer(0),
                Value::Integer(-1),
                Value::Integer(0),
                Value::Null,
                integer(kind.oid),
            ]
        })
        .collect())
}
