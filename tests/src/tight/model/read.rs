//! Reading: what a name means, which columns `*` stands for, whose rights count, which rows come out (reference, sections
//! 2.5, 2.7 and 3).

use super::{
    Answer, Body, Checked, Column, Outcome, Picked, Relation, Row, World, both, keeps, refused, refused_with,
};
use crate::tight::act::{At, Filter, Name, Pick, Query, Right, Source};

/// A source whose names are known.
pub struct Bound {
    pub relation: u32,
    pub out: Vec<(Name, Picked)>,
    pub filter: Option<(u32, i64)>,
}

impl Bound {
    /// The columns that it touches.
    fn needs(&self) -> Vec<u32> {
        let picked = self.out.iter().filter_map(|(_, pick)| match pick {
            Picked::Column(column) => Some(*column),
            Picked::Count => None,
        });
        picked.chain(self.filter.map(|(column, _)| column)).collect()
    }
}

impl World {
    /// Late-binding views take theirs from what their names mean to their owner now.
    pub fn columns(&self, id: u32) -> Checked<Vec<Column>> {
        let relation = self.relation(id)?;
        let Body::Late(source) = &relation.body else { return Ok(relation.columns.clone()) };
        let bound = self.bind(relation.guard.owner, source, true)?;
        let numbered = bound.out.iter().enumerate();
        Ok(numbered.map(|(number, (name, _))| Column { id: number as u32, name }).collect())
    }

    fn column(&self, id: u32, name: Name) -> Checked<u32> {
        match self.columns(id)?.iter().find(|column| column.name == name) {
            Some(column) => Ok(column.id),
            None => refused("42703"),
        }
    }

    /// `whole`: in a view's text `*` is every column, readable or not.
    pub fn bind(&self, by: Name, source: &Source, whole: bool) -> Checked<Bound> {
        let relation = self.named(by, source.at)?;
        let late = matches!(self.relation(relation)?.body, Body::Late(_));
        let names = self.bind_in(by, source, relation, whole);
        match names {
            // Behind a late-binding view names are looked up late; whether before its own right is asked for is
            // unconfirmed.
            Err(missing) if late && !self.may(by, Right::Select, &[], self.relation(relation)?) => {
                both::<(), ()>(Err(missing), refused("42501")).and(refused("42501"))
            }
            names => names,
        }
    }

    fn bind_in(&self, by: Name, source: &Source, relation: u32, whole: bool) -> Checked<Bound> {
        let columns = self.columns(relation)?;
        let filter = match source.filter {
            Some(Filter { column, rest }) => self.column(relation, column).map(|column| Some((column, rest))),
            None => Ok(None),
        };
        let out = match &source.pick {
            Pick::Count => Ok(vec![("count", Picked::Count)]),
            Pick::Columns(names) => {
                names.iter().map(|name| Ok((*name, Picked::Column(self.column(relation, name)?)))).collect()
            }
            Pick::Star => {
                let guard = self.relation(relation)?;
                let readable = |column: &&Column| whole || self.may(by, Right::Select, &[column.id], guard);
                let out: Vec<(Name, Picked)> = columns
                    .iter()
                    .filter(readable)
                    .map(|column| (column.name, Picked::Column(column.id)))
                    .collect();
                if out.is_empty() { self.denied(relation) } else { Ok(out) }
            }
        };
        let (out, filter) = both(out, filter)?;
        Ok(Bound { relation, out, filter })
    }

    pub fn denied<T>(&self, id: u32) -> Checked<T> {
        refused_with("42501", format!("permission denied for relation {}", self.relation(id)?.at.name))
    }

    /// The right to read what the source touches, and behind a view its owner's.
    pub fn readable(&self, by: Name, bound: &Bound) -> Checked<()> {
        let relation = self.relation(bound.relation)?;
        if !self.may(by, Right::Select, &bound.needs(), relation) {
            return self.denied(bound.relation);
        }
        self.lent(relation)
    }

    fn lent(&self, relation: &Relation) -> Checked<()> {
        let owner = relation.guard.owner;
        let behind = match &relation.body {
            Body::Table(_) | Body::Kept(_) => return Ok(()),
            Body::View { base, picks, filter } => {
                let out = picks.iter().map(|pick| ("", *pick)).collect();
                Bound { relation: *base, out, filter: *filter }
            }
            Body::Late(source) => self.bind(owner, source, true)?,
        };
        // Which relation is named is no matter of the reference's texts here.
        self.readable(owner, &behind).or_else(|_| refused("42501"))
    }

    /// Every row of a relation as `asker` sees it.
    fn contents(&self, asker: Name, id: u32) -> Checked<Vec<Row>> {
        let relation = self.relation(id)?;
        let (behind, ids): (Bound, Vec<u32>) = match &relation.body {
            Body::Table(rows) => {
                let visible = rows.iter().filter(|row| self.visible(asker, relation, row));
                return Ok(visible.map(|row| self.masked(asker, relation, row)).collect());
            }
            Body::Kept(kept) => return Ok(kept.rows.clone()),
            Body::View { base, picks, filter } => (
                Bound {
                    relation: *base,
                    out: picks.iter().map(|pick| ("", *pick)).collect(),
                    filter: *filter,
                },
                relation.columns.iter().map(|column| column.id).collect(),
            ),
            Body::Late(source) => (
                self.bind(relation.guard.owner, source, true)?,
                self.columns(id)?.iter().map(|column| column.id).collect(),
            ),
        };
        let rows = self.rows(asker, &behind)?;
        Ok(rows
            .into_iter()
            .map(|row| ids.iter().copied().zip(row).filter_map(|(id, value)| Some((id, value?))).collect())
            .collect())
    }

    pub fn rows(&self, asker: Name, bound: &Bound) -> Checked<Vec<Vec<Option<i64>>>> {
        let mut rows = self.contents(asker, bound.relation)?;
        if let Some((column, rest)) = bound.filter {
            rows.retain(|row| keeps(Filter { column: "", rest }, row.get(&column).copied()));
        }
        if bound.out.iter().any(|(_, pick)| *pick == Picked::Count) {
            return Ok(vec![vec![Some(rows.len() as i64)]]);
        }
        let picked = |row: &Row| {
            let cell = |(_, pick): &(Name, Picked)| match pick {
                Picked::Column(column) => row.get(column).copied(),
                Picked::Count => None,
            };
            bound.out.iter().map(cell).collect()
        };
        Ok(rows.iter().map(picked).collect())
    }

    pub fn select(&self, by: Name, query: &Query) -> Outcome {
        let read: Vec<At> = match query {
            Query::Plain(source)
            | Query::Bare(source)
            | Query::Inside(source)
            | Query::With(source)
            | Query::Exists(source) => vec![source.at],
            Query::Union(one, other) => vec![one.at, other.at],
            Query::Join(one, _, other, _) => vec![*one, *other],
        };
        let fed = read.into_iter().try_for_each(|at| self.fed(by, at));
        both(self.selected(by, query), fed).map(|(answer, ())| answer)
    }

    fn selected(&self, by: Name, query: &Query) -> Outcome {
        let named = |bound: &Bound| bound.out.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>();
        match query {
            // A schema that is closed is passed over like one that is not there.
            Query::Bare(source) if self.usage(by, source.at.schema).is_err() => {
                refused_with("42P01", format!("relation \"{}\" does not exist", source.at.name))
            }
            Query::Bare(source) if self.find(source.at).is_none() => {
                refused_with("42P01", format!("relation \"{}\" does not exist", source.at.name))
            }
            Query::Plain(source) | Query::Bare(source) | Query::Inside(source) | Query::With(source) => {
                let bound = self.bind(by, source, false)?;
                self.readable(by, &bound)?;
                Ok(printed(named(&bound), self.rows(by, &bound)?))
            }
            Query::Exists(source) => {
                let bound = self.bind(by, source, false)?;
                self.readable(by, &bound)?;
                let some = !self.rows(by, &bound)?.is_empty();
                Ok(printed(vec!["case".to_owned()], vec![vec![Some(some.into())]]))
            }
            Query::Union(one, other) => {
                let (one, other) = (self.bind(by, one, false)?, self.bind(by, other, false)?);
                self.readable(by, &one)?;
                self.readable(by, &other)?;
                let rows = [self.rows(by, &one)?, self.rows(by, &other)?].concat();
                Ok(printed(named(&one), rows))
            }
            Query::Join(one, column, other, beside) => {
                // Behind late-binding views names are looked up with the view's own.
                for at in [one, other] {
                    self.columns(self.named(by, *at)?)?;
                }
                let source =
                    |at: At, column: Name| Source { at, pick: Pick::Columns(vec![column]), filter: None };
                let one = self.bind(by, &source(*one, column), false)?;
                let other = self.bind(by, &source(*other, beside), false)?;
                self.readable(by, &one)?;
                self.readable(by, &other)?;
                let (left, right) = (self.rows(by, &one)?, self.rows(by, &other)?);
                let rows = left
                    .iter()
                    .flat_map(|left| right.iter().map(|right| [left.clone(), right.clone()].concat()));
                Ok(printed([named(&one), named(&other)].concat(), rows.collect()))
            }
        }
    }

    /// Column privileges are no table privilege (PostgreSQL's rule).
    pub fn has_table(&self, by: Name, user: Name, at: At, right: Right) -> Outcome {
        let known = self.known(crate::tight::act::To::User(user));
        let (relation, ()) = both(self.named(by, at), known)?;
        let has = self.holds(user, right, None, &self.relation(relation)?.guard);
        Ok(truth("has_table_privilege", has))
    }

    pub fn has_schema(&self, user: Name, schema: Name, right: Right) -> Outcome {
        let known = self.known(crate::tight::act::To::User(user));
        let guard = self.schemas.get(schema);
        let there = guard.map_or_else(|| refused("3F000"), Ok);
        let (guard, ()) = both(there, known)?;
        Ok(truth("has_schema_privilege", self.holds(user, right, None, guard)))
    }
}

fn truth(name: &str, value: bool) -> Answer {
    Answer::Rows { names: vec![name.to_owned()], rows: vec![vec![value.to_string()]] }
}

/// In no order.
fn printed(names: Vec<String>, rows: Vec<Vec<Option<i64>>>) -> Answer {
    let cell = |value: &Option<i64>| value.map_or_else(|| "NULL".to_owned(), |value| value.to_string());
    let mut rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    rows.sort();
    Answer::Rows { names, rows }
}
