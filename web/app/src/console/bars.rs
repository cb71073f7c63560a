//! Amounts over time as bars: what a day has cost, and what is foreseen.
//!
//! Drawn 1 : 1 so that its text keeps its size; a table of the same numbers is there for who does not see it.

use serde_json::Value;
use yew::prelude::*;

use super::book::{Book, plain};
use super::cell::money;
use super::path::{find, rows, text};

/// A bar's share of the width: many share it, few do not fill it.
const STEP: f64 = 40.0;
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 200.0;
/// Room for the amounts at the left and the dates below.
const LEFT: f64 = 52.0;
const BELOW: f64 = 24.0;

/// One bar.
struct Bar {
    name: String,
    amount: f64,
    foreseen: bool,
}

/// `rows` happened, `more` is foreseen; each row has its `label` and its `amount` (paths), which is in so many `per`
/// dollar; those foreseen have theirs at `also` and `foreseen`.
pub fn bars(book: &Book, part: &Value, known: &Value) -> Html {
    let per = part.get("per").and_then(Value::as_f64).unwrap_or(1.0);
    let read = |rows_at: &str, label: &str, amount_at: &str, per: f64, foreseen: bool| -> Vec<Bar> {
        let amount = |row: &Value| find(row, amount_at).map_or(0.0, |amount| sum(&amount) / per);
        let name = |row: &Value| find(row, label).map(|name| text(&name)).unwrap_or_default();
        let bar = |row: &Value| Bar { name: name(row), amount: amount(row), foreseen };
        rows(known, rows_at).iter().map(bar).collect()
    };
    let mut all = read(plain(part, "rows"), plain(part, "label"), plain(part, "amount"), per, false);
    all.extend(read(plain(part, "more"), plain(part, "also"), plain(part, "foreseen"), 1.0, true));
    let most = all.iter().map(|bar| bar.amount).fold(0.0, f64::max);
    let top = scale(most);
    let step = ((WIDTH - LEFT) / all.len().max(1) as f64).min(STEP);
    let width = LEFT + step * all.len() as f64;
    let y = |amount: f64| HEIGHT - BELOW - amount / top * (HEIGHT - BELOW - 12.0);
    let every = (all.len() / 8).max(1);
    let title = book.text(part, "name").to_owned();
    html! {
        <>
            <div class="scroll-x" tabindex="0" role="group" aria-label={title.clone()}>
                <svg class="fig bars" viewBox={format!("0 0 {width} {HEIGHT}")} width={width.to_string()} height={HEIGHT.to_string()} role="img" aria-label={title.clone()}>
                    { for (0..=2).map(|line| {
                        let amount = top * f64::from(line) / 2.0;
                        html! { <><path class="gridline" d={format!("M{LEFT} {:.1}H{width}", y(amount))} /><text class="faint" x={(LEFT - 8.0).to_string()} y={format!("{:.1}", y(amount) + 4.0)} text-anchor="end">{ money(amount) }</text></> }
                    }) }
                    { for all.iter().enumerate().map(|(at, bar)| {
                        let x = LEFT + step * at as f64;
                        let height = (y(0.0) - y(bar.amount)).max(if bar.amount > 0.0 { 1.0 } else { 0.0 });
                        html! {
                            <>
                                <rect class={if bar.foreseen { "fill-soft" } else { "fill" }} x={format!("{:.1}", x + step * 0.14)} y={format!("{:.1}", y(0.0) - height)} width={format!("{:.1}", step * 0.72)} height={format!("{height:.1}")} rx="1"><title>{ format!("{}: {}", bar.name, money(bar.amount)) }</title></rect>
                                if at % every == 0 { <text class="faint" x={format!("{:.1}", x + step / 2.0)} y={(HEIGHT - 6.0).to_string()} text-anchor="middle">{ bar.name.get(5..).unwrap_or(&bar.name).to_owned() }</text> }
                            </>
                        }
                    }) }
                </svg>
            </div>
            <table class="sr"><caption>{ title }</caption><tbody>
                { for all.iter().filter(|bar| bar.amount > 0.0).map(|bar| html! { <tr><th scope="row">{ bar.name.clone() }</th><td>{ money(bar.amount) }{ if bar.foreseen { book.word("foreseen") } else { "" }.to_owned() }</td></tr> }) }
            </tbody></table>
            if all.iter().any(|bar| bar.foreseen) { <p class="meta legend"><i class="swatch" />{ book.word("so_far").to_owned() }<i class="swatch soft" />{ book.word("foreseen").to_owned() }</p> }
        </>
    }
}

/// An amount, or the amounts of an object together.
fn sum(value: &Value) -> f64 {
    match value {
        Value::Object(parts) => parts.values().map(sum).sum(),
        other => text(other).parse().unwrap_or(0.0),
    }
}

/// The next round amount: 1, 2 or 5 with zeros.
fn scale(most: f64) -> f64 {
    let mut top = 0.01;
    for factor in [2.0, 2.5, 2.0].into_iter().cycle() {
        if top >= most {
            break;
        }
        top *= factor;
    }
    top
}

#[cfg(test)]
mod tests {
    use super::scale;

    #[test]
    fn scales_end_at_round_amounts() {
        for (most, top) in [(0.0, 0.01), (0.012, 0.02), (7.2, 10.0), (28.01, 50.0)] {
            assert!((scale(most) - top).abs() < 1e-9, "{most}: {}", scale(most));
        }
    }
}
