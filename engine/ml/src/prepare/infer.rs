//! What a column is, whatever it was declared as: text may hold numbers, truth values or dates.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::moment;
use crate::table::{Column, Kind, MISSING, Values};

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Role {
    Numeric,
    /// A choice of few; two choices are a truth value in words.
    Categorical,
    Moment,
    Unusable(Unusable),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Unusable {
    Empty,
    Constant,
    /// Nearly every row has a text of its own (names, numbers of telephones): it can be learned by heart only.
    Identifier,
}

/// Texts that stand for a missing value in files.
const NOTHINGS: [&str; 7] = ["", "na", "n/a", "nan", "null", "none", "?"];

pub(crate) fn is_nothing(text: &str) -> bool {
    let text = text.trim();
    NOTHINGS.iter().any(|nothing| nothing.eq_ignore_ascii_case(text))
}

pub(crate) fn read_number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

pub fn role(column: &Column) -> Role {
    let rows = column.len();
    match &column.values {
        Values::Numbers(numbers) => {
            let mut known = numbers.iter().filter(|number| number.is_finite());
            let Some(first) = known.next() else { return Role::Unusable(Unusable::Empty) };
            if known.all(|number| number == first) {
                return Role::Unusable(Unusable::Constant);
            }
            match column.kind {
                Kind::Date | Kind::Time | Kind::Timestamp => Role::Moment,
                Kind::Number | Kind::Boolean | Kind::Text => Role::Numeric,
            }
        }
        Values::Words { codes, words } => {
            let mut used = vec![false; words.len()];
            codes.iter().filter(|code| **code != MISSING).for_each(|code| used[*code as usize] = true);
            let seen: Vec<&str> = (0..words.len()).filter(|at| used[*at]).map(|at| &*words[at]).collect();
            let told: Vec<&str> = seen.iter().copied().filter(|word| !is_nothing(word)).collect();
            if told.is_empty() {
                return Role::Unusable(Unusable::Empty);
            }
            if told.len() == 1 && seen.len() == 1 && codes.iter().all(|code| *code != MISSING) {
                return Role::Unusable(Unusable::Constant);
            }
            if told.len() > 2 && told.iter().all(|word| read_number(word).is_some()) {
                return Role::Numeric;
            }
            if told.len() > 1 && told.iter().all(|word| moment::read(word).is_some()) {
                return Role::Moment;
            }
            // Unconfirmed: where Autopilot draws this line is not published (it would take such a column for text).
            if told.len() > 100 && told.len() * 2 > rows {
                return Role::Unusable(Unusable::Identifier);
            }
            Role::Categorical
        }
    }
}

/// A column as numbers, missing where it has none; a moment in seconds.
pub(crate) fn as_numbers(column: &Column, moment: bool) -> Cow<'_, [f64]> {
    match &column.values {
        Values::Numbers(numbers) if moment && column.kind == Kind::Date => {
            Cow::Owned(numbers.iter().map(|days| days * 86_400.0).collect())
        }
        Values::Numbers(numbers) if numbers.iter().all(|number| !number.is_infinite()) => {
            Cow::Borrowed(numbers)
        }
        Values::Numbers(numbers) => Cow::Owned(
            numbers.iter().map(|number| if number.is_finite() { *number } else { f64::NAN }).collect(),
        ),
        Values::Words { codes, words } => {
            let read = |word: &String| if moment { moment::read(word) } else { read_number(word) };
            let read: Vec<f64> = words.iter().map(|word| read(word).unwrap_or(f64::NAN)).collect();
            let number = |code: &u32| read.get(*code as usize).copied().unwrap_or(f64::NAN);
            Cow::Owned(codes.iter().map(number).collect())
        }
    }
}

/// A column as codes into different texts; what is missing is the empty text, as it is in a CSV file.
pub(crate) struct Words<'a> {
    pub codes: Vec<u32>,
    pub words: Vec<Cow<'a, str>>,
}

pub(crate) fn as_words(column: &Column) -> Words<'_> {
    match &column.values {
        Values::Words { codes, words } => {
            let mut all: Vec<Cow<str>> = words.iter().map(|word| Cow::Borrowed(&**word)).collect();
            let mut nothing = all.iter().position(|word| word.is_empty());
            if nothing.is_none() && codes.contains(&MISSING) {
                nothing = Some(all.len());
                all.push(Cow::Borrowed(""));
            }
            let nothing = nothing.unwrap_or_default() as u32;
            let codes = codes.iter().map(|code| if *code == MISSING { nothing } else { *code }).collect();
            Words { codes, words: all }
        }
        Values::Numbers(numbers) => {
            let mut known: BTreeMap<u64, u32> = BTreeMap::new();
            let mut words = Vec::new();
            let mut code = |number: &f64| {
                // Zero has two spellings in bits, what is not a number many.
                let number = if *number == 0.0 { 0.0 } else { *number };
                let bits = if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() };
                *known.entry(bits).or_insert_with(|| {
                    words.push(Cow::Owned(spell(number, column.kind)));
                    words.len() as u32 - 1
                })
            };
            let codes = numbers.iter().map(&mut code).collect();
            Words { codes, words }
        }
    }
}

/// A number as a label: truth values as SQL prints them, missing ones as nothing.
pub(crate) fn spell(number: f64, kind: Kind) -> String {
    if number.is_nan() {
        String::new()
    } else if kind == Kind::Boolean {
        (if number == 0.0 { "f" } else { "t" }).to_owned()
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &[Option<&str>]) -> Role {
        role(&Column::text("c", words.iter().copied()))
    }

    #[test]
    fn text_tells_what_it_is() {
        assert_eq!(text(&[Some("1"), Some("2.5"), Some("-3e2"), None, Some("NA")]), Role::Numeric);
        assert_eq!(text(&[Some("Yes"), Some("No"), Some("Yes")]), Role::Categorical);
        assert_eq!(text(&[Some("1"), Some("0")]), Role::Categorical);
        assert_eq!(text(&[Some("2020-01-01"), Some("2021-02-03"), Some("")]), Role::Moment);
        assert_eq!(text(&[None, Some(""), Some("null")]), Role::Unusable(Unusable::Empty));
        assert_eq!(text(&[Some("a"), Some("a")]), Role::Unusable(Unusable::Constant));
        assert_eq!(text(&[Some("a"), None]), Role::Categorical, "that it is missing may tell something");
        let phones: Vec<String> = (0..300).map(|n| format!("382-{n:04}")).collect();
        let phones: Vec<Option<&str>> = phones.iter().map(|phone| Some(&**phone)).collect();
        assert_eq!(text(&phones), Role::Unusable(Unusable::Identifier));
        let numbers = |numbers: &[f64]| role(&Column::numbers("c", Kind::Number, numbers.to_vec()));
        assert_eq!(numbers(&[f64::NAN, f64::INFINITY]), Role::Unusable(Unusable::Empty));
        assert_eq!(numbers(&[1.0, 1.0, f64::NAN]), Role::Unusable(Unusable::Constant));
    }

    #[test]
    fn words_of_numbers_and_numbers_of_words() {
        let column = Column::numbers("c", Kind::Boolean, vec![1.0, f64::NAN, 0.0, -0.0]);
        let words = as_words(&column);
        assert_eq!((words.codes, words.words), (vec![0, 1, 2, 2], vec!["t".into(), "".into(), "f".into()]));
        let column = Column::text("c", [Some("1.5"), None, Some("x")].into_iter());
        let numbers = as_numbers(&column, false);
        assert!(numbers[0] == 1.5 && numbers[1].is_nan() && numbers[2].is_nan());
        assert_eq!(as_words(&column).codes, [0, 2, 1]);
    }
}
