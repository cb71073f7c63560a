//! CREATE MODEL (Developer Guide, "CREATE MODEL"): clauses in their order. Words stand in any case, and values with
//! or without parentheses, as public scripts have them.

use sandshift_ml::{Algorithm, Problem};
use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::{CreateModel, ModelFrom, ModelSettings, Statement};

/// CREATE EXTERNAL MODEL: a function that asks a model of Amazon Bedrock.
pub(super) fn create_external(reader: &mut Reader) -> SqlResult<Statement> {
    reader.name()?;
    reader.expect("FUNCTION")?;
    reader.name()?;
    reader.expect("IAM_ROLE")?;
    role(reader)?;
    reader.expect("MODEL_TYPE")?;
    reader.expect("BEDROCK")?;
    if reader.word("SETTINGS") {
        reader.parenthesized(|reader| {
            reader.list(|reader| {
                reader.identifier()?;
                match reader.optional_string() {
                    Some(_) => Ok(()),
                    None => reader.identifier().map(|_| ()),
                }
            })
        })?;
    }
    Ok(not_simulated(Feature::ExternalModel, "CREATE EXTERNAL MODEL"))
}

pub(super) fn create(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.name()?;
    let mut from = None;
    if reader.word("FROM") {
        from = Some(match reader.peek() {
            Token::LParen => {
                let start = reader.offset();
                let query = reader.parenthesized(Reader::query)?;
                let text = reader.stored_text_from(start);
                ModelFrom::Query(query, text)
            }
            Token::SingleQuotedString(_) => ModelFrom::Brought(reader.string()?),
            _ => ModelFrom::Table(reader.name()?),
        });
    }
    let target = if reader.word("TARGET") { Some(reader.identifier()?) } else { None };
    let signature = if reader.word("FUNCTION") { Some(super::routine::signature(reader)?) } else { None };
    let returns = match reader.word("RETURNS") {
        true => Some(super::data_type::data_type(&reader.data_type()?)?),
        false => None,
    };
    if reader.word("SAGEMAKER") {
        if from.is_some() {
            return reader.unexpected();
        }
        let endpoint = reader.string()?;
        let model = if reader.symbol(&Token::Colon) { Some(reader.string()?) } else { None };
        from = Some(ModelFrom::Endpoint(endpoint, model));
    }
    reader.expect("IAM_ROLE")?;
    let role = role(reader)?;
    let auto = match reader.word("AUTO") {
        true => Some(reader.expect_one_of(&["ON", "OFF"])? == "ON"),
        false => None,
    };
    let mut forecast = false;
    let mut model_type = None;
    if reader.word("MODEL_TYPE") {
        let word = reader.expect_one_of(&["XGBOOST", "MLP", "LINEAR_LEARNER", "KMEANS", "FORECAST"])?;
        model_type = Algorithm::read(word);
        forecast = model_type.is_none();
    }
    let mut problem = None;
    if reader.word("PROBLEM_TYPE") {
        const WORDS: [&str; 3] = ["REGRESSION", "BINARY_CLASSIFICATION", "MULTICLASS_CLASSIFICATION"];
        problem = Problem::read(optionally_parenthesized(reader, |reader| reader.expect_one_of(&WORDS))?);
    }
    let mut objective = None;
    if reader.word("OBJECTIVE") {
        objective = Some(optionally_parenthesized(reader, |reader| reader.string())?);
    }
    let preprocessors = if reader.word("PREPROCESSORS") { Some(reader.string()?) } else { None };
    let hyperparameters = if reader.word("HYPERPARAMETERS") { Some(hyperparameters(reader)?) } else { None };
    let mut settings = ModelSettings::default();
    if reader.word("SETTINGS") {
        reader.parenthesized(|reader| reader.list(|reader| setting(reader, &mut settings)))?;
    }
    if forecast {
        return Ok(not_simulated(Feature::ForecastModel, "CREATE MODEL"));
    }
    let (Some(from), Some(signature)) = (from, signature) else { return reader.unexpected() };
    let arguments = signature
        .arguments
        .map(|arguments| arguments.into_iter().map(|argument| argument.data_type).collect());
    Ok(Statement::CreateModel(Box::new(CreateModel {
        name,
        from,
        target,
        function: signature.name,
        arguments,
        returns,
        role,
        auto,
        model_type,
        problem,
        objective,
        preprocessors,
        hyperparameters,
        settings,
    })))
}

fn role(reader: &mut Reader) -> SqlResult<Option<String>> {
    if reader.word("DEFAULT") { Ok(None) } else { reader.string().map(Some) }
}

fn hyperparameters(reader: &mut Reader) -> SqlResult<Vec<(String, String)>> {
    reader.expect("DEFAULT")?;
    if !reader.word("EXCEPT") {
        return Ok(Vec::new());
    }
    reader.parenthesized(|reader| {
        reader.list(|reader| Ok((reader.identifier()?.to_string(), reader.string()?)))
    })
}

/// Public scripts write these values with and without parentheses.
fn optionally_parenthesized<T>(
    reader: &mut Reader,
    value: impl FnOnce(&mut Reader) -> SqlResult<T>,
) -> SqlResult<T> {
    match reader.peek() {
        Token::LParen => reader.parenthesized(value),
        _ => value(reader),
    }
}

fn setting(reader: &mut Reader, settings: &mut ModelSettings) -> SqlResult<()> {
    const WORDS: [&str; 7] = [
        "S3_BUCKET",
        "TAGS",
        "KMS_KEY_ID",
        "MAX_CELLS",
        "MAX_RUNTIME",
        "MAX_BATCH_ROWS",
        "S3_GARBAGE_COLLECT",
    ];
    // Of FORECAST, which is refused as a whole.
    const OTHERS: [&str; 3] = ["FREQUENCY", "PERCENTILES", "HORIZON"];
    match reader.one_of(&WORDS) {
        Some("S3_BUCKET") => settings.bucket = Some(reader.string()?),
        Some("TAGS") => settings.tags = Some(reader.string()?),
        Some("KMS_KEY_ID") => settings.kms_key = Some(reader.string()?),
        Some("MAX_CELLS") => settings.max_cells = Some(reader.number()?),
        Some("MAX_RUNTIME") => settings.max_runtime = Some(reader.number()?),
        Some("MAX_BATCH_ROWS") => settings.max_batch_rows = Some(reader.number()?),
        Some(_) => settings.keep_artefacts = reader.expect_one_of(&["ON", "OFF"])? == "OFF",
        None => match reader.one_of(&OTHERS) {
            Some("HORIZON") => reader.number().map(|_| ())?,
            Some(_) => reader.string().map(|_| ())?,
            None => return reader.unexpected(),
        },
    }
    Ok(())
}
