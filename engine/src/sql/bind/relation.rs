//! Which relation a name means, in the product's order of checks (fact sheet, section 2.7).

use std::sync::Arc;

use super::binder::{Binder, Viewer};
use super::{Scope, view};
use crate::gap::Feature;
use crate::sql::authorize;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::external::not_in_views;
use crate::sql::plan::Field;
use crate::sql::system::{self, SystemRelation};
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{Database, Relation, Schema, View};
use crate::warehouse::external::{ExternalSchema, ExternalTable};
use crate::warehouse::guarded::Guarded;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::manifest::Manifest;

/// What a name in FROM turned out to be.
pub(super) enum Found {
    Stored(Arc<Relation>),
    External(Arc<ExternalTable>),
    System(SystemRelation, String),
}

/// A system relation's columns as fields.
pub(super) fn system_fields(relation: SystemRelation) -> Vec<Field> {
    let field = |(name, data_type): (&str, _)| Field { qualifier: None, name: name.to_owned(), data_type };
    system::columns(relation).into_iter().map(field).collect()
}

const CATALOG_SCHEMAS: [&str; 2] = ["pg_catalog", "information_schema"];

/// The session's `search_path`, with `$user` filled in; schemas that do not exist are still in it.
pub fn search_path(scope: Scope<'_>) -> Vec<Identifier> {
    let setting = scope.session.settings.get("search_path").map_or("$user, public", String::as_str);
    let user = scope.manifest.principals.user(scope.session.user).map(|user| user.name.clone());
    setting
        .split(',')
        .map(|part| part.trim().trim_matches(|c| c == '"' || c == '\''))
        .filter(|part| !part.is_empty())
        .filter_map(|part| if part == "$user" { user.clone() } else { Some(Identifier::kept(part)) })
        .collect()
}

impl Binder<'_> {
    /// Finds a relation by its parts (`t`, `s.t`, `d.s.t`), already folded.
    pub fn find_relation(&self, parts: &[Identifier]) -> SqlResult<Found> {
        match parts {
            [name] => self.unqualified_relation(name),
            [schema, name] => self.qualified_relation(schema, name),
            [database, schema, name] if *database == self.database.name => {
                self.qualified_relation(schema, name)
            }
            _ => {
                let written: Vec<&str> = parts.iter().map(Identifier::as_str).collect();
                Err(SqlError::product(
                    "0A000",
                    format!("cross-database references are not implemented: \"{}\"", written.join(".")),
                ))
            }
        }
    }

    /// The view whose text is being bound, unless its names are looked up anew.
    fn through(&self) -> Option<&View> {
        self.viewer.through.as_ref()?.view().filter(|view| view.late.is_none())
    }

    /// A relation of the system; names that begin with a blank are for its own texts.
    fn system(&self, schema: Option<&Identifier>, name: &Identifier) -> Option<SystemRelation> {
        let can_be_named = self.viewer.defines || !name.as_str().starts_with(' ');
        system::find(schema.map(Identifier::as_str), name.as_str()).filter(|_| can_be_named)
    }

    fn qualified_relation(&self, schema: &Identifier, name: &Identifier) -> SqlResult<Found> {
        let missing = || SqlError::undefined_relation(&format!("{schema}.{name}"));
        if CATALOG_SCHEMAS.contains(&schema.as_str()) {
            if system::known_gap(Some(schema.as_str()), name.as_str()) {
                return Err(SqlError::not_simulated_because(
                    Feature::SystemRelation,
                    format!("{schema}.{name}"),
                ));
            }
            let relation = self.system(Some(schema), name).ok_or_else(missing)?;
            return Ok(Found::System(relation, schema.to_string()));
        }
        if let Some(view) = self.through() {
            if let Some(found) = view::stands_on(view, self.database, Some(schema), name) {
                return Ok(Found::Stored(found));
            }
            // A materialized view may stand on what lies outside, by its name.
            let found = self.database.schema(schema).ok_or_else(missing)?;
            let external = found.external.as_ref().ok_or_else(missing)?;
            // USAGE is all that such a table asks for, and so it is asked of the view's owner.
            authorize::schema_usage(found, self.manifest, self.viewer.user)?;
            return self.external_table(found, external, name).map(Found::External);
        }
        let found = self.database.schema(schema).ok_or_else(|| SqlError::undefined_schema(schema))?;
        if *schema != self.scope.session.temporary_schema {
            authorize::schema_usage(found, self.manifest, self.viewer.user)?;
        }
        let own = self.database.find(schema, name);
        match &found.external {
            // Athena's views stand beside the catalog's tables.
            Some(external) if own.is_none() => {
                self.external_table(found, external, name).map(Found::External)
            }
            _ => own.cloned().map(Found::Stored).ok_or_else(missing),
        }
    }

    /// A table that the catalog knows. What is read outside lies in temporary tables on the way.
    fn external_table(
        &self,
        schema: &Schema,
        external: &ExternalSchema,
        name: &Identifier,
    ) -> SqlResult<Arc<ExternalTable>> {
        let user = self.scope.session.user;
        authorize::rights::Rights::new(self.manifest, user)
            .on_database(self.database, Privilege::Temporary)?;
        match self.scope.outside {
            Some(outside) => outside.table(schema, external, name),
            None if self.whole_star => Err(not_in_views()),
            None => Err(SqlError::not_simulated_because(
                Feature::ExternalTable,
                "in a statement that is only prepared",
            )),
        }
    }

    fn unqualified_relation(&self, name: &Identifier) -> SqlResult<Found> {
        let inside = self.through();
        if inside.is_none()
            && let Some(relation) = self.database.find(&self.scope.session.temporary_schema, name)
        {
            return Ok(Found::Stored(relation.clone()));
        }
        let own = |path| match inside {
            Some(view) => view::stands_on(view, self.database, None, name),
            None => search(path, &self.viewer, self.manifest, self.database, name),
        };
        // The system's names come first, unless the path says where they come.
        let path = inside.map_or(&self.viewer.search_path, |view| &view.search_path);
        let before = path.iter().position(|schema| *schema == "pg_catalog").unwrap_or_default();
        if before > 0
            && let Some(relation) = own(&path[..before])
        {
            return Ok(Found::Stored(relation));
        }
        if let Some(relation) = self.system(None, name) {
            return Ok(Found::System(relation, "pg_catalog".to_owned()));
        }
        let found = own(path);
        if found.is_none() && self.scope.outside.is_some_and(|outside| outside.unqualified()) {
            let schemas = self.viewer.search_path.iter().filter_map(|schema| self.database.schema(schema));
            for schema in schemas {
                if let Some(external) = &schema.external {
                    return self.external_table(schema, external, name).map(Found::External);
                }
            }
        }
        found.map(Found::Stored).ok_or_else(|| {
            if system::known_gap(None, name.as_str()) {
                return SqlError::not_simulated_because(Feature::SystemRelation, name.as_str());
            }
            SqlError::undefined_relation(name)
        })
    }
}

/// Looks through the search path; schemas that are missing or closed to the viewer are passed over silently.
fn search(
    path: &[Identifier],
    viewer: &Viewer,
    manifest: &Manifest,
    database: &Database,
    name: &Identifier,
) -> Option<Arc<Relation>> {
    path.iter().find_map(|schema| {
        let found = database.schema(schema)?;
        manifest.held(viewer.user, Privilege::Usage, None, Guarded::Schema(found))?;
        database.find(schema, name).cloned()
    })
}
