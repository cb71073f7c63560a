//! CREATE TABLE AS, without its rows (Developer Guide, "CREATE TABLE AS").

use super::CommandContext;
use super::columns::{encoding, must_be_storable};
use super::table_layout::lay_out;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::plan::Field;
use crate::sql::statement::CreateTableAs;
use crate::warehouse::catalog::{Column, ObjectId, Relation, RelationKind, Table};
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::Identifier;
use crate::warehouse::system_role::SystemPermission;

/// Makes the empty table that the query's rows go into; `fields` are the query's columns. The rights to read
/// what the query reads have been checked with it.
pub fn prepare(
    create: &CreateTableAs,
    fields: &[Field],
    context: &mut CommandContext<'_>,
) -> SqlResult<ObjectId> {
    let place = context.place_for(&create.name, create.temporary, SystemPermission::CreateTable)?;
    place.must_be_free()?;
    if create.columns.len() > fields.len() {
        return Err(SqlError::product("42601", "CREATE TABLE AS specifies too many column names"));
    }
    let names = create.columns.iter().cloned().map(Some).chain(std::iter::repeat(None));
    let mut columns: Vec<Column> = fields
        .iter()
        .zip(names)
        .map(|(field, name)| Column {
            name: name.unwrap_or_else(|| Identifier::fold(&field.name)),
            data_type: stored(field.data_type),
            nullable: true,
            default: None,
            encoding: String::new(),
            comment: None,
        })
        .collect();
    must_be_storable(&place.name, &columns)?;
    let mut table = Table::new(create.temporary);
    table.backup = create.attributes.backup.unwrap_or(true);
    lay_out(&create.attributes, &[], &columns, &mut table)?;
    for (number, column) in columns.iter_mut().enumerate() {
        let sorted = table.sort_key.contains(&number);
        column.encoding = encoding(None, column.data_type, sorted, create.temporary);
    }
    let id = context.manifest.catalog.allocate();
    let relation = Relation {
        id,
        schema: place.schema,
        name: place.name,
        owner: context.user(),
        acl: Default::default(),
        columns,
        created: context.now,
        comment: None,
        kind: RelationKind::Table(table),
    };
    context.database_mut()?.insert(relation);
    Ok(id)
}

/// A literal without a type becomes text, as wide as VARCHAR is by default (its exact width is unconfirmed).
fn stored(data_type: DataType) -> DataType {
    match data_type {
        DataType::Unknown => DataType::TEXT,
        other => other,
    }
}
