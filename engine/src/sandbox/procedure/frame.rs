//! One procedure that has been entered: its variables, its place in the program, what it is to go back to.

use std::sync::Arc;

use super::Variables;
use super::rows::Rows;
use crate::sorted::SortedMap;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::execute::{Evaluation, constant};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::plan::Field;
use crate::sql::procedure::{Kind, Line, Program, Target};
use crate::warehouse::catalog::Relation;
use crate::warehouse::data_type::DataType;
use crate::warehouse::identifier::{Identifier, QualifiedName};
use crate::warehouse::routine::Routine;
use crate::warehouse::value::Value;

/// Names, types and values of one row.
pub(super) type Row = Vec<(String, DataType, Value)>;

/// What a record is when a query of these columns has no row for it.
pub(super) fn blank(fields: &[Field]) -> Row {
    fields.iter().map(|field| (field.name.clone(), field.data_type, Value::Null)).collect()
}

pub(super) struct Frame {
    pub routine: Arc<Routine>,
    pub program: Arc<Program>,
    /// The operation at hand.
    pub next: usize,
    pub slots: Vec<Slot>,
    pub rows: Vec<Option<Rows>>,
    pub guards: Vec<Guard>,
    pub handling: Vec<Handling>,
    pub found: bool,
    pub row_count: i64,
    /// The transaction began with it and ends with it.
    pub owns: bool,
    /// The caller's variables for its outputs, by output.
    pub outputs: Vec<Option<Target>>,
    /// What it changed for itself, with what was there before.
    pub settings: Vec<(String, Option<String>)>,
}

/// A variable's present content.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    Scalar(DataType, Value),
    /// `None` before the first assignment.
    Record(Option<Row>),
}

/// A block with a handler that is being run.
#[derive(Clone, Copy)]
pub(super) struct Guard {
    pub handler: usize,
    pub after: usize,
    pub resumes: bool,
    /// Errors that were being handled when the block began.
    pub handled: usize,
}

/// An error in the hands of a handler.
pub(super) struct Handling {
    pub error: SqlError,
    /// The operation that failed.
    pub failed: usize,
    pub guard: Guard,
}

impl Frame {
    pub fn new(
        routine: Arc<Routine>,
        program: Arc<Program>,
        owns: bool,
        outputs: Vec<Option<Target>>,
    ) -> Self {
        let slots = program.variables.iter().map(|variable| empty(&variable.kind)).collect();
        let rows = (0..program.row_sources).map(|_| None).collect();
        Frame {
            routine,
            program,
            next: 0,
            slots,
            rows,
            guards: Vec::new(),
            handling: Vec::new(),
            found: false,
            row_count: 0,
            owns,
            outputs,
            settings: Vec::new(),
        }
    }

    pub fn line(&self) -> SqlResult<&Line> {
        self.program.lines.get(self.next).ok_or_else(|| SqlError::bug("a procedure ran past its end"))
    }

    /// Puts the given values into the input arguments.
    pub fn take_arguments(
        &mut self,
        given: Vec<(Value, DataType)>,
        evaluation: &mut Evaluation,
    ) -> SqlResult<()> {
        let routine = self.routine.clone();
        let inputs = routine.arguments.iter().enumerate().filter(|(_, argument)| argument.is_input());
        for ((slot, argument), (value, from)) in inputs.zip(given) {
            let value = convert(value, from, argument.data_type, evaluation)?;
            self.slots[slot] = Slot::Scalar(argument.data_type, value);
        }
        Ok(())
    }

    /// The outputs as a row.
    pub fn output(&self) -> Row {
        let arguments = self.routine.arguments.iter().enumerate();
        arguments
            .filter(|(_, argument)| argument.is_output())
            .map(|(slot, argument)| {
                let name = match &argument.name {
                    Some(name) => name.to_string(),
                    None => format!("column{}", slot + 1),
                };
                let value = match self.slots.get(slot) {
                    Some(Slot::Scalar(_, value)) => value.clone(),
                    _ => Value::Null,
                };
                (name, argument.data_type, value)
            })
            .collect()
    }

    pub fn scalar(&self, slot: usize) -> (Value, DataType) {
        match self.slots.get(slot) {
            Some(Slot::Scalar(data_type, value)) => (value.clone(), *data_type),
            _ => (Value::Null, DataType::Unknown),
        }
    }

    /// What a statement at this place can name. Names of inner blocks hide those of outer ones.
    pub fn variables(&self, scope: usize) -> Variables {
        let mut named: SortedMap<String, (Value, DataType)> = SortedMap::new();
        let mut next = Some(scope);
        while let Some(scope) = next.and_then(|scope| self.program.scopes.get(scope)) {
            for (name, slot) in scope.names.iter().rev() {
                let label = scope.label.as_ref();
                match self.slots.get(*slot) {
                    Some(Slot::Scalar(data_type, value)) => {
                        if let Some(label) = label {
                            let qualified = format!("{label}.{name}");
                            named.entry(qualified).or_insert_with(|| (value.clone(), *data_type));
                        }
                        named.entry(name.to_string()).or_insert_with(|| (value.clone(), *data_type));
                    }
                    Some(Slot::Record(Some(row))) => {
                        for (field, data_type, value) in row {
                            let qualified = format!("{name}.{field}");
                            named.entry(qualified).or_insert_with(|| (value.clone(), *data_type));
                        }
                    }
                    Some(Slot::Record(None)) | None => {}
                }
            }
            next = scope.parent;
        }
        named.entry("found".to_owned()).or_insert((Value::Boolean(self.found), DataType::Boolean));
        if let Some(handling) = self.handling.last() {
            let text = |text: &str| (Value::string(text), DataType::Varchar(DataType::VARCHAR_MAX));
            named.insert("sqlstate".to_owned(), text(handling.error.kind.state()));
            named.insert("sqlerrm".to_owned(), text(&handling.error.kind.message()));
        }
        Arc::new(named)
    }

    /// Whether a variable is a record that nothing was put into yet, which the statement names.
    pub fn assign(
        &mut self,
        target: &Target,
        value: Value,
        from: DataType,
        evaluation: &mut Evaluation,
    ) -> SqlResult<()> {
        match target {
            Target::Variable(slot) => {
                let variable = self.program.variables.get(*slot);
                if let Some(variable) = variable.filter(|variable| variable.not_null && value.is_null()) {
                    let name = &variable.name;
                    let message = format!("NULL cannot be assigned to variable \"{name}\" declared NOT NULL");
                    return Err(SqlError::product("22004", message));
                }
                let keeps_type = !matches!(variable.map(|variable| &variable.kind), Some(Kind::Any) | None);
                match self.slots.get_mut(*slot) {
                    Some(Slot::Scalar(data_type, place)) => {
                        if keeps_type {
                            *place = convert(value, from, *data_type, evaluation)?;
                        } else {
                            (*data_type, *place) = (from, value);
                        }
                        Ok(())
                    }
                    _ => {
                        Err(SqlError::product("42804", "cannot assign non-composite value to a row variable"))
                    }
                }
            }
            Target::Field(slot, field) => {
                let name = self.program.variables.get(*slot).map_or("", |variable| variable.name.as_str());
                let not_assigned =
                    || SqlError::product("55000", format!("record \"{name}\" is not assigned yet"));
                let no_field =
                    || SqlError::product("42703", format!("record \"{name}\" has no field \"{field}\""));
                let Some(Slot::Record(row)) = self.slots.get_mut(*slot) else { return Err(not_assigned()) };
                let row = row.as_mut().ok_or_else(not_assigned)?;
                let found = row.iter_mut().find(|(known, _, _)| *known == field.as_str());
                let (_, data_type, place) = found.ok_or_else(no_field)?;
                *place = convert(value, from, *data_type, evaluation)?;
                Ok(())
            }
        }
    }

    /// A row to the variables behind INTO; without a row they are NULL.
    pub fn assign_row(
        &mut self,
        targets: &[Target],
        row: Option<Row>,
        evaluation: &mut Evaluation,
    ) -> SqlResult<()> {
        if let [Target::Variable(slot)] = targets
            && let Some(Slot::Record(place)) = self.slots.get_mut(*slot)
        {
            let fixed = matches!(
                self.program.variables.get(*slot).map(|variable| &variable.kind),
                Some(Kind::RowOf(_))
            );
            match (place.as_mut(), row) {
                (Some(fields), row) if fixed => {
                    let mut cells = row.unwrap_or_default().into_iter();
                    for (_, to, value) in fields {
                        *value = match cells.next() {
                            Some((_, from, cell)) => convert(cell, from, *to, evaluation)?,
                            None => Value::Null,
                        };
                    }
                }
                (Some(fields), None) => fields.iter_mut().for_each(|(_, _, value)| *value = Value::Null),
                (_, row) => *place = row,
            }
            return Ok(());
        }
        let mut cells = row.unwrap_or_default().into_iter();
        for target in targets {
            let (_, from, value) = cells.next().unwrap_or((String::new(), DataType::Unknown, Value::Null));
            self.assign(target, value, from, evaluation)?;
        }
        Ok(())
    }

    /// Begins a variable's life.
    pub fn declare(
        &mut self,
        slot: usize,
        find: &dyn Fn(&QualifiedName) -> SqlResult<Arc<Relation>>,
    ) -> SqlResult<()> {
        let Some(variable) = self.program.variables.get(slot) else { return Ok(()) };
        let fresh = match &variable.kind {
            Kind::TypeOf(relation, column) => {
                Slot::Scalar(column_type(&*find(relation)?, column)?, Value::Null)
            }
            Kind::Same(other) => Slot::Scalar(self.scalar(*other).1, Value::Null),
            Kind::RowOf(relation) => {
                let columns = find(relation)?.columns.clone();
                let field = |column: crate::warehouse::catalog::Column| {
                    (column.name.to_string(), column.data_type, Value::Null)
                };
                Slot::Record(Some(columns.into_iter().map(field).collect()))
            }
            Kind::Cursor(Some(_)) => Slot::Scalar(CURSOR, Value::string(variable.name.as_str())),
            kind => empty(kind),
        };
        if let Some(place) = self.slots.get_mut(slot) {
            *place = fresh;
        }
        Ok(())
    }
}

/// A cursor variable holds the cursor's name.
const CURSOR: DataType = DataType::Varchar(DataType::VARCHAR_MAX);

fn empty(kind: &Kind) -> Slot {
    match kind {
        Kind::Any | Kind::TypeOf(..) | Kind::Same(_) => Slot::Scalar(DataType::Unknown, Value::Null),
        Kind::Data(data_type) => Slot::Scalar(*data_type, Value::Null),
        Kind::Record | Kind::RowOf(_) => Slot::Record(None),
        Kind::Cursor(_) => Slot::Scalar(CURSOR, Value::Null),
    }
}

fn column_type(relation: &Relation, column: &Identifier) -> SqlResult<DataType> {
    let found = relation.column(column).and_then(|number| relation.columns.get(number));
    found.map(|column| column.data_type).ok_or_else(|| {
        let message = format!("column \"{column}\" of relation \"{}\" does not exist", relation.name);
        SqlError::product("42703", message)
    })
}

/// A value as a variable of type `to` keeps it, by the rules of an INSERT.
pub(super) fn convert(
    value: Value,
    from: DataType,
    to: DataType,
    evaluation: &mut Evaluation,
) -> SqlResult<Value> {
    if from == to || value.is_null() {
        return Ok(value);
    }
    let input = Box::new(Expression::Literal { value, data_type: from });
    constant(&Expression::Cast { input, to, mode: CastMode::Assignment }, evaluation)
}
