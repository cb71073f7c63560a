//! How good predictions are.

use crate::elementary::ln;
use crate::refusal::Refusal;
use crate::target::Problem;

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Metric {
    Mse,
    Rmse,
    Mae,
    R2,
    Accuracy,
    BalancedAccuracy,
    Precision,
    Recall,
    F1,
    F1Macro,
    Auc,
    LogLoss,
}

impl Metric {
    pub const ALL: [(Metric, &str); 12] = [
        (Metric::Mse, "MSE"),
        (Metric::Rmse, "RMSE"),
        (Metric::Mae, "MAE"),
        (Metric::R2, "R2"),
        (Metric::Accuracy, "Accuracy"),
        (Metric::BalancedAccuracy, "BalancedAccuracy"),
        (Metric::Precision, "Precision"),
        (Metric::Recall, "Recall"),
        (Metric::F1, "F1"),
        (Metric::F1Macro, "F1Macro"),
        (Metric::Auc, "AUC"),
        (Metric::LogLoss, "LogLoss"),
    ];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(each, _)| *each == self).map_or("", |(_, name)| name)
    }

    /// One of the five that OBJECTIVE may name under AUTO ON.
    ///
    /// # Errors
    /// Another name, or one that does not fit the problem.
    pub fn objective(text: &str, problem: Problem) -> Result<Metric, Refusal> {
        let found = Self::ALL.iter().map(|(each, name)| (*each, *name));
        let mut found = found.filter(|(_, name)| name.eq_ignore_ascii_case(text.trim()));
        let (metric, name) =
            found.next().ok_or_else(|| Refusal::ObjectiveUnknown { objective: text.to_owned() })?;
        let fits = match metric {
            Metric::Mse => problem == Problem::Regression,
            Metric::Accuracy => problem != Problem::Regression,
            Metric::F1 | Metric::Auc => problem == Problem::Binary,
            Metric::F1Macro => problem == Problem::Multiclass,
            _ => return Err(Refusal::ObjectiveUnknown { objective: text.to_owned() }),
        };
        let objective =
            || Refusal::ObjectiveNotForProblem { objective: name.to_owned(), problem: problem.name() };
        if fits { Ok(metric) } else { Err(objective()) }
    }

    pub fn larger_is_better(self) -> bool {
        !matches!(self, Metric::Mse | Metric::Rmse | Metric::Mae | Metric::LogLoss)
    }

    /// `a` is the better score of the two.
    pub fn better(self, a: f64, b: f64) -> bool {
        if self.larger_is_better() { a > b } else { a < b }
    }

    /// As candidates and SHOW MODEL spell it behind `validation:`.
    pub fn tuning_name(self, problem: Problem) -> &'static str {
        match (self, problem) {
            (Metric::F1, Problem::Binary) => "f1_binary",
            (Metric::Accuracy, Problem::Multiclass) => "multiclass_accuracy",
            (Metric::Accuracy, _) => "accuracy",
            (Metric::F1 | Metric::F1Macro, _) => "f1_macro",
            (Metric::Auc, _) => "auc",
            (Metric::Mse, _) => "mse",
            (Metric::Rmse, _) => "rmse",
            (Metric::Mae, _) => "mae",
            (Metric::R2, _) => "r2",
            (Metric::LogLoss, _) => "logloss",
            (Metric::BalancedAccuracy, _) => "balanced_accuracy",
            (Metric::Precision, _) => "precision",
            (Metric::Recall, _) => "recall",
        }
    }
}

/// How often each class (row) was taken for each class (column).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Confusion {
    pub counts: Vec<Vec<u32>>,
}

impl Confusion {
    pub fn new(classes: usize, truth: &[f64], predicted: &[f64]) -> Self {
        let mut counts = vec![vec![0; classes]; classes];
        for (truth, predicted) in truth.iter().zip(predicted) {
            if let Some(count) =
                counts.get_mut(*truth as usize).and_then(|row| row.get_mut(*predicted as usize))
            {
                *count += 1;
            }
        }
        Confusion { counts }
    }

    pub fn accuracy(&self) -> f64 {
        let right: u32 = self.counts.iter().enumerate().map(|(class, row)| row[class]).sum();
        share(right, self.counts.iter().flatten().sum())
    }

    pub fn precision(&self, class: usize) -> f64 {
        share(self.counts[class][class], self.counts.iter().map(|row| row[class]).sum())
    }

    pub fn recall(&self, class: usize) -> f64 {
        share(self.counts[class][class], self.counts[class].iter().sum())
    }

    pub fn f1(&self, class: usize) -> f64 {
        let right = self.counts[class][class];
        let said: u32 = self.counts.iter().map(|row| row[class]).sum();
        share(2 * right, said + self.counts[class].iter().sum::<u32>())
    }

    fn macro_mean(&self, of: impl Fn(&Self, usize) -> f64) -> f64 {
        let classes = self.counts.len();
        (0..classes).map(|class| of(self, class)).sum::<f64>() / classes.max(1) as f64
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

/// A point of the ROC: what is caught, what is accused, when everything from `threshold` on counts as positive.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RocPoint {
    pub threshold: f64,
    pub false_positives: f64,
    pub true_positives: f64,
}

/// From nothing to everything positive, equal scores in one step.
pub fn roc(truth: &[f64], scores: &[f64]) -> Vec<RocPoint> {
    let order = crate::statistic::order(truth.len(), &mut |a, b| scores[b].total_cmp(&scores[a]));
    let positives = truth.iter().filter(|truth| **truth == 1.0).count().max(1) as f64;
    let negatives = truth.iter().filter(|truth| **truth != 1.0).count().max(1) as f64;
    let mut points = vec![RocPoint { threshold: f64::INFINITY, false_positives: 0.0, true_positives: 0.0 }];
    let (mut caught, mut accused) = (0_u32, 0_u32);
    for (at, row) in order.iter().map(|row| *row as usize).enumerate() {
        if truth[row] == 1.0 {
            caught += 1
        } else {
            accused += 1
        }
        let last_of_equals = order.get(at + 1).is_none_or(|next| scores[*next as usize] != scores[row]);
        if last_of_equals {
            points.push(RocPoint {
                threshold: scores[row],
                false_positives: f64::from(accused) / negatives,
                true_positives: f64::from(caught) / positives,
            });
        }
    }
    points
}

/// The area below the ROC.
pub fn auc(truth: &[f64], scores: &[f64]) -> f64 {
    let points = roc(truth, scores);
    points
        .windows(2)
        .map(|pair| {
            (pair[1].false_positives - pair[0].false_positives)
                * (pair[1].true_positives + pair[0].true_positives)
                * 0.5
        })
        .sum()
}

/// Predictions with the answers beside them.
#[derive(Clone, Copy)]
pub struct Judged<'a> {
    pub problem: Problem,
    pub classes: usize,
    pub truth: &'a [f64],
    /// Classes' places or numbers.
    pub predicted: &'a [f64],
    /// Rows times classes; empty for regression.
    pub probabilities: &'a [f64],
}

impl Judged<'_> {
    pub fn confusion(&self) -> Confusion {
        Confusion::new(self.classes, self.truth, self.predicted)
    }

    /// Of the positive one of two classes.
    pub fn scores(&self) -> Vec<f64> {
        self.probabilities.chunks_exact(self.classes.max(1)).map(|row| row[self.classes - 1]).collect()
    }

    pub fn log_loss(&self) -> f64 {
        let rows = self.probabilities.chunks_exact(self.classes.max(1)).zip(self.truth);
        let sum: f64 = rows.map(|(row, truth)| -ln(row[*truth as usize].max(1e-15))).sum();
        sum / self.truth.len().max(1) as f64
    }

    pub fn measure(&self, metric: Metric) -> f64 {
        let rows = self.truth.len().max(1) as f64;
        let errors = || self.truth.iter().zip(self.predicted).map(|(truth, said)| said - truth);
        let squares = || errors().map(|error| error * error).sum::<f64>();
        // Precision and the others mean the positive class of two, and the mean over all classes of more.
        let of = |each: fn(&Confusion, usize) -> f64| {
            let confusion = self.confusion();
            if self.classes == 2 { each(&confusion, 1) } else { confusion.macro_mean(each) }
        };
        match metric {
            Metric::Mse => squares() / rows,
            Metric::Rmse => (squares() / rows).sqrt(),
            Metric::Mae => errors().map(f64::abs).sum::<f64>() / rows,
            Metric::R2 => {
                let mean = self.truth.iter().sum::<f64>() / rows;
                let spread: f64 = self.truth.iter().map(|truth| (truth - mean) * (truth - mean)).sum();
                if spread > 0.0 { 1.0 - squares() / spread } else { 0.0 }
            }
            Metric::Accuracy => self.confusion().accuracy(),
            Metric::BalancedAccuracy => self.confusion().macro_mean(Confusion::recall),
            Metric::Precision => of(Confusion::precision),
            Metric::Recall => of(Confusion::recall),
            Metric::F1 => of(Confusion::f1),
            Metric::F1Macro => self.confusion().macro_mean(Confusion::f1),
            Metric::Auc => auc(self.truth, &self.scores()),
            Metric::LogLoss => self.log_loss(),
        }
    }

    /// Every measure that says something about the problem.
    pub fn all(&self) -> Vec<(Metric, f64)> {
        let fits = |metric: Metric| match metric {
            Metric::Mse | Metric::Rmse | Metric::Mae | Metric::R2 => self.problem == Problem::Regression,
            Metric::Auc => self.problem == Problem::Binary,
            _ => self.problem != Problem::Regression,
        };
        let fitting = Metric::ALL.iter().map(|(metric, _)| *metric).filter(|metric| fits(*metric));
        fitting.map(|metric| (metric, self.measure(metric))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_those_of_the_books() {
        let truth = [0.0, 0.0, 1.0, 1.0, 1.0];
        let said = [0.0, 1.0, 1.0, 1.0, 0.0];
        let probabilities = [0.9, 0.1, 0.4, 0.6, 0.2, 0.8, 0.4, 0.6, 0.7, 0.3];
        let judged = Judged {
            problem: Problem::Binary,
            classes: 2,
            truth: &truth,
            predicted: &said,
            probabilities: &probabilities,
        };
        let near = |metric: Metric, wanted: f64| {
            let measured = judged.measure(metric);
            assert!((measured - wanted).abs() < 1e-9, "{metric:?}: {measured}");
        };
        near(Metric::Accuracy, 0.6);
        near(Metric::Precision, 2.0 / 3.0);
        near(Metric::Recall, 2.0 / 3.0);
        near(Metric::F1, 2.0 / 3.0);
        near(Metric::F1Macro, (2.0 / 3.0 + 0.5) / 2.0);
        near(Metric::BalancedAccuracy, (2.0 / 3.0 + 0.5) / 2.0);
        // Pairs (positive, negative): .8 beats both, .6 beats .1 and ties with .6, .3 beats .1 only: 4.5 of 6.
        near(Metric::Auc, 0.75);
        assert_eq!(roc(&truth, &judged.scores()).len(), 5, "equal scores are one point");
        let numbers = Judged {
            problem: Problem::Regression,
            classes: 0,
            truth: &[1.0, 2.0, 3.0],
            predicted: &[1.0, 2.0, 5.0],
            probabilities: &[],
        };
        assert_eq!(numbers.measure(Metric::R2), -1.0);
        assert_eq!(numbers.measure(Metric::Mae), 2.0 / 3.0);
        assert_eq!(numbers.all().len(), 4);
    }

    #[test]
    fn objectives_must_fit() {
        assert_eq!(Metric::objective("f1", Problem::Binary), Ok(Metric::F1));
        let code = |text, problem| Metric::objective(text, problem).unwrap_err().code();
        assert_eq!(code("mse", Problem::Binary), "ObjectiveNotForProblem");
        assert_eq!(code("r2", Problem::Regression), "ObjectiveUnknown");
    }
}
