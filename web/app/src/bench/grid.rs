//! The result grid: draws only the rows that are seen, and asks the worker for those it lacks.
//!
//! Every row is equally tall, so the place of a row follows from its number and a million rows cost what thirty do.

use std::collections::BTreeMap;

use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::face::{Face, Row};
use crate::icon::small_icon;
use crate::page::use_page;
use crate::words::grouped;
use sandshift_protocol::{ExportFormat, ResultRows};

/// Height of a row, px; `layout.css` draws rows as tall as this.
const ROW: f64 = 28.0;
/// Rows drawn beyond both edges, so that a small scroll finds them there.
const MARGIN: u64 = 12;
/// Rows asked for at once.
const PAGE: u64 = 200;
/// Browsers stop at about 33 million px; beyond this the scrollbar stands for more than one row a step.
const TALLEST: f64 = 8_000_000.0;

#[derive(Properties, PartialEq)]
pub struct GridProps {
    pub rows: ResultRows,
    /// From an earlier visit: only the rows that came along are there.
    pub past: bool,
    pub measured: String,
    #[prop_or_default]
    pub face: Face,
}

#[derive(Clone, Copy, PartialEq)]
struct Cell {
    row: u64,
    column: usize,
}

#[component]
pub fn Grid(props: &GridProps) -> Html {
    let page = use_page();
    let words = page.words();
    let rows = &props.rows;
    let count = if props.past { rows.first.len() as u64 } else { rows.count };
    let node = use_node_ref();
    let seen = use_state(|| (0_u64, 40_u64));
    let cell = use_state(|| Cell { row: 0, column: 0 });
    let arrived = use_mut_ref(BTreeMap::<u64, Vec<Row>>::new);
    let asked = use_mut_ref(std::collections::BTreeSet::<u64>::new);
    let redraw = use_force_update();
    let face = &props.face;
    let width = face.width(rows);

    let scale = (count as f64 * ROW / TALLEST).max(1.0);
    let (from, to) = (seen.0.saturating_sub(MARGIN), (seen.1 + MARGIN).min(count));

    // What is missing in sight is asked for, a page of rows at a time.
    if !props.past {
        for number in from / PAGE..=to.saturating_sub(1) / PAGE {
            let first = number * PAGE;
            let at_hand = (first + PAGE).min(count) <= rows.first.len() as u64;
            if count > 0 && !at_hand && asked.borrow_mut().insert(number) {
                let (arrived, redraw) = (arrived.clone(), redraw.clone());
                page.desk.rows(rows.result, first, PAGE as u32, move |_, rows| {
                    arrived.borrow_mut().insert(number, rows);
                    redraw.force_update();
                });
            }
        }
    }
    let row_at = |number: u64| -> Option<Row> {
        rows.first.get(number as usize).cloned().or_else(|| {
            arrived
                .borrow()
                .get(&(number / PAGE))
                .and_then(|page| page.get((number % PAGE) as usize))
                .cloned()
        })
    };

    let look = {
        let (node, seen) = (node.clone(), seen.clone());
        move || {
            if let Some(area) = node.cast::<Element>() {
                let first = (f64::from(area.scroll_top()) * scale / ROW) as u64;
                let fits = (f64::from(area.client_height()) / ROW).ceil() as u64 + 1;
                let now = (first.min(count), (first + fits).min(count));
                if now != *seen {
                    seen.set(now);
                }
            }
        }
    };
    {
        let look = look.clone();
        use_effect_with(rows.result, move |_| look());
    }
    let onscroll = Callback::from(move |_: Event| look());

    // One cell is in the tab order; arrows move it, and the grid follows.
    {
        let node = node.clone();
        use_effect_with(*cell, move |cell| focus_cell(&node, *cell));
    }
    let onkeydown = {
        let (desk, cell, node) = (page.desk.clone(), cell.clone(), node.clone());
        let columns = width;
        let text = row_at(cell.row).and_then(|row| face.text(rows, cell.column, &row));
        Callback::from(move |event: KeyboardEvent| {
            let last = Cell { row: count.saturating_sub(1), column: columns.saturating_sub(1) };
            let Cell { row, column } = *cell;
            let command = event.ctrl_key() || event.meta_key();
            let next = match event.key().as_str() {
                "c" if command => {
                    event.prevent_default();
                    return desk.copy(text.clone().unwrap_or_else(|| "NULL".to_owned()));
                }
                "ArrowUp" => Cell { row: row.saturating_sub(1), column },
                "ArrowDown" => Cell { row: (row + 1).min(last.row), column },
                "ArrowLeft" => Cell { row, column: column.saturating_sub(1) },
                "ArrowRight" => Cell { row, column: (column + 1).min(last.column) },
                "PageUp" => Cell { row: row.saturating_sub(10), column },
                "PageDown" => Cell { row: (row + 10).min(last.row), column },
                "Home" if command => Cell { row: 0, column: 0 },
                "End" if command => last,
                "Home" => Cell { row, column: 0 },
                "End" => Cell { row, column: last.column },
                _ => return,
            };
            event.prevent_default();
            scroll_to(&node, next.row, scale);
            cell.set(next);
        })
    };
    let export = |format: ExportFormat| {
        let (desk, result) = (page.desk.clone(), rows.result);
        Callback::from(move |_: MouseEvent| desk.export_result(result, format))
    };
    let copy_all = {
        let (desk, result) = (page.desk.clone(), rows.result);
        Callback::from(move |_: MouseEvent| desk.copy_result(result))
    };
    let above = from as f64 * ROW / scale;
    let below = ((count as f64 * ROW) / scale - above - (to - from) as f64 * ROW).max(0.0);
    let columns = width + 1;
    let (first, last) = (seen.0 + u64::from(count > 0), seen.1.min(count));
    html! {
        <>
            <div class="grid-wrap" ref={node} {onscroll}>
                <table class="grid" role="grid" aria-label={words.results} aria-rowcount={(count + 1).to_string()} aria-colcount={columns.to_string()} aria-description={words.grid_help} {onkeydown}>
                    <thead>{ face.head(rows, words) }</thead>
                    <tbody>
                        if above > 0.0 { <tr class="room" aria-hidden="true"><td colspan={columns.to_string()} style={format!("block-size:{above}px")} /></tr> }
                        { for (from..to).map(|number| {
                            let row = row_at(number);
                            html! {
                                <tr key={number} aria-rowindex={(number + 2).to_string()}>
                                    <th scope="row" class="rn">{ grouped(number + 1) }</th>
                                    { for (0..width).map(|at| {
                                        let here = Cell { row: number, column: at };
                                        let (choose, chosen) = (cell.clone(), *cell == here);
                                        let onclick = Callback::from(move |_: MouseEvent| choose.set(here));
                                        let (class, value) = face.cell(rows, at, row.as_ref(), words);
                                        html! { <td {class} tabindex={if chosen { "0" } else { "-1" }} aria-selected={chosen.then_some("true")} data-cell={format!("{number}-{at}")} {onclick}>{ value }</td> }
                                    }) }
                                </tr>
                            }
                        }) }
                        if below > 0.0 { <tr class="room" aria-hidden="true"><td colspan={columns.to_string()} style={format!("block-size:{below}px")} /></tr> }
                    </tbody>
                </table>
                if count == 0 { <p class="meta no-rows">{ words.no_rows }</p> }
            </div>
            <div class="grid-foot">
                <span class="num">{ (words.rows_of)(first, last, count) }</span>
                <span class="num">{ &props.measured }</span>
                if props.past {
                    <span>{ words.rows_gone }</span>
                } else {
                    <span class="push">
                        <button class="btn btn-quiet btn-sm" type="button" onclick={copy_all}>{ small_icon("copy") }{ words.copy_all }</button>
                        <button class="btn btn-quiet btn-sm" type="button" onclick={export(ExportFormat::Csv)}>{ "CSV" }</button>
                        <button class="btn btn-quiet btn-sm" type="button" onclick={export(ExportFormat::Json)}>{ "JSON" }</button>
                    </span>
                }
            </div>
        </>
    }
}

/// Puts the keyboard on a cell, if it is in the grid already.
fn focus_cell(node: &NodeRef, cell: Cell) {
    let Some(area) = node.cast::<Element>() else { return };
    let active =
        web_sys::window().and_then(|window| window.document()).and_then(|document| document.active_element());
    if !active.is_some_and(|active| area.contains(Some(&active))) {
        return;
    }
    let selector = format!("[data-cell=\"{}-{}\"]", cell.row, cell.column);
    if let Ok(Some(found)) = area.query_selector(&selector)
        && let Some(found) = wasm_bindgen::JsCast::dyn_ref::<HtmlElement>(&found)
    {
        // Focusing what is on screen does not fail.
        let _ = found.focus();
    }
}

/// Scrolls so far that a row is seen, and no further.
fn scroll_to(node: &NodeRef, row: u64, scale: f64) {
    let Some(area) = node.cast::<Element>() else { return };
    let top = row as f64 * ROW / scale;
    // The header stays on top and takes the place of about two rows.
    let (now, height) = (f64::from(area.scroll_top()), f64::from(area.client_height()) - 2.0 * ROW);
    if top < now {
        area.set_scroll_top(top as i32);
    } else if top + ROW > now + height {
        area.set_scroll_top((top + ROW - height) as i32);
    }
}
