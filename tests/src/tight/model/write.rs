//! INSERT, UPDATE, DELETE (reference, section 2.2): what they write needs its own privilege, what they read SELECT.

use super::{Answer, Body, Checked, Outcome, Row, World, both, keeps, refused};
use crate::tight::act::{At, Filter, Name, Right, Write};

impl World {
    pub fn write(&mut self, by: Name, write: &Write) -> Outcome {
        match write {
            Write::Values { at, columns, first } => self.insert(by, *at, columns, *first),
            Write::FromSelect { at, column, source } => {
                let target = self.target(by, *at, &[column]);
                let bound = self.bind(by, source, false);
                let bound = both(bound, self.fed(by, source.at)).map(|(bound, ())| bound);
                let ((id, columns), bound) = both(target, bound)?;
                let may = self.needs(by, Right::Insert, id, &[]);
                both(may, self.readable(by, &bound))?;
                let rows = self.rows(by, &bound)?;
                let new = rows.into_iter().map(|row| {
                    columns
                        .iter()
                        .copied()
                        .zip(row)
                        .filter_map(|(id, value)| Some((id, value?)))
                        .collect::<Row>()
                });
                let new: Vec<Row> = new.collect();
                let count = new.len() as u64;
                self.table(id)?.extend(new);
                self.changed(id, count)?;
                Ok(Answer::Count(count))
            }
            Write::Update { at, column, reads, value, filter } => {
                self.update(by, *at, column, *reads, *value, *filter)
            }
            Write::Delete { at, filter } => self.delete(by, *at, *filter),
        }
    }

    /// The table and those of its columns.
    fn target(&self, by: Name, at: At, columns: &[Name]) -> Checked<(u32, Vec<u32>)> {
        let id = self.named(by, at)?;
        let known = &self.relation(id)?.columns;
        let number = |name: &Name| known.iter().find(|column| column.name == *name).map(|column| column.id);
        match columns.iter().map(number).collect() {
            Some(columns) => Ok((id, columns)),
            None => refused("42703"),
        }
    }

    fn needs(&self, by: Name, right: Right, id: u32, columns: &[u32]) -> Checked<()> {
        if self.may(by, right, columns, self.relation(id)?) { Ok(()) } else { self.denied(id) }
    }

    /// SELECT, where something is read.
    fn reads(&self, by: Name, id: u32, columns: &[u32]) -> Checked<()> {
        if columns.is_empty() { Ok(()) } else { self.needs(by, Right::Select, id, columns) }
    }

    fn table(&mut self, id: u32) -> Checked<&mut Vec<Row>> {
        match &mut self.relation_mut(id)?.body {
            Body::Table(rows) => Ok(rows),
            _ => refused("the model wrote to a view"),
        }
    }

    fn changed(&mut self, id: u32, rows: u64) -> Checked<()> {
        self.relation_mut(id)?.version += u64::from(rows > 0);
        Ok(())
    }

    fn insert(&mut self, by: Name, at: At, columns: &[Name], first: i64) -> Outcome {
        let (id, columns) = self.target(by, at, columns)?;
        self.needs(by, Right::Insert, id, &[])?;
        let row = columns.iter().copied().zip(first..).collect();
        self.table(id)?.push(row);
        self.changed(id, 1)?;
        Ok(Answer::Count(1))
    }

    fn update(
        &mut self,
        by: Name,
        at: At,
        column: Name,
        reads: Option<Name>,
        value: i64,
        filter: Option<Filter>,
    ) -> Outcome {
        let names: Vec<Name> =
            [Some(column), reads, filter.map(|filter| filter.column)].into_iter().flatten().collect();
        let (id, columns) = self.target(by, at, &names)?;
        let written = columns[0];
        let read = &columns[1..];
        let may = both(self.needs(by, Right::Update, id, &[written]), self.reads(by, id, read));
        both(may, self.fed(by, at))?;
        let source = reads.map(|_| read[0]);
        let tested = filter.map(|filter| (read[read.len() - 1], filter));
        let seen = self.seen(by, id)?;
        let mut count = 0;
        for (row, seen) in self.table(id)?.iter_mut().zip(seen) {
            let Some(seen) = seen else { continue };
            if tested.is_some_and(|(column, filter)| !keeps(filter, seen.get(&column).copied())) {
                continue;
            }
            count += 1;
            match source {
                None => row.insert(written, value),
                Some(source) => match seen.get(&source).copied() {
                    Some(old) => row.insert(written, old + value),
                    None => row.remove(&written),
                },
            };
        }
        self.changed(id, count)?;
        Ok(Answer::Count(count))
    }

    /// The table's rows as the user sees them; what is not seen is not touched.
    fn seen(&self, by: Name, id: u32) -> Checked<Vec<Option<Row>>> {
        let relation = self.relation(id)?;
        let Body::Table(rows) = &relation.body else { return refused("the model wrote to a view") };
        let seen = |row| self.visible(by, relation, row).then(|| self.masked(by, relation, row));
        Ok(rows.iter().map(seen).collect())
    }

    fn delete(&mut self, by: Name, at: At, filter: Option<Filter>) -> Outcome {
        let names: Vec<Name> = filter.iter().map(|filter| filter.column).collect();
        let (id, columns) = self.target(by, at, &names)?;
        let may = both(self.needs(by, Right::Delete, id, &[]), self.reads(by, id, &columns));
        both(may, self.fed(by, at))?;
        let mut seen = self.seen(by, id)?.into_iter();
        let rows = self.table(id)?;
        let before = rows.len();
        rows.retain(|_| match (seen.next().flatten(), filter, columns.first()) {
            (None, ..) => true,
            (Some(seen), Some(filter), Some(column)) => !keeps(filter, seen.get(column).copied()),
            _ => false,
        });
        let count = (before - rows.len()) as u64;
        self.changed(id, count)?;
        Ok(Answer::Count(count))
    }
}
