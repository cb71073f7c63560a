//! A table as it lies on disk, drawn: squares of rows on their slices, ghosts hatched, zone maps as bars; beside it how
//! it was when it was last looked at.
//!
//! Squares and bars are elements with colours and lengths of their own, so that they wrap on a phone; the figures, the
//! table of zones and the labels say the same in words.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::book::{Book, list, plain, read};
use crate::guide::statement::{Actor, statement};
use crate::page::{Page, use_page};
use crate::words::grouped;

/// What is counted, before and after.
const FIGURES: [(&str, &str); 6] = [
    ("Stored", ""),
    ("Visible", ""),
    ("Ghosts", ""),
    ("UnsortedShare", "%"),
    ("StatsOff", ""),
    ("Size", " MB"),
];

/// How a table was when it was last looked at, and how it has been since.
type Seen = (Option<Rc<Value>>, Rc<Value>);

thread_local! {
    static SEEN: RefCell<BTreeMap<String, Seen>> = const { RefCell::new(BTreeMap::new()) };
}

#[derive(Properties, PartialEq)]
pub struct DiskProps {
    pub table: Rc<Value>,
}

#[component]
pub fn Disk(props: &DiskProps) -> Html {
    let page = use_page();
    let sought = use_state(String::new);
    let book = Book::here(&page);
    let described = read("inspect").unwrap_or_default();
    let words = &described["disk"];
    let say = |key: &str, with: &str| book.text(words, key).replace("{}", with);
    let now = &*props.table;
    let before = seen(&page, &props.table);
    let name = plain(now, "Name");
    let column = plain(now, "ColumnName");
    let hidden = now["Hidden"] == true;
    let offered =
        |text: &str| statement(&page, Actor::User(page.state.user.clone()), &format!("{text} {name};"));
    let oninput = {
        let sought = sought.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                sought.set(input.value());
            }
        })
    };
    let zones = list(now, "Zones");
    let wanted: Vec<bool> =
        zones.iter().map(|zone| may_hold(zone, &sought, now["Numeric"] == true)).collect();
    let last = &now["Last"];
    html! {
        <div class="disk">
            <dl class="disk-figures">
                { for FIGURES.iter().map(|(key, unit)| {
                    let figure = |of: &Value| format!("{}{unit}", shown(&of[*key]));
                    let was = before.as_ref().map(|before| figure(before)).filter(|was| *was != figure(now));
                    html! {
                        <div class={classes!(was.is_some().then_some("is-new"))}><dt>{ say(key, "") }</dt><dd><b class="num">{ figure(now) }</b>
                            if let Some(was) = was { <span class="meta num">{ say("was", &was) }</span> }
                        </dd></div>
                    }
                }) }
            </dl>
            <p class="meta">{ say("one", &grouped(number(&now["Per"]))) }{ " " }{ say(if hidden { "hidden" } else { "colour" }, column) }</p>
            <div class="disk-pair">
                { picture(&say, now, "now") }
                if let Some(before) = &before { { picture(&say, before, "before") } }
            </div>
            <p class="disk-legend meta" aria-hidden="true">
                if !hidden { <span><i class="square" style="--a:0%;--b:0%" />{ say("small", "") }</span><span><i class="square" style="--a:100%;--b:100%" />{ say("large", "") }</span> }
                <span><i class="square" style="--a:0%;--b:0%;--g:100%" />{ say("ghost", "") }</span>
            </p>
            if !hidden && !zones.is_empty() {
                <h4>{ say("zones", "") }</h4>
                <p class="soft">{ say("zones_note", "") }</p>
                <p class="disk-where"><label class="mono" for="disk-sought">{ format!("WHERE {column} =") }</label>
                    <input class="input mono" id="disk-sought" autocomplete="off" spellcheck="false" value={(*sought).clone()} {oninput} />
                    <span class="meta num" role="status">if !sought.is_empty() {
                        { say("left", "").replace("{read}", &wanted.iter().filter(|wanted| **wanted).count().to_string()).replace("{all}", &zones.len().to_string()) }
                    }</span></p>
                <div class="scroll-x" tabindex="0" role="group" aria-label={say("zones", "")}>
                    <table class="table disk-zones"><thead><tr>
                        { for ["block", "region", "Rows", "Least", "Greatest", "range"].map(|key| html! { <th scope="col" class={(key == "Rows").then_some("r")}>{ say(key, "") }</th> }) }
                    </tr></thead><tbody>
                        { for zones.iter().zip(&wanted).enumerate().map(|(at, (zone, wanted))| {
                            let (from, to) = span(zone);
                            let style = format!("margin-inline-start:{from}%;inline-size:max(3px,{}%)", to - from);
                            html! {
                                <tr class={(!wanted).then_some("is-skipped")}>
                                    <th scope="row" class="num">{ at + 1 }</th>
                                    <td>{ say(if zone["Sorted"] == true { "in" } else { "out" }, "") }</td>
                                    <td class="r num">{ shown(&zone["Rows"]) }</td>
                                    <td class="mono-cell">{ shown(&zone["Least"]) }</td><td class="mono-cell">{ shown(&zone["Greatest"]) }</td>
                                    <td class="disk-range"><i {style} />if !sought.is_empty() { <span class="sr">{ say(if *wanted { "read" } else { "skipped" }, "") }</span> }</td>
                                </tr>
                            }
                        }) }
                    </tbody></table>
                </div>
                if number(&now["ZonesLeft"]) > 0 { <p class="meta">{ say("more", &shown(&now["ZonesLeft"])) }</p> }
            }
            if last.is_object() {
                <h4>{ say("last", "") }</h4>
                <pre class="code" tabindex="0">{ crate::ink::sql(plain(last, "Text").trim()) }</pre>
                <p class="soft">
                    { say("last_said", "").replace("{stored}", &shown(&now["Stored"])).replace("{read}", &shown(&last["Read"])).replace("{kept}", &shown(&last["Kept"])) }
                    if number(&last["Read"]) > number(&last["Visible"]) { { " " }{ say("last_ghosts", &grouped(number(&last["Read"]) - number(&last["Visible"]))) } }
                    if last["Restricted"] == true && number(&last["Read"]) < number(&now["Stored"]) { { " " }{ say("pruned", "") } }
                </p>
            }
            <h4>{ say("clean", "") }</h4>
            <div class="disk-clean">{ offered("VACUUM FULL") }{ offered("ANALYZE") }</div>
        </div>
    }
}

/// How the table was before it became what it is, if somebody saw it.
fn seen(page: &Page, now: &Rc<Value>) -> Option<Rc<Value>> {
    let key = format!("{} {} {}", page.state.account.warehouse, now["Id"], now["Column"]);
    SEEN.with_borrow_mut(|seen| {
        let entry = seen.entry(key).or_insert_with(|| (None, now.clone()));
        let same = |key: &str| entry.1[key] == now[key];
        if !(same("Slices") && same("StatsOff")) {
            entry.0 = Some(entry.1.clone());
        }
        entry.1 = now.clone();
        entry.0.clone()
    })
}

/// Both slices with their two regions.
fn picture(say: &dyn Fn(&str, &str) -> String, table: &Value, title: &str) -> Html {
    let keyed = !list(table, "SortKey").is_empty();
    let rows = |region: &Value| number(&region["Rows"]);
    html! {
        <section class="disk-picture" aria-label={say(title, "")}>
            <h4>{ say(title, "") }</h4>
            { for list(table, "Slices").iter().enumerate().map(|(at, slice)| {
                let all = rows(&slice["Sorted"]) + rows(&slice["Unsorted"]);
                let said = if all == 0 { say("none", "") } else { say("rows", &grouped(all)) };
                html! {
                    <div class="disk-slice">
                        <p class="meta num">{ say("slice", &at.to_string()) }{ " · " }{ said }</p>
                        <div class="disk-regions">
                            { for [("Sorted", "sorted"), ("Unsorted", "unsorted")].into_iter().filter(|(key, _)| rows(&slice[*key]) > 0).map(|(key, label)| {
                                let label = say(if keyed { label } else { "keyless" }, &grouped(rows(&slice[key])));
                                html! {
                                    <figure><figcaption>{ label.clone() }</figcaption>
                                        <div class="squares" role="img" aria-label={label}>{ for list(&slice[key], "Squares").iter().map(|one| square(say, one)) }</div>
                                    </figure>
                                }
                            }) }
                        </div>
                    </div>
                }
            }) }
        </section>
    }
}

fn square(say: &dyn Fn(&str, &str) -> String, one: &Value) -> Html {
    let (from, to) = span(one);
    let (rows, ghosts) = (number(&one["Rows"]), number(&one["Ghosts"]));
    let ghost = ghosts * 100 / rows.max(1);
    let plain = one.get("From").is_none();
    let style =
        if plain { format!("--ghosts:{ghost}%") } else { format!("--a:{from}%;--b:{to}%;--ghosts:{ghost}%") };
    let title = say("square", "").replace("{rows}", &grouped(rows)).replace("{ghosts}", &grouped(ghosts));
    let title = if plain {
        title
    } else {
        format!("{title} · {} – {}", shown(&one["Least"]), shown(&one["Greatest"]))
    };
    html! { <i class={classes!("square", plain.then_some("is-plain"), (ghosts > 0).then_some("has-ghosts"))} {style} {title} /> }
}

/// Where bounds lie between the column's least and greatest value, percent.
fn span(zone: &Value) -> (f64, f64) {
    let at = |key: &str| zone[key].as_f64().unwrap_or(0.0) / 10.0;
    (at("From"), at("To"))
}

/// Whether a block may hold the value; with nothing sought, or nothing known of the block, it may.
fn may_hold(zone: &Value, sought: &str, numeric: bool) -> bool {
    let (sought, least, greatest) =
        (sought.trim().trim_matches('\''), plain(zone, "Least"), plain(zone, "Greatest"));
    if sought.is_empty() || zone.get("Least").is_none() {
        return true;
    }
    if !numeric {
        return least <= sought && sought <= greatest;
    }
    let number = |text: &str| text.parse::<f64>().ok();
    match (number(least), number(sought), number(greatest)) {
        (Some(least), Some(sought), Some(greatest)) => least <= sought && sought <= greatest,
        _ => true,
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Number(_) => grouped(number(value)),
        Value::String(text) => text.clone(),
        _ => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::may_hold;
    use serde_json::json;

    #[test]
    fn a_block_is_read_when_it_may_hold_the_value() {
        let numbers = json!({"Least": "9", "Greatest": "100"});
        assert!(may_hold(&numbers, "10", true) && !may_hold(&numbers, "101", true));
        assert!(may_hold(&numbers, "", true) && may_hold(&numbers, "x", true));
        let dates = json!({"Least": "2019-05-01", "Greatest": "2019-06-01"});
        assert!(may_hold(&dates, "'2019-05-20'", false) && !may_hold(&dates, "2019-07-01", false));
        assert!(may_hold(&json!({}), "5", true), "all NULL, or a type without order");
    }
}
