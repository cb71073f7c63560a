//! What is made, changed and dropped.

use super::Generator;
use crate::tight::act::{
    ADMIN, Act, At, COLUMNS, FUNCTION, KEPT, LATE, Name, On, Owned, PROCEDURE, PUBLIC, Pick, Right, Rights,
    Source, TABLES, To, USERS, VIEWS, What,
};
use crate::tight::model::World;

impl Generator {
    pub fn object(&mut self, world: &World) -> What {
        match self.choices.below(36) {
            0 | 1 => {
                let name = self.choices.one(&["s1", "s2"]);
                What::CreateSchema { name, owner: self.choices.chance(40).then(|| self.user(world)) }
            }
            2 => {
                let name = self.choices.one(&["s1", "s2"]);
                What::DropSchema { name, cascade: self.choices.chance(30) }
            }
            3..=5 => What::CreateTable { at: self.place(world, &TABLES), columns: 2 + self.choices.below(3) },
            6 => {
                let from = self.any_relation(world);
                What::TableAs { at: self.place(world, &TABLES), source: self.source(world, from) }
            }
            7..=11 => {
                let from = self.relation(world, &[&TABLES[..], &VIEWS[..], &KEPT[..]].concat());
                What::CreateView {
                    at: self.place(world, &VIEWS),
                    source: self.source(world, from),
                    late: false,
                }
            }
            12 | 13 => {
                let from = self.relation(world, &TABLES);
                What::CreateView {
                    at: self.place(world, &LATE),
                    source: self.source(world, from),
                    late: true,
                }
            }
            14..=16 => What::Drop { at: self.any_relation(world), cascade: self.choices.chance(30) },
            17..=20 => What::Own { what: Owned::Relation(self.any_relation(world)), to: self.user(world) },
            21 | 22 => {
                What::Own { what: Owned::Schema(self.choices.one(&["s1", "s2"])), to: self.user(world) }
            }
            23 | 24 => {
                What::AddColumn { at: self.relation(world, &TABLES), column: self.choices.one(&COLUMNS) }
            }
            25 => {
                let at = self.relation(world, &TABLES);
                What::DropColumn { at, column: self.column(world, at) }
            }
            26 | 27 => {
                let at = self.relation(world, &TABLES);
                What::RenameColumn { at, from: self.column(world, at), to: self.choices.one(&COLUMNS) }
            }
            28 => What::Rename { at: self.relation(world, &TABLES), to: self.choices.one(&TABLES) },
            29 => What::Truncate(self.relation(world, &TABLES)),
            30 | 31 => {
                let from = self.relation(world, &[&TABLES[..], &TABLES[..], &KEPT[..]].concat());
                let (at, source) = (self.place(world, &KEPT), self.source(world, from));
                What::CreateKept { at, source, auto: self.choices.chance(40) }
            }
            _ => What::Refresh(self.relation(world, &KEPT)),
        }
    }

    /// A materialized view of somebody's, who may read what it stands on, and somebody else's grant on it.
    pub fn kept_at_first(&mut self) -> Vec<Act> {
        let owner = self.choices.one(&USERS);
        let act = |by, what| Act { by, lent: false, what };
        let (base, at) = (At { schema: "s1", name: TABLES[0] }, At { schema: PUBLIC, name: KEPT[0] });
        let auto = self.choices.chance(50);
        let source = Source { at: base, pick: Pick::Columns(vec![COLUMNS[0]]), filter: None };
        let grant = |rights, on, to| What::Grant { rights, on, to: vec![to], option: false };
        let read = || Rights::These(vec![Right::Select]);
        vec![
            act(ADMIN, grant(Rights::These(vec![Right::Usage]), On::Schema("s1"), To::User(owner))),
            act(ADMIN, grant(read(), On::Relation(base), To::User(owner))),
            act(owner, What::CreateKept { at, source, auto }),
            act(owner, grant(read(), On::Relation(at), To::User(self.choices.one(&USERS)))),
        ]
    }

    pub fn routine(&mut self, world: &World) -> What {
        let mut known = |name: Name| {
            let there: Vec<At> = world.routines.keys().copied().filter(|at| at.name == name).collect();
            if there.is_empty() || self.choices.chance(15) {
                At { schema: self.schema(world), name }
            } else {
                self.choices.one(&there)
            }
        };
        let (function, procedure) = (known(FUNCTION), known(PROCEDURE));
        let schema = self.schema(world);
        match self.choices.below(10) {
            0 | 1 => What::CreateFunction { at: At { schema, name: FUNCTION }, value: self.value() },
            2 | 3 => {
                let definer = self.choices.chance(50);
                What::CreateProcedure { at: At { schema, name: PROCEDURE }, definer, body: self.write(world) }
            }
            4 => What::DropRoutine(if self.choices.chance(50) { function } else { procedure }),
            5 | 6 => What::Function(function),
            _ => What::Call(procedure),
        }
    }
}
