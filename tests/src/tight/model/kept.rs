//! Materialized views: rows kept for whoever may read the view, which is why no table with policies may stand below one; what
//! its owner may no longer read is not fetched anew (reference, sections 2.5 and 3).

use super::read::Bound;
use super::{Answer, Body, Checked, Outcome, Picked, Relation, Row, World, both, refused, refused_with};
use crate::tight::act::{At, Name, Permission, Source};

#[derive(Clone, Debug)]
pub struct Kept {
    pub base: u32,
    pub picks: Vec<Picked>,
    pub filter: Option<(u32, i64)>,
    pub rows: Vec<Row>,
    /// The base table's version when they were fetched.
    seen: u64,
    auto: bool,
}

impl Kept {
    /// What it reads.
    fn query(&self) -> Bound {
        let out = self.picks.iter().map(|pick| ("", *pick)).collect();
        Bound { relation: self.base, out, filter: self.filter }
    }
}

impl World {
    pub fn create_kept(&mut self, by: Name, at: At, source: &Source, auto: bool) -> Outcome {
        let bound = self.bind(by, source, true).and_then(|bound| {
            self.readable(by, &bound)?;
            self.keepable(bound.relation)?;
            Ok(bound)
        });
        let place = self.create_in(by, at.schema, Permission::CreateTable).and_then(|()| self.free(at));
        let (bound, ()) = both(bound, place)?;
        let names: Vec<Name> = bound.out.iter().map(|(name, _)| *name).collect();
        let picks = bound.out.iter().map(|(_, pick)| *pick).collect();
        let kept =
            Kept { base: bound.relation, picks, filter: bound.filter, rows: Vec::new(), seen: 0, auto };
        self.add(by, at, &names, Body::Kept(kept));
        if let Some(id) = self.find(at) {
            self.fetch(id)?;
        }
        Ok(Answer::Done)
    }

    /// What is kept is the same for all, so it must not be anything that policies show to some.
    fn keepable(&self, base: u32) -> Checked<()> {
        let relation = self.relation(base)?;
        let stored = matches!(relation.body, Body::Table(_) | Body::Kept(_));
        if stored && !relation.security.is_something() { Ok(()) } else { refused("0A000") }
    }

    pub fn is_kept_from(&self, base: u32) -> bool {
        let from = |relation: &Relation| matches!(&relation.body, Body::Kept(kept) if kept.base == base);
        self.relations.values().any(from)
    }

    fn fetch(&mut self, id: u32) -> Checked<()> {
        let relation = self.relation(id)?;
        let Body::Kept(kept) = &relation.body else { return refused("the model fetches what is not kept") };
        let (owner, query) = (relation.guard.owner, kept.query());
        let seen = self.relation(kept.base)?.version;
        let ids: Vec<u32> = relation.columns.iter().map(|column| column.id).collect();
        let rows = self.rows(owner, &query)?.into_iter();
        let rows = rows
            .map(|row| ids.iter().copied().zip(row).filter_map(|(id, value)| Some((id, value?))).collect())
            .collect();
        let relation = self.relation_mut(id)?;
        relation.version += 1;
        if let Body::Kept(kept) = &mut relation.body {
            (kept.rows, kept.seen) = (rows, seen);
        }
        Ok(())
    }

    fn is_stale(&self, kept: &Kept) -> bool {
        self.relations.get(&kept.base).is_some_and(|base| base.version != kept.seen)
    }

    /// By its owner and superusers, with the owner's rights.
    pub fn refresh(&mut self, by: Name, at: At) -> Outcome {
        let id = self.named(by, at)?;
        let relation = self.relation(id)?;
        if relation.guard.owner != by && !self.is_super(by) {
            return refused_with("42501", format!("must be owner of relation {}", at.name));
        }
        let Body::Kept(kept) = &relation.body else { return refused("42809") };
        if self.is_stale(kept) {
            self.readable(relation.guard.owner, &kept.query()).or_else(|_| refused("42501"))?;
            self.fetch(id)?;
        }
        Ok(Answer::Done)
    }

    /// AUTO REFRESH: after whatever was committed, as far as the owners' rights reach.
    pub fn keep_up(&mut self) {
        loop {
            let next = self.relations.iter().find(|(_, relation)| match &relation.body {
                Body::Kept(kept) => {
                    kept.auto
                        && self.is_stale(kept)
                        && self.readable(relation.guard.owner, &kept.query()).is_ok()
                }
                _ => false,
            });
            let Some(id) = next.map(|(id, _)| *id) else { return };
            if self.fetch(id).is_err() {
                return;
            }
        }
    }
}
