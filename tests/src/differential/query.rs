//! Random queries: plain, grouped and windowed selects, set operations, and what hangs on them.
//!
//! A case's text holds both sides' words (see [`super::difference`]). Its first decision being 0 everywhere gives
//! `SELECT` of one column from one table.

use super::difference;
use super::expression::{Column, Scope};
use super::from::{Common, From};
use super::tables::Kind;
use crate::choice::Choices;

pub struct Generator<'a> {
    pub choices: &'a mut Choices,
    pub aliases: usize,
    pub common: Vec<Common>,
    /// Reads the table of many rows, and so nothing that is done for each of them again.
    pub large: bool,
}

/// A query to ask both sides.
pub struct Case {
    pub text: String,
    /// Rows come in an order in which only equal rows are ties.
    pub ordered: bool,
}

/// Nesting of derived tables, set operations and queries in expressions.
const DEPTH: usize = 2;

/// A select whose columns are known.
pub(super) struct Select {
    text: String,
    kinds: Vec<Kind>,
    /// What orders its rows wholly, if it need not be among them.
    order: Option<Vec<String>>,
}

pub fn case(choices: &mut Choices) -> Case {
    let large = choices.chance(4);
    let writes = choices.chance(7);
    let mut generator = Generator { choices, aliases: 0, common: Vec::new(), large: large && !writes };
    if writes {
        return Case { ordered: true, text: generator.write() };
    }
    let with = generator.with();
    let query = generator.query(None, &[], DEPTH);
    let tail = match &query.order {
        Some(keys) if generator.choices.chance(40) => generator.tail_over(keys),
        _ => generator.tail(query.kinds.len(), 60),
    };
    Case { ordered: !tail.is_empty(), text: format!("{with}{}{tail}", query.text) }
}

impl Generator<'_> {
    fn with(&mut self) -> String {
        let count = [0, 0, 0, 0, 0, 0, 0, 1, 1, 2][self.choices.below(10)];
        if count == 0 || self.large {
            return String::new();
        }
        let mut parts = Vec::new();
        let mut recursive = "";
        for number in 1..=count {
            let name = format!("w{number}");
            if self.choices.chance(15) {
                recursive = "RECURSIVE ";
                let from = self.from(0);
                let scope = self.scope(&from, &[]);
                let first = self.scalar(Kind::Integer, &scope.plain(), 1);
                parts.push(format!(
                    "{name}(n, m) AS (SELECT CAST({first} AS BIGINT), 1 FROM {} UNION ALL \
                     SELECT n + m, m + 1 FROM {name} WHERE m < {})",
                    from.text,
                    2 + self.choices.below(4)
                ));
                let columns = ["n", "m"].map(|name| (name.to_owned(), Kind::Integer)).to_vec();
                self.common.push(Common { name, columns });
            } else {
                let (query, columns) = self.named_query(1);
                parts.push(format!("{name} AS ({query})"));
                self.common.push(Common { name, columns });
            }
        }
        format!("WITH {recursive}{} ", parts.join(", "))
    }

    /// A query for a derived or common table, with the names of its columns.
    pub fn named_query(&mut self, depth: usize) -> (String, Vec<(String, Kind)>) {
        let query = self.query(None, &[], depth);
        let tail = self.tail(query.kinds.len(), 15);
        let columns = query.kinds.iter().enumerate().map(|(at, kind)| (format!("c{}", at + 1), *kind));
        (format!("{}{tail}", query.text), columns.collect())
    }

    /// Columns of the `wanted` kinds, or of any.
    fn query(&mut self, wanted: Option<&[Kind]>, outer: &[Column], depth: usize) -> Select {
        match self.choices.below(12) {
            0..=4 => self.plain(wanted, outer, depth),
            5..=8 => self.grouped(wanted, outer, depth),
            9 | 10 if !self.large => self.windowed(wanted, outer, depth),
            11 if depth > 0 && !self.large && wanted.is_none() && self.choices.chance(15) => self.pivoted(),
            11 if depth > 0 && !self.large => self.set_operation(wanted, outer, depth),
            _ => self.plain(wanted, outer, depth),
        }
    }

    /// What an expression over `from` sees.
    pub fn scope(&self, from: &From, outer: &[Column]) -> Scope {
        let lent = (!self.large && outer.len() < 40).then(|| from.columns.clone());
        Scope { columns: from.columns.clone(), outer: outer.to_vec(), lent }
    }

    fn kinds(&mut self, wanted: Option<&[Kind]>) -> Vec<Kind> {
        wanted.map_or_else(|| (0..1 + self.choices.below(4)).map(|_| self.kind()).collect(), <[Kind]>::to_vec)
    }

    /// `PIVOT`, over one table.
    fn pivoted(&mut self) -> Select {
        let (table, key, pivot, value) = self.choices.one(&[
            ("t", ("k", Kind::Boolean), "a", "b"),
            ("t", ("s", Kind::Text), "b", "c"),
            ("u", ("dt", Kind::Date), "b", "id"),
        ]);
        let calls = [
            ("SUM", "sum(@)::bigint"),
            ("COUNT", "count(@)"),
            ("MAX", "max(@)"),
            ("MIN", "min(@)"),
            ("AVG", "trunc(avg(@))::bigint"),
        ];
        let call = self.choices.one(&calls);
        let first = self.choices.below(6) as i64 - 3;
        let values: Vec<String> =
            (0..1 + self.choices.below(3) as i64).map(|number| (first + 2 * number).to_string()).collect();
        let mut kinds = vec![key.1];
        kinds.resize(1 + values.len(), Kind::Integer);
        let text = difference::pivoted((key.0, pivot, value), call, &values, table);
        Select { text, kinds, order: None }
    }

    fn plain(&mut self, wanted: Option<&[Kind]>, outer: &[Column], depth: usize) -> Select {
        let from = self.from(depth);
        let scope = self.scope(&from, outer);
        let kinds = self.kinds(wanted);
        let mut items: Vec<String> = kinds.iter().map(|kind| self.scalar(*kind, &scope, 2)).collect();
        // A column of that name would be meant before the alias is.
        let hidden = scope.columns.iter().chain(&scope.outer).any(|column| column.text.ends_with(".c1"));
        if let [first, second, ..] = items.as_mut_slice()
            && kinds[..2] == [Kind::Integer; 2]
            && !hidden
            && self.choices.chance(30)
        {
            *second = format!("({} + 1)", difference::alias("c1", first));
        }
        let is_distinct = self.choices.chance(15);
        let distinct = if is_distinct { "DISTINCT " } else { "" };
        let filter = self.filter(&scope);
        let text = format!("SELECT {distinct}{} FROM {}{filter}", listed(&items), from.text);
        Select { text, kinds, order: (from.unique && !is_distinct).then_some(from.order) }
    }

    /// ` WHERE ...`, or nothing. A query within another mostly speaks of it.
    fn filter(&mut self, scope: &Scope) -> String {
        let mut conditions = Vec::new();
        let pairs: Vec<(&Column, &Column)> = scope
            .columns
            .iter()
            .flat_map(|own| scope.outer.iter().map(move |outer| (own, outer)))
            .filter(|(own, outer)| own.kind == outer.kind && own.kind != Kind::Boolean)
            .collect();
        if !pairs.is_empty() && self.choices.chance(75) {
            let (own, outer) = pairs[self.choices.below(pairs.len())];
            let comparison = ["=", "=", "=", "<", ">="][self.choices.below(5)];
            conditions.push(format!("{} {comparison} {}", own.text, outer.text));
        }
        if self.choices.chance(40) {
            conditions.push(self.condition(scope, 2));
        }
        if self.choices.chance(5) {
            conditions.push(self.truth(scope));
        }
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
    }

    fn grouped(&mut self, wanted: Option<&[Kind]>, outer: &[Column], depth: usize) -> Select {
        let from = self.from(depth);
        let scope = self.scope(&from, outer);
        let keys = self.keys(&scope);
        let mut aggregates: Vec<Column> = (0..1 + self.choices.below(3))
            .map(|_| {
                let kind = self.kind();
                Column { text: self.aggregate(kind, &scope.plain()), kind }
            })
            .collect();
        // Aggregates that sort must all sort alike in Redshift: one of them is enough.
        let mut sorting = 0;
        aggregates.retain(|column| {
            sorting += usize::from(column.text.contains("WITHIN GROUP"));
            sorting < 2 || !column.text.contains("WITHIN GROUP")
        });
        let filter = self.filter(&scope);
        let shape = self.choices.below(8);
        let clause = self.group_by(&keys, shape);
        // A query inside may speak of a key that is a column of its own, not of an expression.
        let bare = |key: &&Column| scope.columns.iter().any(|column| column.text == key.text);
        let lent = scope.lent.as_ref().map(|_| keys.iter().filter(bare).cloned().collect());
        let order: Vec<String> = keys.iter().map(|key| key.text.clone()).collect();
        let columns: Vec<Column> = keys.iter().cloned().chain(aggregates).collect();
        let above = Scope { columns, outer: Vec::new(), lent };
        let having = if self.choices.chance(25) {
            format!(" HAVING {}", self.condition(&above, 1))
        } else {
            String::new()
        };
        if wanted.is_none() && shape < 2 && having.is_empty() && !keys.is_empty() {
            // Keys by their numbers in the list.
            let items: Vec<String> = above.columns.iter().map(|column| column.text.clone()).collect();
            let numbers: Vec<String> = (1..=keys.len()).map(|number| number.to_string()).collect();
            let mut numbers = numbers.join(", ");
            if self.choices.chance(30) {
                numbers = difference::all_groups(&numbers);
            }
            let text = format!("SELECT {} FROM {}{filter} GROUP BY {numbers}", listed(&items), from.text);
            return Select {
                text,
                kinds: above.columns.iter().map(|column| column.kind).collect(),
                order: None,
            };
        }
        let kinds = self.kinds(wanted);
        let items: Vec<String> = kinds
            .iter()
            .map(|kind| {
                if shape < 5 && self.choices.chance(12) {
                    return self.window(*kind, &above, &order);
                }
                self.scalar(*kind, &above, 1)
            })
            .collect();
        let text = format!("SELECT {} FROM {}{filter}{clause}{having}", listed(&items), from.text);
        Select { text, kinds, order: None }
    }

    fn keys(&mut self, scope: &Scope) -> Vec<Column> {
        let mut keys: Vec<Column> = Vec::new();
        for _ in 0..self.choices.below(4) {
            let column = scope.columns[self.choices.below(scope.columns.len())].clone();
            let mut key = column.clone();
            if self.choices.chance(25) {
                let kind = self.kind();
                let text = self.scalar(kind, &scope.plain(), 2);
                // A key without a column could be read as a column's number.
                if scope.columns.iter().any(|column| text.contains(&column.text)) {
                    key = Column { text, kind };
                }
            }
            if !keys.iter().any(|known| known.text == key.text) {
                keys.push(key);
            }
        }
        keys
    }

    fn group_by(&mut self, keys: &[Column], shape: usize) -> String {
        let all: Vec<&str> = keys.iter().map(|key| key.text.as_str()).collect();
        let (Some(first), Some(last)) = (all.first(), all.last()) else { return String::new() };
        match shape {
            0..=4 => format!(" GROUP BY {}", all.join(", ")),
            5 => format!(" GROUP BY ROLLUP ({})", all.join(", ")),
            6 => format!(" GROUP BY CUBE ({})", all.join(", ")),
            _ => format!(" GROUP BY GROUPING SETS (({}), ({last}), ({first}), ())", all.join(", ")),
        }
    }

    fn windowed(&mut self, wanted: Option<&[Kind]>, outer: &[Column], depth: usize) -> Select {
        let from = self.from(depth);
        let scope = self.scope(&from, outer);
        let kinds = self.kinds(wanted);
        let mut windows = 0;
        let items: Vec<String> = kinds
            .iter()
            .map(|kind| {
                // Two windows may each order equal rows in their own way: then what stands beside what differs.
                if (from.unique || windows == 0) && self.choices.chance(70) {
                    windows += 1;
                    self.window(*kind, &scope, &from.order)
                } else {
                    self.scalar(*kind, &scope, 1)
                }
            })
            .collect();
        let filter = self.filter(&scope);
        let select = format!("SELECT {} FROM {}{filter}", listed(&items), from.text);
        let text = if from.unique && self.choices.chance(25) {
            let window = self.window(Kind::Integer, &scope, &from.order);
            let condition =
                format!("{window} {} {}", self.choices.of(&["<=", ">", "="]), self.choices.below(5));
            let names: Vec<String> = (1..=kinds.len()).map(|at| format!("c{at}")).collect();
            difference::qualified(
                &select,
                &condition,
                &names.join(", "),
                &listed(&items),
                &format!("{}{filter}", from.text),
            )
        } else {
            select
        };
        Select { text, kinds, order: None }
    }

    fn set_operation(&mut self, wanted: Option<&[Kind]>, outer: &[Column], depth: usize) -> Select {
        let kinds = self.kinds(wanted);
        let mut text = self.query(Some(&kinds), outer, depth - 1).text;
        for number in 0..1 + self.choices.below(2) {
            let word = self.choices.of(&["UNION ALL", "UNION", "INTERSECT", "EXCEPT"]);
            let next = self.query(Some(&kinds), outer, depth - 1).text;
            // Without parentheses INTERSECT binds closer.
            if number > 0 && self.choices.chance(50) {
                text = format!("({text})");
            }
            text = if self.choices.chance(50) {
                format!("{text} {word} ({next})")
            } else {
                format!("{text} {word} {next}")
            };
        }
        // Read by whoever uses it as one query, also where it stands beside another.
        let names: Vec<String> = (1..=kinds.len()).map(|at| format!("q.c{at}")).collect();
        Select { text: format!("SELECT {} FROM ({text}) AS q", listed(&names)), kinds, order: None }
    }

    /// ORDER BY over what need not be selected, which orders rows wholly.
    fn tail_over(&mut self, keys: &[String]) -> String {
        let keys: Vec<String> = keys
            .iter()
            .map(|key| format!("{key}{}", self.choices.of(&["", " DESC", " NULLS FIRST"])))
            .collect();
        format!(" ORDER BY {} LIMIT {}", keys.join(", "), self.choices.below(12))
    }

    /// ORDER BY over all columns, so that only equal rows are ties; with or without a limit. Or nothing.
    fn tail(&mut self, columns: usize, percent: usize) -> String {
        if !self.choices.chance(percent) {
            return String::new();
        }
        let keys: Vec<String> = (1..=columns)
            .map(|column| {
                let direction = self.choices.of(&["", " DESC", " ASC NULLS FIRST", " DESC NULLS LAST"]);
                format!("{column}{direction}")
            })
            .collect();
        let limit = match self.choices.below(4) {
            0 | 1 => String::new(),
            2 => format!(" LIMIT {}", self.choices.below(8)),
            _ => format!(" LIMIT {} OFFSET {}", 1 + self.choices.below(8), self.choices.below(5)),
        };
        format!(" ORDER BY {}{limit}", keys.join(", "))
    }

    /// `EXISTS (...)`.
    pub fn exists(&mut self, scope: &Scope) -> String {
        let from = self.from(0);
        let inner = self.inner_scope(&from, scope);
        format!("EXISTS (SELECT 1 FROM {}{})", from.text, self.filter(&inner))
    }

    /// A query of one column.
    pub fn one_column(&mut self, kind: Kind, scope: &Scope) -> String {
        self.columns(&[kind], scope)
    }

    /// A query of columns of these kinds.
    pub fn columns(&mut self, kinds: &[Kind], scope: &Scope) -> String {
        let outer = scope.below();
        let depth = usize::from(self.choices.chance(20));
        self.query(Some(kinds), &outer, depth).text
    }

    /// A query for at most one value, in parentheses.
    pub fn one_value(&mut self, kind: Kind, scope: &Scope) -> String {
        let from = self.from(0);
        let inner = self.inner_scope(&from, scope);
        if self.choices.chance(30) {
            let item = self.scalar(kind, &inner, 1);
            return format!("(SELECT {item} FROM {}{} ORDER BY 1 LIMIT 1)", from.text, self.filter(&inner));
        }
        let item = self.aggregate(kind, &inner.plain());
        format!("(SELECT {item} FROM {}{})", from.text, self.filter(&inner))
    }

    fn inner_scope(&self, from: &From, around: &Scope) -> Scope {
        let outer = around.below();
        // Two levels are enough.
        let lent = (outer.len() < 12).then(|| from.columns.clone());
        Scope { columns: from.columns.clone(), outer, lent }
    }
}

/// The select list; columns are named by their number.
fn listed(items: &[String]) -> String {
    let named: Vec<String> =
        items.iter().enumerate().map(|(at, item)| format!("{item} AS c{}", at + 1)).collect();
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::case_seed;

    #[test]
    fn cases_hold_what_the_common_subset_has() {
        let texts: Vec<String> =
            (0..3_000).map(|number| case(&mut Choices::drawn(case_seed(1, number))).text).collect();
        for word in [
            "JOIN",
            "LEFT",
            "FULL",
            "NATURAL",
            "USING",
            "CROSS",
            "EXISTS",
            "NOT IN",
            "= ANY",
            "ALL (",
            "ROLLUP",
            "CUBE",
            "GROUPING SETS",
            "HAVING",
            "DISTINCT",
            "UNION",
            "INTERSECT",
            "EXCEPT",
            "WITH",
            "RECURSIVE",
            "OVER (",
            "ROWS BETWEEN",
            "LIMIT",
            "OFFSET",
            "NULLS FIRST",
            "CASE",
            "LIKE",
            "SIMILAR TO",
            "QUALIFY",
            "PIVOT",
            "GROUP BY \u{1}ALL",
            "IS UNKNOWN",
            "ESCAPE",
            "MERGE",
            "UPDATE",
            "DELETE",
            "INSERT",
            "LISTAGG",
            "MEDIAN",
            "many",
        ] {
            assert!(texts.iter().any(|text| text.contains(word)), "no case has {word}");
        }
    }

    #[test]
    fn decisions_that_are_all_0_make_the_simplest_query() {
        assert_eq!(case(&mut Choices::told(Vec::new())).text, "SELECT r1.id AS c1 FROM t r1");
    }
}
