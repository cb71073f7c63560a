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
    AlterDatabase,
    Lock,
    AwsOperation,
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
            Feature::Unload => "this UNLOAD option",
            Feature::ForecastModel => "MODEL_TYPE FORECAST (Amazon Forecast)",
            Feature::ExternalModel => "CREATE EXTERNAL MODEL (Amazon Bedrock)",
            Feature::BroughtModel => "models that were not trained in this account",
            Feature::ForeignFunction => "functions in Python, on Lambda or in SageMaker",
            Feature::Datashare => "datashares",
            Feature::CopyFormat => "this COPY data format",
            Feature::CopyOption => "this COPY option",
            Feature::QueryClause => "this query clause",
            Feature::SystemRelation => "this system table or view",
            Feature::Function => "this function",
            Feature::DataType => "this data type",
            Feature::AlterDatabase => "this option of CREATE or ALTER DATABASE",
            Feature::Lock => "waiting for a table that another session has locked",
            Feature::AwsOperation => "this AWS operation",
        }
    }
}
