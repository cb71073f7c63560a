//! What becomes a parameter: the account, the region, and every name that is given to something made.

/// Account and region of the simulation.
const ACCOUNT: &str = "123456789012";
const REGION: &str = "ap-northeast-2";

/// Names by the variable that stands for them.
pub struct Names {
    /// Variable, and what it was called here.
    known: Vec<(String, String)>,
    /// What the new names begin with.
    prefix: String,
}

/// A piece of a text: as it is, or a variable's name.
pub struct Part<'a> {
    pub text: &'a str,
    pub variable: bool,
}

impl Names {
    pub fn new(prefix: &str) -> Self {
        let known = [("ACCOUNT", ACCOUNT), ("REGION", REGION)];
        Names {
            known: known.map(|(variable, name)| (variable.to_owned(), name.to_owned())).to_vec(),
            prefix: prefix.to_owned(),
        }
    }

    /// Makes a parameter of `name`, of which the kind says what it is the name of: `BUCKET`.
    pub fn add(&mut self, kind: &str, name: &str) {
        if name.is_empty() || self.known.iter().any(|(_, known)| known == name) {
            return;
        }
        let taken = |known: &[(String, String)], variable: &str| known.iter().any(|(it, _)| it == variable);
        let mut variable = kind.to_owned();
        if taken(&self.known, &variable) {
            let slug = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
            variable = format!("{kind}_{}", name.chars().map(slug).collect::<String>());
        }
        while taken(&self.known, &variable) {
            variable.push('_');
        }
        self.known.push((variable, name.to_owned()));
    }

    /// A text cut where names begin and end. A name counts only as a whole: `trial` is not in `trials`.
    pub fn cut<'a>(&'a self, text: &'a str) -> Vec<Part<'a>> {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let mut parts = Vec::new();
        let (mut begun, mut at) = (0, 0);
        while at < text.len() {
            let before = text[..at].chars().next_back();
            let fits = |name: &str| {
                text[at..].starts_with(name)
                    && !before.is_some_and(inner)
                    && !text[at + name.len()..].chars().next().is_some_and(inner)
            };
            let longest = self.known.iter().filter(|(_, name)| fits(name)).max_by_key(|(_, name)| name.len());
            match longest {
                Some((variable, name)) => {
                    parts.push(Part { text: &text[begun..at], variable: false });
                    parts.push(Part { text: variable, variable: true });
                    at += name.len();
                    begun = at;
                }
                None => at += text[at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        parts.push(Part { text: &text[begun..], variable: false });
        parts.retain(|part| part.variable || !part.text.is_empty());
        parts
    }

    /// A statement with `@BUCKET@` where the name was: `run.sh` fills it in.
    pub fn marked(&self, text: &str) -> String {
        let part =
            |part: &Part| if part.variable { format!("@{}@", part.text) } else { part.text.to_owned() };
        self.cut(text).iter().map(part).collect()
    }

    /// The variable of a name.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.known.iter().find(|(_, known)| known == name).map(|(variable, _)| variable.as_str())
    }

    /// `settings.sh`: every parameter, with a value that can be overridden from outside.
    pub fn settings(&self) -> String {
        let mut text = format!(
            "# Every name that is used, and the region. A variable of the environment goes before what stands here.\n\
             REGION=${{REGION:-{REGION}}}\n\
             export AWS_DEFAULT_REGION=$REGION AWS_PAGER=\n\
             ACCOUNT=${{ACCOUNT:-$(aws sts get-caller-identity --query Account --output text)}}\n\
             NODE_TYPE=${{NODE_TYPE:-ra3.large}}\n\
             DATABASE=${{DATABASE:-dev}}\n\
             DATA=data\n\
             [ -d data ] || DATA=../data\n\
             # Seconds. Lessons on backups let days pass.\n\
             WAIT_AT_MOST=${{WAIT_AT_MOST:-3600}}\n"
        );
        for (variable, name) in self.known.iter().skip(2) {
            let value = if variable.starts_with("BUCKET") {
                // Bucket names are the world's: the account's number makes them ours.
                format!("{}-{name}-$ACCOUNT", self.prefix)
            } else if ["GLUE_DATABASE"].iter().any(|kind| variable.starts_with(kind)) {
                format!("{}_{name}", self.prefix.replace('-', "_"))
            } else {
                format!("{}-{name}", self.prefix)
            };
            text.push_str(&format!("{variable}=${{{variable}:-{value}}} # {name} in the lesson\n"));
        }
        text.push_str("\n# Fills the names into a statement.\nfill() {\n  sed");
        for (variable, _) in &self.known {
            text.push_str(&format!(" -e \"s|@{variable}@|${variable}|g\""));
        }
        text.push_str(" \"$1\"\n}\n");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_as_a_whole_and_the_longest_wins() {
        let mut names = Names::new("lab");
        names.add("NAMESPACE", "trial");
        names.add("WORKGROUP", "trial-two");
        assert_eq!(
            names.marked("trial trials trial-two trial.x"),
            "@NAMESPACE@ trials @WORKGROUP@ @NAMESPACE@.x"
        );
    }

    #[test]
    fn every_name_has_a_variable_of_its_own() {
        let mut names = Names::new("lab");
        for name in ["a.b", "a-b", "c"] {
            names.add("ROLE", name);
        }
        assert_eq!(names.variable("a.b"), Some("ROLE"));
        assert_eq!(names.variable("a-b"), Some("ROLE_A_B"));
        assert!(
            names.settings().contains("ROLE_C=${ROLE_C:-lab-c} # c in the lesson\n"),
            "{}",
            names.settings()
        );
    }
}
