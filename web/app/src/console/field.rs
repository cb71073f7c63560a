//! One question of a form.

use std::collections::BTreeSet;

use serde_json::Value;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::book::{Book, half, is, list, plain};
use super::calls::with;
use super::cell::pretty;
use super::path::{fill, filled, find, rows, text};

/// What kind of answer a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Password,
    Number,
    /// One of several.
    Choice,
    /// Any of several.
    Checks,
    Switch,
    /// A JSON document, kept as text.
    Document,
    /// A longer text.
    Area,
    /// Words, one a line, kept as a list.
    Lines,
}

impl Kind {
    fn of(field: &Value) -> Self {
        match plain(field, "as") {
            "password" => Self::Password,
            "number" => Self::Number,
            "choice" => Self::Choice,
            "checks" => Self::Checks,
            "switch" => Self::Switch,
            "document" => Self::Document,
            "area" => Self::Area,
            "lines" => Self::Lines,
            _ => Self::Text,
        }
    }
}

/// What a form begins with.
pub fn beginnings(fields: &[Value], known: &Value) -> Value {
    let mut form = known.clone();
    for field in fields {
        let begun = field.get("start").and_then(|start| fill(start, known));
        let begun = begun.or_else(|| field.get("begin").cloned());
        let begun = match (Kind::of(field), begun) {
            (Kind::Document, Some(value)) => Some(pretty(&value).into()),
            (Kind::Choice, None) if !is(field, "optional") => {
                options(field, known, None).into_iter().next().map(|(value, _)| value)
            }
            (_, begun) => begun,
        };
        form = with(&form, plain(field, "id"), begun.unwrap_or(Value::Null));
    }
    form
}

/// The answers to choose from: written down, or rows of something that was read.
fn options(field: &Value, known: &Value, book: Option<&Book>) -> Vec<(Value, String)> {
    let word = |text: &str| book.map_or(text.to_owned(), |book| half(text, book.language).to_owned());
    let written = list(field, "options").iter().map(|option| match option.as_array().map(Vec::as_slice) {
        Some([value, name]) => (value.clone(), word(&text(name))),
        _ => (option.clone(), text(option)),
    });
    let read =
        plain(field, "rows").split(',').filter(|path| !path.is_empty()).flat_map(|path| rows(known, path));
    let read = read.filter_map(|row| {
        let value = find(&row, plain(field, "value"))?;
        // Without a path of its own for it a value speaks for itself; an empty path would be the whole row.
        let named = Some(plain(field, "text")).filter(|path| !path.is_empty());
        let name = named.and_then(|path| find(&row, path));
        let name = name.map_or_else(|| text(&value), |name| text(&name));
        Some((value, name))
    });
    written.chain(read).collect()
}

/// The form with documents that are handed over as what they say, and not as text (`"value": true`).
pub fn read_documents(fields: &[Value], form: &Value) -> Value {
    let mut read = form.clone();
    for field in fields.iter().filter(|field| Kind::of(field) == Kind::Document && is(field, "value")) {
        let id = plain(field, "id");
        let text = form.get(id).and_then(Value::as_str).unwrap_or_default();
        if let Ok(value) = serde_json::from_str(text) {
            read = with(&read, id, value);
        }
    }
    read
}

/// Where an error lies in a document that is no JSON.
pub fn mistake(field: &Value, form: &Value) -> Option<(usize, usize)> {
    let text = form.get(plain(field, "id")).and_then(Value::as_str).unwrap_or_default();
    if Kind::of(field) != Kind::Document || text.trim().is_empty() {
        return None;
    }
    serde_json::from_str::<Value>(text).err().map(|error| (error.line(), error.column()))
}

/// Draws the field with its answer in the form; `change` is given the new answer.
pub fn field(
    book: &Book,
    field: &Value,
    form: &Value,
    prefix: &str,
    change: &Callback<(String, Value)>,
) -> Html {
    let name = plain(field, "id").to_owned();
    let (id, help_id) = (format!("{prefix}-{name}"), format!("{prefix}-{name}-help"));
    let now = form.get(&name).cloned().unwrap_or(Value::Null);
    let kind = Kind::of(field);
    let label = book.text(field, "name").to_owned();
    let help = half(&filled(plain(field, "help"), form), book.language).to_owned();
    let described = (!help.is_empty()).then(|| help_id.clone());
    let required = !is(field, "optional");
    let say = |value: fn(String) -> Value| {
        let (change, name) = (change.clone(), name.clone());
        move |text: String| change.emit((name.clone(), value(text)))
    };
    let input = |kind: &'static str, say: Box<dyn Fn(String)>| {
        let oninput = Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                say(input.value());
            }
        });
        html! { <input class="input mono" id={id.clone()} type={kind} {required} value={text(&now)} placeholder={plain(field, "example").to_owned()} aria-describedby={described.clone()} autocomplete="off" autocapitalize="off" spellcheck="false" {oninput} /> }
    };
    let area = |value: String, rows: &'static str, say: Box<dyn Fn(String)>| {
        let oninput = Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlTextAreaElement>() {
                say(input.value());
            }
        });
        html! { <textarea class="input mono" id={id.clone()} {rows} {required} {value} placeholder={plain(field, "example").to_owned()} aria-describedby={described.clone()} spellcheck="false" autocapitalize="off" {oninput} /> }
    };
    let control = match kind {
        Kind::Text => input("text", Box::new(say(Value::String))),
        Kind::Password => input("password", Box::new(say(Value::String))),
        Kind::Number => input(
            "number",
            Box::new(say(|text| text.parse::<i64>().map_or(Value::String(text), Value::from))),
        ),
        Kind::Document => area(text(&now), "12", Box::new(say(Value::String))),
        Kind::Area => area(text(&now), "5", Box::new(say(Value::String))),
        Kind::Lines => {
            let lines = now.as_array().map(|lines| lines.iter().map(text).collect::<Vec<_>>().join("\n"));
            area(
                lines.unwrap_or_default(),
                "3",
                Box::new(say(|text| text.split('\n').map(str::trim).collect())),
            )
        }
        Kind::Switch | Kind::Checks => return many(book, field, form, &id, kind, change),
        Kind::Choice => {
            let say = say(|text| serde_json::from_str(&text).unwrap_or(Value::Null));
            let onchange = Callback::from(move |event: Event| {
                if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                    say(select.value());
                }
            });
            html! {
                <select class="select" id={id.clone()} aria-describedby={described.clone()} {onchange}>
                    if !required { <option value="null" selected={now.is_null()}>{ "–" }</option> }
                    { for options(field, form, Some(book)).into_iter().map(|(value, name)| html! {
                        <option value={value.to_string()} selected={value == now}>{ name }</option>
                    }) }
                </select>
            }
        }
    };
    let wrong = mistake(field, form).map(|(line, column)| book.say("no_json", &format!("{line}:{column}")));
    html! {
        <div class="field">
            <label for={id.clone()}>{ label }if !required { <span class="meta">{ format!(" {}", book.word("optional")) }</span> }</label>
            { control }
            if let Some(wrong) = wrong { <p class="error" role="status">{ wrong }</p> }
            if !help.is_empty() { <p class="help" id={help_id}>{ help }</p> }
        </div>
    }
}

/// A switch, or a list of which any may be chosen.
fn many(
    book: &Book,
    field: &Value,
    form: &Value,
    id: &str,
    kind: Kind,
    change: &Callback<(String, Value)>,
) -> Html {
    let name = plain(field, "id").to_owned();
    let now = form.get(&name).cloned().unwrap_or(Value::Null);
    let label = book.text(field, "name").to_owned();
    let help = book.text(field, "help").to_owned();
    let checkbox = |checked: bool, label: String, change: Callback<bool>| {
        let onchange = Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                change.emit(input.checked());
            }
        });
        html! { <label class="check"><input type="checkbox" {checked} {onchange} />{ label }</label> }
    };
    if kind == Kind::Switch {
        let change = change.clone();
        let change = Callback::from(move |on: bool| change.emit((name.clone(), Value::Bool(on))));
        return html! { <div class="field">{ checkbox(now.as_bool().unwrap_or(false), label, change) }if !help.is_empty() { <p class="help">{ help }</p> }</div> };
    }
    let chosen: BTreeSet<String> = now.as_array().into_iter().flatten().map(text).collect();
    let all = options(field, form, Some(book));
    html! {
        <fieldset class="field">
            <legend class="label">{ label }<span class="meta num">{ format!(" {}/{}", chosen.len(), all.len()) }</span></legend>
            if !help.is_empty() { <p class="help">{ help }</p> }
            <div class="checks-in" id={id.to_owned()}>
                if all.is_empty() { <p class="meta">{ book.word("nothing").to_owned() }</p> }
                { for all.into_iter().map(|(value, label)| {
                    let value = text(&value);
                    let (change, name, before) = (change.clone(), name.clone(), chosen.clone());
                    let on = before.contains(&value);
                    let change = Callback::from(move |on: bool| {
                        let mut next = before.clone();
                        if on { next.insert(value.clone()) } else { next.remove(&value) };
                        change.emit((name.clone(), next.into_iter().collect()));
                    });
                    checkbox(on, label, change)
                }) }
            </div>
        </fieldset>
    }
}
