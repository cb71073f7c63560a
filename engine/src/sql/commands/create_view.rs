//! CREATE VIEW (Developer Guide, "CREATE VIEW").

use crate::sql::syntax;

use super::context::Place;
use super::{CommandContext, done_with};
use crate::sql::bind::{self, BoundQuery};
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::access::Acl;
use crate::warehouse::catalog::{Column, ObjectId, Relation, RelationKind, View};
use crate::warehouse::default_privilege::DefaultKind;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::system_role::SystemPermission;

/// The view as it was written.
pub(super) struct Definition<'a> {
    pub columns: &'a [Identifier],
    pub query: &'a syntax::Query,
    pub query_text: &'a str,
    pub late: bool,
}

pub(super) fn run(
    name: &QualifiedName,
    definition: &Definition<'_>,
    or_replace: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let named_so = name.name.as_str().starts_with('#');
    let place_of = |temporary: bool, context: &mut CommandContext<'_>| {
        context.place_for(name, temporary, SystemPermission::CreateOrReplaceView)
    };
    let (place, columns, view) = if definition.late {
        super::late_view::must_be_qualified(definition.query, context)?;
        let view = View {
            query: definition.query_text.to_owned(),
            search_path: context.search_path(),
            depends_on: Vec::new(),
            written: Default::default(),
            late: Some(definition.columns.to_vec()),
        };
        (place_of(named_so, context)?, Vec::new(), view)
    } else {
        bound_view(definition, context, |temporary, context| place_of(temporary || named_so, context))?
    };
    // That a view over temporary tables is itself temporary is PostgreSQL's way since 8.1; unconfirmed.
    let notice = (place.schema == context.session.temporary_schema && !named_so)
        .then(|| format!("NOTICE:  view \"{}\" will be a temporary view", place.name));
    match place.taken {
        Some(id) if or_replace => replace(id, columns, view, context)?,
        _ => create(place, columns, view, context)?,
    }
    done_with("CREATE VIEW", notice.into_iter().collect())
}

/// A view whose names are looked up now.
fn bound_view(
    definition: &Definition<'_>,
    context: &mut CommandContext<'_>,
    place_of: impl Fn(bool, &mut CommandContext<'_>) -> SqlResult<Place>,
) -> SqlResult<(Place, Vec<Column>, View)> {
    let bound = bind::view_query(definition.query, context.scope())?;
    // Redshift asks for the rights to read at creation too, unlike PostgreSQL (Developer Guide, "CREATE VIEW").
    crate::sql::authorize::authorize(&bound.needs, context.manifest, context.session)?;
    let depends_on = stands_on(&bound, context);
    let place = place_of(is_temporary(&depends_on, context)?, context)?;
    let columns = view_columns(definition.columns, &bound)?;
    let mut search_path = context.search_path();
    if place.schema == context.session.temporary_schema {
        search_path.insert(0, place.schema.clone());
    }
    let view = View {
        query: definition.query_text.to_owned(),
        search_path,
        depends_on,
        written: Default::default(),
        late: None,
    };
    Ok((place, columns, view))
}

fn create(place: Place, columns: Vec<Column>, view: View, context: &mut CommandContext<'_>) -> SqlResult<()> {
    place.must_be_free()?;
    let acl = match place.schema == context.session.temporary_schema {
        true => Acl::default(),
        false => context.initial_acl(&place.schema, DefaultKind::Tables)?,
    };
    let relation = Relation {
        id: context.manifest.catalog.allocate(),
        schema: place.schema,
        name: place.name,
        owner: context.user(),
        acl,
        columns,
        created: context.now,
        comment: None,
        protection: Default::default(),
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
    if view.late.is_some() {
        // Nothing is asked for now, and its owner's rights count later: that is the owner's to write (unconfirmed).
        context.rights().own_relation(&old, None, None)?;
    }
    let late = view.late.is_some() || old.view().is_some_and(|old| old.late.is_some());
    if late {
        let relation = context.relation_mut(id)?;
        (relation.columns, relation.kind) = (columns, RelationKind::View(view));
        return Ok(());
    }
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
        let name = names.get(number).cloned().unwrap_or_else(|| Identifier::kept(&field.name));
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
pub(super) fn stands_on(bound: &BoundQuery, context: &CommandContext<'_>) -> Vec<ObjectId> {
    let direct = bound.needs.iter().filter(|need| need.through.is_none() && need.user == context.user());
    let mut relations: Vec<ObjectId> = direct.map(|need| need.relation).collect();
    relations.extend(&bound.routines);
    crate::sorted::sort(&mut relations);
    relations.dedup();
    relations
}

fn is_temporary(depends_on: &[ObjectId], context: &CommandContext<'_>) -> SqlResult<bool> {
    let database = context.database()?;
    let mut relations = depends_on.iter().filter_map(|id| database.relation(*id));
    Ok(relations.any(|relation| relation.schema == context.session.temporary_schema))
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
