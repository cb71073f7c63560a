//! What is read and written.

use super::{Generator, columns};
use crate::tight::act::{
    At, COLUMNS, Filter, Listing, PUBLIC, Pick, Query, Right, Source, TABLES, What, Write,
};
use crate::tight::model::World;

impl Generator {
    fn filter(&mut self, world: &World, at: At) -> Option<Filter> {
        self.choices
            .chance(30)
            .then(|| Filter { column: self.column(world, at), rest: self.choices.below(2) as i64 })
    }

    pub fn source(&mut self, world: &World, at: At) -> Source {
        let pick = match self.choices.below(10) {
            0..=4 => Pick::Star,
            5 => Pick::Count,
            _ => Pick::Columns(self.some_columns(world, at)),
        };
        Source { at, pick, filter: self.filter(world, at) }
    }

    fn narrow(&mut self, world: &World, at: At) -> Source {
        Source { at, pick: Pick::Columns(vec![self.column(world, at)]), filter: self.filter(world, at) }
    }

    pub fn query(&mut self, world: &World) -> Query {
        let at = self.any_relation(world);
        if at.schema == PUBLIC && self.choices.chance(30) {
            return Query::Bare(self.source(world, at));
        }
        match self.choices.below(12) {
            0..=5 => Query::Plain(self.source(world, at)),
            6 => Query::Inside(self.source(world, at)),
            7 => Query::With(self.source(world, at)),
            8 => Query::Exists(self.narrow(world, at)),
            9 => {
                let other = self.any_relation(world);
                Query::Union(self.narrow(world, at), self.narrow(world, other))
            }
            _ => {
                let other = self.any_relation(world);
                Query::Join(at, self.column(world, at), other, self.column(world, other))
            }
        }
    }

    pub fn write(&mut self, world: &World) -> Write {
        let at = self.relation(world, &TABLES);
        match self.choices.below(6) {
            0 | 1 => {
                let columns = match columns(world, at) {
                    known if known.is_empty() => vec![COLUMNS[0]],
                    known => known,
                };
                Write::Values { at, columns, first: self.value() }
            }
            2 => {
                let other = self.any_relation(world);
                let source = Source {
                    filter: Some(Filter {
                        column: self.column(world, other),
                        rest: self.choices.below(2) as i64,
                    }),
                    ..self.narrow(world, other)
                };
                Write::FromSelect { at, column: self.column(world, at), source }
            }
            3 | 4 => {
                let reads = self.choices.chance(40).then(|| self.column(world, at));
                let value = self.value();
                Write::Update {
                    at,
                    column: self.column(world, at),
                    reads,
                    value,
                    filter: self.filter(world, at),
                }
            }
            _ => {
                let filter = Filter { column: self.column(world, at), rest: self.choices.below(2) as i64 };
                Write::Delete { at, filter: (!self.choices.chance(20)).then_some(filter) }
            }
        }
    }

    pub fn question(&mut self, world: &World) -> What {
        let user = self.user(world);
        if self.choices.chance(30) {
            return What::List(self.choices.one(&[
                Listing::Relations,
                Listing::Columns,
                Listing::Schemas,
                Listing::RolesOfUsers,
                Listing::RolesOfRoles,
            ]));
        }
        if self.choices.chance(30) {
            let right = self.choices.one(&[Right::Create, Right::Usage]);
            return What::HasSchema { user, schema: self.schema(world), right };
        }
        let right = self.choices.one(&[
            Right::Select,
            Right::Insert,
            Right::Update,
            Right::Delete,
            Right::References,
        ]);
        What::HasTable { user, at: self.any_relation(world), right }
    }
}
