//! The way between two forms, on forms of our own; `tests/kept` has what was really stored.

// A test gives up by panicking; outside of `#[test]` functions clippy has to be told.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use sandshift_upgrade::book::Book;
use sandshift_upgrade::notes::Notes;
use sandshift_upgrade::road::Road;
use sandshift_upgrade::wire::Input;
use sandshift_upgrade::{FORMS, renew};

const FORMER: &str = "Root = {value Thing}
Thing = {size u16, name str, gone [(str, u8)], kind Kind, ratio f32, maybe ?i32, sure i64}
Kind = | Small | Great(u32) | Odd {why str}
";
const PRESENT: &str = "Kind = | New | Odd {why str, who ?str} | Small | Huge(u64)
Root = {value Thing}
Thing = {label str, kind Kind, size u64, seen bool, ratio f64, maybe ?i64, sure ?i64, more [Kind], count u32, kinds Kind}
";
const NOTES: &str = "Thing.label < name  # what it is called now
Thing.count = 300
Thing.kinds = Small
Kind.Huge < Great
";

fn told(from: &str, to: &str, notes: &str) -> Vec<String> {
    let mut from: Vec<&str> = from.lines().collect();
    from.sort_unstable();
    let (from, to) = (Book::read(&from.join("\n")).unwrap(), Book::read(to).unwrap());
    Road { from: &from, to: &to, notes: &Notes::read(notes) }.complaints()
}

fn led(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut former: Vec<&str> = FORMER.lines().collect();
    former.sort_unstable();
    let (from, to) = (Book::read(&former.join("\n")).unwrap(), Book::read(PRESENT).unwrap());
    let road = Road { from: &from, to: &to, notes: &Notes::read(NOTES) };
    let (mut input, mut out) = (Input(bytes), Vec::new());
    road.convert(from.root("value").unwrap(), to.root("value").unwrap(), &mut input, &mut out, 0)?;
    assert!(input.0.is_empty());
    Ok(out)
}

#[test]
fn values_are_found_by_name() {
    // size 300, "ab", one pair that is gone, Great(200), 0.5, -1, 5
    let former =
        [&[0xac, 2, 2, b'a', b'b', 1, 1, b'x', 9, 1, 0xc8, 1][..], &0.5_f32.to_le_bytes(), &[1, 1, 10]]
            .concat();
    // "ab", Huge(200), 300, unseen, 0.5, -1, 5, none more, 300, Small
    let present =
        [&[2, b'a', b'b', 3, 0xc8, 1, 0xac, 2, 0][..], &0.5_f64.to_le_bytes(), &[1, 1, 1, 10, 0, 0xac, 2, 2]]
            .concat();
    assert_eq!(led(&former).unwrap(), present);
    for cut in 0..former.len() {
        assert!(led(&former[..cut]).is_err(), "{cut}");
    }
}

#[test]
fn a_road_without_its_notes_says_what_is_missing() {
    assert_eq!(told(FORMER, PRESENT, NOTES), [""; 0]);
    let without = told(FORMER, PRESENT, "");
    let expected = [
        "Kind has no Great any more",
        "Thing.count is new: which u32 it has must be said",
        "Thing.kinds is new: which Kind it has must be said",
        "Thing.label is new: which str it has must be said",
    ];
    assert_eq!(without, expected);
    let other = told("A = {a u32, b ?u8}\nRoot = {value A}", "A = {a str, b u8}\nRoot = {value A}", "");
    assert_eq!(other, ["A.a: u32 does not become str", "A.b: which u8 it has must be said"]);
    assert_eq!(
        told("A = {a u32}\nRoot = {value A}", "A = {a u16}\nRoot = {value A}", ""),
        ["A.a: u32 does not become u16"]
    );
}

#[test]
fn a_type_within_itself_ends() {
    let tree = "Root = {value Tree}\nTree = {leaves [Tree], n i8}\n";
    assert_eq!(told(tree, tree, ""), [""; 0]);
    let endless = "Root = {value Tree}\nTree = {tree Tree}\n";
    assert_eq!(told("Root = {value Tree}\nTree = {}\n", endless, "").len(), 1);
}

#[test]
fn books_are_read_as_they_are_printed() {
    for (format, text) in FORMS {
        assert_eq!(Book::read(text).expect("a book").to_string(), text, "format {format}");
    }
    for broken in ["A", "A = {a}", "A = {a [u8}", "A = | B(u8", "= {}", "A = {a ?}"] {
        assert_eq!(Book::read(broken), None, "{broken}");
    }
}

#[test]
fn what_has_one_form_stays_and_what_is_unknown_is_refused() {
    let (former, present) = (FORMS[0].0, FORMS[FORMS.len() - 1].0);
    assert_eq!(renew(former, 7, b"a column").unwrap(), b"a column");
    assert_eq!(renew(former, (1 << 50) | 7, b"an object").unwrap(), b"an object");
    assert!(renew(former - 1, 7, b"").is_err() && renew(present + 1, 7, b"").is_err());
    assert!(renew(former, 0, b"").is_err() && renew(former, 3 << 50, &[1, 2, 3]).is_err());
}
