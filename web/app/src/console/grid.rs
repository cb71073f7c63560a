//! Rows of values as a query's answer brings them: each cell an object with one member, named after its type.

use serde_json::Value;
use yew::prelude::*;

use super::book::{Book, plain};
use super::path::{find, rows, text};
use super::table::empty;

/// More rows than this are looked at with a query, not here.
const SHOWN: usize = 100;

/// `rows` is the path of the rows, `head` that of the names above them; without one, the first row has them.
pub fn grid(book: &Book, part: &Value, known: &Value) -> Html {
    let mut all = rows(known, plain(part, "rows"));
    let head = match plain(part, "head") {
        "" if all.is_empty() => Vec::new(),
        "" => cells(&all.remove(0)).into_iter().map(Option::unwrap_or_default).collect(),
        path => rows(known, path).iter().map(text).collect::<Vec<_>>(),
    };
    if head.is_empty() {
        return empty(book, part);
    }
    html! {
        <>
            <div class="scroll-x" tabindex="0" role="group" aria-label={book.text(part, "name").to_owned()}>
                <table class="table">
                    <thead><tr>{ for head.into_iter().map(|name| html! { <th scope="col">{ name }</th> }) }</tr></thead>
                    <tbody>
                        { for all.iter().take(SHOWN).map(|row| html! {
                            <tr>{ for cells(row).into_iter().map(|cell| match cell {
                                Some(text) => html! { <td class="mono-cell">{ text }</td> },
                                None => html! { <td><span class="null">{ "NULL" }</span></td> },
                            }) }</tr>
                        }) }
                    </tbody>
                </table>
            </div>
            if all.len() > SHOWN { <p class="meta">{ book.say("more_rows", &(all.len() - SHOWN).to_string()) }</p> }
        </>
    }
}

/// The cells of a row, whether it is a list or has one as its `Data`; `None` for NULL.
fn cells(row: &Value) -> Vec<Option<String>> {
    let list = row.as_array().cloned().unwrap_or_else(|| rows(row, "Data"));
    let value = |cell: &Value| match cell.as_object() {
        Some(members) if members.contains_key("isNull") => None,
        Some(members) => members.values().next().map(text),
        None => find(cell, "@").map(|value| text(&value)),
    };
    list.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::cells;
    use serde_json::json;

    #[test]
    fn cells_are_read_from_either_shape() {
        let one = cells(&json!([{"longValue": 7}, {"isNull": true}, {"stringValue": "x"}]));
        assert_eq!(one, [Some("7".to_owned()), None, Some("x".to_owned())]);
        assert_eq!(cells(&json!({"Data": [{"VarCharValue": "a"}, {}]})), [Some("a".to_owned()), None]);
    }
}
