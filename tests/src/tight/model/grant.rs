//! GRANT and REVOKE of privileges (reference, sections 2.1 to 2.5 and 3).

use super::{Answer, Checked, Entry, Guard, Outcome, World, refused, refused_with};
use crate::tight::act::{At, KEPT, LATE, Name, OUTSIDE, On, Right, Rights, To, VIEWS};

/// What a privilege is written on, looked up.
#[derive(Clone, Copy)]
enum Object {
    Relation(u32),
    Schema(Name),
    Database,
    Routine(At),
    Model,
}

type Asked = (Right, Option<u32>);

pub const ALL_ON_RELATION: [Right; 6] =
    [Right::Select, Right::Insert, Right::Update, Right::Delete, Right::Drop, Right::References];

impl World {
    fn objects(&self, by: Name, on: On) -> Checked<Vec<Object>> {
        Ok(match on {
            On::Relation(at) => vec![Object::Relation(self.named(by, at)?)],
            On::AllTables(schema) => {
                self.usage(by, schema)?;
                let inside = self.relations.iter().filter(|(_, relation)| relation.at.schema == schema);
                inside.map(|(id, _)| Object::Relation(*id)).collect()
            }
            On::Schema(schema) if self.schemas.contains_key(schema) => vec![Object::Schema(schema)],
            On::Schema(schema) => {
                return refused_with("3F000", format!("schema \"{schema}\" does not exist"));
            }
            On::Database => vec![Object::Database],
            On::Model => vec![Object::Model],
            On::Function(at) | On::Procedure(at) => {
                self.usage(by, at.schema)?;
                if !self.routines.contains_key(&at) {
                    return refused("42883");
                }
                vec![Object::Routine(at)]
            }
        })
    }

    fn guard(&self, object: Object) -> Checked<&Guard> {
        let guard = match object {
            Object::Relation(id) => self.relations.get(&id).map(|relation| &relation.guard),
            Object::Schema(name) => self.schemas.get(name),
            Object::Database => Some(&self.database),
            Object::Model => Some(&self.model),
            Object::Routine(at) => self.routines.get(&at).map(|routine| &routine.guard),
        };
        guard.map_or_else(|| refused("the model lost an object"), Ok)
    }

    fn guard_mut(&mut self, object: Object) -> Checked<&mut Guard> {
        let guard = match object {
            Object::Relation(id) => self.relations.get_mut(&id).map(|relation| &mut relation.guard),
            Object::Schema(name) => self.schemas.get_mut(name),
            Object::Database => Some(&mut self.database),
            Object::Model => Some(&mut self.model),
            Object::Routine(at) => self.routines.get_mut(&at).map(|routine| &mut routine.guard),
        };
        guard.map_or_else(|| refused("the model lost an object"), Ok)
    }

    fn asked(&self, rights: &Rights, object: Object, taking: bool) -> Checked<Vec<Asked>> {
        let whole = |rights: &[Right]| rights.iter().map(|right| (*right, None)).collect::<Vec<_>>();
        let all: &[Right] = match object {
            Object::Relation(_) => &ALL_ON_RELATION,
            Object::Schema(OUTSIDE) => &[Right::Usage],
            Object::Schema(_) => &[Right::Create, Right::Usage],
            Object::Database => &[Right::Create],
            Object::Routine(_) | Object::Model => &[Right::Execute],
        };
        let later: &[Right] = match object {
            Object::Relation(_) => &[Right::Alter, Right::Truncate],
            Object::Schema(_) => &[Right::Alter, Right::Drop],
            Object::Database => &[Right::Usage, Right::Alter],
            Object::Routine(_) | Object::Model => &[],
        };
        let columns = match rights {
            // REVOKE ALL leaves nothing (unconfirmed).
            Rights::All if taking => return Ok([whole(all), whole(later)].concat()),
            Rights::All => return Ok(whole(all)),
            Rights::These(these) => {
                if these.iter().any(|right| !all.contains(right) && !later.contains(right)) {
                    return refused("0LP01");
                }
                return Ok(whole(these));
            }
            Rights::OnColumns(columns) => columns,
        };
        let Object::Relation(id) = object else { return refused("0LP01") };
        let relation = self.relation(id)?;
        // Late-binding views have no column privileges, views have SELECT only.
        let late = LATE.contains(&relation.at.name);
        let view = VIEWS.contains(&relation.at.name) || KEPT.contains(&relation.at.name);
        let mut asked = Vec::new();
        for (right, names) in columns {
            let allowed = *right == Right::Select || (*right == Right::Update && !view);
            if !allowed {
                return refused("0LP01");
            }
            for name in names {
                if late {
                    // Text and state unconfirmed, and whether the column's name is looked at first.
                    return Err(super::Refusal(
                        ["0LP01", "0A000", "42703", "42809"]
                            .map(|state| super::Reason { state, text: None })
                            .into(),
                    ));
                }
                let Some(column) = relation.columns.iter().find(|column| column.name == *name) else {
                    return refused("42703");
                };
                asked.push((*right, Some(column.id)));
            }
        }
        Ok(asked)
    }

    /// Owners and superusers grant everything; others what they were granted WITH GRANT OPTION themselves, and of a
    /// list they may grant in part, that part (as PostgreSQL 8.0 does; unconfirmed).
    fn grantable(&self, by: Name, object: Object, asked: Vec<Asked>) -> Checked<Vec<Asked>> {
        let guard = self.guard(object)?;
        if guard.owner == by || self.is_super(by) {
            return Ok(asked);
        }
        let with_option = |(right, column): &Asked| {
            column.is_none()
                && guard.entries.iter().any(|(entry, option)| {
                    *option && entry.to == To::User(by) && entry.right == *right && entry.column.is_none()
                })
        };
        let some = !asked.is_empty();
        let grantable: Vec<Asked> = asked.into_iter().filter(with_option).collect();
        if some && grantable.is_empty() { refused("42501") } else { Ok(grantable) }
    }

    /// Whether `by` may hand SELECT on a relation on: to a policy, that is.
    pub fn may_grant_select(&self, by: Name, id: u32) -> Checked<()> {
        self.grantable(by, Object::Relation(id), vec![(Right::Select, None)]).map(|_| ())
    }

    pub fn grant(&mut self, by: Name, rights: &Rights, on: On, to: &[To], option: bool) -> Outcome {
        let grantees = to.iter().try_for_each(|to| self.known(*to));
        let (objects, ()) = super::both(self.objects(by, on), grantees)?;
        let each = |object| self.grant_on(by, rights, object, to, option);
        any_refusal(objects.into_iter().map(each))
    }

    fn grant_on(
        &mut self,
        by: Name,
        rights: &Rights,
        object: Object,
        to: &[To],
        option: bool,
    ) -> Checked<()> {
        let asked = self.asked(rights, object, false)?;
        let granted = self.grantable(by, object, asked)?;
        // What owners and superusers grant is the owner's grant.
        let as_owner = self.is_super(by);
        let guard = self.guard_mut(object)?;
        let grantor = if as_owner { guard.owner } else { by };
        for to in to {
            let option = option && matches!(to, To::User(_));
            for one in &granted {
                guard.write(*to, *one, grantor, option)?;
            }
        }
        Ok(())
    }

    pub fn revoke(&mut self, by: Name, rights: &Rights, on: On, from: &[To], option_only: bool) -> Outcome {
        let grantees = from.iter().try_for_each(|to| self.known(*to));
        let (objects, ()) = super::both(self.objects(by, on), grantees)?;
        let each = |object| self.revoke_on(by, rights, object, from, option_only);
        any_refusal(objects.into_iter().map(each))
    }

    fn revoke_on(
        &mut self,
        by: Name,
        rights: &Rights,
        object: Object,
        from: &[To],
        option_only: bool,
    ) -> Checked<()> {
        let asked = self.asked(rights, object, true)?;
        let revoked = self.grantable(by, object, asked)?;
        let supreme = self.is_super(by);
        let guard = self.guard_mut(object)?;
        // Owners and superusers take back whoever's grants, others their own (unconfirmed).
        let only_by = (guard.owner != by && !supreme).then_some(by);
        for from in from {
            for one in &revoked {
                guard.take_back(*from, *one, only_by, option_only)?;
            }
        }
        Ok(())
    }
}

/// In which order the tables of a schema are gone through is nowhere said: any of their refusals may be told.
fn any_refusal(each: impl Iterator<Item = Checked<()>>) -> Outcome {
    let refusals: Vec<super::Reason> =
        each.filter_map(|one| one.err()).flat_map(|refusal| refusal.0).collect();
    if refusals.is_empty() { Ok(Answer::Done) } else { Err(super::Refusal(refusals)) }
}

impl Guard {
    /// The same privilege is never held at both levels (reference, section 3).
    fn write(&mut self, to: To, (right, column): Asked, by: Name, option: bool) -> Checked<()> {
        if to == To::User(self.owner) {
            self.owner_lacks.remove(&right);
            return Ok(());
        }
        if option && column.is_some() {
            return refused("0LP01");
        }
        let at_level = |whole: bool| {
            self.entries
                .keys()
                .any(|entry| entry.to == to && entry.right == right && entry.column.is_none() == whole)
        };
        match column {
            Some(_) if at_level(true) => return Ok(()),
            None if at_level(false) => return refused("0LP01"),
            _ => {}
        }
        *self.entries.entry(Entry { to, right, column, by }).or_insert(false) |= option;
        Ok(())
    }

    fn take_back(
        &mut self,
        from: To,
        (right, column): Asked,
        only_by: Option<Name>,
        option_only: bool,
    ) -> Checked<()> {
        if from == To::User(self.owner) {
            if !option_only && column.is_none() {
                self.owner_lacks.insert(right);
            }
            return Ok(());
        }
        let of = |entry: &Entry| entry.to == from && entry.right == right;
        if column.is_some() && self.entries.keys().any(|entry| of(entry) && entry.column.is_none()) {
            return refused("0LP01");
        }
        let taken = |entry: &Entry| {
            of(entry)
                && (column.is_none() || entry.column == column)
                && only_by.is_none_or(|by| entry.by == by)
        };
        let could = self.entries.iter().any(|(entry, option)| of(entry) && *option);
        if option_only {
            self.entries.iter_mut().filter(|(entry, _)| taken(entry)).for_each(|(_, option)| *option = false);
        } else {
            self.entries.retain(|entry, _| !taken(entry));
        }
        // What was granted onwards stands on the option; RESTRICT is the only behaviour.
        let can = self.entries.iter().any(|(entry, option)| of(entry) && *option);
        let onwards = |entry: &Entry| entry.right == right && To::User(entry.by) == from;
        if could && !can && self.entries.keys().any(onwards) {
            return refused("2BP01");
        }
        Ok(())
    }

    /// A new owner needs no grants of its own; what the old one granted is now the new one's (unconfirmed).
    pub fn hand_over(&mut self, to: Name) {
        let old = std::mem::take(&mut self.entries);
        for (mut entry, option) in old {
            if entry.to == To::User(to) {
                continue;
            }
            if entry.by == self.owner {
                entry.by = to;
            }
            *self.entries.entry(entry).or_insert(false) |= option;
        }
        self.owner_lacks.clear();
        self.owner = to;
    }
}
