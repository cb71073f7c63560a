//! What is to be predicted: the kind of problem, the classes, and the rows that have an answer.

use crate::metric::Metric;
use crate::prepare::{as_numbers, as_words};
use crate::refusal::Refusal;
use crate::table::{Column, Kind, Values};

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Problem {
    Regression,
    Binary,
    Multiclass,
}

impl Problem {
    /// As the guidance clause PROBLEM_TYPE spells it.
    pub fn read(text: &str) -> Option<Problem> {
        [Problem::Regression, Problem::Binary, Problem::Multiclass]
            .into_iter()
            .find(|problem| problem.keyword().eq_ignore_ascii_case(text.trim()))
    }

    pub fn keyword(self) -> &'static str {
        match self {
            Problem::Regression => "REGRESSION",
            Problem::Binary => "BINARY_CLASSIFICATION",
            Problem::Multiclass => "MULTICLASS_CLASSIFICATION",
        }
    }

    /// As SHOW MODEL prints it.
    pub fn name(self) -> &'static str {
        match self {
            Problem::Regression => "Regression",
            Problem::Binary => "BinaryClassification",
            Problem::Multiclass => "MulticlassClassification",
        }
    }

    pub fn default_metric(self) -> Metric {
        match self {
            Problem::Regression => Metric::Mse,
            Problem::Binary => Metric::F1,
            Problem::Multiclass => Metric::Accuracy,
        }
    }
}

/// Whole numbers of at most so many different values are classes. Unconfirmed: Autopilot's line is not published.
const MOST_WHOLE_CLASSES: usize = 20;

#[derive(Clone, Debug)]
pub struct Target {
    pub problem: Problem,
    /// In sorted order; of two classes the second is the positive one (`True` after `False`, 1 after 0).
    pub labels: Vec<String>,
    /// A class's place in `labels`, or the number; one for each of `rows`.
    pub values: Vec<f64>,
    /// Rows whose target is known; the others cannot be learned from.
    pub rows: Vec<u32>,
}

impl Target {
    /// # Errors
    /// No or one value only, or values that are not of the problem asked for.
    pub fn read(column: &Column, asked: Option<Problem>) -> Result<Target, Refusal> {
        let name = || column.name.clone();
        let empty = |row: usize| match &column.values {
            Values::Numbers(numbers) => !numbers[row].is_finite(),
            Values::Words { codes, words } => {
                words.get(codes[row] as usize).is_none_or(|word| word.trim().is_empty())
            }
        };
        let rows: Vec<u32> = (0..column.len()).filter(|row| !empty(*row)).map(|row| row as u32).collect();
        if rows.is_empty() {
            return Err(Refusal::TargetEmpty { column: name() });
        }
        let known = column.take(&rows);
        let numbers = as_numbers(&known, false);
        let words = as_words(&known);
        let mut seen = vec![false; words.words.len()];
        words.codes.iter().for_each(|code| seen[*code as usize] = true);
        let order: Vec<usize> = (0..seen.len()).filter(|at| seen[*at]).collect();
        let classes = order.len();
        if classes == 1 {
            return Err(Refusal::TargetConstant { column: name(), value: words.words[order[0]].to_string() });
        }
        let all_numbers = numbers.iter().all(|number| number.is_finite());
        let whole = all_numbers && numbers.iter().all(|number| number.fract() == 0.0);
        let problem = asked.unwrap_or(if classes == 2 {
            Problem::Binary
        } else if all_numbers && column.kind != Kind::Boolean && !(whole && classes <= MOST_WHOLE_CLASSES) {
            Problem::Regression
        } else {
            Problem::Multiclass
        });
        if problem == Problem::Regression {
            if let Some(row) = numbers.iter().position(|number| !number.is_finite()) {
                let value = words.words[words.codes[row] as usize].to_string();
                return Err(Refusal::TargetNotNumeric { column: name(), value });
            }
            return Ok(Target { problem, labels: Vec::new(), values: numbers.into_owned(), rows });
        }
        if problem == Problem::Binary && classes != 2 {
            return Err(Refusal::TargetNotTwoClasses { column: name(), classes });
        }
        let most = rows.len() / 5;
        if classes > most.max(2) {
            return Err(Refusal::TooManyClasses { classes, most });
        }
        let spelled = |at: usize| words.words[at].as_ref();
        let number = |at: usize| spelled(at).trim().parse::<f64>();
        let all_numbers = order.iter().all(|at| number(*at).is_ok());
        let sorted =
            crate::statistic::order(order.len(), &mut |a, b| match (number(order[a]), number(order[b])) {
                (Ok(a), Ok(b)) if all_numbers => a.total_cmp(&b),
                _ => spelled(order[a]).cmp(spelled(order[b])),
            });
        let order: Vec<usize> = sorted.into_iter().map(|at| order[at as usize]).collect();
        let mut places = vec![0.0; seen.len()];
        for (place, at) in order.iter().enumerate() {
            places[*at] = place as f64;
        }
        let values: Vec<f64> = words.codes.iter().map(|code| places[*code as usize]).collect();
        let labels: Vec<String> = order.iter().map(|at| spelled(*at).to_owned()).collect();
        Ok(Target { problem, labels, values, rows })
    }

    /// How many numbers a learner gives for a row.
    pub fn outputs(&self) -> usize {
        if self.problem == Problem::Multiclass { self.labels.len() } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &[&str], asked: Option<Problem>) -> Result<Target, Refusal> {
        Target::read(&Column::text("churn", words.iter().map(|word| Some(*word))), asked)
    }

    #[test]
    fn problems_are_told_by_the_target() {
        let numbers = |n: usize, step: f64| {
            let values = (0..n * 10).map(|row| (row % n) as f64 * step).collect();
            Target::read(&Column::numbers("y", Kind::Number, values), None).map(|target| target.problem)
        };
        assert_eq!(numbers(2, 1.0), Ok(Problem::Binary));
        assert_eq!(numbers(2, 0.5), Ok(Problem::Binary));
        assert_eq!(numbers(5, 1.0), Ok(Problem::Multiclass));
        assert_eq!(numbers(5, 0.3), Ok(Problem::Regression));
        assert_eq!(numbers(30, 1.0), Ok(Problem::Regression));
        let three: Vec<&str> = ["10", "9", "x"].into_iter().cycle().take(30).collect();
        assert_eq!(text(&three, None).unwrap().labels, ["10", "9", "x"]);
        let ordered: Vec<&str> = ["10", "9", "2"].into_iter().cycle().take(30).collect();
        assert_eq!(text(&ordered, None).unwrap().labels, ["2", "9", "10"]);
        let binary = text(&["True.", "False.", "", "False."], None).unwrap();
        assert_eq!((binary.values, binary.rows), (vec![1.0, 0.0, 0.0], vec![0, 1, 3]));
    }

    #[test]
    fn targets_that_cannot_be_learned_are_refused() {
        let code = |result: Result<Target, Refusal>| result.unwrap_err().code();
        assert_eq!(code(text(&["a", "a"], None)), "TargetConstant");
        assert_eq!(code(text(&["", ""], None)), "TargetEmpty");
        assert_eq!(code(text(&["a", "1", "2"], Some(Problem::Regression))), "TargetNotNumeric");
        assert_eq!(code(text(&["a", "b", "c"], Some(Problem::Binary))), "TargetNotTwoClasses");
        assert_eq!(code(text(&["a", "b", "c", "d"], None)), "TooManyClasses");
    }
}
