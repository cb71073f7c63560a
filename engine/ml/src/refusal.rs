//! Why a model cannot be made or asked. Whoever shows it may word it as the product does; the facts are all here.

use std::fmt;

#[derive(Clone, PartialEq)]
pub enum Refusal {
    UnevenColumns {
        column: String,
    },
    NoSuchColumn {
        column: String,
    },
    NoFeature,
    NoUsableFeature,
    TooFewRows {
        rows: usize,
        least: usize,
    },
    TooManyFeatures {
        features: usize,
        most: usize,
    },
    TargetEmpty {
        column: String,
    },
    TargetConstant {
        column: String,
        value: String,
    },
    TargetNotNumeric {
        column: String,
        value: String,
    },
    TargetNotTwoClasses {
        column: String,
        classes: usize,
    },
    TooManyClasses {
        classes: usize,
        most: usize,
    },
    ClassTooSmall {
        class: String,
        rows: usize,
    },
    TargetOutOfRange {
        objective: &'static str,
        wants: &'static str,
    },
    ObjectiveUnknown {
        objective: String,
    },
    ObjectiveNotForProblem {
        objective: String,
        problem: &'static str,
    },
    MissingHyperparameter {
        key: &'static str,
    },
    ExtraneousHyperparameter {
        key: String,
    },
    UnreadHyperparameter {
        key: &'static str,
    },
    HyperparameterOutOfRange {
        key: &'static str,
        value: String,
        range: String,
    },
    NumClassMissing,
    PreprocessorsUnread {
        text: String,
    },
    TransformerUnknown {
        transformer: String,
    },
    TransformerNotForClusters {
        transformer: String,
    },
    NotANumber {
        column: String,
    },
    MissingValues {
        column: String,
    },
    TooFewRowsForClusters {
        k: usize,
        rows: usize,
    },
    WrongArguments {
        given: usize,
        wanted: usize,
    },
    /// The product has it, this library does not: by name.
    NotSimulated {
        what: String,
    },
}

impl Refusal {
    /// A name that stays, for tables of wordings.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::UnevenColumns { .. } => "UnevenColumns",
            Refusal::NoSuchColumn { .. } => "NoSuchColumn",
            Refusal::NoFeature => "NoFeature",
            Refusal::NoUsableFeature => "NoUsableFeature",
            Refusal::TooFewRows { .. } => "TooFewRows",
            Refusal::TooManyFeatures { .. } => "TooManyFeatures",
            Refusal::TargetEmpty { .. } => "TargetEmpty",
            Refusal::TargetConstant { .. } => "TargetConstant",
            Refusal::TargetNotNumeric { .. } => "TargetNotNumeric",
            Refusal::TargetNotTwoClasses { .. } => "TargetNotTwoClasses",
            Refusal::TooManyClasses { .. } => "TooManyClasses",
            Refusal::ClassTooSmall { .. } => "ClassTooSmall",
            Refusal::TargetOutOfRange { .. } => "TargetOutOfRange",
            Refusal::ObjectiveUnknown { .. } => "ObjectiveUnknown",
            Refusal::ObjectiveNotForProblem { .. } => "ObjectiveNotForProblem",
            Refusal::MissingHyperparameter { .. } => "MissingHyperparameter",
            Refusal::ExtraneousHyperparameter { .. } => "ExtraneousHyperparameter",
            Refusal::UnreadHyperparameter { .. } => "UnreadHyperparameter",
            Refusal::HyperparameterOutOfRange { .. } => "HyperparameterOutOfRange",
            Refusal::NumClassMissing => "NumClassMissing",
            Refusal::PreprocessorsUnread { .. } => "PreprocessorsUnread",
            Refusal::TransformerUnknown { .. } => "TransformerUnknown",
            Refusal::TransformerNotForClusters { .. } => "TransformerNotForClusters",
            Refusal::NotANumber { .. } => "NotANumber",
            Refusal::MissingValues { .. } => "MissingValues",
            Refusal::TooFewRowsForClusters { .. } => "TooFewRowsForClusters",
            Refusal::WrongArguments { .. } => "WrongArguments",
            Refusal::NotSimulated { .. } => "NotSimulated",
        }
    }
}

impl fmt::Display for Refusal {
    /// The four about hyperparameters are the sentences of SageMaker's XGBoost container; the others are ours
    /// (unconfirmed: the product's are not published).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UnevenColumns { column } => write!(f, "Column {column} has another number of rows"),
            Refusal::NoSuchColumn { column } => write!(f, "column \"{column}\" does not exist"),
            Refusal::NoFeature => f.write_str("At least 2 columns are required."),
            Refusal::NoUsableFeature => {
                f.write_str("No column of the training data tells anything about the target.")
            }
            Refusal::TooFewRows { rows, least } => {
                write!(f, "Insufficient training data. At least {least} rows are required, got {rows}.")
            }
            Refusal::TooManyFeatures { features, most } => {
                write!(f, "{features} features are given; at most {most} are supported.")
            }
            Refusal::TargetEmpty { column } => write!(f, "Target column {column} has no values."),
            Refusal::TargetConstant { column, value } => {
                write!(f, "Target column {column} has only one distinct value: {value}")
            }
            Refusal::TargetNotNumeric { column, value } => {
                write!(f, "Target column {column} is not numeric: {value}")
            }
            Refusal::TargetNotTwoClasses { column, classes } => {
                write!(
                    f,
                    "Target column {column} has {classes} distinct values; binary classification needs 2."
                )
            }
            Refusal::TooManyClasses { classes, most } => {
                write!(
                    f,
                    "The target has {classes} classes; at most {most} can be learned from so many rows."
                )
            }
            Refusal::ClassTooSmall { class, rows } => {
                write!(f, "Class {class} has {rows} row(s); it needs rows to train and to validate on.")
            }
            Refusal::TargetOutOfRange { objective, wants } => {
                write!(f, "{objective}: the target must be {wants}")
            }
            Refusal::ObjectiveUnknown { objective } => write!(f, "Objective {objective} is not supported"),
            Refusal::ObjectiveNotForProblem { objective, problem } => {
                write!(f, "Objective {objective} is not supported for problem type {problem}")
            }
            Refusal::MissingHyperparameter { key } => write!(f, "Missing required hyperparameter: {key}"),
            Refusal::ExtraneousHyperparameter { key } => write!(f, "Extraneous hyperparameter found: {key}"),
            Refusal::UnreadHyperparameter { key } => write!(f, "Hyperparameter {key}: could not parse value"),
            Refusal::HyperparameterOutOfRange { key, value, range } => {
                write!(f, "Hyperparameter {key}: {value} is not in {range}")
            }
            Refusal::NumClassMissing => {
                f.write_str("Require input for parameter 'num_class' for multi-classification")
            }
            Refusal::PreprocessorsUnread { text } => write!(f, "PREPROCESSORS cannot be read: {text}"),
            Refusal::TransformerUnknown { transformer } => write!(f, "Unknown transformer {transformer}"),
            Refusal::TransformerNotForClusters { transformer } => {
                write!(f, "Transformer {transformer} is not supported for KMEANS")
            }
            Refusal::NotANumber { column } => write!(f, "Column {column} is not numeric"),
            Refusal::MissingValues { column } => write!(f, "Column {column} has missing values"),
            Refusal::TooFewRowsForClusters { k, rows } => {
                write!(f, "{k} clusters cannot be made of {rows} rows")
            }
            Refusal::WrongArguments { given, wanted } => write!(f, "{given} arguments instead of {wanted}"),
            Refusal::NotSimulated { what } => write!(f, "{what} is not simulated"),
        }
    }
}

impl fmt::Debug for Refusal {
    /// Name and sentence say it all; the derived form weighs 13 KB.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}

impl std::error::Error for Refusal {}
