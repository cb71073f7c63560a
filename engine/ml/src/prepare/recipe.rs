//! What is to be done with which columns: as PREPROCESSORS asks for it, or as AutoML proposes it.

use serde_json::Value;

use crate::refusal::Refusal;

/// Names as the product spells them; the last two are candidates' own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Transformer {
    OneHotEncoder,
    OrdinalEncoder,
    NumericPassthrough,
    Imputer,
    ImputerWithIndicator,
    Normalizer,
    DateTimeVectorizer,
    Pca,
    StandardScaler,
    MinMax,
    RobustScaler,
    LogTransformer,
}

impl Transformer {
    pub const ALL: [(Transformer, &str); 12] = [
        (Transformer::OneHotEncoder, "OneHotEncoder"),
        (Transformer::OrdinalEncoder, "OrdinalEncoder"),
        (Transformer::NumericPassthrough, "NumericPassthrough"),
        (Transformer::Imputer, "Imputer"),
        (Transformer::ImputerWithIndicator, "ImputerWithIndicator"),
        (Transformer::Normalizer, "Normalizer"),
        (Transformer::DateTimeVectorizer, "DateTimeVectorizer"),
        (Transformer::Pca, "PCA"),
        (Transformer::StandardScaler, "StandardScaler"),
        (Transformer::MinMax, "MinMax"),
        (Transformer::RobustScaler, "RobustScaler"),
        (Transformer::LogTransformer, "LogTransformer"),
    ];
    /// How many of them may stand in PREPROCESSORS.
    const NAMED: usize = 10;
    const FOR_CLUSTERS: [Transformer; 3] =
        [Transformer::StandardScaler, Transformer::MinMax, Transformer::NumericPassthrough];

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(each, _)| *each == self).map_or("", |(_, name)| name)
    }
}

/// Transformers for a set of columns; no names mean all (`*`).
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Rule {
    pub columns: Vec<String>,
    pub transformers: Vec<Transformer>,
}

impl Rule {
    pub(crate) fn names(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name.eq_ignore_ascii_case(column))
    }

    pub(crate) fn covers(&self, column: &str) -> bool {
        self.columns.is_empty() || self.names(column)
    }
}

/// Rules, applied in order. Columns no rule encodes are encoded by what they are.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Recipe {
    pub rules: Vec<Rule>,
    /// Columns that tell nothing are left out, which a recipe of the user's does not do.
    pub automatic: bool,
    /// Categories become one number each instead of a feature each.
    pub ordinal: bool,
}

/// What AutoML tries, by the kind of learner that wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Automatic {
    /// Trees split at any scale and find their own way round gaps.
    OneHot,
    Ordinal,
    /// Filled, flagged where that tells something, and brought to one scale.
    Scaled,
    /// The same, after a logarithm, by the median and the middle half: for long tails.
    Robust,
    /// The same, turned into uncorrelated directions.
    Projected,
}

impl Recipe {
    /// PREPROCESSORS 'none': numbers as they are.
    pub fn none() -> Self {
        Recipe::default()
    }

    pub fn automatic(kind: Automatic) -> Self {
        use Transformer as T;
        let steps: &[T] = match kind {
            Automatic::OneHot | Automatic::Ordinal => &[],
            Automatic::Scaled => &[T::ImputerWithIndicator, T::StandardScaler],
            Automatic::Robust => &[T::ImputerWithIndicator, T::LogTransformer, T::RobustScaler],
            Automatic::Projected => &[T::Imputer, T::StandardScaler, T::Pca],
        };
        let rules = if steps.is_empty() {
            Vec::new()
        } else {
            vec![Rule { columns: Vec::new(), transformers: steps.to_vec() }]
        };
        Recipe { rules, automatic: true, ordinal: kind == Automatic::Ordinal }
    }

    /// Reads `[{"ColumnSet": ["a", "b"], "Transformers": ["OneHotEncoder"]}, ...]` or `none`.
    ///
    /// # Errors
    /// Not such a text, an unknown transformer, or one that the product refuses for KMEANS.
    pub fn read(text: &str, for_clusters: bool) -> Result<Self, Refusal> {
        if text.trim().eq_ignore_ascii_case("none") {
            return Ok(Recipe::none());
        }
        let unread = || Refusal::PreprocessorsUnread { text: text.to_owned() };
        let value: Value = serde_json::from_str(text).map_err(|_| unread())?;
        let mut rules = Vec::new();
        for entry in value.as_array().ok_or_else(unread)? {
            let list = |key: &str| -> Option<Vec<&str>> {
                let entries = entry.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?.1;
                entries.as_array()?.iter().map(Value::as_str).collect()
            };
            let mut columns = list("ColumnSet").ok_or_else(unread)?;
            if columns.is_empty() {
                return Err(unread());
            }
            if columns.contains(&"*") {
                columns.clear();
            }
            let mut transformers = Vec::new();
            for name in list("Transformers").ok_or_else(unread)? {
                let known = Transformer::ALL[..Transformer::NAMED].iter();
                let found = known.map(|(each, known)| (*each, *known)).find(|(_, known)| *known == name);
                let (transformer, name) =
                    found.ok_or_else(|| Refusal::TransformerUnknown { transformer: name.to_owned() })?;
                if for_clusters && !Transformer::FOR_CLUSTERS.contains(&transformer) {
                    return Err(Refusal::TransformerNotForClusters { transformer: name.to_owned() });
                }
                transformers.push(transformer);
            }
            rules.push(Rule { columns: columns.into_iter().map(str::to_owned).collect(), transformers });
        }
        Ok(Recipe { rules, automatic: false, ordinal: false })
    }

    /// As a notebook lists it.
    pub fn describe(&self) -> String {
        let encoder = if self.ordinal { "OrdinalEncoder" } else { "OneHotEncoder" };
        let steps = self.rules.iter().flat_map(|rule| rule.transformers.iter().map(|each| each.name()));
        let mut names: Vec<&str> = if self.automatic { vec![encoder] } else { Vec::new() };
        names.extend(steps);
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preprocessors_are_read_and_refused() {
        let text = r#"[{"ColumnSet":["c1","c2"],"Transformers":["OneHotEncoder"]},
                       {"ColumnSet":["*"],"Transformers":["StandardScaler","PCA"]}]"#;
        let recipe = Recipe::read(text, false).unwrap();
        assert!(
            recipe.rules[0].covers("C1") && !recipe.rules[0].covers("c3") && recipe.rules[1].covers("c3")
        );
        assert_eq!(recipe.rules[1].transformers, [Transformer::StandardScaler, Transformer::Pca]);
        assert_eq!(Recipe::read(" None ", true), Ok(Recipe::none()));
        let code = |text: &str, clusters| Recipe::read(text, clusters).unwrap_err().code();
        assert_eq!(code("[{]", false), "PreprocessorsUnread");
        assert_eq!(code(r#"[{"ColumnSet":["*"],"Transformers":["Log"]}]"#, false), "TransformerUnknown");
        assert_eq!(code(text, true), "TransformerNotForClusters");
        assert_eq!(code(r#"{"ColumnSet":[]}"#, false), "PreprocessorsUnread");
    }
}
