//! CREATE MODEL as written.

use crate::sql::syntax;
use sandshift_ml::{Algorithm, Problem};

use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};

#[derive(Clone, Debug)]
pub struct CreateModel {
    pub name: QualifiedName,
    pub from: ModelFrom,
    pub target: Option<Identifier>,
    pub function: QualifiedName,
    /// Of a model that is brought along.
    pub arguments: Option<Vec<DataType>>,
    pub returns: Option<DataType>,
    /// `None` is the cluster's default role.
    pub role: Option<String>,
    pub auto: Option<bool>,
    pub model_type: Option<Algorithm>,
    pub problem: Option<Problem>,
    pub objective: Option<String>,
    pub preprocessors: Option<String>,
    pub hyperparameters: Option<Vec<(String, String)>>,
    pub settings: ModelSettings,
}

#[derive(Clone, Debug)]
pub enum ModelFrom {
    Table(QualifiedName),
    /// With its text.
    Query(Box<syntax::Query>, String),
    /// A job's name, or a place in S3.
    Brought(String),
    /// SAGEMAKER 'endpoint'[:'model'].
    Endpoint(String, Option<String>),
}

#[derive(Clone, Debug, Default)]
pub struct ModelSettings {
    pub bucket: Option<String>,
    pub tags: Option<String>,
    pub kms_key: Option<String>,
    pub keep_artefacts: bool,
    pub max_cells: Option<u64>,
    pub max_runtime: Option<u64>,
    pub max_batch_rows: Option<u64>,
}
