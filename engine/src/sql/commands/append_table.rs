//! ALTER TABLE APPEND: a table's blocks moved to another (Developer Guide, "ALTER TABLE APPEND").
//!
//! No row is read or written: the segments change hands, their columns put in the target's order.

use arrow::array::ArrayRef;

use super::CommandContext;
use super::alter_column::first_value;
use super::create_database::must_be_outside_a_block;
use crate::sql::authorize::authorize;
use crate::sql::bind::Need;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::array::array_of;
use crate::sql::statement::AppendFrom;
use crate::warehouse::access::Privilege;
use crate::warehouse::catalog::{Column, DefaultValue, Relation, Table};
use crate::warehouse::storage::write::{BlockNumbers, add_column};
use crate::warehouse::storage::{Region, TableData};
use crate::warehouse::system_role::SystemPermission;
use crate::warehouse::value::Value;

/// Where a target column's values come from.
enum From {
    /// The source's column of this number.
    Source(usize),
    /// FILLTARGET: the default, or numbers for an identity.
    Fill,
}

pub(super) fn run(target: &Relation, append: &AppendFrom, context: &mut CommandContext<'_>) -> SqlResult<()> {
    must_be_outside_a_block("ALTER TABLE APPEND", context)?;
    let source = context.table(&append.source)?;
    may_move(&source, target, context)?;
    // The guide's rule for rows, and what follows from it for masks; the sentence is unconfirmed.
    if source.conceals(context.principals(), context.user()) {
        return refuse("policies keep rows or values of the source from you");
    }
    if source.id == target.id {
        return refuse("the source table cannot be the target table");
    }
    let (Some(from), Some(into)) = (source.table(), target.table()) else {
        return Err(SqlError::bug("APPEND of what is no table"));
    };
    if from.temporary || into.temporary {
        return refuse("source and target must be permanent tables");
    }
    let columns = matched(&source, target, append)?;
    must_lie_alike(&source, from, target, into)?;
    let mut moved = from.data.clone();
    let mut next_block = *context.next_block;
    let mut next_identity = into.next_identity.clone();
    rearrange(&mut moved, &columns, target, &mut next_identity, &mut next_block, context)?;
    *context.next_block = next_block;
    let emptied = TableData { version: from.data.version + 1, ..TableData::default() };
    if let Some(table) = context.relation_mut(source.id)?.table_mut() {
        table.data = emptied;
    }
    if let Some(table) = context.relation_mut(target.id)?.table_mut() {
        // Rows that are appended wait for VACUUM, unless there is nothing to sort by.
        if !table.sort_key.is_empty() && !table.data.segments.is_empty() {
            moved.segments.iter_mut().for_each(|stored| stored.region = Region::Unsorted);
        }
        table.data.segments.append(&mut moved.segments);
        table.data.version += 1;
        table.redistribute(table.present_distribution());
        table.next_identity = next_identity;
    }
    Ok(())
}

/// The guide's list: superusers, holders of ALTER TABLE for all tables, or SELECT and DELETE on the source and INSERT
/// on the target. The privilege ALTER on one of them moves nothing.
fn may_move(source: &Relation, target: &Relation, context: &CommandContext<'_>) -> SqlResult<()> {
    if context.principals().may(context.user(), SystemPermission::AlterTable) {
        return Ok(());
    }
    let need = |relation: &Relation, privilege| Need {
        relation: relation.id,
        privilege,
        columns: (0..relation.columns.len()).collect(),
        user: context.user(),
        through: None,
    };
    let needs =
        [need(source, Privilege::Select), need(source, Privilege::Delete), need(target, Privilege::Insert)];
    authorize(&needs, context.manifest, context.session)
}

/// Texts and SQLSTATEs are unconfirmed, the rules are the guide's.
fn refuse<T>(why: &str) -> SqlResult<T> {
    Err(SqlError::product("0A000", format!("cannot ALTER TABLE APPEND: {why}")))
}

/// Columns meet by name; what meets must be alike. An identity column never meets another.
fn matched(source: &Relation, target: &Relation, append: &AppendFrom) -> SqlResult<Vec<From>> {
    let is_identity = |column: &Column| matches!(column.default, Some(DefaultValue::Identity { .. }));
    let counterpart = |column: &Column, other: &Relation| {
        let number = other.column(&column.name)?;
        (!is_identity(column) && !is_identity(&other.columns[number])).then_some(number)
    };
    let extra = source.columns.iter().find(|column| counterpart(column, target).is_none());
    if let (Some(column), false) = (extra, append.ignore_extra) {
        return refuse(&format!(
            "column \"{}\" of the source is not in the target; use IGNOREEXTRA to leave it out",
            column.name
        ));
    }
    let mut columns = Vec::with_capacity(target.columns.len());
    for column in &target.columns {
        let Some(number) = counterpart(column, source) else {
            if !append.fill_target {
                return refuse(&format!(
                    "column \"{}\" of the target is not in the source; use FILLTARGET to fill it",
                    column.name
                ));
            }
            columns.push(From::Fill);
            continue;
        };
        let given = &source.columns[number];
        if given.data_type != column.data_type || given.nullable != column.nullable {
            return refuse(&format!("column \"{}\" differs in type or in NOT NULL", column.name));
        }
        columns.push(From::Source(number));
    }
    Ok(columns)
}

/// Distribution and sort keys must be the same, by the names of their columns.
fn must_lie_alike(source: &Relation, from: &Table, target: &Relation, into: &Table) -> SqlResult<()> {
    use crate::warehouse::catalog::Distribution;
    let name = |relation: &Relation, number: usize| relation.columns[number].name.clone();
    let same_distribution = match (from.distribution, into.distribution) {
        (Distribution::Key(one), Distribution::Key(other)) => name(source, one) == name(target, other),
        (one, other) => one == other,
    };
    let sorted = |relation: &Relation, table: &Table| -> Vec<_> {
        table.sort_key.iter().map(|number| name(relation, *number)).collect()
    };
    let same_sorting = sorted(source, from) == sorted(target, into) && from.interleaved == into.interleaved;
    if !same_distribution || !same_sorting {
        return refuse("source and target differ in distribution style or sort key");
    }
    Ok(())
}

/// Puts every segment's columns in the target's order and fills those that the source does not have.
fn rearrange(
    data: &mut TableData,
    columns: &[From],
    target: &Relation,
    next_identity: &mut crate::sorted::SortedMap<usize, i64>,
    next_block: &mut u64,
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    let width = data.segments.first().map_or(0, |stored| stored.segment.columns.len());
    let mut places = Vec::with_capacity(columns.len());
    let mut added = 0;
    for (number, from) in columns.iter().enumerate() {
        match from {
            From::Source(place) => places.push(*place),
            From::Fill => {
                let column = &target.columns[number];
                fill(data, column, number, next_identity, next_block, context)?;
                places.push(width + added);
                added += 1;
            }
        }
    }
    for stored in &mut data.segments {
        stored.segment.columns =
            places.iter().filter_map(|place| stored.segment.columns.get(*place).cloned()).collect();
    }
    Ok(())
}

fn fill(
    data: &mut TableData,
    column: &Column,
    number: usize,
    next_identity: &mut crate::sorted::SortedMap<usize, i64>,
    next_block: &mut u64,
    context: &CommandContext<'_>,
) -> SqlResult<()> {
    let data_type = column.data_type;
    let numbers = &mut BlockNumbers(next_block);
    if let Some(DefaultValue::Identity { seed, step, .. }) = &column.default {
        let next = next_identity.entry(number).or_insert(*seed);
        let mut take = || {
            let value = *next;
            *next += step;
            if data_type == crate::warehouse::data_type::DataType::Integer {
                Value::Integer(value as i32)
            } else {
                Value::BigInt(value)
            }
        };
        add_column(data, numbers, |rows| -> ArrayRef {
            array_of(&(0..rows).map(|_| take()).collect::<Vec<_>>(), data_type)
        });
        return Ok(());
    }
    let value = first_value(column, context)?;
    if value.is_null() && !column.nullable && data.visible_rows() > 0 {
        return Err(SqlError::product(
            "23502",
            format!("Cannot insert a NULL value into column {}", column.name),
        ));
    }
    add_column(data, numbers, |rows| -> ArrayRef { array_of(&vec![value.clone(); rows], data_type) });
    Ok(())
}
