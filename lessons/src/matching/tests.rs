//! What is the same and what is not, and which row is named.

use super::*;

fn table(columns: &str, rows: &[&str]) -> Table {
    let cells = |row: &str| row.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    Table { columns: cells(columns), rows: rows.iter().map(|row| cells(row)).collect() }
}

fn free() -> Matching {
    Matching::default()
}

#[test]
fn a_multiset_counts_its_rows() {
    let wanted = table("", &["a 1", "b 2", "b 2"]);
    assert_eq!(difference(&wanted, &table("x y", &["b 2", "a 1", "b 2"]), &free()), None);
    let twice = table("x y", &["b 2", "a 1", "a 1"]);
    assert_eq!(difference(&wanted, &twice, &free()).unwrap(), "row 3\n+ a 1".replace("a 1", "a | 1"));
    let short = table("x y", &["b 2", "a 1"]);
    assert_eq!(difference(&wanted, &short, &free()).unwrap(), "rows\n- b | 2");
}

#[test]
fn ordered_rows_stand_in_their_places() {
    let wanted = table("", &["a 1", "b 2"]);
    let ordered = Matching { ordered: true, ..free() };
    assert_eq!(difference(&wanted, &table("x y", &["a 1", "b 2"]), &ordered), None);
    let turned = table("x y", &["b 2", "a 1"]);
    assert_eq!(difference(&wanted, &turned, &ordered).unwrap(), "row 1\n- a | 1\n+ b | 2");
    assert_eq!(difference(&wanted, &table("x y", &["a 1"]), &ordered).unwrap(), "rows\n- b | 2");
    let long = table("x y", &["a 1", "b 2", "c 3"]);
    assert_eq!(difference(&wanted, &long, &ordered).unwrap(), "row 3\n+ c | 3");
}

#[test]
fn rows_that_agree_in_the_keys_may_stand_in_any_order() {
    let wanted = table("name n", &["a 9", "b 5", "c 5", "d 1"]);
    let keys = Matching { keys: vec!["n".to_owned()], ..free() };
    assert_eq!(difference(&wanted, &table("x n", &["a 9", "c 5", "b 5", "d 1"]), &keys), None);
    let wrong = table("x n", &["b 5", "a 9", "c 5", "d 1"]);
    assert_eq!(difference(&wanted, &wrong, &keys).unwrap(), "row 1\n- a | 9\n+ b | 5");
    let other = table("x n", &["a 9", "c 5", "e 5", "d 1"]);
    assert_eq!(difference(&wanted, &other, &keys).unwrap(), "row 3\n- b | 5\n+ e | 5");
    let by_place = Matching { keys: vec!["2".to_owned()], ..free() };
    assert_eq!(difference(&wanted, &table("x y", &["a 9", "c 5", "b 5", "d 1"]), &by_place), None);
}

#[test]
fn numbers_agree_as_closely_as_declared() {
    let wanted = table("", &["a 0.70", "b 1"]);
    let near = table("x y", &["b 1.000", "a 0.71"]);
    assert!(difference(&wanted, &near, &free()).is_some());
    assert_eq!(difference(&wanted, &near, &Matching { tolerance: Some(0.01), ..free() }), None);
    assert!(difference(&wanted, &near, &Matching { tolerance: Some(0.001), ..free() }).is_some());
    let exact = Matching { tolerance: Some(0.0), ..free() };
    assert_eq!(difference(&wanted, &table("x y", &["a 0.7", "b 1.0"]), &exact), None);
    let words = table("x y", &["a 0.70", "b one"]);
    assert_eq!(difference(&wanted, &words, &exact).unwrap(), "row 2\n+ b | one");
}

#[test]
fn columns_are_named_and_ordered_as_declared() {
    let wanted = table("name n", &["a 1"]);
    let turned = table("N Name", &["1 a"]);
    assert!(difference(&wanted, &turned, &free()).is_some());
    let named = Matching { same_names: true, ..free() };
    assert_eq!(difference(&wanted, &turned, &named).unwrap(), "columns\n- name | n\n+ N | Name");
    let either = Matching { same_names: true, any_column_order: true, ..free() };
    assert_eq!(difference(&wanted, &turned, &either), None);
    let other = table("n label", &["1 a"]);
    assert!(difference(&wanted, &other, &either).unwrap().starts_with("columns\n"));
    let any = Matching { any_column_order: true, ..free() };
    assert_eq!(difference(&wanted, &other, &any), None);
    assert_eq!(difference(&wanted, &table("n label", &["2 a"]), &any).unwrap(), "row 1\n+ 2 | a");
    let wide = table("name n more", &["a 1 x"]);
    assert!(difference(&wanted, &wide, &free()).unwrap().starts_with("columns\n"));
}

#[test]
fn nothing_is_a_result_too() {
    assert_eq!(difference(&table("", &[]), &table("a b", &[]), &free()), None);
    assert_eq!(difference(&table("", &[]), &table("a", &["1"]), &free()).unwrap(), "row 1\n+ 1");
}

#[test]
fn a_row_that_is_close_to_two_gives_way() {
    let near = Matching { tolerance: Some(0.5), ..free() };
    let wanted = table("", &["1.0", "1.9", "2.8"]);
    assert_eq!(difference(&wanted, &table("x", &["1.4", "2.3", "0.6"]), &near), None);
    assert_eq!(difference(&wanted, &table("x", &["2.3", "1.4", "0.6"]), &near), None);
    assert_eq!(difference(&wanted, &table("x", &["1.4", "2.3", "3.4"]), &near).unwrap(), "row 3\n+ 3.4");
}

#[test]
fn many_rows_that_are_all_close_are_matched_in_time() {
    let near = Matching { tolerance: Some(10.0), ..free() };
    let rows = |shift: f64| (0..ROWS).map(|at| format!("{}", at as f64 + shift)).collect::<Vec<_>>();
    let as_table = |rows: &[String]| table("x", &rows.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(difference(&as_table(&rows(0.0)), &as_table(&rows(0.4)), &near), None);
    assert!(difference(&as_table(&rows(0.0)), &as_table(&rows(50.0)), &near).is_some());
}
