//! Row-level security and masking policies.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use super::statement::not_simulated;
use crate::gap::Feature;
use crate::sql::error::SqlResult;
use crate::sql::statement::Statement;

/// `name [WITH (column type [, ...]) [[AS] alias]] USING (predicate)`.
pub(super) fn create_row_policy(reader: &mut Reader) -> SqlResult<Statement> {
    reader.identifier()?;
    if reader.word("WITH") {
        columns(reader)?;
        if reader.word("AS") || !reader.peeks("USING") {
            reader.identifier()?;
        }
    }
    alter_using(reader)?;
    Ok(not_simulated(Feature::RowLevelSecurity, "CREATE RLS POLICY"))
}

/// `[IF NOT EXISTS] name WITH (column type [, ...]) USING (expression)`.
pub(super) fn create_masking_policy(reader: &mut Reader) -> SqlResult<Statement> {
    reader.words("IF NOT EXISTS");
    reader.identifier()?;
    reader.expect("WITH")?;
    columns(reader)?;
    alter_using(reader)?;
    Ok(not_simulated(Feature::DynamicDataMasking, "CREATE MASKING POLICY"))
}

fn columns(reader: &mut Reader) -> SqlResult<()> {
    reader.parenthesized(|reader| {
        reader.list(|reader| {
            reader.identifier()?;
            super::data_type::column_type(&reader.data_type()?)
        })
    })?;
    Ok(())
}

fn alter_using(reader: &mut Reader) -> SqlResult<()> {
    reader.expect("USING")?;
    reader.parenthesized(|reader| reader.list(Reader::expression))?;
    Ok(())
}

pub(super) fn alter(reader: &mut Reader, feature: Feature, tag: &str) -> SqlResult<Statement> {
    reader.identifier()?;
    alter_using(reader)?;
    Ok(not_simulated(feature, tag))
}

/// ATTACH or DETACH of either kind: `kind` and the preposition before the grantees.
pub(super) fn attach(reader: &mut Reader, kind: &str, preposition: &str) -> SqlResult<Statement> {
    let masking = reader.expect_one_of(&["RLS POLICY", "MASKING POLICY"])? == "MASKING POLICY";
    reader.identifier()?;
    reader.expect("ON")?;
    reader.word("TABLE");
    if masking {
        reader.name()?;
        reader.column_list()?;
        if kind == "ATTACH" && reader.word("USING") {
            reader.column_list()?;
        }
    } else {
        reader.names()?;
    }
    reader.expect(preposition)?;
    reader.list(|reader| {
        if !reader.word("PUBLIC") {
            reader.word("ROLE");
            reader.principal()?;
        }
        Ok(())
    })?;
    if masking && kind == "ATTACH" && reader.word("PRIORITY") {
        reader.symbol(&Token::Eq);
        reader.number()?;
    }
    let (feature, what) = match masking {
        true => (Feature::DynamicDataMasking, "MASKING POLICY"),
        false => (Feature::RowLevelSecurity, "RLS POLICY"),
    };
    Ok(not_simulated(feature, &format!("{kind} {what}")))
}
