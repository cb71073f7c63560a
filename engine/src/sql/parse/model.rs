//! CREATE MODEL (Developer Guide, "CREATE MODEL"): clauses in their order.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

pub(super) fn create(reader: &mut Reader) -> SqlResult<Statement> {
    reader.name()?;
    if reader.word("FROM") {
        match reader.peek() {
            Token::LParen => {
                reader.parenthesized(Reader::query)?;
            }
            Token::SingleQuotedString(_) => {
                reader.string()?;
            }
            _ => {
                reader.name()?;
            }
        }
    }
    if reader.word("TARGET") {
        reader.identifier()?;
    }
    if reader.word("FUNCTION") {
        super::routine::signature(reader)?;
    }
    if reader.word("RETURNS") {
        reader.data_type()?;
    }
    if reader.word("SAGEMAKER") {
        reader.string()?;
        if reader.symbol(&Token::Colon) {
            reader.string()?;
        }
    }
    reader.expect("IAM_ROLE")?;
    if !reader.word("DEFAULT") {
        reader.string()?;
    }
    training(reader)?;
    if reader.word("SETTINGS") {
        reader.parenthesized(|reader| reader.list(setting))?;
    }
    Ok(not_simulated(Feature::CreateModel, "CREATE MODEL"))
}

/// How to train: each clause optional, in this order.
fn training(reader: &mut Reader) -> SqlResult<()> {
    if reader.word("AUTO") {
        reader.expect_one_of(&["ON", "OFF"])?;
    }
    if reader.word("MODEL_TYPE") {
        reader.expect_one_of(&["XGBOOST", "MLP", "LINEAR_LEARNER", "KMEANS", "FORECAST"])?;
    }
    if reader.word("PROBLEM_TYPE") {
        optionally_parenthesized(reader, |reader| {
            reader
                .expect_one_of(&["REGRESSION", "BINARY_CLASSIFICATION", "MULTICLASS_CLASSIFICATION"])
                .map(|_| ())
        })?;
    }
    if reader.word("OBJECTIVE") {
        optionally_parenthesized(reader, |reader| reader.string().map(|_| ()))?;
    }
    if reader.word("PREPROCESSORS") {
        reader.string()?;
    }
    if reader.word("HYPERPARAMETERS") {
        reader.expect("DEFAULT")?;
        if reader.word("EXCEPT") {
            reader.parenthesized(|reader| {
                reader.list(|reader| {
                    reader.identifier()?;
                    reader.string()
                })
            })?;
        }
    }
    Ok(())
}

/// Public scripts write these values with and without parentheses.
fn optionally_parenthesized(
    reader: &mut Reader,
    value: impl FnOnce(&mut Reader) -> SqlResult<()>,
) -> SqlResult<()> {
    match reader.peek() {
        Token::LParen => reader.parenthesized(value),
        _ => value(reader),
    }
}

fn setting(reader: &mut Reader) -> SqlResult<()> {
    const STRINGS: [&str; 5] = ["S3_BUCKET", "TAGS", "KMS_KEY_ID", "FREQUENCY", "PERCENTILES"];
    const NUMBERS: [&str; 4] = ["MAX_CELLS", "MAX_RUNTIME", "HORIZON", "MAX_BATCH_ROWS"];
    if reader.one_of(&STRINGS).is_some() {
        reader.string()?;
    } else if reader.one_of(&NUMBERS).is_some() {
        reader.number()?;
    } else {
        reader.expect("S3_GARBAGE_COLLECT")?;
        reader.expect_one_of(&["ON", "OFF"])?;
    }
    Ok(())
}
