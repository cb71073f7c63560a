//! CREATE VIEW (Developer Guide, "CREATE VIEW").

use sqlparser::ast;

use super::context::Place;
use super::{CommandContext, done};
use crate::sql::bind::{self, BoundQuery};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::catalog::{Column, ObjectId, Relation, RelationKind, View};
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::system_role::SystemPermission;

pub(super) fn run(
    name: &QualifiedName,
    columns: &[Identifier],
    query: &ast::Query,
    query_text: &str,
    or_replace: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let bound = bind::view_query(query, context.scope())?;
    // Redshift asks for the rights to read at creation too, unlike PostgreSQL (Developer Guide, "CREATE VIEW").
    crate::sql::authorize::authorize(&bound.needs, context.manifest, context.session)?;
    let place = context.place_for(name, false, SystemPermission::CreateOrReplaceView)?;
    let columns = view_columns(columns, &bound)?;
    let view = View {
        query: query_text.to_owned(),
        search_path: context.search_path(),
        depends_on: stands_on(&bound, context),
        written: Default::default(),
    };
    match place.taken {
        Some(id) if or_replace => replace(id, columns, view, context)?,
        _ => create(place, columns, view, context)?,
    }
    done("CREATE VIEW")
}

fn create(place: Place, columns: Vec<Column>, view: View, context: &mut CommandContext<'_>) -> SqlResult<()> {
    place.must_be_free()?;
    if is_temporary(&view, context)? {
        return Err(SqlError::not_simulated_because(
            crate::gap::Feature::QueryClause,
            "views over temporary tables",
        ));
    }
    let relation = Relation {
        id: context.manifest.catalog.allocate(),
        schema: place.schema,
        name: place.name,
        owner: context.user(),
        acl: Default::default(),
        columns,
        created: context.now,
        comment: None,
        kind: RelationKind::View(view),
    };
    context.database_mut()?.insert(relation);
    Ok(())
}

/// The owner and the grants stay, and so must the columns.
fn replace(
    id: ObjectId,
    columns: Vec<Column>,
    view: View,
    context: &mut CommandContext<'_>,
) -> SqlResult<()> {
    let old = context.relation_mut(id)?.clone();
    if old.table().is_some() {
        return Err(SqlError::product("42809", format!("\"{}\" is not a view", old.name)));
    }
    context.rights().own_relation(&old, None, Some(SystemPermission::CreateOrReplaceView))?;
    if columns.len() != old.columns.len() {
        return Err(SqlError::product("42P16", "cannot change number of columns in view"));
    }
    for (new, old) in columns.iter().zip(&old.columns) {
        if new.name != old.name {
            return Err(SqlError::product(
                "42P16",
                format!("cannot change name of view column \"{}\"", old.name),
            ));
        }
        if new.data_type != old.data_type {
            let message = format!("cannot change data type of view column \"{}\"", old.name);
            return Err(SqlError::product("42P16", message));
        }
    }
    if stands_on_itself(id, &view.depends_on, context)? {
        let message = format!("infinite recursion detected in rules for relation \"{}\"", old.name);
        return Err(SqlError::product("42P17", message));
    }
    context.relation_mut(id)?.kind = RelationKind::View(view);
    Ok(())
}

fn view_columns(names: &[Identifier], bound: &BoundQuery) -> SqlResult<Vec<Column>> {
    let fields = bound.plan.fields();
    if names.len() > fields.len() {
        return Err(SqlError::product("42601", "CREATE VIEW specifies more column names than columns"));
    }
    let mut columns: Vec<Column> = Vec::with_capacity(fields.len());
    for (number, field) in fields.iter().enumerate() {
        let name = names.get(number).cloned().unwrap_or_else(|| Identifier::fold(&field.name));
        if columns.iter().any(|column| column.name == name) {
            return Err(SqlError::product("42701", format!("column \"{name}\" duplicated")));
        }
        columns.push(Column {
            name,
            data_type: field.data_type,
            nullable: true,
            default: None,
            encoding: "none".to_owned(),
            comment: None,
        });
    }
    Ok(columns)
}

/// The relations that the query names itself; what lies behind a view is that view's business.
fn stands_on(bound: &BoundQuery, context: &CommandContext<'_>) -> Vec<ObjectId> {
    let direct = bound.needs.iter().filter(|need| need.through.is_none() && need.user == context.user());
    let mut relations: Vec<ObjectId> = direct.map(|need| need.relation).collect();
    relations.sort();
    relations.dedup();
    relations
}

fn is_temporary(view: &View, context: &CommandContext<'_>) -> SqlResult<bool> {
    let database = context.database()?;
    Ok(view.depends_on.iter().any(|id| {
        database.relation(*id).and_then(|relation| relation.table()).is_some_and(|table| table.temporary)
    }))
}

fn stands_on_itself(id: ObjectId, depends_on: &[ObjectId], context: &CommandContext<'_>) -> SqlResult<bool> {
    let database = context.database()?;
    let mut left = depends_on.to_vec();
    while let Some(next) = left.pop() {
        if next == id {
            return Ok(true);
        }
        if let Some(RelationKind::View(view)) = database.relation(next).map(|relation| &relation.kind) {
            left.extend(&view.depends_on);
        }
    }
    Ok(false)
}
