//! Random conditions, in three-valued logic: comparisons, lists, patterns, and what asks a query.

use super::expression::Scope;
use super::query::Generator;
use super::tables::{Kind, literal};

const COMPARISONS: [&str; 6] = ["=", "<", ">=", "<>", ">", "<="];
const PATTERNS: [&str; 9] = ["a%", "%a", "%b%", "_b%", "", "%", "A%", "%-%", "서%"];
const EXPRESSIONS: [&str; 5] = ["^a", "b", "[a-c]+$", "^.b", "a|z"];
/// The words of the standard's SIMILAR TO.
const SIMILAR: [&str; 3] = ["a%", "(a|z)%", "_b_"];

impl Generator<'_> {
    /// A condition, at most `depth` deeper than this.
    pub fn predicate(&mut self, scope: &Scope, depth: usize) -> String {
        let choice = self.choices.below(if scope.lent.is_some() { 26 } else { 19 });
        match choice {
            0..=3 => self.comparison(scope, depth),
            4 => format!("({} AND {})", self.condition(scope, depth), self.condition(scope, depth)),
            5 => format!("({} OR {})", self.condition(scope, depth), self.condition(scope, depth)),
            6 => format!("(NOT {})", self.condition(scope, depth)),
            7 => {
                let kind = self.kind();
                format!("({} IS {}NULL)", self.scalar(kind, scope, depth), self.not())
            }
            8 => {
                let kind = self.ordered_kind();
                let (what, low, high) =
                    (self.scalar(kind, scope, depth), self.leaf(kind, scope), self.leaf(kind, scope));
                format!("({what} {}BETWEEN {low} AND {high})", self.not())
            }
            9 | 10 => {
                let kind = self.ordered_kind();
                let what = self.scalar(kind, scope, depth);
                let mut items: Vec<String> =
                    (0..1 + self.choices.below(4)).map(|_| literal(kind, self.choices)).collect();
                if self.choices.chance(15) {
                    items.push("NULL".to_owned());
                } else if self.choices.chance(20) {
                    items.push(self.leaf(kind, scope));
                }
                format!("({what} {}IN ({}))", self.not(), items.join(", "))
            }
            11 | 12 => {
                let what = self.scalar(Kind::Text, scope, depth);
                let word = self.choices.of(&["LIKE", "ILIKE"]);
                format!("({what} {}{word} '{}')", self.not(), self.choices.of(&PATTERNS))
            }
            13 => {
                let what = self.scalar(Kind::Text, scope, depth);
                let word = self.choices.of(&["~", "!~"]);
                format!("({what} {word} '{}')", self.choices.of(&EXPRESSIONS))
            }
            14 => {
                let what = self.scalar(Kind::Text, scope, depth);
                format!("({what} {}SIMILAR TO '{}')", self.not(), self.choices.of(&SIMILAR))
            }
            15 => self.leaf(Kind::Boolean, scope),
            16 | 17 => {
                let what = self.scalar(Kind::Text, scope, depth);
                let pattern = self.choices.of(&["%!_%", "x!%%", "!!%", "%b"]);
                format!("({what} {}LIKE '{pattern}' ESCAPE '!')", self.not())
            }
            18 => {
                let (one, other) = (self.ordered_kind(), self.ordered_kind());
                let mut pair =
                    || format!("({}, {})", literal(one, self.choices), literal(other, self.choices));
                let items = [pair(), pair()].join(", ");
                let row = (self.leaf(one, scope), self.scalar(other, scope, depth));
                format!("(({}, {}) {}IN ({items}))", row.0, row.1, self.not())
            }
            22 => {
                let (one, other) = (self.ordered_kind(), self.ordered_kind());
                let row = (self.leaf(one, scope), self.leaf(other, scope));
                let query = self.columns(&[one, other], scope);
                format!("(({}, {}) {}IN ({query}))", row.0, row.1, self.not())
            }
            19 | 20 => {
                let text = self.exists(scope);
                format!("({}{text})", self.not())
            }
            21 | 23 => {
                let kind = self.ordered_kind();
                let (what, query) = (self.scalar(kind, scope, depth), self.one_column(kind, scope));
                format!("({what} {}IN ({query}))", self.not())
            }
            _ => {
                let kind = self.ordered_kind();
                let (what, query) = (self.scalar(kind, scope, depth), self.one_column(kind, scope));
                let comparison = self.choices.of(&COMPARISONS);
                format!("({what} {comparison} {} ({query}))", self.choices.of(&["ANY", "ALL", "SOME"]))
            }
        }
    }

    /// A condition that a WHERE, ON or HAVING stands on.
    pub fn condition(&mut self, scope: &Scope, depth: usize) -> String {
        if depth == 0 { self.comparison(scope, 0) } else { self.predicate(scope, depth - 1) }
    }

    /// `IS TRUE` and its like, which Redshift has in conditions and not in select lists.
    pub fn truth(&mut self, scope: &Scope) -> String {
        let truth = self.choices.of(&["TRUE", "FALSE", "UNKNOWN"]);
        format!("({} IS {}{truth})", self.condition(scope, 1), self.not())
    }

    fn comparison(&mut self, scope: &Scope, depth: usize) -> String {
        let kind = self.ordered_kind();
        let comparison = self.choices.of(&COMPARISONS);
        let (one, other) = (self.scalar(kind, scope, depth), self.scalar(kind, scope, depth));
        format!("({one} {comparison} {other})")
    }

    fn ordered_kind(&mut self) -> Kind {
        match self.kind() {
            Kind::Boolean => Kind::Integer,
            kind => kind,
        }
    }

    fn not(&mut self) -> &'static str {
        if self.choices.chance(30) { "NOT " } else { "" }
    }
}
