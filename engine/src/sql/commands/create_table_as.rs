//! CREATE TABLE AS, without its rows (Developer Guide, "CREATE TABLE AS").

use super::CommandContext;
use super::columns::{encoding, must_be_storable};
use super::table_layout::lay_out;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::expression::Expression;
use crate::sql::plan::Plan;
use crate::sql::statement::CreateTableAs;
use crate::warehouse::access::Acl;
use crate::warehouse::catalog::{Column, Distribution, ObjectId, Relation, RelationKind, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::default_privilege::DefaultKind;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

/// Makes the empty table that the query's rows go into; `plan` is the query's. The rights to read
/// what the query reads have been checked with it.
pub fn prepare(create: &CreateTableAs, plan: &Plan, context: &mut CommandContext<'_>) -> SqlResult<ObjectId> {
    let fields = plan.fields();
    let place = context.place_for(&create.name, create.temporary, SystemPermission::CreateTable)?;
    place.must_be_free()?;
    if create.columns.len() > fields.len() {
        return Err(SqlError::product("42601", "CREATE TABLE AS specifies too many column names"));
    }
    let names = create.columns.iter().cloned().map(Some).chain(std::iter::repeat(None));
    let database = context.database()?;
    let mut columns: Vec<Column> = fields
        .iter()
        .zip(names)
        .map(|(field, name)| Column {
            name: name.unwrap_or_else(|| Identifier::kept(&field.name)),
            data_type: database.collate(stored(field.data_type)),
            nullable: true,
            default: None,
            encoding: String::new(),
            comment: None,
        })
        .collect();
    must_be_storable(&place.name, &columns)?;
    let mut table = Table::new(create.temporary);
    table.backup = create.attributes.backup.unwrap_or(true);
    inherit(plan, &mut table, context)?;
    lay_out(&create.attributes, &[], &columns, &mut table)?;
    for (number, column) in columns.iter_mut().enumerate() {
        let sorted = table.sort_key.contains(&number);
        column.encoding = encoding(None, column.data_type, sorted, create.temporary);
    }
    let id = context.manifest.catalog.allocate();
    let acl = match create.temporary {
        true => Acl::default(),
        false => context.initial_acl(&place.schema, DefaultKind::Tables)?,
    };
    let relation = Relation {
        id,
        schema: place.schema,
        name: place.name,
        owner: context.user(),
        acl,
        columns,
        created: context.now,
        comment: None,
        protection: Default::default(),
        kind: RelationKind::Table(table),
    };
    context.database_mut()?.insert(relation);
    Ok(id)
}

/// What is read from one table alone lies as that table does, where its key columns are kept.
fn inherit(plan: &Plan, table: &mut Table, context: &CommandContext<'_>) -> SqlResult<()> {
    let Some((relation, places)) = source(plan) else { return Ok(()) };
    let Some(parent) = context.database()?.relation(relation).and_then(|relation| relation.table()) else {
        return Ok(());
    };
    let place = |column: usize| places.iter().position(|place| *place == Some(column));
    table.distribution = match parent.distribution {
        Distribution::Key(column) => place(column).map_or(Distribution::Auto, Distribution::Key),
        other => other,
    };
    if let Some(sort_key) = parent.sort_key.iter().map(|column| place(*column)).collect() {
        table.sort_key = sort_key;
        table.interleaved = parent.interleaved;
    }
    Ok(())
}

/// The one table that a plan reads, and which of its columns each output column is.
fn source(plan: &Plan) -> Option<(ObjectId, Vec<Option<usize>>)> {
    match plan {
        Plan::Scan(scan) => Some((scan.relation, scan.columns.iter().copied().map(Some).collect())),
        Plan::Filter { input, .. } => source(input),
        Plan::Project { input, expressions, .. } => {
            let (relation, places) = source(input)?;
            let place = |expression: &Expression| match expression {
                Expression::Column { index, .. } => places.get(*index).copied().flatten(),
                _ => None,
            };
            Some((relation, expressions.iter().map(place).collect()))
        }
        _ => None,
    }
}

/// A literal without a type becomes text, as wide as VARCHAR is by default (its exact width is unconfirmed).
fn stored(data_type: DataType) -> DataType {
    match data_type {
        DataType::Unknown => DataType::TEXT,
        other => other,
    }
}
