//! What names alone do not tell of the way to the present form: a line each.
//!
//! ```text
//! aws::Cluster.nodes = 2         (a new field's value in accounts that had none)
//! aws::Cluster.kind < node_type  (a field's, or a variant's, former name)
//! ```

/// The lines, as owner and name, sign, and word.
#[derive(Default)]
pub struct Notes<'a> {
    lines: Vec<(&'a str, char, &'a str)>,
}

impl<'a> Notes<'a> {
    /// Reads the lines; what stands behind `#` is for people.
    pub fn read(text: &'a str) -> Self {
        let lines = text.lines().filter_map(|line| {
            let line = line.split('#').next()?;
            let sign = if line.contains(" < ") { '<' } else { '=' };
            let (what, word) = line.split_once(sign)?;
            Some((what.trim(), sign, word.trim()))
        });
        Notes { lines: lines.collect() }
    }

    fn find(&self, owner: &str, name: &str, wanted: char) -> Option<&'a str> {
        let of = |what: &str| what.rsplit_once('.').is_some_and(|(own, field)| own == owner && field == name);
        self.lines.iter().find(|(what, sign, _)| *sign == wanted && of(what)).map(|(_, _, word)| *word)
    }

    /// What `name` was called before.
    pub fn former(&self, owner: &str, name: &str) -> Option<&'a str> {
        self.find(owner, name, '<')
    }

    /// What a new field is.
    pub fn value(&self, owner: &str, name: &str) -> Option<&'a str> {
        self.find(owner, name, '=')
    }
}
