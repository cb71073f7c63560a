//! Two users side by side: what each got for the same script, and where it differs.

use std::rc::Rc;

use yew::prelude::*;

use super::face::{Face, Facing};
use super::failure::failure;
use super::grid::Grid;
use super::refusal::refusal;
use crate::host;
use crate::outcome::{Compared, Outcome, REFUSED, Status};
use crate::page::{Page, use_page};
use sandshift_protocol::{Difference, Half, HalfEnd, SqlFailure, StatementResult};

/// More columns than this in each half, and both share one table.
const COLUMNS_BESIDE: usize = 4;
/// Below this width of the window there is no room for two tables.
const WIDTH_BESIDE: f64 = 1100.0;

pub fn comparison(page: &Page, compared: &Compared) -> Html {
    let words = page.words();
    let [first, second] = compared.halves.as_slice() else { return html! {} };
    let said = summary(page, compared);
    html! {
        <section class="compare" aria-labelledby="compare-t">
            <h3 class="sr" id="compare-t">{ words.comparing.compared }</h3>
            <div class="compare-heads">
                { head(page, first) }
                { head(page, second) }
            </div>
            <p class="compare-said">{ said }{ " " }<span class="meta">{ words.comparing.compared_note }</span></p>
            {
                match &compared.difference {
                    Some(difference) => html! { <Rows key={difference.all.result} users={[first.user.clone(), second.user.clone()]} difference={difference.clone()} /> },
                    None => html! {
                        <div class="compare-cols">
                            { body(page, compared, first) }
                            { body(page, compared, second) }
                        </div>
                    },
                }
            }
        </section>
    }
}

/// Who it is, and in a word what it got.
fn head(page: &Page, half: &Half) -> Html {
    let words = page.words();
    let known = page.state.account.users.iter().find(|user| user.name == half.user);
    let ties = known.map(|user| match user.superuser {
        true => words.superuser.to_owned(),
        false if user.groups.is_empty() && user.roles.is_empty() => words.member_of_none.to_owned(),
        false => user.groups.iter().chain(&user.roles).cloned().collect::<Vec<_>>().join(", "),
    });
    let verdict = match &half.end {
        HalfEnd::Done { result } => match (&result.rows, result.rows_affected) {
            (Some(rows), _) => html! { <span class="pill pill-ok">{ (words.rows)(rows.count) }</span> },
            (None, Some(rows)) => html! { <span class="pill pill-ok">{ (words.rows_affected)(rows) }</span> },
            (None, None) => html! { <span class="pill pill-ok mono">{ &result.tag }</span> },
        },
        HalfEnd::Failed { error } => {
            let word = if error.state == REFUSED { words.refused } else { words.failed };
            html! { <span class="pill pill-bad">{ word }</span> }
        }
    };
    html! {
        <div class="compare-head">
            <span class="who-tag">{ "SQL" }</span>
            <b>{ &half.user }</b>
            <span class="meta">{ ties.unwrap_or_default() }</span>
            <span class="push">{ verdict }</span>
        </div>
    }
}

/// What differs, in a sentence or two.
pub fn summary(page: &Page, compared: &Compared) -> String {
    let words = page.words();
    let [first, second] = compared.halves.as_slice() else { return String::new() };
    let difference = compared.difference.as_ref();
    let users = [first.user.as_str(), second.user.as_str()];
    let refused = |half: &Half| matches!(&half.end, HalfEnd::Failed { error } if error.state == REFUSED);
    match (difference, &first.end, &second.end) {
        (Some(found), _, _) => said_of_rows(page, users, found),
        (None, HalfEnd::Failed { error: one }, HalfEnd::Failed { error: other }) => {
            if one.message == other.message {
                words.comparing.same_error
            } else {
                words.comparing.other_errors
            }
            .to_owned()
        }
        (None, HalfEnd::Done { .. }, HalfEnd::Failed { .. }) => {
            (words.comparing.one_fails)(users[0], users[1], refused(second))
        }
        (None, HalfEnd::Failed { .. }, HalfEnd::Done { .. }) => {
            (words.comparing.one_fails)(users[1], users[0], refused(first))
        }
        (None, HalfEnd::Done { result: one }, HalfEnd::Done { result: other }) => {
            if one.rows_affected == other.rows_affected {
                words.comparing.same_effect
            } else {
                words.comparing.other_effect
            }
            .to_owned()
        }
    }
}

fn said_of_rows(page: &Page, users: [&str; 2], found: &Difference) -> String {
    let words = page.words();
    let mut said = Vec::new();
    if found.only == [0, 0] && found.changed == 0 {
        said.push((words.comparing.same_rows)(found.same));
    } else {
        said.push((words.comparing.rows_shared)(found.same + found.changed));
        for (user, only) in users.iter().zip(found.only) {
            if only > 0 {
                said.push((words.comparing.rows_only)(user, only));
            }
        }
    }
    let names = |test: &dyn Fn(&sandshift_protocol::PairColumn) -> bool| {
        let names: Vec<&str> =
            found.columns.iter().filter(|column| test(column)).map(|column| column.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    said.extend(names(&|column| column.changed).map(|names| (words.comparing.columns_differ)(&names)));
    for (at, user) in users.iter().enumerate() {
        said.extend(
            names(&|column| column.at[1 - at].is_none())
                .map(|names| (words.comparing.columns_only)(user, &names)),
        );
    }
    if found.cut {
        said.push((words.comparing.compared_cut)(found.most));
    }
    said.join(" ")
}

#[derive(Properties, PartialEq)]
struct RowsProps {
    users: [String; 2],
    difference: Difference,
}

/// Both results in one table; all rows or those that differ, two tables beside each other or one together.
#[component]
fn Rows(props: &RowsProps) -> Html {
    let page = use_page();
    let words = page.words();
    let found = &props.difference;
    let beside = use_state(|| found.columns.len() <= COLUMNS_BESIDE && host::width() >= WIDTH_BESIDE);
    let whole = use_state(|| true);
    let choice = |name: &'static str,
                  label: String,
                  chosen: bool,
                  onchange: Callback<Event>,
                  count: Option<u64>| {
        html! {
            <label><input type="radio" {name} checked={chosen} {onchange} />{ label }
                if let Some(count) = count { <span class="num meta">{ crate::words::grouped(count) }</span> }
            </label>
        }
    };
    let set = |state: &UseStateHandle<bool>, to: bool| {
        let state = state.clone();
        Callback::from(move |_: Event| state.set(to))
    };
    let rows = if *whole { &found.all } else { &found.differing };
    let facing = Facing { users: props.users.clone(), difference: found.clone(), beside: *beside };
    html! {
        <>
            <div class="compare-tools">
                <fieldset class="seg"><legend class="sr">{ words.comparing.compared_rows }</legend>
                    { choice("compare-rows", words.comparing.all_rows.to_owned(), *whole, set(&whole, true), Some(found.all.count)) }
                    { choice("compare-rows", words.comparing.differing_rows.to_owned(), !*whole, set(&whole, false), Some(found.differing.count)) }
                </fieldset>
                <fieldset class="seg push"><legend class="sr">{ words.comparing.compared_layout }</legend>
                    { choice("compare-layout", words.comparing.beside.to_owned(), *beside, set(&beside, true), None) }
                    { choice("compare-layout", words.comparing.together.to_owned(), !*beside, set(&beside, false), None) }
                </fieldset>
            </div>
            <Grid key={format!("{}-{}", rows.result, *beside)} rows={rows.clone()} past=false measured={String::new()} face={Face::Facing(Rc::new(facing))} />
        </>
    }
}

/// One user's answer where the two cannot be laid upon each other.
fn body(page: &Page, compared: &Compared, half: &Half) -> Html {
    match &half.end {
        HalfEnd::Done { result } => html! { { answer(page, result) } },
        HalfEnd::Failed { error } => {
            let outcome = outcome(compared, half, error);
            html! {
                <div class="compare-body">
                    if error.state == REFUSED && error.why.is_some() {
                        { refusal(page, &outcome, error) }
                    } else {
                        { failure(page, &outcome, error) }
                    }
                </div>
            }
        }
    }
}

fn answer(page: &Page, result: &StatementResult) -> Html {
    let measured = (page.words().measured)(result.elapsed_ms, result.blocks_read, result.blocks_skipped);
    html! {
        <div class="compare-body">
            if let Some(rows) = &result.rows {
                <Grid key={rows.result} rows={rows.clone()} past=false {measured} />
            } else {
                <p class="tag-line"><span class="state state-ok mono">{ &result.tag }</span><span class="meta num">{ measured }</span></p>
            }
        </div>
    }
}

/// As the panels of a single run take it.
fn outcome(compared: &Compared, half: &Half, error: &SqlFailure) -> Outcome {
    Outcome {
        number: half.number,
        user: half.user.clone(),
        text: half.text.clone(),
        lines_before: compared.lines_before,
        span: (0, 0),
        more: false,
        status: Status::Failed { error: error.clone(), offset: compared.offset },
        run: 0,
        past: false,
    }
}
