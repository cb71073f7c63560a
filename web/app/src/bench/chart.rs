//! A result as a chart: which column goes across, which up, and one series for each value of a third.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use super::face::Row;
use super::handle::object;
use crate::host;
use crate::page::use_page;
use sandshift_protocol::{ResultColumn, ResultRows};

/// Rows that are drawn; a chart of more is a picture of ink.
const MOST: u64 = 1_000;
/// Series that can be told apart.
const SERIES: usize = 8;

const KINDS: [&str; 3] = ["bar", "line", "scatter"];

#[derive(Clone, Copy, PartialEq)]
struct Choice {
    kind: usize,
    across: usize,
    up: usize,
    split: Option<usize>,
}

/// A name and a value, where there is one, for each place across.
type Series = (String, Vec<Option<f64>>);

#[derive(Properties, PartialEq)]
pub struct ChartProps {
    pub rows: ResultRows,
}

#[component]
pub fn Chart(props: &ChartProps) -> Html {
    let page = use_page();
    let (state, words) = (&page.state, page.words());
    let columns = &props.rows.columns;
    let choice = use_state(|| first(columns));
    let module = use_state(|| None::<Result<JsValue, String>>);
    let cells = use_state(|| props.rows.first.clone());
    let canvas = use_node_ref();
    {
        let module = module.clone();
        use_effect_with((), move |()| {
            yew::platform::spawn_local(async move { module.set(Some(host::load_chart().await)) });
        });
    }
    {
        let (desk, cells) = (page.desk.clone(), cells.clone());
        let wanted = props.rows.count.min(MOST);
        use_effect_with(props.rows.result, move |result| {
            if wanted > cells.len() as u64 {
                desk.rows(*result, 0, wanted as u32, move |_, rows| cells.set(rows));
            }
        });
    }
    {
        let (module, cells, canvas, columns) =
            (module.clone(), cells.clone(), canvas.clone(), columns.clone());
        let look = (host::is_dark(state.theme), state.language);
        use_effect_with((*choice, cells.len(), module.is_some(), look), move |(choice, ..)| {
            let drawn = match (&*module, choice) {
                (Some(Ok(module)), Some(choice)) => draw(module, &canvas, &columns, &cells, *choice),
                _ => None,
            };
            move || {
                if let Some((chart, destroy)) = drawn {
                    // A chart whose canvas is gone has nothing left to destroy.
                    let _ = destroy.call0(&chart);
                }
            }
        });
    }
    let Some(chosen) = *choice else {
        return html! {
            <div class="results-blank"><div class="blank"><b>{ words.chart_none.0 }</b><span>{ words.chart_none.1 }</span></div></div>
        };
    };
    let set = |change: fn(Choice, Option<usize>) -> Choice| {
        let choice = choice.clone();
        Callback::from(move |event: Event| {
            let value =
                event.target_dyn_into::<HtmlSelectElement>().and_then(|list| list.value().parse().ok());
            choice.set(Some(change(chosen, value)));
        })
    };
    let list = |label: &'static str,
                name: &'static str,
                now: Option<usize>,
                which: &dyn Fn(&ResultColumn) -> bool,
                none: Option<&'static str>,
                onchange: Callback<Event>| {
        html! {
            <label class="chart-choice"><span class="meta">{ label }</span>
                <select class="select" {name} {onchange}>
                    if let Some(none) = none { <option value="" selected={now.is_none()}>{ none }</option> }
                    { for columns.iter().enumerate().filter(|(_, column)| which(column)).map(|(at, column)| html! {
                        <option value={at.to_string()} selected={now == Some(at)}>{ &column.name }</option>
                    }) }
                </select>
            </label>
        }
    };
    let kinds = KINDS.iter().enumerate().map(|(at, _)| {
        let choice = choice.clone();
        let onchange = Callback::from(move |_: Event| choice.set(Some(Choice { kind: at, ..chosen })));
        html! { <label><input type="radio" name="chart-kind" checked={chosen.kind == at} {onchange} />{ words.chart_kinds[at] }</label> }
    });
    let failed = matches!(&*module, Some(Err(_)));
    let name = |at: usize| columns.get(at).map_or("", |column| column.name.as_str());
    html! {
        <div class="chart">
            <div class="chart-tools">
                <fieldset class="seg"><legend class="sr">{ words.chart_kind }</legend>{ for kinds }</fieldset>
                { list(words.chart_x, "chart-x", Some(chosen.across), &|_| true, None, set(|choice, at| Choice { across: at.unwrap_or(choice.across), ..choice })) }
                { list(words.chart_y, "chart-y", Some(chosen.up), &|column| column.numeric, None, set(|choice, at| Choice { up: at.unwrap_or(choice.up), ..choice })) }
                { list(words.chart_split, "chart-split", chosen.split, &|_| true, Some(words.chart_unsplit), set(|choice, at| Choice { split: at, ..choice })) }
            </div>
            if module.is_none() {
                <p class="meta chart-wait" role="status">{ words.chart_loading }</p>
            }
            if failed {
                <p class="meta chart-wait" role="alert">{ words.chart_failed }</p>
            }
            <div class="chart-box" hidden={failed}>
                <canvas ref={canvas} role="img" aria-label={(words.chart_said)(name(chosen.up), name(chosen.across))} />
            </div>
            if props.rows.count > MOST {
                <p class="meta chart-wait">{ (words.chart_cut)(MOST, props.rows.count) }</p>
            }
        </div>
    }
}

/// What is likely meant: the first column that is no number across, the first other number up; moments as a line.
fn first(columns: &[ResultColumn]) -> Option<Choice> {
    let across = columns.iter().position(|column| !column.numeric).unwrap_or(0);
    let numeric = |&(at, column): &(usize, &ResultColumn)| column.numeric && at != across;
    let up = columns.iter().enumerate().find(numeric).map(|(at, _)| at);
    let up = up.or_else(|| columns.iter().position(|column| column.numeric))?;
    let moment = columns
        .get(across)
        .is_some_and(|column| ["date", "time"].iter().any(|kind| column.data_type.starts_with(kind)));
    let numbers = columns.get(across).is_some_and(|column| column.numeric);
    let split = columns.iter().enumerate().position(|(at, column)| !column.numeric && at != across);
    Some(Choice {
        kind: if moment {
            1
        } else if numbers {
            2
        } else {
            0
        },
        across,
        up,
        split,
    })
}

/// What stands across and each series' values, in the order of the rows.
fn series(cells: &[Row], choice: Choice) -> (Vec<String>, Vec<Series>) {
    let text = |row: &Row, at: usize| row.get(at).cloned().flatten().unwrap_or_else(|| "NULL".to_owned());
    let number = |row: &Row| row.get(choice.up).and_then(Option::as_deref).and_then(|text| text.parse().ok());
    let Some(split) = choice.split else {
        let labels = cells.iter().map(|row| text(row, choice.across)).collect();
        return (labels, vec![(String::new(), cells.iter().map(number).collect())]);
    };
    let mut labels: Vec<String> = Vec::new();
    let mut found: Vec<Series> = Vec::new();
    for row in cells {
        let label = text(row, choice.across);
        let place = labels.iter().position(|known| *known == label).unwrap_or_else(|| {
            labels.push(label);
            labels.len() - 1
        });
        let name = text(row, split);
        let own = found.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            found.push((name, Vec::new()));
            found.len() - 1
        });
        let values = &mut found[own].1;
        values.resize(values.len().max(place + 1), None);
        values[place] = number(row);
    }
    for (_, values) in &mut found {
        values.resize(labels.len(), None);
    }
    found.truncate(SERIES);
    (labels, found)
}

/// Draws; gives the chart and what takes it away again.
fn draw(
    module: &JsValue,
    canvas: &NodeRef,
    columns: &[ResultColumn],
    cells: &[Row],
    choice: Choice,
) -> Option<(JsValue, Function)> {
    let canvas = canvas.cast::<Element>()?;
    let (labels, found) = series(cells, choice);
    let numbers = columns.get(choice.across).is_some_and(|column| column.numeric);
    let labels: Array = labels
        .iter()
        .map(|label| match label.parse::<f64>() {
            Ok(number) if numbers => JsValue::from_f64(number),
            _ => label.into(),
        })
        .collect();
    let name = |at: usize| columns.get(at).map(|column| column.name.clone()).unwrap_or_default();
    let series: Array = found
        .into_iter()
        .map(|(series, values)| {
            let values: Array =
                values.into_iter().map(|value| value.map_or(JsValue::NULL, JsValue::from_f64)).collect();
            let series = if series.is_empty() { name(choice.up) } else { series };
            JsValue::from(object(&[("name", series.into()), ("values", values.into())]))
        })
        .collect();
    let options: Object = object(&[
        ("kind", KINDS[choice.kind.min(2)].into()),
        ("labels", labels.into()),
        ("series", series.into()),
        ("x", name(choice.across).into()),
        ("y", name(choice.up).into()),
        ("numbers", numbers.into()),
    ]);
    let draw: Function = Reflect::get(module, &"draw".into()).ok()?.dyn_into().ok()?;
    let chart = draw.call2(&JsValue::UNDEFINED, &canvas, &options).ok()?;
    let destroy: Function = Reflect::get(&chart, &"destroy".into()).ok()?.dyn_into().ok()?;
    Some((chart, destroy))
}

#[cfg(test)]
mod tests {
    use super::{Choice, series};

    #[test]
    fn a_third_column_makes_series_of_equal_length() {
        let row = |cells: [&str; 3]| cells.map(|cell| Some(cell.to_owned())).to_vec();
        let cells = [row(["jan", "kr", "1"]), row(["jan", "us", "2"]), row(["feb", "us", "3"])];
        let (labels, found) = series(&cells, Choice { kind: 0, across: 0, up: 2, split: Some(1) });
        assert_eq!(labels, ["jan", "feb"]);
        assert_eq!(found[0], ("kr".to_owned(), vec![Some(1.0), None]));
        assert_eq!(found[1], ("us".to_owned(), vec![Some(2.0), Some(3.0)]));
    }
}
