//! Random aggregate and window calls.

use super::difference as listed;
use super::expression::{Column, Scope};
use super::query::Generator;
use super::tables::Kind;

const FRAMES: [&str; 8] = [
    "ROWS UNBOUNDED PRECEDING",
    "ROWS BETWEEN 2 PRECEDING AND CURRENT ROW",
    "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
    "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
    "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
    "ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING",
    "ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING",
    "ROWS 1 PRECEDING",
];

impl Generator<'_> {
    /// An aggregate that answers with `kind`; its argument sees no other query.
    pub fn aggregate(&mut self, kind: Kind, plain: &Scope) -> String {
        let choice = self.choices.below(10);
        let argument = self.argument(kind, plain);
        match (kind, choice) {
            (Kind::Integer, 0 | 1) => "COUNT(*)".to_owned(),
            (Kind::Integer, 2..=4) => {
                let counted = self.kind();
                let argument = self.argument(counted, plain);
                format!("COUNT({}{argument})", if choice == 4 { "" } else { "DISTINCT " })
            }
            (Kind::Integer, 5 | 6) => listed::SUM_OF_BIGINTS.of(&[&argument]),
            (Kind::Integer, 7) => listed::AVERAGE_OF_INTEGERS.of(&[&argument]),
            (Kind::Integer, 9) if self.choices.chance(50) => {
                listed::SUM_OF_BIGINTS.of(&[&format!("DISTINCT {argument}")])
            }
            (Kind::Integer, 9) => {
                let name = self.choices.of(&["BIT_AND", "BIT_OR"]);
                format!("{name}({})", self.leaf(Kind::Integer, plain))
            }
            (Kind::Integer, 8) if self.choices.chance(50) => {
                let moment = self.leaf(Kind::Timestamp, plain);
                let moment = format!("DATE_TRUNC('second', {moment})");
                listed::EXTRACTED.of(&["epoch", &format!("SUM({moment} - DATE_TRUNC('day', {moment}))")])
            }
            (Kind::Decimal, 0..=3) => format!("SUM({argument})"),
            (Kind::Decimal, 4 | 5) => {
                listed::AVERAGE_OF_DECIMALS.of(&[&listed::CUT_TO_SCALE_2.of(&[&argument])])
            }
            (Kind::Double, 0..=2) => format!("SUM({argument})"),
            (Kind::Double, 3) => format!("AVG({argument})"),
            (Kind::Double, 4) => listed::MEDIAN.of(&[&argument]),
            (Kind::Double, 6) => {
                let name = self.choices.of(&["STDDEV_SAMP", "VAR_POP", "STDDEV_POP", "VAR_SAMP"]);
                format!("{name}({})", self.leaf(Kind::Integer, plain))
            }
            (Kind::Double, 5) => format!("PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY {argument})"),
            (Kind::Text, 0..=2) => listed::LISTED.of(&[&argument, &argument]),
            (Kind::Boolean, 0..=3) => format!("BOOL_AND({argument})"),
            (Kind::Boolean, 4..) => format!("BOOL_OR({argument})"),
            (_, 8) => format!("MAX({argument})"),
            _ => format!("MIN({argument})"),
        }
    }

    /// What is gathered. Sums of DOUBLEs must be exact in any order, so that nothing but columns is summed.
    fn argument(&mut self, kind: Kind, plain: &Scope) -> String {
        if kind == Kind::Double { self.leaf(kind, plain) } else { self.scalar(kind, plain, 1) }
    }

    /// A call with OVER that answers with `kind`. `order` makes the order of rows whole.
    pub fn window(&mut self, kind: Kind, scope: &Scope, order: &[String]) -> String {
        let plain = scope.plain();
        let mut partition = Vec::new();
        for _ in 0..[0, 1, 1, 1, 2][self.choices.below(5)] {
            if let Some(column) = self.some_column(&plain) {
                partition.push(column.text);
            }
        }
        let partition = if partition.is_empty() {
            String::new()
        } else {
            format!("PARTITION BY {}", partition.join(", "))
        };
        let first = self.some_column(&plain).map(|column| {
            format!("{}{}", column.text, self.choices.of(&["", " DESC", " NULLS FIRST", " DESC NULLS LAST"]))
        });
        let tied: String = first.iter().take(1).cloned().collect();
        let whole: Vec<String> = first.into_iter().chain(order.iter().cloned()).collect();
        if whole.is_empty() {
            return format!("{} OVER ({partition})", self.window_aggregate(kind, &plain));
        }
        let whole = format!("ORDER BY {}", whole.join(", "));
        let choice = self.choices.below(10);
        if choice >= 8 && !(kind == Kind::Boolean || kind == Kind::Text) {
            return format!("{} OVER ({partition})", self.window_aggregate(kind, &plain));
        }
        if choice >= 5 && kind != Kind::Boolean && kind != Kind::Text {
            let frame = self.choices.of(&FRAMES);
            return format!("{} OVER ({partition} {whole} {frame})", self.window_aggregate(kind, &plain));
        }
        match (kind, choice) {
            (Kind::Integer, 0) => format!("ROW_NUMBER() OVER ({partition} {whole})"),
            (Kind::Integer, 1) if !tied.is_empty() => {
                let name = self.choices.of(&["RANK", "DENSE_RANK"]);
                format!("{name}() OVER ({partition} ORDER BY {tied})")
            }
            (Kind::Integer, 2) => {
                format!("NTILE({}) OVER ({partition} {whole})", 1 + self.choices.below(5))
            }
            (Kind::Double, 0) if !tied.is_empty() => {
                let name = self.choices.of(&["PERCENT_RANK", "CUME_DIST"]);
                format!("{name}() OVER ({partition} ORDER BY {tied})")
            }
            (_, 3 | 4) => {
                let name = self.choices.of(&["LAG", "LEAD"]);
                let argument = self.typed(kind, &plain);
                let distance = self.choices.of(&["", ", 2", ", 0", ", 1"]);
                format!("{name}({argument}{distance}) OVER ({partition} {whole})")
            }
            _ => {
                let argument = self.typed(kind, &plain);
                let frame = self.choices.of(&FRAMES);
                let call = match self.choices.below(3) {
                    0 => format!("FIRST_VALUE({argument})"),
                    1 => format!("LAST_VALUE({argument})"),
                    _ => format!("NTH_VALUE({argument}, {})", 1 + self.choices.below(3)),
                };
                format!("{call} OVER ({partition} {whole} {frame})")
            }
        }
    }

    fn window_aggregate(&mut self, kind: Kind, plain: &Scope) -> String {
        let argument = self.argument(kind, plain);
        match (kind, self.choices.below(5)) {
            (Kind::Integer, 0) => "COUNT(*)".to_owned(),
            (Kind::Integer, 1) => format!("COUNT({argument})"),
            (Kind::Integer | Kind::Decimal | Kind::Double, 2) => format!("SUM({argument})"),
            (Kind::Double, 3) => format!("AVG({argument})"),
            (Kind::Boolean | Kind::Text, _) => "COUNT(*)".to_owned(),
            (_, 4) => format!("MAX({argument})"),
            _ => format!("MIN({argument})"),
        }
    }

    /// An expression that is no bare literal: PostgreSQL asks of what type one is.
    fn typed(&mut self, kind: Kind, plain: &Scope) -> String {
        let text = self.scalar(kind, plain, 1);
        if text.starts_with('\'') { format!("CAST({text} AS VARCHAR)") } else { text }
    }

    fn some_column(&mut self, scope: &Scope) -> Option<Column> {
        let choice = self.choices.below(scope.columns.len());
        scope.columns.get(choice).cloned()
    }
}
