//! Grants, groups, roles.

use super::Generator;
use crate::tight::act::{
    At, FUNCTION, GROUPS, Holder, OUTSIDE, On, PROCEDURE, ROLES, Right, Rights, SUPER, To, USERS, What,
};
use crate::tight::model::World;

impl Generator {
    pub fn to(&mut self, world: &World) -> To {
        match self.choices.below(10) {
            0..=4 => To::User(self.user(world)),
            5 | 6 => To::Group(self.there(&GROUPS, |group| world.groups.contains_key(group))),
            7 | 8 => To::Role(self.role(world, false)),
            _ => To::Public,
        }
    }

    pub fn privilege(&mut self, world: &World) -> What {
        let (rights, on) = match self.choices.below(14) {
            0..=3 => {
                let at = self.any_relation(world);
                (self.table_rights(), On::Relation(at))
            }
            4..=5 => {
                let at = self.any_relation(world);
                let mut rights = vec![(Right::Select, self.some_columns(world, at))];
                if self.choices.chance(30) {
                    rights.push((Right::Update, self.some_columns(world, at)));
                }
                (Rights::OnColumns(rights), On::Relation(at))
            }
            6 => (self.table_rights(), On::AllTables(self.schema(world))),
            7..=9 => {
                let rights = match self.choices.below(4) {
                    0 => Rights::All,
                    1 => Rights::These(vec![Right::Create]),
                    _ => Rights::These(vec![Right::Usage]),
                };
                (rights, On::Schema(self.schema(world)))
            }
            10 => (Rights::These(vec![Right::Create]), On::Database),
            11 if self.choices.chance(30) => (Rights::All, On::Schema(OUTSIDE)),
            11 => (Rights::These(vec![Right::Usage]), On::Schema(OUTSIDE)),
            12 if self.choices.chance(30) => (Rights::All, On::Model),
            12 => (Rights::These(vec![Right::Execute]), On::Model),
            _ => {
                let schema = self.schema(world);
                let rights = Rights::These(vec![Right::Execute]);
                match self.choices.below(2) {
                    0 => (rights, On::Function(At { schema, name: FUNCTION })),
                    _ => (rights, On::Procedure(At { schema, name: PROCEDURE })),
                }
            }
        };
        let mut to = vec![self.to(world)];
        let other = self.to(world);
        if self.choices.chance(15) && other != to[0] {
            to.push(other);
        }
        let column = matches!(rights, Rights::OnColumns(_));
        if self.choices.chance(35) {
            let option_only = !column && self.choices.chance(15);
            What::Revoke { rights, on, from: to, option_only }
        } else {
            What::Grant { rights, on, to, option: !column && self.choices.chance(25) }
        }
    }

    fn table_rights(&mut self) -> Rights {
        const RIGHTS: [Right; 11] = [
            Right::Select,
            Right::Select,
            Right::Select,
            Right::Select,
            Right::Insert,
            Right::Update,
            Right::Delete,
            Right::Drop,
            Right::References,
            Right::Alter,
            Right::Truncate,
        ];
        if self.choices.chance(15) {
            return Rights::All;
        }
        let mut rights = vec![self.choices.one(&RIGHTS)];
        let other = self.choices.one(&RIGHTS);
        if other != rights[0] && self.choices.chance(30) {
            rights.push(other);
        }
        Rights::These(rights)
    }

    fn holder(&mut self, world: &World) -> Holder {
        if self.choices.chance(40) {
            Holder::Role(self.role(world, false))
        } else {
            Holder::User(self.user(world))
        }
    }

    pub fn principal(&mut self, world: &World) -> What {
        let group = self.there(&GROUPS, |group| world.groups.contains_key(group));
        match self.choices.below(20) {
            0 => What::CreateUser { name: SUPER, superuser: true, group: None },
            1 | 2 => {
                let name = self.choices.one(&USERS);
                What::CreateUser { name, superuser: false, group: self.choices.chance(30).then_some(group) }
            }
            3 => What::DropUser(if self.choices.chance(10) { SUPER } else { self.user(world) }),
            4 => What::CreateGroup(self.choices.one(&GROUPS)),
            5 => What::DropGroup(group),
            6..=9 => {
                let add = self.choices.chance(60);
                What::AlterGroup { group, add, user: self.user(world) }
            }
            10 => What::CreateRole(self.choices.one(&ROLES)),
            11 => What::DropRole { role: self.role(world, false), force: self.choices.chance(30) },
            12..=16 => {
                let to = self.holder(world);
                let admin = matches!(to, Holder::User(_)) && self.choices.chance(30);
                What::GrantRole { role: self.role(world, true), to, admin }
            }
            _ => {
                let from = self.holder(world);
                let admin_only = matches!(from, Holder::User(_)) && self.choices.chance(25);
                What::RevokeRole { role: self.role(world, true), from, admin_only }
            }
        }
    }
}
