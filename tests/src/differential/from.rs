//! Random FROM clauses: tables, derived tables and common tables, joined in every way that both sides have.

use super::expression::{Column, Scope};
use super::query::Generator;
use super::tables::{Kind, MANY, TABLES};

/// Something to select from, under an alias of its own.
pub struct Relation {
    text: String,
    alias: String,
    columns: Vec<Column>,
    /// What orders its rows so that only equal ones are ties.
    order: Vec<String>,
    /// A table: its columns' names mean the same everywhere.
    is_table: bool,
}

/// A FROM clause without its word.
pub struct From {
    pub text: String,
    pub columns: Vec<Column>,
    pub order: Vec<String>,
    /// No two rows are equal in what orders them.
    pub unique: bool,
}

/// A WITH query that has been defined.
pub struct Common {
    pub name: String,
    pub columns: Vec<(String, Kind)>,
}

/// Names that two tables may share, for USING.
const SHARED: [&str; 5] = ["b", "s", "dt", "id", "k"];

impl Generator<'_> {
    /// `depth` is how deep derived tables may still nest.
    pub fn from(&mut self, depth: usize) -> From {
        let first = if self.large { self.table(MANY) } else { self.relation(depth) };
        let mut from = From {
            text: first.text.clone(),
            columns: first.columns.clone(),
            order: first.order.clone(),
            unique: first.is_table,
        };
        let joined = [0, 0, 0, 0, 0, 1, 1, 1, 1, 2][self.choices.below(10)];
        for number in 0..joined {
            let next = self.relation(depth.saturating_sub(1));
            self.join(&mut from, &first, &next, (number == 0, number + 1 == joined));
            from.unique &= next.is_table;
            from.columns.extend(next.columns);
            from.order.extend(next.order);
        }
        from
    }

    pub fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("r{}", self.aliases)
    }

    fn relation(&mut self, depth: usize) -> Relation {
        let choice = self.choices.below(20);
        match choice {
            0..=6 => self.table(0),
            7..=11 => self.table(1),
            12..=14 => self.table(2),
            15 => self.table(3),
            16 | 17 if !self.common.is_empty() => {
                let alias = self.alias();
                let common = &self.common[self.choices.below(self.common.len())];
                let text = format!("{} AS {alias}", common.name);
                whole(text, alias, &common.columns)
            }
            _ if depth > 0 => {
                // Beside the long table only what is short: without an equality they are multiplied.
                let large = std::mem::replace(&mut self.large, false);
                let (query, columns) = self.named_query(depth - 1);
                self.large = large;
                let alias = self.alias();
                whole(format!("({query}) AS {alias}"), alias, &columns)
            }
            _ => self.table(0),
        }
    }

    fn table(&mut self, number: usize) -> Relation {
        let table = &TABLES[number];
        let alias = self.alias();
        let columns: Vec<(String, Kind)> =
            table.columns.iter().map(|(name, _, kind)| ((*name).to_owned(), *kind)).collect();
        let mut relation = whole(format!("{} {alias}", table.name), alias, &columns);
        relation.order.truncate(1);
        relation.is_table = true;
        relation
    }

    fn join(
        &mut self,
        from: &mut From,
        first: &Relation,
        next: &Relation,
        (is_second, is_last): (bool, bool),
    ) {
        let choice = if self.large { self.choices.below(4) } else { self.choices.below(13) };
        let outer = ["LEFT", "RIGHT", "FULL", "LEFT OUTER", "INNER"][self.choices.below(5)];
        let text = match choice {
            7 => format!("CROSS JOIN {}", next.text),
            // What follows a comma does not see what is before it.
            8 if is_last => {
                from.text = format!("{}, {}", from.text, next.text);
                return;
            }
            9 if is_second && first.is_table && next.is_table => {
                format!("NATURAL {outer} JOIN {}", next.text)
            }
            10 | 11 if is_second => {
                let shared: Vec<&str> =
                    SHARED.into_iter().filter(|name| first.has(name) && next.has(name)).collect();
                if shared.is_empty() {
                    self.joined(outer, from, next)
                } else {
                    let name = shared[self.choices.below(shared.len())];
                    format!("{outer} JOIN {} USING ({name})", next.text)
                }
            }
            0..=2 => self.joined("INNER", from, next),
            _ => self.joined(outer, from, next),
        };
        from.text = format!("{} {text}", from.text);
    }

    /// A join with a condition. FULL takes equalities only in Redshift: with more it becomes a LEFT join.
    fn joined(&mut self, kind: &str, from: &From, next: &Relation) -> String {
        let (on, equal) = self.on(from, next);
        let kind = if kind == "FULL" && !equal { "LEFT" } else { kind };
        format!("{kind} JOIN {} ON {on}", next.text)
    }

    /// Equality of two columns, or any condition, or both; and whether it is nothing but equalities.
    fn on(&mut self, from: &From, next: &Relation) -> (String, bool) {
        let pairs: Vec<(&Column, &Column)> = from
            .columns
            .iter()
            .flat_map(|one| next.columns.iter().map(move |other| (one, other)))
            .filter(|(one, other)| one.kind == other.kind && one.kind != Kind::Boolean)
            .collect();
        let choice = self.choices.below(10);
        let both = from.columns.iter().chain(&next.columns).cloned().collect();
        let scope = Scope { columns: both, ..Scope::default() };
        if pairs.is_empty() || (choice == 9 && !self.large) {
            return (self.condition(&scope, 1), false);
        }
        let (one, other) = pairs[self.choices.below(pairs.len())];
        let equal = format!("{} = {}", one.text, other.text);
        let on = match choice {
            7 | 8 => return (format!("{equal} AND {}", self.condition(&scope, 1)), false),
            6 => {
                let (one, other) = pairs[self.choices.below(pairs.len())];
                format!("{equal} AND {} = {}", one.text, other.text)
            }
            _ => equal,
        };
        (on, true)
    }
}

impl Relation {
    fn has(&self, name: &str) -> bool {
        let text = format!("{}.{name}", self.alias);
        self.columns.iter().any(|column| column.text == text)
    }
}

/// A relation that all its columns order.
fn whole(text: String, alias: String, columns: &[(String, Kind)]) -> Relation {
    let columns: Vec<Column> =
        columns.iter().map(|(name, kind)| Column { text: format!("{alias}.{name}"), kind: *kind }).collect();
    let order = columns.iter().map(|column| column.text.clone()).collect();
    Relation { text, alias, columns, order, is_table: false }
}
