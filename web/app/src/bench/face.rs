//! How a row of the grid is drawn: a result as it came, or two users' rows facing each other.

use std::rc::Rc;

use yew::prelude::*;

use crate::words::Words;
use sandshift_protocol::{CHANGED, Difference, ONLY_FIRST, ONLY_SECOND, ResultRows};

/// Bytes beyond which a value is likely to be cut by its cell.
const LONG: usize = 60;

pub type Row = Vec<Option<String>>;

#[derive(Clone, Default, PartialEq)]
pub enum Face {
    #[default]
    Plain,
    Facing(Rc<Facing>),
}

/// Two users' rows: whose they are, and whether each has columns of its own or both share them.
#[derive(PartialEq)]
pub struct Facing {
    pub users: [String; 2],
    pub difference: Difference,
    pub beside: bool,
}

/// What stands in a column of two facing results.
#[derive(Clone, Copy)]
enum Place {
    /// Whether a user sees the row.
    Seen(usize),
    /// A user's own value.
    Own(usize, usize),
    /// One value for both, or both values where they differ.
    Shared(usize),
}

impl Face {
    pub fn width(&self, rows: &ResultRows) -> usize {
        match self {
            Self::Plain => rows.columns.len(),
            Self::Facing(facing) if facing.beside => 2 * facing.difference.columns.len(),
            Self::Facing(facing) => 2 + facing.difference.columns.len(),
        }
    }

    pub fn head(&self, rows: &ResultRows, words: &Words) -> Html {
        match self {
            Self::Plain => html! {
                <tr aria-rowindex="1">
                    <td class="rn" />
                    { for rows.columns.iter().map(|column| html! {
                        <th scope="col" class={column.numeric.then_some("r")}>{ &column.name }<span class="type">{ &column.data_type }</span></th>
                    }) }
                </tr>
            },
            Self::Facing(facing) => facing.head(words),
        }
    }

    /// Classes and content of a cell; `row` is `None` before it has arrived.
    pub fn cell(&self, rows: &ResultRows, at: usize, row: Option<&Row>, words: &Words) -> (Classes, Html) {
        match self {
            Self::Plain => {
                let numeric = rows.columns.get(at).is_some_and(|column| column.numeric);
                let value = row.map(|row| row.get(at).and_then(Option::as_deref));
                (classes!(numeric.then_some("r")), value.map_or_else(coming, shown))
            }
            Self::Facing(facing) => match row {
                None => (classes!(), coming()),
                Some(row) => facing.cell(at, row, words),
            },
        }
    }

    /// What copying the cell gives; `None` is NULL.
    pub fn text(&self, rows: &ResultRows, at: usize, row: &Row) -> Option<String> {
        let value = |at: Option<u32>| row.get(at? as usize).cloned().flatten();
        match self {
            Self::Plain => row.get(at).filter(|_| at < rows.columns.len()).cloned().flatten(),
            Self::Facing(facing) => match facing.place(at) {
                Place::Seen(user) => Some(facing.users[user].clone()),
                Place::Own(user, column) => value(facing.difference.columns.get(column)?.at[user]),
                Place::Shared(column) => {
                    let column = facing.difference.columns.get(column)?;
                    value(column.at[0]).or_else(|| value(column.at[1]))
                }
            },
        }
    }
}

impl Facing {
    fn place(&self, at: usize) -> Place {
        let columns = self.difference.columns.len();
        match (self.beside, at) {
            (true, at) => Place::Own(at / columns.max(1), at % columns.max(1)),
            (false, 0 | 1) => Place::Seen(at),
            (false, at) => Place::Shared(at - 2),
        }
    }

    fn head(&self, words: &Words) -> Html {
        let columns = self.difference.columns.len();
        let names = |user: Option<usize>| {
            self.difference.columns.iter().enumerate().map(move |(number, column)| {
                let lacks = match user {
                    Some(user) => column.at[user].is_none(),
                    None => column.at.contains(&None),
                };
                let note = match (user, column.at) {
                    (Some(_), _) if lacks => Some(words.comparing.column_absent.to_owned()),
                    (None, [Some(_), None]) => Some((words.comparing.only_user)(&self.users[0])),
                    (None, [None, Some(_)]) => Some((words.comparing.only_user)(&self.users[1])),
                    _ if column.changed => Some(words.comparing.values_differ.to_owned()),
                    _ => None,
                };
                let class = classes!(
                    column.numeric.then_some("r"),
                    lacks.then_some("lacks"),
                    column.changed.then_some("differs"),
                    (user == Some(1) && number == 0).then_some("second"),
                );
                html! { <th scope="col" {class}>{ &column.name }<span class="type">{ note.unwrap_or_else(|| column.data_type.clone()) }</span></th> }
            })
        };
        if self.beside {
            return html! {
                <>
                    <tr class="sides" aria-rowindex="1">
                        <td class="rn" />
                        { for self.users.iter().enumerate().map(|(at, user)| html! {
                            <th scope="colgroup" class={(at == 1).then_some("second")} colspan={columns.to_string()}><span class="who-tag">{ "SQL" }</span>{ " " }{ user }</th>
                        }) }
                    </tr>
                    <tr class="under"><td class="rn" />{ for names(Some(0)) }{ for names(Some(1)) }</tr>
                </>
            };
        }
        html! {
            <tr aria-rowindex="1">
                <td class="rn" />
                { for self.users.iter().map(|user| html! { <th scope="col" class="sees"><span class="seer">{ user }</span><span class="type">{ words.comparing.sees }</span></th> }) }
                { for names(None) }
            </tr>
        }
    }

    fn cell(&self, at: usize, row: &Row, words: &Words) -> (Classes, Html) {
        let mark = row.first().and_then(Option::as_deref).unwrap_or_default();
        let unseen = [mark == ONLY_SECOND, mark == ONLY_FIRST];
        let value = |at: Option<u32>| at.and_then(|at| row.get(at as usize)).and_then(Option::as_deref);
        match self.place(at) {
            Place::Seen(user) => {
                let (class, said) = if unseen[user] {
                    ("seen-no", words.comparing.sees_not)
                } else {
                    ("seen-yes", words.comparing.sees)
                };
                (
                    classes!("sees", class),
                    html! { <><i aria-hidden="true" /><span class="sr">{ said }</span></> },
                )
            }
            Place::Own(user, number) => {
                let Some(column) = self.difference.columns.get(number) else { return Default::default() };
                let first = (user == 1 && number == 0).then_some("second");
                if unseen[user] || column.at[user].is_none() {
                    let said =
                        if unseen[user] { words.comparing.sees_not } else { words.comparing.column_absent };
                    return (classes!("hatched", first), html! { <span class="sr">{ said }</span> });
                }
                let other = value(column.at[0]) != value(column.at[1]);
                let differs = (mark == CHANGED && column.changed && other).then_some("differs");
                let class = classes!(column.numeric.then_some("r"), first, differs);
                (class, shown(value(column.at[user])))
            }
            Place::Shared(number) => {
                let Some(column) = self.difference.columns.get(number) else { return Default::default() };
                let (first, second) = (value(column.at[0]), value(column.at[1]));
                let numeric = column.numeric.then_some("r");
                if mark == CHANGED && column.changed && first != second {
                    let both = html! { <>{ shown(first) }<span class="against" aria-hidden="true">{ "│" }</span>{ shown(second) }</> };
                    return (classes!("differs", numeric), both);
                }
                let own = if mark == ONLY_SECOND { column.at[1] } else { column.at[0].or(column.at[1]) };
                let lacks = column.at.contains(&None).then_some("lacks");
                match own {
                    Some(at) => (classes!(numeric, lacks), shown(value(Some(at)))),
                    None => (
                        classes!("hatched"),
                        html! { <span class="sr">{ words.comparing.column_absent }</span> },
                    ),
                }
            }
        }
    }
}

fn coming() -> Html {
    html! { <span class="meta">{ "…" }</span> }
}

/// A value as it is: NULL is not the empty string.
fn shown(value: Option<&str>) -> Html {
    match value {
        None => html! { <span class="null">{ "NULL" }</span> },
        Some("") => html! { <span class="empty-string" /> },
        // The cell may be too narrow for it.
        Some(text) if text.len() > LONG => html! { <span title={text.to_owned()}>{ text.to_owned() }</span> },
        Some(text) => html! { { text.to_owned() } },
    }
}
