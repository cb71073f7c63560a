//! Row-level security and masking policies.

use crate::sql::syntax;
use sqlparser::tokenizer::Token;

use super::data_type;
use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::statement::{AttachPolicy, ColumnPair, CreatePolicy, NamedGrantee, PolicyTexts, Statement};
use crate::warehouse::policy::{Masked, Place, PolicyKind};

const KINDS: [&str; 2] = ["RLS POLICY", "MASKING POLICY"];

pub(super) fn kind_of(words: &str) -> PolicyKind {
    if words == "RLS POLICY" { PolicyKind::Rows } else { PolicyKind::Mask }
}

/// `name [WITH (column type [, ...]) [[AS] alias]] USING (predicate)`.
pub(super) fn create_row_policy(reader: &mut Reader) -> SqlResult<Statement> {
    let name = reader.identifier()?;
    let (mut inputs, mut alias) = (Vec::new(), None);
    if reader.word("WITH") {
        inputs = columns(reader)?;
        if reader.word("AS") || !reader.peeks("USING") {
            alias = Some(reader.identifier()?);
        }
    }
    let texts = using(reader)?;
    let kind = PolicyKind::Rows;
    Ok(create(CreatePolicy { kind, name, if_not_exists: false, inputs, alias, texts }))
}

/// `[IF NOT EXISTS] name WITH (column type [, ...]) USING (expression [, ...])`; the guide's syntax has IF NOT EXISTS
/// behind the name.
pub(super) fn create_masking_policy(reader: &mut Reader) -> SqlResult<Statement> {
    const IF: &str = "IF NOT EXISTS";
    let before = reader.words(IF);
    let name = reader.identifier()?;
    let if_not_exists = before || reader.words(IF);
    reader.expect("WITH")?;
    let inputs = columns(reader)?;
    let texts = using(reader)?;
    let kind = PolicyKind::Mask;
    Ok(create(CreatePolicy { kind, name, if_not_exists, inputs, alias: None, texts }))
}

fn create(policy: CreatePolicy) -> Statement {
    Statement::CreatePolicy(Box::new(policy))
}

fn columns(reader: &mut Reader) -> SqlResult<Vec<ColumnPair>> {
    reader.parenthesized(|reader| {
        reader.list(|reader| {
            let name = reader.identifier()?;
            Ok((name, data_type::column_type(&reader.data_type()?)?))
        })
    })
}

fn using(reader: &mut Reader) -> SqlResult<PolicyTexts> {
    reader.expect("USING")?;
    reader.parenthesized(|reader| reader.list(text))
}

fn text(reader: &mut Reader) -> SqlResult<(syntax::Expression, String)> {
    let start = reader.offset();
    let expression = reader.expression()?;
    Ok((expression, reader.text_from(start).to_owned()))
}

pub(super) fn alter(reader: &mut Reader, kind: PolicyKind) -> SqlResult<Statement> {
    Ok(Statement::AlterPolicy { kind, name: reader.identifier()?, texts: using(reader)? })
}

pub(super) fn drop(reader: &mut Reader, kind: PolicyKind, if_exists: bool) -> SqlResult<Statement> {
    let name = reader.identifier()?;
    let cascade = kind == PolicyKind::Rows && reader.one_of(&["CASCADE", "RESTRICT"]) == Some("CASCADE");
    Ok(Statement::DropPolicy { kind, name, if_exists, cascade })
}

/// ATTACH or DETACH of either kind.
pub(super) fn attach(reader: &mut Reader, attaching: bool) -> SqlResult<Statement> {
    let kind = kind_of(reader.expect_one_of(&KINDS)?);
    let policy = reader.identifier()?;
    reader.expect("ON")?;
    reader.word("TABLE");
    let mut mask = None;
    let relations = match kind {
        PolicyKind::Rows => reader.names()?,
        PolicyKind::Mask => {
            let relation = reader.name()?;
            let outputs = places(reader)?;
            let named = attaching && reader.word("USING");
            let inputs = if named { places(reader)? } else { outputs.clone() };
            mask = Some(Masked { outputs, inputs, priority: 0 });
            vec![relation]
        }
    };
    reader.expect(if attaching { "TO" } else { "FROM" })?;
    let grantees = match kind {
        PolicyKind::Rows => reader.list(grantee)?,
        PolicyKind::Mask => vec![grantee(reader)?],
    };
    if let (Some(mask), true) = (&mut mask, attaching) {
        mask.priority = priority(reader)?;
    }
    Ok(Statement::AttachPolicy(Box::new(AttachPolicy { attaching, kind, policy, relations, mask, grantees })))
}

fn priority(reader: &mut Reader) -> SqlResult<i64> {
    if !reader.word("PRIORITY") {
        return Ok(0);
    }
    reader.symbol(&Token::Eq);
    reader.signed()
}

/// Columns, or paths into SUPER ones.
fn places(reader: &mut Reader) -> SqlResult<Vec<Place>> {
    reader.parenthesized(|reader| {
        reader.list(|reader| {
            let column = reader.identifier()?;
            let mut path = Vec::new();
            while reader.symbol(&Token::Period) {
                path.push(reader.identifier()?);
            }
            Ok(Place { column, path })
        })
    })
}

fn grantee(reader: &mut Reader) -> SqlResult<NamedGrantee> {
    Ok(if reader.word("PUBLIC") {
        NamedGrantee::Public
    } else if reader.word("ROLE") {
        NamedGrantee::Role(reader.principal()?)
    } else {
        NamedGrantee::User { name: reader.user()?, grant_option: false }
    })
}
