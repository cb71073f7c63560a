//! The console's pages as data: `console/index.json` and one file a service, fetched when they are first wanted.
//!
//! A file describes pages (what to call, what to show of the answer, what can be done); this folder knows how to draw
//! any of them and nothing of a single service. Texts are `한국어|English`.
//!
//! A page: `name`, `args` (the parts of its address by name), `above` (pages it lies below), `reads`, `under` (values
//! below its title), `deeds`, and `parts` or `tabs` of parts. A read or a call: `as` (the name of its answer), `call`
//! (`service Operation`), `with` (parameters), `region`, `if`, `absent` (errors that mean: nothing there), `each` and
//! `only` (once for every row of these). A part: `kind`, `name`, `note`, `rows` or `of` (paths), `show` (columns),
//! `deeds`, `each` (deeds of a row), `empty` and `fill`. A column: `name`, `of` or `say` (a template), `as`, `open` (an
//! address), `none`, `unit`, `words`. A deed: `name`, `title`, `verb`, `note`, `reads`, `ask` (fields), `loses` (what
//! goes), `confirm`, `when` and `else`, `do` (calls), `then` (an address), `show` (of its answer), `first`, `danger`,
//! `group`. A field: `id`, `name`, `as`, `help`, `example`, `begin` or `start` (a template), `optional`, `options` or
//! `rows` with `value` and `text`, `value` (a document goes as JSON, not as text), `if`. Paths and templates: see
//! [`path`](super::path).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use crate::host;
use crate::page::Page;
use crate::words::Language;

/// What is known of pages, in the language they are read in.
#[derive(Clone)]
pub struct Book {
    pub index: Rc<Value>,
    pub language: Language,
}

thread_local! {
    static READ: RefCell<BTreeMap<String, Rc<Value>>> = const { RefCell::new(BTreeMap::new()) };
}

/// What was fetched before.
pub fn read(name: &str) -> Option<Rc<Value>> {
    READ.with_borrow(|read| read.get(name).cloned())
}

/// Fetches `console/NAME.json`.
///
/// # Errors
/// Why it did not come, for a person.
pub async fn fetch(name: &str) -> Result<Rc<Value>, String> {
    if let Some(read) = read(name) {
        return Ok(read);
    }
    let text = host::fetch_text(&format!("console/{name}.json")).await?;
    let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let value = Rc::new(value);
    READ.with_borrow_mut(|read| read.insert(name.to_owned(), value.clone()));
    Ok(value)
}

/// The half of a text in the reader's language.
pub fn half(text: &str, language: Language) -> &str {
    match (text.split_once('|'), language) {
        (Some((korean, _)), Language::Ko) => korean,
        (Some((_, english)), Language::En) => english,
        (None, _) => text,
    }
}

impl Book {
    /// As it lies open on this page.
    pub fn here(page: &Page) -> Self {
        Self { index: read("index").unwrap_or_default(), language: page.state.language }
    }

    /// A text of a description, in the reader's language; empty when there is none.
    pub fn text<'a>(&self, of: &'a Value, key: &str) -> &'a str {
        half(plain(of, key), self.language)
    }

    /// A word of the kit itself.
    pub fn word(&self, key: &str) -> &str {
        self.text(&self.index["words"], key)
    }

    /// A word of the kit with its `{}` filled.
    pub fn say(&self, key: &str, with: &str) -> String {
        self.word(key).replace("{}", with)
    }

    /// A service's own word for a state, as the real console words it.
    pub fn state<'a>(&'a self, state: &'a str) -> &'a str {
        let known = self.text(&self.index["states"], state);
        if known.is_empty() { state } else { known }
    }
}

/// A member that is text.
pub fn plain<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A member that is a list.
pub fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A member that is a switch.
pub fn is(of: &Value, key: &str) -> bool {
    of.get(key).and_then(Value::as_bool).unwrap_or(false)
}
