//! Models of Redshift ML as the product lists them, and who may use them.

use super::acl;
use super::relation::{BOOLEAN, INTEGER, Relation, Rows, TEXT, Viewer, text};
use crate::sql::error::SqlResult;
use crate::warehouse::data_type::DataType::Char;
use crate::warehouse::model::{Model, ModelState};
use crate::warehouse::value::Value;

macro_rules! info {
    ($($first:expr)?) => {
        &[
            $($first,)?
            ("schema_name", Char(128)),
            ("user_name", Char(128)),
            ("model_name", Char(128)),
            ("life_cycle", Char(20)),
            ("is_refreshable", INTEGER),
            ("model_state", Char(128)),
        ]
    };
}

pub(super) static RELATIONS: &[Relation] = &[
    Relation::new("stv_ml_model_info", info!(), |viewer| Ok(infos(viewer, false))),
    Relation::new("svv_ml_model_info", info!(("database_name", Char(128))), |viewer| Ok(infos(viewer, true))),
    Relation::new(
        "svv_ml_model_privileges",
        &[
            ("namespace_name", TEXT),
            ("model_name", TEXT),
            ("model_version", INTEGER),
            ("privilege_type", TEXT),
            ("identity_id", INTEGER),
            ("identity_name", TEXT),
            ("identity_type", TEXT),
            ("admin_option", BOOLEAN),
        ],
        privileges,
    ),
];

/// Superusers see all models, others their own.
fn infos(viewer: &Viewer<'_>, with_database: bool) -> Rows {
    let own = |model: &&Model| viewer.is_superuser() || model.owner == viewer.user;
    let row = |model: &Model| {
        let mut row = if with_database { vec![text(&viewer.database.name)] } else { Vec::new() };
        row.extend([
            text(&model.schema),
            viewer.user_name(model.owner),
            text(&model.name),
            // Unconfirmed as a word, as is the one for a failed model.
            Value::string("Current"),
            Value::Integer(0),
            Value::string(match model.state(viewer.context.evaluation.statement_start) {
                ModelState::Training => "Train Model On SageMaker In Progress",
                ModelState::Ready => "Model is Ready",
                ModelState::Failed => "Failed",
            }),
        ]);
        row
    };
    viewer.database.models.values().map(AsRef::as_ref).filter(own).map(row).collect()
}

fn privileges(viewer: &Viewer<'_>) -> SqlResult<Rows> {
    let mut rows = Rows::new();
    for model in viewer.database.models.values() {
        for grant in acl::visible(&model.acl, false, viewer) {
            let mut row = vec![
                text(&model.schema),
                text(&model.name),
                Value::Integer(1),
                Value::string(grant.privilege.keyword()),
            ];
            row.extend(acl::identity(grant.grantee, viewer).cells());
            row.push(Value::Boolean(grant.grant_option));
            rows.push(row);
        }
    }
    Ok(rows)
}
