//! One value of an answer as a person reads it.

use serde_json::Value;
use yew::prelude::*;

use super::address;
use super::book::{Book, half, list, plain};
use super::calls::with;
use super::path::{filled, find, text};
use crate::bar::moment;
use crate::page::Page;
use crate::words::grouped;

/// How a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Text,
    Mono,
    Time,
    Bytes,
    Number,
    /// A measure, as SHOW MODEL prints it.
    Score,
    Money,
    /// Millionths of a dollar.
    Micros,
    Count,
    State,
    Yes,
    /// What stands behind the last slash or colon: the name in an ARN.
    Tail,
    Json,
    /// Sentences, which may take several lines.
    Long,
}

impl Manner {
    fn of(column: &Value) -> Self {
        match plain(column, "as") {
            "mono" => Self::Mono,
            "time" => Self::Time,
            "bytes" => Self::Bytes,
            "number" => Self::Number,
            "score" => Self::Score,
            "money" => Self::Money,
            "micros" => Self::Micros,
            "count" => Self::Count,
            "state" => Self::State,
            "yes" => Self::Yes,
            "tail" => Self::Tail,
            "json" => Self::Json,
            "long" => Self::Long,
            _ => Self::Text,
        }
    }
}

/// Whether a column's values stand right.
pub fn is_right(column: &Value) -> bool {
    matches!(
        Manner::of(column),
        Manner::Bytes | Manner::Number | Manner::Score | Manner::Count | Manner::Money | Manner::Micros
    )
}

/// The value of a column in a row, as plain text: what is searched.
pub fn searched(column: &Value, row: &Value) -> String {
    find(row, plain(column, "of")).map(|value| text(&value)).unwrap_or_default()
}

/// A cell. `known` is what the page knows, for the addresses of links.
pub fn cell(page: &Page, book: &Book, column: &Value, row: &Value, known: &Value) -> Html {
    let value = match book.text(column, "say") {
        "" => find(row, plain(column, "of")),
        template => match filled(template, &with(known, "row", row.clone())).trim() {
            "" => find(row, plain(column, "of")).filter(|_| column.get("of").is_some()),
            said => Some(said.into()),
        },
    };
    let Some(value) = value.filter(|value| *value != Value::String(String::new())) else {
        let none = book.text(column, "none");
        return html! { <span class="meta">{ if none.is_empty() { "–" } else { none }.to_owned() }</span> };
    };
    let shown = worded(book, column, &value).map_or_else(|| drawn(book, column, &value), Html::from);
    let open = plain(column, "open");
    if open.is_empty() {
        return shown;
    }
    match filled(open, &with(known, "row", row.clone())) {
        to if to.is_empty() => shown,
        // What an answer calls `s3://bucket/key` is an address behind `s3/object/`.
        to => html! { <a href={address(page, &to.replace("/s3://", "/"))}>{ shown }</a> },
    }
}

/// The description's own words for a value: `-1` is `Indefinitely`.
fn worded(book: &Book, column: &Value, value: &Value) -> Option<String> {
    let words = column.get("words")?.get(text(value))?.as_str()?;
    Some(half(words, book.language).to_owned())
}

fn drawn(book: &Book, column: &Value, value: &Value) -> Html {
    let written = text(value);
    let with_unit = |figure: String| match book.text(column, "unit") {
        "" => figure,
        unit => format!("{figure}{unit}"),
    };
    let number = || value.as_f64().or_else(|| written.parse().ok());
    let plain_text = match Manner::of(column) {
        Manner::Mono => return html! { <span class="mono">{ written }</span> },
        Manner::Long => return html! { <span class="long">{ written }</span> },
        Manner::Json => return html! { <pre class="code doc" tabindex="0">{ pretty(value) }</pre> },
        Manner::State => {
            let word = book.state(&written).to_owned();
            return html! { <span class="state"><span class={dot(&written)} />{ word }</span> };
        }
        // CloudWatch Logs counts milliseconds, and lines follow each other by seconds.
        Manner::Time if value.is_i64() => {
            let millis = value.as_i64().unwrap_or(0);
            format!("{}:{:02}", moment(millis * 1_000), millis / 1_000 % 60)
        }
        Manner::Time => written.get(..16).map_or(written.clone(), |minute| minute.replace('T', " ")),
        Manner::Bytes => number().map_or(written, size),
        Manner::Number => with_unit(number().map_or(written, |number| {
            if number.fract() == 0.0 && number >= 0.0 { grouped(number as u64) } else { number.to_string() }
        })),
        Manner::Score => number().map_or(written, |number| format!("{number:.6}")),
        Manner::Money => number().map_or(written, money),
        Manner::Micros => number().map_or(written, |micros| money(micros / 1e6)),
        Manner::Count => grouped(value.as_array().map_or(1, Vec::len) as u64),
        Manner::Yes => {
            book.word(if value.as_bool().unwrap_or(written == "true") { "yes" } else { "no" }).to_owned()
        }
        Manner::Tail => written.rsplit(['/', ':']).next().unwrap_or(&written).to_owned(),
        Manner::Text => with_unit(written),
    };
    html! { <span class="num">{ plain_text }</span> }
}

/// A document with two spaces a level, whether it came as an object or as text.
pub fn pretty(value: &Value) -> String {
    let read = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let value = read.as_ref().unwrap_or(value);
    match value {
        Value::String(text) => text.clone(),
        value => serde_json::to_string_pretty(value).unwrap_or_default(),
    }
}

/// Dollars and cents; the first cent is said to be less than one.
pub fn money(amount: f64) -> String {
    if amount > 0.0 && amount < 0.01 { "<$0.01".to_owned() } else { format!("${amount:.2}") }
}

/// `512 B`, `2.1 MB`.
pub fn size(bytes: f64) -> String {
    let mut amount = bytes;
    for unit in ["B", "KB", "MB", "GB"] {
        if amount < 1024.0 {
            return if unit == "B" { format!("{amount} B") } else { format!("{amount:.1} {unit}") };
        }
        amount /= 1024.0;
    }
    format!("{amount:.1} TB")
}

/// The mark of a state: up, changing, asleep or failed.
fn dot(state: &str) -> &'static str {
    let state = state.to_lowercase();
    match state.as_str() {
        "paused" | "stopped" | "disabled" | "inactive" => "dot dot-paused",
        "denied" | "cancelled" | "incompatible-network" | "storage-full" => "dot dot-bad",
        "pending" | "queued" | "submitted" | "inprogress" | "in_progress" | "started" => "dot dot-busy",
        state if state.contains("fail") || state.ends_with("deny") => "dot dot-bad",
        state if (state.ends_with("ing") || state.contains("resize")) && state != "pending-restart" => {
            "dot dot-busy"
        }
        _ => "dot dot-ok",
    }
}

/// Names and values side by side.
pub fn facts(page: &Page, book: &Book, columns: &Value, of: &Value, known: &Value) -> Html {
    let wide = |column: &Value| {
        (Manner::of(column) == Manner::Json || plain(column, "wide") == "yes").then_some("wide")
    };
    html! {
        <dl class="facts">
            { for list(columns, "show").iter().map(|column| html! {
                <div class={wide(column)}><dt>{ book.text(column, "name").to_owned() }</dt><dd>{ cell(page, book, column, of, known) }</dd></div>
            }) }
        </dl>
    }
}
