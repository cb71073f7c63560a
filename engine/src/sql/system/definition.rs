//! What else PostgreSQL keeps of objects: defaults, comments, dependencies, the texts of views, settings; and what
//! Redshift has not, whose catalogs are there and always empty (indexes, triggers, inheritance).

use super::information_schema::{default_text, relations};
use super::relation::{Relation, Rows, Source, Viewer, integer, text};
use super::{acl, information_schema};
use crate::sql::error::SqlResult;
use crate::sql::parameter;
use crate::warehouse::access::Grantee;
use crate::warehouse::catalog::{Relation as Stored, RelationKind};
use crate::warehouse::note::Noted;
use crate::warehouse::value::Value;

pub(super) static RELATIONS: &[Relation] = &[
    Relation::written("pg_attrdef", "adrelid i,adnum s,adbin x,adsrc x,oid i", Source::Made(defaults)),
    Relation::written(
        "pg_description",
        "objoid i,classoid i,objsubid i,description x",
        Source::Made(descriptions),
    ),
    Relation::written(
        "pg_depend",
        "classid i,objid i,objsubid i,refclassid i,refobjid i,refobjsubid i,deptype c1",
        Source::Made(dependencies),
    ),
    Relation::written(
        "pg_rewrite",
        "rulename n,ev_class i,ev_attr s,ev_type c1,is_instead o,ev_qual x,ev_action x,oid i",
        Source::Made(|viewer| {
            let rule = |(relation, query): (&Stored, &str)| {
                vec![
                    Value::string("_RETURN"),
                    integer(relation.id.0),
                    Value::SmallInt(-1),
                    Value::string("1"),
                    Value::Boolean(true),
                    Value::string("<>"),
                    text(query),
                    integer(rule_of(relation)),
                ]
            };
            Ok(views(viewer).into_iter().map(rule).collect())
        }),
    ),
    Relation::written(
        "views",
        "table_catalog n,table_schema n,table_name n,view_definition x,check_option n,is_updatable v3,is_insertable_into v3",
        Source::Made(information_schema_views),
    )
    .in_schema("information_schema"),
    Relation::written(
        "table_privileges",
        "grantor n,grantee n,table_catalog n,table_schema n,table_name n,privilege_type n,is_grantable v3,with_hierarchy v3",
        Source::Made(|viewer| Ok(privileges(viewer, false))),
    )
    .in_schema("information_schema"),
    Relation::written(
        "column_privileges",
        "grantor n,grantee n,table_catalog n,table_schema n,table_name n,column_name n,privilege_type n,is_grantable v3",
        Source::Made(|viewer| Ok(privileges(viewer, true))),
    )
    .in_schema("information_schema"),
    Relation::written(
        "information_schema_catalog_name",
        "catalog_name n",
        Source::Made(|viewer| Ok(vec![vec![text(&viewer.database.name)]])),
    )
    .in_schema("information_schema"),
    Relation::written(
        "pg_settings",
        "name x,setting x,category x,short_desc x,extra_desc x,context x,vartype x,source x,min_val x,max_val x",
        Source::Made(settings),
    ),
    Relation::written(
        "pg_tablespace",
        "spcname n,spcowner i,spclocation x,spcacl x,oid i",
        Source::Made(|_| {
            let space = |(name, oid): (&str, i32)| {
                vec![Value::string(name), Value::Integer(1), Value::string(""), Value::Null, Value::Integer(oid)]
            };
            Ok([("pg_default", 1663), ("pg_global", 1664)].map(space).to_vec())
        }),
    ),
    Relation::written(
        "pg_index",
        "indexrelid i,indrelid i,indkey x,indclass x,indnatts s,indisunique o,indisprimary o,indisclustered o,indexprs x,indpred x",
        NOTHING,
    ),
    Relation::written(
        "pg_indexes",
        "schemaname n,tablename n,indexname n,tablespace n,indexdef x",
        NOTHING,
    ),
    Relation::written("pg_inherits", "inhrelid i,inhparent i,inhseqno i", NOTHING),
    Relation::written("pg_rules", "schemaname n,tablename n,rulename n,definition x", NOTHING),
    Relation::written(
        "pg_trigger",
        "tgrelid i,tgname n,tgfoid i,tgtype s,tgenabled o,tgisconstraint o,tgconstrname n,tgconstrrelid i,tgdeferrable o,tginitdeferred o,tgnargs s,tgattr x,tgargs x,oid i",
        NOTHING,
    ),
    Relation::written(
        "svv_redshift_schemas",
        "database_name n,schema_name n,schema_owner i,schema_type n,schema_acl n,schema_option n",
        Source::Made(redshift_schemas),
    ),
    Relation::written(
        "svv_all_columns",
        "database_name n,schema_name n,table_name n,column_name n,ordinal_position i,column_default v4000,is_nullable v3,data_type n,character_maximum_length i,numeric_precision i,numeric_scale i,remarks v256",
        Source::Made(all_columns),
    ),
];

/// The product has no such objects.
const NOTHING: Source = Source::Made(|_| Ok(Vec::new()));

/// The catalogs' own numbers, by which a dependency says what kind of object it means.
/// PostgreSQL's numbers for its own tables, where they are named as objects.
pub fn catalog_number(name: &str) -> Option<i32> {
    Some(match name.strip_prefix("pg_catalog.").unwrap_or(name) {
        "pg_type" => 1247,
        "pg_attribute" => 1249,
        "pg_proc" => 1255,
        "pg_class" => PG_CLASS,
        "pg_database" => PG_DATABASE,
        "pg_constraint" => PG_CONSTRAINT,
        "pg_namespace" => PG_NAMESPACE,
        "pg_rewrite" => PG_REWRITE,
        _ => return None,
    })
}

const PG_CLASS: i32 = 1259;
const PG_DATABASE: i32 = 1262;
const PG_NAMESPACE: i32 = 2615;
const PG_CONSTRAINT: i32 = 2606;
const PG_REWRITE: i32 = 2618;

/// A view is a relation and the rule that answers for it; the rule's number only has to be one of its own.
fn rule_of(relation: &Stored) -> u32 {
    relation.id.0 + 1_000_000
}

fn views<'a>(viewer: &Viewer<'a>) -> Vec<(&'a Stored, &'a str)> {
    let views = viewer.database.relations.values().filter_map(|relation| match &relation.kind {
        RelationKind::View(view) => Some((&**relation, view.query.as_str())),
        _ => None,
    });
    views.collect()
}

fn defaults(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for relation in viewer.database.relations.values() {
        for (index, column) in
            relation.columns.iter().enumerate().filter(|(_, column)| column.default.is_some())
        {
            rows.push(vec![
                integer(relation.id.0),
                Value::SmallInt(index as i16 + 1),
                // The product keeps a tree here, of which PG_GET_EXPR makes the text.
                default_text(column),
                default_text(column),
                integer(relation.id.0 * 2_000 + index as u32),
            ]);
        }
    }
    Ok(rows)
}

fn descriptions(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for relation in viewer.database.relations.values() {
        let own = [(0, relation.comment.as_deref())].into_iter();
        let columns = relation.columns.iter().enumerate();
        let columns = columns.map(|(index, column)| (index as i32 + 1, column.comment.as_deref()));
        for (number, comment) in own.chain(columns) {
            if let Some(comment) = comment {
                let class = Value::Integer(PG_CLASS);
                rows.push(vec![integer(relation.id.0), class, Value::Integer(number), text(comment)]);
            }
        }
    }
    let mut note = |object: u32, class: i32, noted: Noted| {
        if let Some(comment) = viewer.database.notes.comment_on(&noted) {
            rows.push(vec![integer(object), Value::Integer(class), Value::Integer(0), text(comment)]);
        }
    };
    note(viewer.database.id.0, PG_DATABASE, Noted::Database);
    for schema in viewer.database.schemas.values() {
        note(schema.id.0, PG_NAMESPACE, Noted::Schema(schema.id));
    }
    for (table, name, number) in super::constraint::numbered(viewer) {
        note(number, PG_CONSTRAINT, Noted::Constraint(table, name.as_str().into()));
    }
    Ok(rows)
}

/// A view's rule belongs to the view and stands on what the view reads.
fn dependencies(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for relation in viewer.database.relations.values() {
        let RelationKind::View(view) = &relation.kind else { continue };
        let mut on = |object: u32, kind: &str| {
            rows.push(vec![
                Value::Integer(PG_REWRITE),
                integer(rule_of(relation)),
                Value::Integer(0),
                Value::Integer(PG_CLASS),
                integer(object),
                Value::Integer(0),
                Value::string(kind),
            ]);
        };
        on(relation.id.0, "i");
        view.depends_on.iter().for_each(|object| on(object.0, "n"));
    }
    Ok(rows)
}

/// The text is its owner's to see.
fn information_schema_views(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |relation: &Stored| {
        let RelationKind::View(view) = &relation.kind else { return None };
        let own = viewer.is_superuser() || relation.owner == viewer.user;
        Some(vec![
            text(&viewer.database.name),
            text(&relation.schema),
            text(&relation.name),
            if own { text(&view.query) } else { Value::Null },
            Value::string("NONE"),
            Value::string("NO"),
            Value::string("NO"),
        ])
    };
    Ok(relations(viewer).into_iter().filter_map(row).collect())
}

/// Written grants: on tables, or on columns.
fn privileges(viewer: &Viewer<'_>, of_columns: bool) -> Rows {
    let mut rows = Vec::new();
    for relation in relations(viewer) {
        for grant in acl::visible(&relation.acl, of_columns, viewer) {
            let grantee = match grant.grantee {
                Grantee::Public => "PUBLIC".to_owned(),
                grantee => acl::identity(grantee, viewer).name,
            };
            let mut row = vec![
                viewer.user_name(grant.grantor),
                text(grantee),
                text(&viewer.database.name),
                text(&relation.schema),
                text(&relation.name),
            ];
            row.extend(grant.column.as_ref().map(text));
            row.extend([
                Value::string(grant.privilege.keyword()),
                Value::string(if grant.grant_option { "YES" } else { "NO" }),
                Value::string("NO"),
            ]);
            row.truncate(8);
            rows.push(row);
        }
    }
    rows
}

fn settings(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let row = |(name, first): (&str, &str)| {
        let now = viewer.setting(name).unwrap_or(first);
        let source = if now == first { "default" } else { "session" };
        let mut row = vec![Value::string(name), text(now)];
        row.resize(5, Value::Null);
        row.extend(["user", "string", source].map(Value::string));
        row
    };
    Ok(parameter::defaults().map(row).collect())
}

fn redshift_schemas(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let seen = viewer.database.schemas.values().filter(|schema| {
        viewer.is_superuser()
            || schema.owner == viewer.user
            || acl::visible(&schema.acl, false, viewer).next().is_some()
    });
    let row = |schema: &std::sync::Arc<crate::warehouse::catalog::Schema>| {
        vec![
            text(&viewer.database.name),
            text(&schema.name),
            integer(schema.owner.0),
            Value::string("local"),
            acl::print(&schema.acl, schema.owner, super::pg_catalog::OWNER_OF_SCHEMA, viewer),
            Value::Null,
        ]
    };
    Ok(seen.map(row).collect())
}

fn all_columns(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Vec::new();
    for relation in relations(viewer) {
        for (index, column) in relation.columns.iter().enumerate() {
            let (precision, _, scale) = information_schema::number_parts(column.data_type);
            rows.push(vec![
                text(&viewer.database.name),
                text(&relation.schema),
                text(&relation.name),
                text(&column.name),
                Value::Integer(index as i32 + 1),
                default_text(column),
                super::relation::yes_no(column.nullable),
                text(information_schema::bare_name(column.data_type)),
                information_schema::maximum_length(column.data_type),
                precision,
                scale,
                column.comment.as_deref().map_or(Value::Null, Value::string),
            ]);
        }
    }
    Ok(rows)
}
