//! What HYPERPARAMETERS may set, with ranges and defaults, and the sentences of refusal.
//!
//! Ranges and defaults as the warehouse's guide gives them; keys in any case. What the streaming phase of the
//! product's k-means is tuned by is known by name and refused, because ours goes over all rows until it stands still.

use crate::learner::Algorithm;
use crate::refusal::Refusal;

enum Range {
    Whole(u32, u32),
    Real(f64, f64),
    /// Above the first.
    Above(f64),
    Choice(&'static [&'static str]),
    /// Whole, or `auto`.
    Auto,
    /// From 0, or `auto`.
    AutoReal,
    /// Above 0, or `balanced`.
    Balanced,
    NotSimulated,
}

struct Known {
    key: &'static str,
    range: Range,
    /// Empty: none.
    default: &'static str,
}

const fn known(key: &'static str, range: Range, default: &'static str) -> Known {
    Known { key, range, default }
}

const MILLION: u32 = 1_000_000;

static XGBOOST: [Known; 16] = [
    known("num_class", Range::Whole(2, MILLION), ""),
    known("num_round", Range::Whole(1, MILLION), "100"),
    known("tree_method", Range::Choice(&["auto", "exact", "approx", "hist"]), "auto"),
    known("max_depth", Range::Whole(0, 10), "6"),
    known("min_child_weight", Range::Real(0.0, 120.0), "1"),
    known("subsample", Range::Real(0.5, 1.0), "1"),
    known("gamma", Range::Real(0.0, 5.0), "0"),
    known("alpha", Range::Real(0.0, 1000.0), "0"),
    known("eta", Range::Real(0.1, 0.5), "0.3"),
    known("colsample_bylevel", Range::Real(0.1, 1.0), "1"),
    known("colsample_bynode", Range::Real(0.1, 1.0), "1"),
    known("colsample_bytree", Range::Real(0.5, 1.0), "1"),
    known("lambda", Range::Real(0.0, 1000.0), "1"),
    known("max_delta_step", Range::Real(0.0, 10.0), "0"),
    // Unconfirmed: SageMaker's XGBoost takes both; the warehouse's guide does not list them.
    known("scale_pos_weight", Range::Above(0.0), "1"),
    known("seed", Range::Whole(0, u32::MAX), "0"),
];

static KMEANS: [Known; 12] = [
    known("k", Range::Whole(1, MILLION), ""),
    known("feature_dim", Range::Whole(1, 256), ""),
    known("init_method", Range::Choice(&["random", "kmeans++"]), "random"),
    known("local_lloyd_init_method", Range::Choice(&["random", "kmeans++"]), "kmeans++"),
    known("local_lloyd_max_iter", Range::Whole(1, MILLION), "300"),
    known("local_lloyd_num_trials", Range::Auto, "auto"),
    known("local_lloyd_tol", Range::Real(0.0, 1.0), "0.0001"),
    known("eval_metrics", Range::Choice(&["[\"msd\"]", "[\"ssd\"]", "[\"msd\",\"ssd\"]"]), "[\"msd\"]"),
    known("epochs", Range::NotSimulated, "1"),
    known("extra_center_factor", Range::NotSimulated, "auto"),
    known("half_life_time_size", Range::NotSimulated, "0"),
    known("mini_batch_size", Range::NotSimulated, "5000"),
];

/// Those of SageMaker's linear-learner container, which only a training job of one's own sets. Its descent is
/// stochastic; ours takes all rows at every step, so that what steers its steps is known by name and refused.
static LINEAR: [Known; 20] = [
    known("predictor_type", Range::Choice(&["binary_classifier", "multiclass_classifier", "regressor"]), ""),
    known("num_classes", Range::Whole(3, MILLION), ""),
    known("wd", Range::AutoReal, "auto"),
    known("positive_example_weight_mult", Range::Balanced, "1"),
    known("balance_multiclass_weights", Range::Choice(&["true", "false"]), "false"),
    known("normalize_data", Range::Choice(&["true", "false"]), "true"),
    known("normalize_label", Range::NotSimulated, "auto"),
    known("use_bias", Range::NotSimulated, "true"),
    known("binary_classifier_model_selection_criteria", Range::NotSimulated, "accuracy"),
    known("loss", Range::NotSimulated, "auto"),
    known("l1", Range::NotSimulated, "auto"),
    known("epochs", Range::NotSimulated, "15"),
    known("learning_rate", Range::NotSimulated, "auto"),
    known("optimizer", Range::NotSimulated, "auto"),
    known("momentum", Range::NotSimulated, "auto"),
    known("num_models", Range::NotSimulated, "auto"),
    known("init_method", Range::NotSimulated, "uniform"),
    known("early_stopping_patience", Range::NotSimulated, "3"),
    known("early_stopping_tolerance", Range::NotSimulated, "0.001"),
    known("feature_dim", Range::Auto, "auto"),
];

/// Checked values by key.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    known: Vec<(&'static str, String)>,
}

impl Settings {
    /// # Errors
    /// An unknown key, a value that cannot be read or lies outside, `k` missing.
    pub fn read<'a>(
        algorithm: Algorithm,
        given: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Settings, Refusal> {
        let table: &'static [Known] = match algorithm {
            Algorithm::XgBoost => &XGBOOST,
            Algorithm::KMeans => &KMEANS,
            Algorithm::LinearLearner => &LINEAR,
            // Only Autopilot trains one.
            Algorithm::Mlp => &[],
        };
        let mut values: Vec<(&'static str, String)> = Vec::new();
        for known in table.iter().filter(|known| !known.default.is_empty()) {
            values.push((known.key, known.default.to_owned()));
        }
        for (key, value) in given {
            let found = table.iter().find(|known| known.key.eq_ignore_ascii_case(key.trim()));
            let known =
                found.ok_or_else(|| Refusal::ExtraneousHyperparameter { key: key.trim().to_lowercase() })?;
            let value = check(algorithm, known, value.trim())?;
            values.retain(|(key, _)| *key != known.key);
            values.push((known.key, value));
        }
        let needed = match algorithm {
            Algorithm::KMeans => "k",
            Algorithm::LinearLearner
                if values.iter().any(|(_, value)| value.as_str() == "multiclass_classifier") =>
            {
                "num_classes"
            }
            Algorithm::LinearLearner => "predictor_type",
            Algorithm::XgBoost | Algorithm::Mlp => "",
        };
        if !needed.is_empty() && !values.iter().any(|(key, _)| *key == needed) {
            return Err(Refusal::MissingHyperparameter { key: needed });
        }
        // In the guide's order.
        let mut known = Vec::new();
        for each in table {
            known.extend(values.iter().find(|(key, _)| *key == each.key).cloned());
        }
        Ok(Settings { known })
    }

    /// All of them, in the guide's order: as SHOW MODEL lists them.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.known.iter().map(|(key, value)| (*key, value.as_str()))
    }

    pub fn text(&self, key: &str) -> &str {
        self.known.iter().find(|(known, _)| *known == key).map_or("", |(_, value)| value)
    }

    /// 0 where it is not set.
    pub fn number(&self, key: &str) -> f64 {
        self.text(key).parse().unwrap_or(0.0)
    }

    pub fn whole(&self, key: &str) -> u32 {
        self.text(key).parse().unwrap_or(0)
    }
}

fn check(algorithm: Algorithm, known: &Known, value: &str) -> Result<String, Refusal> {
    let key = known.key;
    let unread = Refusal::UnreadHyperparameter { key };
    let outside = |range: String| Refusal::HyperparameterOutOfRange { key, value: value.to_owned(), range };
    match known.range {
        Range::Whole(least, most) => {
            let number: i64 = value.parse().map_err(|_| unread)?;
            let inside = (i64::from(least)..=i64::from(most)).contains(&number);
            if inside { Ok(number.to_string()) } else { Err(outside(format!("[{least}, {most}]"))) }
        }
        Range::Real(least, most) => {
            let number: f64 = value.parse().map_err(|_| unread)?;
            let inside = (least..=most).contains(&number);
            if inside { Ok(number.to_string()) } else { Err(outside(format!("[{least}, {most}]"))) }
        }
        Range::Above(least) => {
            let number: f64 = value.parse().map_err(|_| unread)?;
            let inside = number > least && number.is_finite();
            if inside { Ok(number.to_string()) } else { Err(outside(format!("({least}, +inf)"))) }
        }
        Range::Choice(choices) => {
            let compact: String = value.chars().filter(|letter| *letter != ' ').collect();
            match choices.iter().find(|choice| choice.eq_ignore_ascii_case(&compact)) {
                Some(choice) => Ok((*choice).to_owned()),
                None => Err(outside(format!("['{}']", choices.join("', '")))),
            }
        }
        Range::Auto => match value.parse::<u32>() {
            Ok(number) if number > 0 => Ok(number.to_string()),
            Ok(_) => Err(outside("[1, +inf)".to_owned())),
            Err(_) if value.eq_ignore_ascii_case("auto") => Ok("auto".to_owned()),
            Err(_) => Err(unread),
        },
        Range::AutoReal if value.eq_ignore_ascii_case("auto") => Ok("auto".to_owned()),
        Range::Balanced if value.eq_ignore_ascii_case("balanced") => Ok("balanced".to_owned()),
        Range::AutoReal | Range::Balanced => {
            let number: f64 = value.parse().map_err(|_| unread)?;
            let least = if matches!(known.range, Range::Balanced) { f64::MIN_POSITIVE } else { 0.0 };
            let inside = number >= least && number.is_finite();
            if inside { Ok(number.to_string()) } else { Err(outside("[0, +inf)".to_owned())) }
        }
        Range::NotSimulated if value.eq_ignore_ascii_case(known.default) => Ok(known.default.to_owned()),
        Range::NotSimulated => {
            let algorithm = algorithm.name().to_uppercase();
            Err(Refusal::NotSimulated { what: format!("{algorithm} hyperparameter {key}") })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(algorithm: Algorithm, key: &str, value: &str) -> String {
        Settings::read(algorithm, [(key, value)].into_iter()).unwrap_err().to_string()
    }

    #[test]
    fn settings_are_checked_and_filled() {
        let settings =
            Settings::read(Algorithm::XgBoost, [("NUM_ROUND", "10"), ("Eta", " 0.2 ")].into_iter()).unwrap();
        assert_eq!((settings.whole("num_round"), settings.number("eta")), (10, 0.2));
        assert_eq!((settings.whole("max_depth"), settings.text("tree_method")), (6, "auto"));
        assert_eq!(settings.all().next(), Some(("num_round", "10")));
        let k = Settings::read(Algorithm::KMeans, [("K", "5")].into_iter()).unwrap();
        assert_eq!((k.whole("k"), k.text("local_lloyd_num_trials")), (5, "auto"));
    }

    #[test]
    fn refusals_are_those_of_the_container() {
        use Algorithm::{KMeans, LinearLearner, XgBoost};
        assert_eq!(refused(XgBoost, "eta", "2"), "Hyperparameter eta: 2 is not in [0.1, 0.5]");
        assert_eq!(refused(XgBoost, "max_depth", "deep"), "Hyperparameter max_depth: could not parse value");
        assert_eq!(refused(XgBoost, "Depth", "3"), "Extraneous hyperparameter found: depth");
        assert_eq!(
            refused(XgBoost, "tree_method", "gpu"),
            "Hyperparameter tree_method: gpu is not in ['auto', 'exact', 'approx', 'hist']"
        );
        assert_eq!(
            refused(KMeans, "init_method", "best"),
            "Hyperparameter init_method: best is not in ['random', 'kmeans++']"
        );
        assert_eq!(refused(KMeans, "feature_dim", "3"), "Missing required hyperparameter: k");
        assert_eq!(refused(KMeans, "epochs", "3"), "KMEANS hyperparameter epochs is not simulated");
        assert_eq!(refused(LinearLearner, "wd", "0.1"), "Missing required hyperparameter: predictor_type");
        let classes = refused(LinearLearner, "predictor_type", "multiclass_classifier");
        assert_eq!(classes, "Missing required hyperparameter: num_classes");
        assert_eq!(refused(LinearLearner, "wd", "-1"), "Hyperparameter wd: -1 is not in [0, +inf)");
        assert_eq!(
            refused(LinearLearner, "optimizer", "adam"),
            "LINEAR_LEARNER hyperparameter optimizer is not simulated"
        );
        assert_eq!(refused(XgBoost, "eta", "NaN"), "Hyperparameter eta: NaN is not in [0.1, 0.5]");
    }
}
