//! A type's name as it was written, synonyms and spellings of several words brought to one.

#[derive(Clone, Debug)]
pub struct DataType {
    /// In lower case and one word: `timestamptz`, `varchar`, `float8`. An array's ends in brackets.
    pub name: String,
    /// What stands in parentheses: digits, or `max`.
    pub modifiers: Vec<String>,
    /// The last of an INTERVAL's fields, which decides what it keeps.
    pub last_field: Option<String>,
}

impl DataType {
    /// For messages about a type that there is none of.
    pub fn written(&self) -> String {
        match self.modifiers.as_slice() {
            [] => self.name.clone(),
            modifiers => format!("{}({})", self.name, modifiers.join(",")),
        }
    }
}
