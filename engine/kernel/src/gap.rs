//! What the real product does and the sandbox does not, as data.
//!
//! A gap is a fact that can be listed, not a rumour: every refusal "not simulated yet" names one of these,
//! and the documentation's list is printed from this enum.

use serde::de::IntoDeserializer;
use serde::de::value::Error;
use serde::{Deserialize, Serialize};

/// A known feature of the real product that the sandbox understands and does not simulate yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Feature {
    ExternalSchema,
    ExternalTable,
    LakeFormation,
    Unload,
    ForecastModel,
    ExternalModel,
    BroughtModel,
    ForeignFunction,
    Datashare,
    CopyFormat,
    CopyOption,
    QueryClause,
    SystemRelation,
    Function,
    DataType,
    AwsOperation,
    ViewRewriting,
}

impl Feature {
    /// Every feature, in the order of the enum. Variants are asked for by their number until there is none, so
    /// that no second list can fall behind.
    pub fn all() -> impl Iterator<Item = Feature> {
        (0_u32..).map_while(|number| {
            Feature::deserialize(IntoDeserializer::<Error>::into_deserializer(number)).ok()
        })
    }

    /// The feature's name as the refusal prints it, in the words of the product's documentation.
    pub fn name(self) -> &'static str {
        match self {
            Feature::ExternalSchema => "CREATE EXTERNAL SCHEMA",
            Feature::ExternalTable => "external tables (Redshift Spectrum)",
            Feature::LakeFormation => "permissions in AWS Lake Formation",
            Feature::Unload => "UNLOAD with keys of one's own",
            Feature::ForecastModel => "MODEL_TYPE FORECAST (Amazon Forecast)",
            Feature::ExternalModel => "CREATE EXTERNAL MODEL (Amazon Bedrock)",
            Feature::BroughtModel => "models that were not trained in this account",
            Feature::ForeignFunction => "functions in Python, on Lambda or in SageMaker",
            Feature::Datashare => "datashares",
            Feature::CopyFormat => "COPY into columns of this type",
            Feature::CopyOption => "COPY from elsewhere than S3, or of what was encrypted before",
            Feature::QueryClause => "this query clause",
            Feature::SystemRelation => "this system table or view",
            Feature::Function => "this function",
            Feature::DataType => "this data type",
            Feature::AwsOperation => "this AWS operation",
            Feature::ViewRewriting => "queries answered from materialized views by themselves",
        }
    }

    /// What a learner can do instead, in one sentence.
    pub fn way_on(self) -> &'static str {
        match self {
            Feature::ExternalSchema => {
                "External schemas over the Glue Data Catalog work (FROM DATA CATALOG); rows of other databases and streams come in by COPY from S3."
            }
            Feature::ExternalTable => {
                "Tables in text, CSV, JSON, Parquet, ORC and Avro can be read in place, and what COPY takes can be loaded."
            }
            Feature::LakeFormation => {
                "Grant on the external schema, and let its role's policies say which objects it reads."
            }
            Feature::Unload => {
                "Leave ENCRYPTED and its keys out: the bucket's own encryption is that of what UNLOAD writes."
            }
            Feature::ForecastModel => {
                "Train with PROBLEM_TYPE REGRESSION on columns made of dates and LAG()."
            }
            Feature::ExternalModel => "Train a model of your own with CREATE MODEL.",
            Feature::BroughtModel => {
                "Train the model in this account; its job or its endpoint can then be named."
            }
            Feature::ForeignFunction => "Write the function in SQL, or a procedure in PL/pgSQL.",
            Feature::Datashare => {
                "Share by UNLOAD and an external table, or restore a snapshot into a second cluster."
            }
            Feature::CopyFormat => {
                "Load a VARCHAR column of another table, and convert with INSERT ... SELECT."
            }
            Feature::CopyOption => {
                "Put the files into S3, which may encrypt them itself, and COPY from there."
            }
            Feature::QueryClause => {
                "Patterns before ANY or ALL (query) are meant; EXISTS with the condition says the same."
            }
            Feature::SystemRelation => {
                "svl_query_summary, stl_query and the sys_* views tell of queries; SELECT * FROM svv_all_tables lists what there is."
            }
            Feature::Function => "The other functions of the family are there; the editor completes them.",
            Feature::DataType => {
                "GEOMETRY, GEOGRAPHY and the leader node's arrays are meant: keep shapes as text, lists as SUPER."
            }
            Feature::AwsOperation => "`aws SERVICE help` lists the operations that are simulated.",
            Feature::ViewRewriting => "Read the materialized view by its name.",
        }
    }
}
