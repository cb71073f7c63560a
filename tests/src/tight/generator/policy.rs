//! Default privileges, scoped grants, permissions of roles; policies and masks.

use super::Generator;
use crate::tight::act::{
    At, Filter, GROUPS, MASKS, Made, POLICIES, PUBLIC, Permission, Right, Rights, Rule, TABLES, To, USERS,
    What,
};
use crate::tight::model::World;

const PERMISSIONS: [Permission; 18] = [
    Permission::CreateUser,
    Permission::DropUser,
    Permission::CreateRole,
    Permission::DropRole,
    Permission::CreateSchema,
    Permission::DropSchema,
    Permission::CreateTable,
    Permission::DropTable,
    Permission::AlterTable,
    Permission::TruncateTable,
    Permission::CreateFunction,
    Permission::DropFunction,
    Permission::CreateProcedure,
    Permission::DropProcedure,
    Permission::CreateView,
    Permission::DropView,
    Permission::AlterDefaults,
    Permission::IgnoreRls,
];

impl Generator {
    pub fn beforehand(&mut self, world: &World) -> What {
        let give = self.choices.chance(65);
        match self.choices.below(8) {
            0 => What::Permission {
                give,
                permission: self.choices.one(&PERMISSIONS),
                role: self.role(world, false),
            },
            1 => What::ModelRight { give, to: self.to(world) },
            2 | 3 => {
                let from = self.any_relation(world);
                let (schema, feature) = (self.schema(world), self.column(world, from));
                let target = match self.column(world, from) {
                    same if same == feature && same == "a" => "b",
                    same if same == feature => "a",
                    other => other,
                };
                What::CreateModel { schema, from, columns: [feature, target] }
            }
            4 => {
                let right = self.choices.one(&[
                    Right::Select,
                    Right::Select,
                    Right::Insert,
                    Right::Update,
                    Right::Delete,
                ]);
                let to = match self.choices.below(2) {
                    0 => To::User(self.user(world)),
                    _ => To::Role(self.role(world, false)),
                };
                What::Scope { give, right, schema: self.schema(world), to }
            }
            _ => {
                let user = self.choices.chance(60).then(|| self.user(world));
                let schema = self.choices.chance(60).then(|| self.schema(world));
                let kind = self.choices.one(&[
                    Made::Tables,
                    Made::Tables,
                    Made::Tables,
                    Made::Functions,
                    Made::Procedures,
                ]);
                let rights = match kind {
                    _ if self.choices.chance(25) => Rights::All,
                    Made::Tables => {
                        Rights::These(vec![self.choices.one(&[Right::Select, Right::Insert, Right::Delete])])
                    }
                    Made::Functions | Made::Procedures => Rights::These(vec![Right::Execute]),
                };
                // An owner needs no privilege beforehand.
                let to = match self.choices.below(4) {
                    0 => To::Public,
                    1 => To::Role(self.role(world, false)),
                    2 => To::Group(self.there(&GROUPS, |group| world.groups.contains_key(group))),
                    _ => match self.user(world) {
                        same if user.is_none_or(|user| user == same) => To::Public,
                        other => To::User(other),
                    },
                };
                What::Default { user, schema, give, rights, kind, to }
            }
        }
    }

    pub fn policy(&mut self, world: &World) -> What {
        let at = self.relation(world, &TABLES);
        let (name, mask) = (self.choices.one(&POLICIES), self.choices.one(&MASKS));
        let to = match self.choices.below(3) {
            0 => To::User(self.user(world)),
            1 => To::Role(self.role(world, false)),
            _ => To::Public,
        };
        let attached = world.attached();
        match self.choices.below(27) {
            // What is attached comes off again.
            10 if !attached.is_empty() => {
                let (at, name, to) = self.choices.one(&attached);
                What::Attach { give: false, name, at, to }
            }
            0..=2 => {
                let rule = match self.choices.below(8) {
                    0 | 1 => Rule::Me(self.choices.one(&USERS)),
                    2..=4 => {
                        let lookup = self.relation(world, &TABLES);
                        let (column, among) = (self.column(world, at), self.column(world, lookup));
                        Rule::Found { column, lookup, among }
                    }
                    _ => Rule::Rows(Filter {
                        column: self.column(world, at),
                        rest: self.choices.below(2) as i64,
                    }),
                };
                What::CreatePolicy { name, rule }
            }
            3 => What::DropPolicy { name, cascade: self.choices.chance(50) },
            4..=9 => What::Attach { give: true, name, at, to },
            10 => What::Attach { give: false, name, at, to },
            11..=15 => {
                let on = self.choices.chance(75);
                What::Security { at, on, any: on && self.choices.chance(30) }
            }
            16 | 17 => What::CreateMask { name: mask, value: -1 - self.choices.below(1_000_000) as i64 },
            18 => What::DropMask(mask),
            19..=22 => {
                let priority = self.choices.below(3) as u32;
                What::AttachMask { name: mask, at, column: self.column(world, at), to, priority }
            }
            23..=25 => {
                let looked_up = world.looked_up_by(name).unwrap_or(at);
                What::Feed { give: self.choices.chance(65), at: looked_up, policy: name }
            }
            _ => What::DetachMask { name: mask, at, column: self.column(world, at), from: to },
        }
    }

    /// With something of each in place from the beginning.
    pub fn policies_at_first(&mut self) -> Vec<What> {
        let at = At { schema: PUBLIC, name: TABLES[0] };
        let rest = self.choices.below(2) as i64;
        let rule = if self.choices.chance(40) {
            let lookup = At { name: TABLES[1], ..at };
            Rule::Found { column: "a", lookup, among: "b" }
        } else {
            Rule::Rows(Filter { column: "a", rest })
        };
        vec![
            What::CreatePolicy { name: POLICIES[0], rule },
            What::Attach { give: true, name: POLICIES[0], at, to: To::Public },
            What::Security { at, on: true, any: false },
            What::CreateMask { name: MASKS[0], value: -1 },
        ]
    }
}
