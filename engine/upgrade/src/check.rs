//! Whether a road leads everywhere: what has to be noted before values of a former form can be read.

use crate::book::{Definition, Field, Shape};
use crate::road::{Road, strangers};

/// What was looked at, and what was found.
struct Look<'a> {
    road: &'a Road<'a>,
    seen: Vec<(&'a str, &'a str)>,
    told: Vec<String>,
}

impl Road<'_> {
    /// Every place where a value of the former form would not become one of the present form.
    pub fn complaints(&self) -> Vec<String> {
        let mut look = Look { road: self, seen: Vec::new(), told: Vec::new() };
        let root = Shape::Named("Root".to_owned());
        look.at("Root", self.from.named(&root), self.to.named(&root));
        let mut told = look.told;
        told.sort();
        told.dedup();
        told
    }
}

impl<'a> Look<'a> {
    fn at(
        &mut self,
        place: &str,
        from: Option<(&'a str, &'a Definition)>,
        to: Option<(&'a str, &'a Definition)>,
    ) {
        let (Some((former, from)), Some((name, to))) = (from, to) else {
            return self.told.push(format!("{place}: it is nowhere described"));
        };
        if self.seen.contains(&(former, name)) {
            return;
        }
        self.seen.push((former, name));
        match (from, to) {
            (Definition::Struct(from), Definition::Struct(to)) => self.fields(name, from, to),
            (Definition::Enum(from), Definition::Enum(to)) => {
                for variant in from {
                    match self.road.variant(name, &variant.name, to) {
                        Ok((_, same)) => {
                            self.fields(&format!("{name}.{}", same.name), &variant.fields, &same.fields);
                        }
                        Err(why) => self.told.push(why),
                    }
                }
            }
            _ => self.told.push(format!("{place}: {}", strangers(former, name))),
        }
    }

    fn fields(&mut self, owner: &str, from: &'a [Field], to: &'a [Field]) {
        for field in to {
            match self.road.before(owner, field, from) {
                Some(at) => self.look(&format!("{owner}.{}", field.name), &from[at].shape, &field.shape),
                None => self.told.extend(self.road.begun(owner, field, &mut Vec::new(), 0).err()),
            }
        }
    }

    fn look(&mut self, place: &str, from: &'a Shape, to: &'a Shape) {
        match (from, to) {
            (Shape::Named(_), Shape::Named(_)) => {
                self.at(place, self.road.from.named(from), self.road.to.named(to));
            }
            (Shape::Optional(from), Shape::Optional(to))
            | (Shape::List(from), Shape::List(to))
            | (Shape::Nested(from), Shape::Nested(to)) => self.look(place, from, to),
            (Shape::Tuple(from), Shape::Tuple(to)) if from.len() == to.len() => {
                from.iter().zip(to).for_each(|(from, to)| self.look(place, from, to));
            }
            (Shape::Optional(from), to) => {
                // Where there was none, there must be something to put.
                let nothing = self.road.absent(to, &mut Vec::new(), 0).err();
                self.told.extend(nothing.map(|why| format!("{place}: {why}")));
                self.look(place, from, to);
            }
            (from, Shape::Optional(to)) => self.look(place, from, to),
            (Shape::Unsigned(from), Shape::Unsigned(to)) | (Shape::Signed(from), Shape::Signed(to))
                if from <= to => {}
            (Shape::Float(from), Shape::Float(to)) if from <= to => {}
            (from, to) if from == to && *from != Shape::Unknown => {}
            (from, to) => {
                self.told.push(format!("{place}: {}", strangers(&from.to_string(), &to.to_string())))
            }
        }
    }
}
