//! What CREATE MODEL must and may say. Where the guide states a rule without a sentence, ours is unconfirmed: all of
//! them stand here.

use sandshift_ml::Algorithm;
use sandshift_ml::task::Manner;

use super::columns::kind_of;
use crate::gap::Feature;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::plan::Field;
use crate::sql::statement::{CreateModel, ModelFrom};
use crate::warehouse::data_type::DataType;

/// Rows and features of training data, cells and seconds.
pub const LEAST_ROWS: u64 = 500;
pub const MOST_FEATURES: usize = 256;
pub const DEFAULT_CELLS: u64 = 1_000_000;
pub const DEFAULT_RUNTIME: u64 = 5_400;

/// A rule that is broken. State unconfirmed, as the sentences are.
pub fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::product("22023", message)
}

/// Which clauses stand together.
pub fn must_fit(create: &CreateModel) -> SqlResult<()> {
    let brought = matches!(create.from, ModelFrom::Brought(_) | ModelFrom::Endpoint(..));
    if brought {
        return must_be_brought(create);
    }
    if create.arguments.is_some() || create.returns.is_some() {
        return Err(invalid("FUNCTION takes data types and RETURNS only for models that are brought along"));
    }
    if create.settings.bucket.is_none() {
        return Err(invalid("S3_BUCKET is required in SETTINGS"));
    }
    let off = create.auto == Some(false);
    let clusters = create.model_type == Some(Algorithm::KMeans);
    match (clusters, &create.target) {
        (true, Some(_)) => return Err(invalid("TARGET is not allowed for MODEL_TYPE KMEANS")),
        (false, None) => return Err(invalid("TARGET is required")),
        _ => {}
    }
    if clusters && !off {
        return Err(invalid("MODEL_TYPE KMEANS requires AUTO OFF"));
    }
    if off && !matches!(create.model_type, Some(Algorithm::XgBoost | Algorithm::KMeans)) {
        return Err(invalid("AUTO OFF requires MODEL_TYPE XGBOOST or KMEANS"));
    }
    if !off && create.hyperparameters.is_some() {
        return Err(invalid("HYPERPARAMETERS is allowed only with AUTO OFF"));
    }
    if off && create.problem.is_some() {
        return Err(invalid("PROBLEM_TYPE is not allowed with AUTO OFF"));
    }
    if clusters && create.objective.is_some() {
        return Err(invalid("OBJECTIVE is not allowed for MODEL_TYPE KMEANS"));
    }
    if off && create.hyperparameters.is_none() {
        return Err(invalid("AUTO OFF requires HYPERPARAMETERS"));
    }
    if create.settings.max_cells == Some(0) || create.settings.max_runtime == Some(0) {
        return Err(invalid("MAX_CELLS and MAX_RUNTIME must be positive"));
    }
    batches(create, false)
}

/// How many rows one request to an endpoint carries. Ours come in batches of the executor's size, and since no request of
/// an endpoint is billed or logged by itself, only the bounds show (wording unconfirmed).
fn batches(create: &CreateModel, remote: bool) -> SqlResult<()> {
    match create.settings.max_batch_rows {
        Some(_) if !remote => Err(invalid("MAX_BATCH_ROWS is allowed only for remote models")),
        Some(rows) if !(1..=2_147_483_647).contains(&rows) => {
            Err(invalid("MAX_BATCH_ROWS must be between 1 and 2147483647"))
        }
        _ => Ok(()),
    }
}

fn must_be_brought(create: &CreateModel) -> SqlResult<()> {
    let remote = matches!(create.from, ModelFrom::Endpoint(..));
    if let ModelFrom::Endpoint(endpoint, Some(model)) = &create.from {
        // An endpoint of ours serves one model.
        let asked = format!("'{endpoint}':'{model}'");
        return Err(SqlError::not_simulated_because(Feature::BroughtModel, asked));
    }
    let training = create.target.is_some()
        || create.auto.is_some()
        || create.model_type.is_some()
        || create.problem.is_some()
        || create.objective.is_some()
        || create.preprocessors.is_some()
        || create.hyperparameters.is_some();
    if training {
        return Err(invalid("Clauses of training are not allowed for a model that is brought along"));
    }
    if create.arguments.is_none() || create.returns.is_none() {
        return Err(invalid("FUNCTION needs data types and RETURNS for a model that is brought along"));
    }
    if !remote && create.settings.bucket.is_none() {
        return Err(invalid("S3_BUCKET is required in SETTINGS"));
    }
    batches(create, remote)
}

/// Types of the query's columns, features first to last, and the target's place among them.
pub fn must_be_learnable(create: &CreateModel, fields: &[Field]) -> SqlResult<Option<usize>> {
    let target = match &create.target {
        Some(name) => {
            let found = fields.iter().position(|field| field.name.eq_ignore_ascii_case(name.as_str()));
            Some(found.ok_or_else(|| SqlError::undefined_column(name))?)
        }
        None => None,
    };
    let off = create.auto == Some(false);
    let features = fields.len() - usize::from(target.is_some());
    if features == 0 || (target.is_none() && fields.is_empty()) {
        return Err(invalid("At least 2 columns are required."));
    }
    if features > MOST_FEATURES {
        return Err(invalid(format!(
            "{features} features are given; at most {MOST_FEATURES} are supported."
        )));
    }
    for (at, field) in fields.iter().enumerate() {
        let (name, data_type) = (&field.name, field.data_type);
        let known = kind_of(data_type).is_some();
        let text = matches!(data_type.text(), DataType::Char(_) | DataType::Varchar(_));
        if Some(at) == target {
            let refused = matches!(
                data_type,
                DataType::Decimal { .. }
                    | DataType::Date
                    | DataType::Time
                    | DataType::TimeTz
                    | DataType::Timestamp
                    | DataType::TimestampTz
            );
            if refused || !known {
                return Err(invalid(format!(
                    "Data type {data_type} of target column \"{name}\" is not supported"
                )));
            }
            continue;
        }
        let numeric = data_type.is_numeric() || data_type == DataType::Boolean;
        if !known || (off && (text || !numeric)) {
            let with = if off { " with AUTO OFF" } else { "" };
            return Err(invalid(format!(
                "Data type {data_type} of column \"{name}\" is not supported{with}"
            )));
        }
        let twice = fields[..at].iter().any(|other| other.name.eq_ignore_ascii_case(name));
        if twice {
            return Err(SqlError::product("42701", format!("column \"{name}\" specified more than once")));
        }
    }
    Ok(target)
}

/// How it is trained; `None` for a model that is brought along.
pub fn manner(create: &CreateModel) -> Option<Manner> {
    if matches!(create.from, ModelFrom::Brought(_) | ModelFrom::Endpoint(..)) {
        return None;
    }
    let preprocessors = create.preprocessors.clone();
    let objective = create.objective.clone();
    let settings = create.hyperparameters.clone().unwrap_or_default();
    Some(match (create.auto, create.model_type) {
        (Some(false), Some(Algorithm::KMeans)) => Manner::Clusters { preprocessors, settings },
        (Some(false), _) => Manner::Trees { objective, preprocessors, settings },
        (_, only) => Manner::Search { problem: create.problem, objective, only, preprocessors },
    })
}

/// `k=v, k=v`.
pub fn tags(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect()
}
