//! Objectives: where a score starts, how its loss bends, and what it means in the end.

use serde::{Deserialize, Serialize};

use crate::elementary::{exp, ln, sigmoid, soft_plus, softmax};
use crate::refusal::Refusal;
use crate::target::Problem;

/// Named as XGBoost names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loss {
    SquaredError,
    SquaredLogError,
    RegLogistic,
    PseudoHuber,
    Tweedie,
    Logistic,
    Hinge,
    Softmax,
}

/// Tweedie's variance power; XGBoost's default.
const POWER: f64 = 1.5;
/// Hessians never quite vanish.
const LEAST: f64 = 1e-16;

impl Loss {
    pub const ALL: [(Loss, &str); 8] = [
        (Loss::SquaredError, "reg:squarederror"),
        (Loss::SquaredLogError, "reg:squaredlogerror"),
        (Loss::RegLogistic, "reg:logistic"),
        (Loss::PseudoHuber, "reg:pseudohubererror"),
        (Loss::Tweedie, "reg:tweedie"),
        (Loss::Logistic, "binary:logistic"),
        (Loss::Hinge, "binary:hinge"),
        (Loss::Softmax, "multi:softmax"),
    ];

    /// # Errors
    /// An unknown objective, or one that ranks (it needs groups of rows, which no clause gives).
    pub fn read(text: &str) -> Result<Loss, Refusal> {
        let text = text.trim();
        if let Some((loss, _)) = Self::ALL.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)) {
            return Ok(*loss);
        }
        if ["rank:pairwise", "rank:ndcg"].iter().any(|name| name.eq_ignore_ascii_case(text)) {
            return Err(Refusal::NotSimulated { what: format!("XGBoost objective {text}") });
        }
        Err(Refusal::ObjectiveUnknown { objective: text.to_owned() })
    }

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(each, _)| *each == self).map_or("", |(_, name)| name)
    }

    pub fn of(problem: Problem) -> Loss {
        match problem {
            Problem::Regression => Loss::SquaredError,
            Problem::Binary => Loss::Logistic,
            Problem::Multiclass => Loss::Softmax,
        }
    }

    pub fn problem(self) -> Problem {
        match self {
            Loss::Logistic | Loss::Hinge => Problem::Binary,
            Loss::Softmax => Problem::Multiclass,
            _ => Problem::Regression,
        }
    }

    /// # Errors
    /// Answers that the loss is not defined for.
    pub(super) fn check(self, answers: &[f64]) -> Result<(), Refusal> {
        let (wants, fits): (_, fn(f64) -> bool) = match self {
            Loss::SquaredLogError => ("greater than -1", |y| y > -1.0),
            Loss::RegLogistic => ("in [0, 1]", |y| (0.0..=1.0).contains(&y)),
            Loss::Tweedie => ("non-negative", |y| y >= 0.0),
            _ => return Ok(()),
        };
        if answers.iter().all(|answer| fits(*answer)) {
            return Ok(());
        }
        Err(Refusal::TargetOutOfRange { objective: self.name(), wants })
    }

    /// The score every row starts with: the best constant, as XGBoost has estimated it since 2.0.
    pub(super) fn base(self, answers: &[f64]) -> f64 {
        let mean = crate::statistic::mean(answers);
        match self {
            Loss::SquaredError | Loss::PseudoHuber => mean,
            Loss::SquaredLogError => 0.5,
            Loss::Logistic | Loss::RegLogistic => {
                let mean = mean.clamp(1e-6, 1.0 - 1e-6);
                ln(mean / (1.0 - mean))
            }
            Loss::Tweedie => ln(mean.max(1e-6)),
            Loss::Hinge | Loss::Softmax => 0.0,
        }
    }

    /// First and second derivative by the score; softmax has its own, [`Loss::soften`].
    pub(super) fn slope(self, score: f64, answer: f64) -> [f64; 2] {
        match self {
            Loss::SquaredError | Loss::Softmax => [score - answer, 1.0],
            Loss::SquaredLogError => {
                let score = score.max(-1.0 + 1e-6);
                let apart = ln(score + 1.0) - ln(answer + 1.0);
                let square = (score + 1.0) * (score + 1.0);
                [apart / (score + 1.0), ((1.0 - apart) / square).max(1e-6)]
            }
            Loss::Logistic | Loss::RegLogistic => {
                let said = sigmoid(score);
                [said - answer, (said * (1.0 - said)).max(LEAST)]
            }
            Loss::PseudoHuber => {
                let apart = score - answer;
                let square = 1.0 + apart * apart;
                let root = square.sqrt();
                [apart / root, 1.0 / (square * root)]
            }
            Loss::Tweedie => {
                let (a, b) = (exp((1.0 - POWER) * score), exp((2.0 - POWER) * score));
                [b - answer * a, (answer * (POWER - 1.0) * a + (2.0 - POWER) * b).max(LEAST)]
            }
            Loss::Hinge => {
                let side = 2.0 * answer - 1.0;
                if score * side < 1.0 { [-side, 1.0] } else { [0.0, LEAST] }
            }
        }
    }

    /// Derivatives for one class of several, from the classes' probabilities.
    pub(super) fn soften(probability: f64, is_class: bool) -> [f64; 2] {
        let slope = probability - f64::from(u8::from(is_class));
        [slope, (2.0 * probability * (1.0 - probability)).max(LEAST)]
    }

    /// Scores become what they say: a probability (of each class), or the number.
    pub fn finish(self, scores: &mut [f64]) {
        match self {
            Loss::Softmax => softmax(scores),
            Loss::Logistic | Loss::RegLogistic => {
                scores.iter_mut().for_each(|score| *score = sigmoid(*score))
            }
            Loss::Tweedie => scores.iter_mut().for_each(|score| *score = exp(*score)),
            Loss::Hinge => scores.iter_mut().for_each(|score| *score = f64::from(u8::from(*score > 0.0))),
            Loss::SquaredError | Loss::SquaredLogError | Loss::PseudoHuber => {}
        }
    }

    /// What the learning curve shows, and early stopping watches: the mean loss.
    pub(super) fn mean(self, scores: &[f64], answers: &[f64]) -> f64 {
        let outputs = scores.len() / answers.len().max(1);
        let mut probabilities = vec![0.0; outputs];
        let mut sum = 0.0;
        for (scores, answer) in scores.chunks_exact(outputs.max(1)).zip(answers) {
            let score = scores[0];
            let apart = score - answer;
            sum += match self {
                Loss::SquaredError => apart * apart,
                Loss::SquaredLogError => {
                    let apart = ln(score.max(-1.0 + 1e-6) + 1.0) - ln(answer + 1.0);
                    apart * apart
                }
                Loss::Logistic | Loss::RegLogistic => soft_plus(score) - answer * score,
                Loss::PseudoHuber => (1.0 + apart * apart).sqrt() - 1.0,
                Loss::Tweedie => {
                    exp((2.0 - POWER) * score) / (2.0 - POWER)
                        - answer * exp((1.0 - POWER) * score) / (1.0 - POWER)
                }
                Loss::Hinge => (1.0 - score * (2.0 * answer - 1.0)).max(0.0),
                Loss::Softmax => {
                    probabilities.copy_from_slice(scores);
                    softmax(&mut probabilities);
                    -ln(probabilities[*answer as usize].max(LEAST))
                }
            };
        }
        sum / answers.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_losses() {
        let h = 1e-4;
        for (loss, answers) in [
            (Loss::SquaredLogError, [0.5, 3.0]),
            (Loss::Logistic, [0.0, 1.0]),
            (Loss::PseudoHuber, [-1.0, 4.0]),
            (Loss::Tweedie, [0.0, 2.5]),
        ] {
            for answer in answers {
                for score in [-0.5, 0.3, 1.7] {
                    let at = |score: f64| loss.mean(&[score], &[answer]);
                    let numeric = (at(score + h) - at(score - h)) / (2.0 * h);
                    // Squared losses are printed whole and derived halved, as in XGBoost.
                    let factor = if loss == Loss::SquaredLogError { 2.0 } else { 1.0 };
                    let [slope, bend] = loss.slope(score, answer);
                    assert!((slope * factor - numeric).abs() < 1e-5, "{loss:?} {score} {answer}");
                    let bent = (at(score + h) - 2.0 * at(score) + at(score - h)) / (h * h);
                    assert!(
                        (bend * factor - bent).abs() < 1e-3 || bend == 1e-6,
                        "{loss:?} {score} {answer}: {bend} {bent}"
                    );
                }
            }
        }
    }

    #[test]
    fn objectives_are_read_or_refused() {
        assert_eq!(Loss::read("Binary:Logistic"), Ok(Loss::Logistic));
        assert_eq!(Loss::read("rank:ndcg").unwrap_err().code(), "NotSimulated");
        assert_eq!(Loss::read("mse").unwrap_err().code(), "ObjectiveUnknown");
        assert_eq!(Loss::Tweedie.check(&[-1.0]).unwrap_err().code(), "TargetOutOfRange");
        assert_eq!(Loss::SquaredError.check(&[-1.0]), Ok(()));
    }
}
