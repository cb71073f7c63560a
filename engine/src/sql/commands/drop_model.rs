//! DROP MODEL (Developer Guide, "DROP MODEL"), and what a model's name means.

use std::sync::Arc;

use super::{CommandContext, done_with};
use crate::sql::authorize::schema_usage;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::outcome::Completion;
use crate::warehouse::identifier::QualifiedName;
use crate::warehouse::model::Model;
use crate::warehouse::system_role::SystemPermission;

/// The model's record and its functions; what SageMaker and S3 keep of it is the driver's to clear away.
pub(super) fn run(
    name: &QualifiedName,
    if_exists: bool,
    context: &mut CommandContext<'_>,
) -> SqlResult<Completion> {
    let model = match context.model(name) {
        Err(_) if if_exists => {
            // Text unconfirmed; it follows that of other objects.
            let notice = format!("INFO:  Model \"{name}\" does not exist and will be skipped");
            return done_with("DROP MODEL", vec![notice]);
        }
        found => found?,
    };
    context.rights().own_model(&model, SystemPermission::DropModel)?;
    let functions: Vec<_> = context.database()?.functions_of(model.id).collect();
    super::policy_dependency::must_not_be_used("drop", &functions, context)?;
    if let Some(view) = context.dependents(&functions)?.first() {
        let message = format!("cannot drop model {} because other objects depend on it", model.name);
        return Err(SqlError::new(crate::sql::error::SqlErrorKind::Product {
            state: "2BP01",
            message,
            detail: Some(format!("view {} depends on function {}", view.name, model.function)),
            hint: Some("Drop what depends on it first.".to_owned()),
        }));
    }
    context.database_mut()?.remove_model(model.id);
    done_with("DROP MODEL", Vec::new())
}

impl CommandContext<'_> {
    /// The model that a name means. The sentence for none is unconfirmed.
    pub fn model(&self, name: &QualifiedName) -> SqlResult<Arc<Model>> {
        let database = self.database()?;
        if name.database.as_ref().is_some_and(|written| *written != self.session.database) {
            return Err(SqlError::product(
                "0A000",
                format!("cross-database references are not implemented: \"{name}\""),
            ));
        }
        let found = match &name.schema {
            Some(schema) => {
                schema_usage(self.schema(schema)?, self.manifest, self.user())?;
                database.model(schema, &name.name)
            }
            None => self.search_path().iter().find_map(|schema| {
                let open = schema_usage(database.schema(schema)?, self.manifest, self.user()).is_ok();
                database.model(schema, &name.name).filter(|_| open)
            }),
        };
        found.cloned().ok_or_else(|| no_model(&name))
    }
}

/// Text unconfirmed.
pub fn no_model(name: &impl std::fmt::Display) -> SqlError {
    SqlError::product("42704", format!("Model \"{name}\" does not exist"))
}
