//! Random writes: INSERT ... SELECT, UPDATE, DELETE and MERGE, each followed by a look at what is in the table.

use super::expression::{Column, Scope};
use super::query::Generator;
use super::tables::{Kind, TABLES};

/// Of `t`, which is written to: what may be set, and what it is.
const SETTABLE: [(&str, Kind); 7] = [
    ("b", Kind::Integer),
    ("c", Kind::Integer),
    ("d", Kind::Decimal),
    ("s", Kind::Text),
    ("k", Kind::Boolean),
    ("dt", Kind::Date),
    ("ts", Kind::Timestamp),
];

impl Generator<'_> {
    /// A write and a query, as one script.
    pub fn write(&mut self) -> String {
        let own = columns_of(0, "t");
        let other = columns_of(1, "u");
        let alone = Scope { columns: own.clone(), outer: Vec::new(), lent: Some(own.clone()) };
        let both: Vec<Column> = own.iter().chain(&other).cloned().collect();
        let together = Scope { columns: both.clone(), outer: Vec::new(), lent: Some(both) };
        let write = match self.choices.below(7) {
            0 => format!("UPDATE t SET {} WHERE {}", self.assignments(&alone), self.condition(&alone, 2)),
            // A key of the other side, so that no row has two new values.
            1 => format!(
                "UPDATE t SET {} FROM u WHERE t.id = u.uid AND {}",
                self.assignments(&together),
                self.condition(&together, 1)
            ),
            2 => format!("DELETE FROM t WHERE {}", self.condition(&alone, 2)),
            3 => format!("DELETE FROM t USING u WHERE t.id = u.id AND {}", self.condition(&together, 1)),
            4 => {
                let from = self.from(1);
                let scope = self.scope(&from, &[]);
                let items: Vec<String> =
                    SETTABLE.iter().take(4).map(|(_, kind)| self.scalar(*kind, &scope, 1)).collect();
                format!("INSERT INTO t (b, c, d, s) SELECT {} FROM {}", items.join(", "), from.text)
            }
            5 => format!(
                "MERGE INTO t USING u ON t.id = u.uid WHEN MATCHED THEN UPDATE SET b = u.b, s = u.s \
                 WHEN NOT MATCHED THEN INSERT (id, b, s) VALUES (u.uid + {}, u.b, u.s)",
                100 + self.choices.below(2)
            ),
            _ => "MERGE INTO t USING u ON t.id = u.uid WHEN MATCHED THEN DELETE \
                  WHEN NOT MATCHED THEN INSERT (id, dt) VALUES (u.uid, u.dt)"
                .to_owned(),
        };
        let names: Vec<&str> = TABLES[0].columns.iter().map(|(name, ..)| *name).collect();
        let numbers: Vec<String> = (1..=names.len()).map(|number| number.to_string()).collect();
        format!("{write}; SELECT {} FROM t ORDER BY {}", names.join(", "), numbers.join(", "))
    }

    fn assignments(&mut self, scope: &Scope) -> String {
        let first = self.choices.below(SETTABLE.len());
        let count = 1 + self.choices.below(2);
        let set: Vec<String> = (0..count)
            .map(|number| {
                let (name, kind) = SETTABLE[(first + number) % SETTABLE.len()];
                format!("{name} = {}", self.scalar(kind, scope, 2))
            })
            .collect();
        set.join(", ")
    }
}

fn columns_of(table: usize, alias: &str) -> Vec<Column> {
    let columns = TABLES[table].columns.iter();
    columns.map(|(name, _, kind)| Column { text: format!("{alias}.{name}"), kind: *kind }).collect()
}
