//! Schemas, tables, views: making, changing, dropping, owning them (reference, sections 1.8, 2.2, 2.4 and 2.7).

use super::{Answer, Body, Checked, Column, Guard, Outcome, Relation, World, both, refused, refused_with};
use crate::tight::act::{At, COLUMNS, Made, Name, Owned, Permission, Right, Source, TABLES, To};

impl World {
    pub fn create_schema(&mut self, by: Name, name: Name, owner: Option<Name>) -> Outcome {
        let known = owner.map_or(Ok(()), |owner| self.known(To::User(owner)));
        let may = self.permitted(by, Permission::CreateSchema)
            || self.holds(by, Right::Create, None, &self.database);
        let may =
            if may { Ok(()) } else { refused_with("42501", "permission denied for database dev".to_owned()) };
        both(known, may)?;
        let owner = owner.unwrap_or(by);
        let taken = if self.schemas.contains_key(name) {
            refused_with("42P06", format!("schema \"{name}\" already exists"))
        } else {
            Ok(())
        };
        let for_other = if owner == by || self.is_super(by) { Ok(()) } else { refused("42501") };
        both(for_other, taken)?;
        self.schemas.insert(name, Guard::of(owner));
        Ok(Answer::Done)
    }

    pub fn drop_schema(&mut self, by: Name, name: Name, cascade: bool) -> Outcome {
        let Some(guard) = self.schemas.get(name) else {
            return refused_with("3F000", format!("schema \"{name}\" does not exist"));
        };
        if guard.owner != by && !self.permitted(by, Permission::DropSchema) {
            return refused_with("42501", format!("must be owner of schema {name}"));
        }
        let inside: Vec<u32> = self
            .relations
            .iter()
            .filter(|(_, relation)| relation.at.schema == name)
            .map(|(id, _)| *id)
            .collect();
        if !cascade && (!inside.is_empty() || self.routines.keys().any(|at| at.schema == name)) {
            return refused("2BP01");
        }
        if inside.iter().any(|id| self.looked_up(*id, None)) {
            return refused("2BP01");
        }
        for id in inside {
            self.remove(id);
        }
        self.routines.retain(|at, _| at.schema != name);
        self.defaults.forget_schema(name);
        self.scopes.retain(|(_, _, schema)| *schema != name);
        self.schemas.remove(name);
        Ok(Answer::Done)
    }

    /// With every view that stands on it.
    fn remove(&mut self, id: u32) {
        for dependent in self.dependents(id) {
            self.remove(dependent);
        }
        self.relations.remove(&id);
    }

    fn dependents(&self, id: u32) -> Vec<u32> {
        let on = |relation: &Relation| match &relation.body {
            Body::View { base, .. } => *base == id,
            Body::Kept(kept) => kept.base == id,
            Body::Table(_) | Body::Late(_) => false,
        };
        self.relations.iter().filter(|(_, relation)| on(relation)).map(|(id, _)| *id).collect()
    }

    pub fn free(&self, at: At) -> Checked<()> {
        match self.find(at) {
            None => Ok(()),
            Some(_) => refused_with("42P07", format!("relation \"{}\" already exists", at.name)),
        }
    }

    pub fn create_table(&mut self, by: Name, at: At, columns: usize) -> Outcome {
        self.create_in(by, at.schema, Permission::CreateTable)?;
        self.free(at)?;
        self.add(by, at, &COLUMNS[..columns], Body::Table(Vec::new()));
        Ok(Answer::Done)
    }

    /// The new relation's own columns.
    pub fn add(&mut self, by: Name, at: At, names: &[Name], body: Body) -> Vec<u32> {
        let columns: Vec<Column> = names.iter().map(|&name| Column { id: self.number(), name }).collect();
        let ids = columns.iter().map(|column| column.id).collect();
        let id = self.number();
        let mut guard = self.defaults.guard(by, at.schema, Made::Tables);
        guard.scope = Some(at.schema);
        self.relations
            .insert(id, Relation { at, guard, columns, body, version: 0, security: Default::default() });
        ids
    }

    /// Its own table holds what the user may see (rule 10: with default grants).
    pub fn table_as(&mut self, by: Name, at: At, source: &Source) -> Outcome {
        let place = self.create_in(by, at.schema, Permission::CreateTable).and_then(|()| self.free(at));
        let bound = self.bind(by, source, false).and_then(|bound| {
            self.readable(by, &bound)?;
            Ok(bound)
        });
        let bound = both(bound, self.fed(by, source.at)).map(|(bound, ())| bound);
        let (_, bound) = both(place, bound)?;
        let rows = self.rows(by, &bound)?;
        let names: Vec<Name> = bound.out.iter().map(|(name, _)| *name).collect();
        let ids = self.add(by, at, &names, Body::Table(Vec::new()));
        let rows = rows
            .into_iter()
            .map(|row| ids.iter().copied().zip(row).filter_map(|(id, value)| Some((id, value?))).collect())
            .collect();
        if let Some(id) = self.find(at) {
            self.relation_mut(id)?.body = Body::Table(rows);
        }
        Ok(Answer::Done)
    }

    /// A view asks for the right to read when it is made; a late-binding one for nothing but its schemas.
    pub fn create_view(&mut self, by: Name, at: At, source: &Source, late: bool) -> Outcome {
        let place = self.create_in(by, at.schema, Permission::CreateView).and_then(|()| self.free(at));
        if late {
            let schema = source.at.schema;
            let there = if self.schemas.contains_key(schema) {
                Ok(())
            } else {
                refused_with("3F000", format!("schema \"{schema}\" does not exist"))
            };
            both(place, there)?;
            self.add(by, at, &[], Body::Late(source.clone()));
            return Ok(Answer::Done);
        }
        let bound = self.bind(by, source, true).and_then(|bound| {
            self.readable(by, &bound)?;
            Ok(bound)
        });
        let bound = both(bound, self.fed(by, source.at)).map(|(bound, ())| bound);
        let (_, bound) = both(place, bound)?;
        let names: Vec<Name> = bound.out.iter().map(|(name, _)| *name).collect();
        let picks = bound.out.iter().map(|(_, pick)| *pick).collect();
        self.add(by, at, &names, Body::View { base: bound.relation, picks, filter: bound.filter });
        Ok(Answer::Done)
    }

    pub fn drop_relation(&mut self, by: Name, at: At, cascade: bool) -> Outcome {
        self.usage(by, at.schema)?;
        let Some(id) = self.find(at) else { return refused("42P01") };
        let table = TABLES.contains(&at.name);
        let lifted = if table { Permission::DropTable } else { Permission::DropView };
        self.owns(by, self.relation(id)?, Some(Right::Drop), lifted)?;
        if (!cascade && !self.dependents(id).is_empty()) || self.looked_up(id, None) {
            return refused("2BP01");
        }
        self.remove(id);
        Ok(Answer::Done)
    }

    pub fn own(&mut self, by: Name, what: Owned, to: Name) -> Outcome {
        let known = self.known(To::User(to));
        match what {
            Owned::Schema(schema) => {
                let may = match self.schemas.get(schema) {
                    None => refused_with("3F000", format!("schema \"{schema}\" does not exist")),
                    Some(guard) if guard.owner == by || self.is_super(by) => Ok(()),
                    Some(_) => refused_with("42501", format!("must be owner of schema {schema}")),
                };
                both(may, known)?;
                if let Some(guard) = self.schemas.get_mut(schema) {
                    guard.hand_over(to);
                }
            }
            Owned::Relation(at) => {
                // Who could give a view away would read with the rights of whom it is given to: superusers do that
                // (the guide says it of procedures, PostgreSQL 8.0 of everything).
                let id = self.named(by, at)?;
                self.owns(by, self.relation(id)?, None, Permission::AlterTable)?;
                self.superuser(by, "change owner")?;
                known?;
                self.relation_mut(id)?.guard.hand_over(to);
            }
        }
        Ok(Answer::Done)
    }

    fn altered(&self, by: Name, at: At) -> Checked<u32> {
        let id = self.named(by, at)?;
        self.owns(by, self.relation(id)?, Some(Right::Alter), Permission::AlterTable)?;
        Ok(id)
    }

    pub fn add_column(&mut self, by: Name, at: At, column: Name) -> Outcome {
        let id = self.altered(by, at)?;
        if self.relation(id)?.columns.iter().any(|known| known.name == column) {
            return refused("42701");
        }
        let number = self.number();
        let relation = self.relation_mut(id)?;
        relation.columns.push(Column { id: number, name: column });
        relation.version += 1;
        Ok(Answer::Done)
    }

    pub fn drop_column(&mut self, by: Name, at: At, column: Name) -> Outcome {
        let id = self.altered(by, at)?;
        let relation = self.relation(id)?;
        let Some(known) = relation.columns.iter().find(|known| known.name == column) else {
            return refused("42703");
        };
        let gone = known.id;
        if relation.columns.len() == 1 {
            // Text and state unconfirmed.
            return Err(super::Refusal(
                ["0A000", "42P16", "42601", "2BP01"].map(|state| super::Reason { state, text: None }).into(),
            ));
        }
        let used = self.dependents(id).into_iter().any(|view| match self.relations.get(&view) {
            Some(Relation {
                body: Body::View { picks, filter, .. } | Body::Kept(super::kept::Kept { picks, filter, .. }),
                ..
            }) => {
                picks.contains(&super::Picked::Column(gone))
                    || filter.is_some_and(|(column, _)| column == gone)
            }
            _ => false,
        });
        if used || self.secures(id, column) || self.looked_up(id, Some(gone)) {
            return refused("2BP01");
        }
        let relation = self.relation_mut(id)?;
        relation.columns.retain(|known| known.id != gone);
        relation.version += 1;
        relation.guard.forget_column(gone);
        Ok(Answer::Done)
    }

    pub fn rename_column(&mut self, by: Name, at: At, from: Name, to: Name) -> Outcome {
        let id = self.altered(by, at)?;
        let known = self.relation(id)?.columns.iter().find(|known| known.name == from);
        let looked_up = known.is_some_and(|known| self.looked_up(id, Some(known.id)));
        let secured = if looked_up || self.secures(id, from) { refused("2BP01") } else { Ok(()) };
        let columns = &mut self.relation_mut(id)?.columns;
        let taken = if columns.iter().any(|known| known.name == to) { refused("42701") } else { Ok(()) };
        let at = columns.iter().position(|known| known.name == from);
        let (at, _) = both(at.map_or_else(|| refused("42703"), Ok), both(taken, secured))?;
        columns[at].name = to;
        Ok(Answer::Done)
    }

    /// Grants are written on the object, not on its name (rule 11).
    pub fn rename(&mut self, by: Name, at: At, to: Name) -> Outcome {
        let id = self.altered(by, at)?;
        let guard = self.schemas.get(at.schema);
        let create = if guard.is_some_and(|guard| self.holds(by, Right::Create, None, guard)) {
            Ok(())
        } else {
            refused_with("42501", format!("permission denied for schema {}", at.schema))
        };
        let new = At { name: to, ..at };
        let unused = if self.looked_up(id, None) { refused("2BP01") } else { Ok(()) };
        both(create, both(self.free(new), unused))?;
        self.relation_mut(id)?.at = new;
        Ok(Answer::Done)
    }

    pub fn truncate(&mut self, by: Name, at: At) -> Outcome {
        let id = self.named(by, at)?;
        self.owns(by, self.relation(id)?, Some(Right::Truncate), Permission::TruncateTable)?;
        let relation = self.relation_mut(id)?;
        relation.body = Body::Table(Vec::new());
        relation.version += 1;
        Ok(Answer::Done)
    }
}

impl Guard {
    fn forget_column(&mut self, column: u32) {
        self.entries.retain(|entry, _| entry.column != Some(column));
    }
}
