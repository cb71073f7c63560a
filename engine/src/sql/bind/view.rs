//! A view in FROM: its text bound anew, through its owner's eyes, with the names its text says.
//!
//! The product keeps a view's query by object numbers: whoever renames a table does not disturb it, nobody
//! needs USAGE on the schemas behind it, and a temporary table of the same name never comes in between. Here the
//! text is kept, so names in it are looked up among what the view stands on, as they were when it was written.

use std::sync::Arc;

use super::binder::{Binder, Viewer};
use super::coerce;
use super::from::with_fields;
use super::relation::system_fields;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::plan::{Field, Plan, SystemRelation};
use crate::sql::{parse, syntax, system};
use crate::warehouse::catalog::{Database, Relation, View};
use crate::warehouse::identifier::Identifier;

impl Binder<'_> {
    pub fn view(&mut self, relation: &Arc<Relation>, view: &View) -> SqlResult<Plan> {
        let query = parse::query(&view.query)?;
        let viewer = Viewer {
            user: relation.owner,
            through: Some(relation.clone()),
            defines: false,
            search_path: view.search_path.clone(),
        };
        let outer = std::mem::replace(&mut self.slices, super::slice_num::is_asked(&view.query));
        let plan = self.apart(viewer, &query);
        self.slices = outer;
        let plan = plan?;
        match &view.late {
            Some(names) => Ok(called(plan, names)),
            None => conform(plan, relation),
        }
    }
}

/// A system relation's rows: read as they are, or by the query that it is defined by, for the user who asks.
impl Binder<'_> {
    pub fn system_relation(&mut self, relation: SystemRelation) -> SqlResult<Plan> {
        let fields = system_fields(relation);
        let Some(query) = system::definition(relation) else {
            return Ok(Plan::SystemScan { relation, fields });
        };
        system::must_open(relation, self.scope.session.user, self.manifest, self.database)?;
        let viewer = Viewer {
            user: self.scope.session.user,
            through: None,
            defines: true,
            search_path: vec![Identifier::fold("pg_catalog")],
        };
        let input = Box::new(self.apart(viewer, &*parse::query(query)?)?);
        let found = input.fields().iter().map(|field| field.data_type).enumerate();
        let expressions = found
            .zip(&fields)
            .map(|((index, data_type), field)| {
                let column = Expression::Column { index, data_type };
                coerce::cast(column, field.data_type, CastMode::Explicit)
            })
            .collect();
        Ok(Plan::Project { input, expressions, fields })
    }

    /// Binds a text that is not the statement's.
    fn apart(&mut self, viewer: Viewer, query: &syntax::Query) -> SqlResult<Plan> {
        let outer = std::mem::replace(&mut self.viewer, viewer);
        let text = std::mem::take(&mut self.text);
        let levels = std::mem::take(&mut self.levels);
        let common = std::mem::take(&mut self.common);
        let whole_star = std::mem::replace(&mut self.whole_star, true);
        let bound = self.query(query);
        self.viewer = outer;
        self.text = text;
        self.levels = levels;
        self.common = common;
        self.whole_star = whole_star;
        bound.map(coerce::settle_strings)
    }
}

/// What a name in `view`'s text means; its columns are called as they were when the text was written.
pub(super) fn stands_on(
    view: &View,
    database: &Database,
    schema: Option<&Identifier>,
    name: &Identifier,
) -> Option<Arc<Relation>> {
    let path = match schema {
        Some(schema) => std::slice::from_ref(schema),
        None => view.search_path.as_slice(),
    };
    path.iter().find_map(|schema| {
        view.depends_on.iter().find_map(|id| {
            let relation = database.relation(*id)?;
            match view.written.get(id) {
                None => (relation.schema == *schema && relation.name == *name).then(|| relation.clone()),
                Some(written) if written.schema == *schema && written.name == *name => {
                    let mut renamed = Relation::clone(relation);
                    renamed.schema = written.schema.clone();
                    renamed.name = written.name.clone();
                    for column in &mut renamed.columns {
                        column.name = written.column(&column.name);
                    }
                    Some(Arc::new(renamed))
                }
                Some(_) => None,
            }
        })
    })
}

/// A late-binding view's rows under the names it gives them.
fn called(plan: Plan, names: &[Identifier]) -> Plan {
    let mut fields = plan.fields().to_vec();
    for field in &mut fields {
        field.qualifier = None;
    }
    for (field, name) in fields.iter_mut().zip(names) {
        field.name = name.to_string();
    }
    with_fields(plan, fields)
}

/// A view answers with the columns it was created with, whatever `*` in it means by now.
fn conform(plan: Plan, view: &Relation) -> SqlResult<Plan> {
    let found = plan.fields();
    let same_width = found.len() == view.columns.len();
    let mut expressions = Vec::new();
    let mut fields = Vec::new();
    for (number, column) in view.columns.iter().enumerate() {
        let place = if same_width {
            Some(number)
        } else {
            found.iter().position(|field| column.name == field.name.as_str())
        };
        let index = place.ok_or_else(|| {
            SqlError::product("42703", format!("column \"{}\" does not exist in {}", column.name, view.name))
        })?;
        let data_type = found[index].data_type;
        expressions.push(Expression::Column { index, data_type });
        fields.push(Field { qualifier: None, name: column.name.to_string(), data_type });
    }
    if same_width {
        return Ok(with_fields(plan, fields));
    }
    Ok(Plan::Project { input: Box::new(plan), expressions, fields })
}
