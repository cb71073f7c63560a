//! Functions called as the executor calls them: by name, with columns.

use std::sync::Arc;

use super::{Call, known_gap, names, refine, resolve};
use crate::clock::Instant;
use crate::sorted::SortedMap;
use crate::sql::error::SqlResult;
use crate::sql::execute::array::{array_of, value_at};
use crate::sql::execute::{Evaluation, EvaluationContext};
use crate::sql::session::RandomState;
use crate::warehouse::access::UserId;
use crate::warehouse::calendar::parse;
use crate::warehouse::data_type::DataType as T;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::value::Value as V;

const NOW: Instant = Instant(1_685_008_800_123_456);

fn evaluation() -> Evaluation {
    let manifest = Manifest::initial("dev", "admin", "Admin1234", NOW).unwrap();
    let settings = [("current_database", "dev"), ("session_user", "admin"), ("search_path", "$user, public")];
    Evaluation {
        statement_start: NOW,
        transaction_start: NOW,
        random: RandomState::seeded(0.25),
        settings: settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<SortedMap<_, _>>(),
        manifest: Arc::new(manifest),
        user: UserId::ADMIN,
        parameters: Vec::new(),
        backends: Default::default(),
        predicted: Vec::new(),
    }
}

/// Calls `name` over one row; arguments must already have the types that `resolve` asks for, except untyped
/// strings.
fn call(name: &str, arguments: &[(V, T)]) -> SqlResult<V> {
    let types: Vec<T> = arguments.iter().map(|(_, data_type)| *data_type).collect();
    let resolved = resolve(name, &types).unwrap_or_else(|| panic!("{name}{types:?} does not resolve"));
    let constants: Vec<Option<&V>> = arguments.iter().map(|(value, _)| Some(value)).collect();
    let resolved = refine(resolved, &constants);
    let columns: Vec<_> = arguments
        .iter()
        .zip(&resolved.arguments)
        .map(|((value, _), to)| array_of(&[fit(value, *to)], *to))
        .collect();
    let mut evaluation = evaluation();
    let call =
        Call { arguments: &columns, argument_types: &resolved.arguments, result: resolved.result, rows: 1 };
    let answer = (resolved.function.evaluate)(&call, &mut EvaluationContext { evaluation: &mut evaluation })?;
    assert_eq!(answer.len(), 1, "{name}");
    if !matches!(answer.data_type(), arrow::datatypes::DataType::Dictionary(..)) {
        assert_eq!(answer.data_type(), &resolved.result.arrow(), "{name}");
    }
    Ok(value_at(&answer, resolved.result, 0))
}

/// The casts that the binder would have put in.
fn fit(value: &V, to: T) -> V {
    match (value, to) {
        (V::Integer(v), T::BigInt) => V::BigInt(i64::from(*v)),
        (V::Integer(v), T::Double) => V::Double(f64::from(*v)),
        (V::Integer(v), T::Decimal { scale: 0, .. }) => V::Decimal { unscaled: i128::from(*v), scale: 0 },
        (V::Decimal { unscaled, scale }, T::Double) => {
            V::Double(*unscaled as f64 / 10_f64.powi(i32::from(*scale)))
        }
        (V::Date(days), T::Timestamp | T::TimestampTz) => V::Timestamp(i64::from(*days) * 86_400_000_000),
        (V::Timestamp(micros), T::Date) => V::Date(crate::warehouse::calendar::days_of(*micros)),
        (V::Integer(v), T::Varchar(_)) => text(&v.to_string()).0,
        _ => value.clone(),
    }
}

fn int(value: i32) -> (V, T) {
    (V::Integer(value), T::Integer)
}

fn text(value: &str) -> (V, T) {
    (V::string(value), T::Varchar(256))
}

fn null(data_type: T) -> (V, T) {
    (V::Null, data_type)
}

fn dec(unscaled: i128, precision: u8, scale: u8) -> (V, T) {
    (V::Decimal { unscaled, scale }, T::Decimal { precision, scale })
}

fn date(written: &str) -> (V, T) {
    (V::Date(parse::date(written).unwrap()), T::Date)
}

fn time(written: &str) -> (V, T) {
    (V::Timestamp(parse::timestamp(written).unwrap().local), T::Timestamp)
}

fn message(result: SqlResult<V>) -> String {
    let error = result.unwrap_err();
    format!("{} {}", error.kind.state(), error.kind.message())
}

#[track_caller]
fn is(name: &str, arguments: &[(V, T)], expected: V) {
    assert_eq!(call(name, arguments), Ok(expected), "{name}{arguments:?}");
}

#[test]
fn integers_keep_their_type_and_notice_overflow() {
    is("+", &[int(2), int(3)], V::Integer(5));
    is("/", &[int(1), int(2)], V::Integer(0));
    is("/", &[int(-7), int(2)], V::Integer(-3));
    is("%", &[int(-7), int(2)], V::Integer(-1));
    is("%", &[int(i32::MIN), int(-1)], V::Integer(0));
    is("+", &[int(1), null(T::Integer)], V::Null);
    is("-", &[int(5)], V::Integer(-5));
    is("+", &[(V::SmallInt(1), T::SmallInt), (V::SmallInt(2), T::SmallInt)], V::SmallInt(3));
    assert_eq!(message(call("+", &[int(i32::MAX), int(1)])), "22003 integer out of range");
    assert_eq!(message(call("-", &[int(i32::MIN)])), "22003 integer out of range");
    assert_eq!(message(call("/", &[int(i32::MIN), int(-1)])), "22003 integer out of range");
    assert_eq!(message(call("/", &[int(1), int(0)])), "22012 division by zero");
    assert_eq!(message(call("%", &[int(1), int(0)])), "22012 division by zero");
}

#[test]
fn decimals_follow_the_table() {
    assert_eq!(call("/", &[dec(10, 2, 1), int(3)]), Ok(V::Decimal { unscaled: 333_333_333_333, scale: 12 }));
    is("*", &[dec(150, 10, 2), dec(15, 5, 1)], V::Decimal { unscaled: 2_250, scale: 3 });
    is("+", &[dec(150, 10, 2), int(1)], V::Decimal { unscaled: 250, scale: 2 });
    is("-", &[dec(150, 10, 2)], V::Decimal { unscaled: -150, scale: 2 });
    let double = resolve("+", &[T::Decimal { precision: 5, scale: 2 }, T::Double]).unwrap();
    assert_eq!((double.arguments, double.result), (vec![T::Double, T::Double], T::Double));
    assert_eq!(resolve("+", &[T::Real, T::Real]).unwrap().result, T::Real);
    assert_eq!(resolve("+", &[T::Unknown, T::BigInt]).unwrap().arguments, [T::BigInt, T::BigInt]);
    assert!(resolve("+", &[T::Boolean, T::Integer]).is_none());
    assert!(resolve("+", &[T::Varchar(3), T::Integer]).is_none());
}

#[test]
fn bits_and_roots() {
    is("&", &[int(6), int(3)], V::Integer(2));
    is("|", &[int(6), int(3)], V::Integer(7));
    is("#", &[int(6), int(3)], V::Integer(5));
    is("~", &[int(1)], V::Integer(-2));
    is("<<", &[int(1), int(4)], V::Integer(16));
    is(">>", &[int(-8), int(2)], V::Integer(-2));
    is("^", &[int(2), int(10)], V::Double(1024.0));
    is("|/", &[int(25)], V::Double(5.0));
    is("||/", &[int(27)], V::Double(3.0));
    is("@", &[int(-5)], V::Integer(5));
    assert!(message(call("sqrt", &[int(-1)])).starts_with("2201F"));
    assert!(message(call("ln", &[int(0)])).starts_with("2201E"));
}

#[test]
fn rounding_goes_away_from_zero() {
    is("round", &[dec(-25, 5, 1)], V::Decimal { unscaled: -3, scale: 0 });
    is("round", &[dec(12_345, 8, 3), int(2)], V::Decimal { unscaled: 1_235, scale: 2 });
    is("round", &[dec(996, 3, 2), int(1)], V::Decimal { unscaled: 100, scale: 1 });
    is("trunc", &[dec(-996, 3, 2), int(9)], V::Decimal { unscaled: -996, scale: 2 });
    is("round", &[dec(12_345, 5, 0), int(-2)], V::Decimal { unscaled: 12_300, scale: 0 });
    is("round", &[(V::Double(2.5), T::Double)], V::Double(3.0));
    is("round", &[(V::Double(-2.5), T::Double)], V::Double(-3.0));
    is("trunc", &[(V::Double(-2.7), T::Double)], V::Double(-2.0));
    is("trunc", &[(V::Double(111.86), T::Double), int(1)], V::Double(111.8));
    is("ceil", &[dec(-15, 5, 1)], V::Decimal { unscaled: -1, scale: 0 });
    is("ceiling", &[dec(15, 5, 1)], V::Decimal { unscaled: 2, scale: 0 });
    is("floor", &[dec(-15, 5, 1)], V::Decimal { unscaled: -2, scale: 0 });
    is("sign", &[dec(-15, 5, 1)], V::Decimal { unscaled: -1, scale: 0 });
    is("trunc", &[time("2023-05-25 10:04:05")], date("2023-05-25").0);
    is("mod", &[int(7), int(4)], V::Integer(3));
    is("log", &[int(1000)], V::Double(1000_f64.log10()));
}

#[test]
fn strings_count_characters() {
    is("len", &[text("한글 abc")], V::Integer(6));
    is("octet_length", &[text("한글")], V::Integer(6));
    is("len", &[(V::string("ab   "), T::Char(5))], V::Integer(2));
    is("upper", &[text("abcé")], V::string("ABCÉ"));
    is("initcap", &[text("nibh.enim o'NEIL 한글a")], V::string("Nibh.Enim O'Neil 한글a"));
    is("substring", &[text("데이터웨어"), int(2), int(2)], V::string("이터"));
    is("substring", &[text("abc"), int(0), int(2)], V::string("a"));
    is("substring", &[text("abc"), int(9)], V::string(""));
    is("substr", &[text("abc"), int(-5), int(6)], V::string(""));
    assert!(message(call("substring", &[text("abc"), int(1), int(-1)])).starts_with("22011"));
    is("left", &[text("한글abc"), int(2)], V::string("한글"));
    is("right", &[text("한글abc"), int(2)], V::string("bc"));
    is("left", &[text("abc"), int(-1)], V::string("ab"));
    is("lpad", &[text("hi"), int(5), text("xy")], V::string("xyxhi"));
    is("rpad", &[text("hello"), int(3)], V::string("hel"));
    is("btrim", &[text("xxabcxx"), text("x")], V::string("abc"));
    is("ltrim", &[text("  a ")], V::string("a "));
    is("repeat", &[text("ab"), int(-1)], V::string(""));
    is("reverse", &[text("한글")], V::string("글한"));
    is("||", &[text("a"), int(1)], V::string("a1"));
    is("+", &[text("a"), text("b")], V::string("ab"));
    is("concat", &[text("a"), null(T::Varchar(1))], V::Null);
    is("chr", &[int(54620)], V::string("한"));
    is("ascii", &[text("한")], V::Integer(54620));
    is("quote_ident", &[text("My \"col")], V::string("\"My \"\"col\""));
    is("quote_literal", &[text("it's\\")], V::string("'it''s\\\\'"));
    assert!(resolve("concat", &[T::Varchar(1), T::Varchar(1), T::Varchar(1)]).is_none());
    assert!(resolve("left", &[T::Varchar(1), T::BigInt]).is_none());
}

#[test]
fn strings_are_searched() {
    is("strpos", &[text("데이터"), text("터")], V::Integer(3));
    is("charindex", &[text("b"), text("abc")], V::Integer(2));
    is("position", &[text("z"), text("abc")], V::Integer(0));
    is("replace", &[text("aXbX"), text("X"), text("")], V::string("ab"));
    is("translate", &[text("mint tea"), text("inea"), text("osin")], V::string("most tin"));
    is("split_part", &[text("abc$def$ghi"), text("$"), int(2)], V::string("def"));
    is("split_part", &[text("abc"), text("$"), int(2)], V::string(""));
    assert!(message(call("split_part", &[text("a"), text("$"), int(0)])).contains("greater than zero"));
}

#[test]
fn patterns_match() {
    is("~", &[text("abc123"), text("[[:digit:]]+$")], V::Boolean(true));
    is("!~*", &[text("ABC"), text("b")], V::Boolean(false));
    is("similar to", &[text("abc"), text("a_c|x%")], V::Boolean(true));
    is("regexp_replace", &[text("a1b22"), text("[0-9]+"), text("#")], V::string("a#b#"));
    is("regexp_replace", &[text("ab"), text("(a)(b)"), text("$2\\1")], V::string("ba"));
    is("regexp_substr", &[text("user@example.com"), text("@[^.]*")], V::string("@example"));
    is("regexp_substr", &[text("x"), text("[0-9]")], V::string(""));
    is("regexp_count", &[text("abcabc"), text("c"), int(4)], V::Integer(1));
    is("regexp_instr", &[text("한글b1b2"), text("b[0-9]"), int(1), int(2)], V::Integer(5));
    assert!(message(call("~", &[text("a"), text("(")])).starts_with("2201B"));
}

#[test]
fn choices() {
    is("coalesce", &[null(T::Integer), int(2), int(3)], V::Integer(2));
    is("nvl", &[null(T::Varchar(3)), text("x")], V::string("x"));
    is("nvl2", &[null(T::Integer), text("known"), text("unknown")], V::string("unknown"));
    is("nullif", &[int(1), int(1)], V::Null);
    is("nullif", &[int(1), null(T::Integer)], V::Integer(1));
    is("nullif", &[text("a "), text("a")], V::Null);
    is(
        "decode",
        &[null(T::Integer), int(1), text("one"), null(T::Integer), text("nothing")],
        V::string("nothing"),
    );
    is("decode", &[int(3), int(1), text("one"), text("other")], V::string("other"));
    is("decode", &[int(3), int(1), text("one")], V::Null);
    is("greatest", &[int(1), null(T::Integer), int(7)], V::Integer(7));
    is("least", &[text("b"), text("a")], V::string("a"));
    is("least", &[null(T::Integer), null(T::Integer)], V::Null);
    let mixed = resolve("coalesce", &[T::Integer, T::Decimal { precision: 5, scale: 2 }]).unwrap();
    assert_eq!(mixed.result, T::Decimal { precision: 12, scale: 2 });
}

#[test]
fn dates_move() {
    is("dateadd", &[text("month"), int(1), date("2020-01-31")], time("2020-02-29").0);
    is("dateadd", &[text("year"), int(1), date("2016-02-29")], time("2017-03-01").0);
    is("dateadd", &[text("m"), int(30), time("2023-05-25 10:00:00")], time("2023-05-25 10:30:00").0);
    is("add_months", &[date("2008-02-29"), int(1)], time("2008-03-31").0);
    is("datediff", &[text("year"), date("2008-12-31"), date("2009-01-01")], V::BigInt(1));
    is("datediff", &[text("day"), time("2023-05-25 23:59:59"), time("2023-05-26 00:00:00")], V::BigInt(1));
    is("datediff", &[text("qtr"), date("2023-01-01"), date("1999-12-31")], V::BigInt(-93));
    is("datediff", &[text("week"), date("2009-01-01"), date("2009-12-31")], V::BigInt(52));
    is("date_trunc", &[text("week"), time("2023-05-25 10:00:00")], time("2023-05-22").0);
    is("date_trunc", &[text("quarter"), date("2023-05-25")], time("2023-04-01").0);
    is("date_part", &[text("dow"), date("2023-05-25")], V::Double(4.0));
    is("extract", &[text("epoch"), date("1970-01-02")], V::BigInt(86_400));
    is("date_part", &[text("s"), time("2023-05-25 10:00:01.5")], V::Double(1.5));
    is("extract", &[text("week"), date("2021-01-03")], V::Integer(53));
    is("last_day", &[date("2024-02-01")], date("2024-02-29").0);
    is("next_day", &[date("2014-08-20"), text("Tuesday")], date("2014-08-26").0);
    is("months_between", &[date("1969-03-31"), date("1969-02-28")], V::Double(1.0));
    is("-", &[date("2023-03-01"), date("2023-02-01")], V::Integer(28));
    is("+", &[date("2024-02-28"), int(1)], date("2024-02-29").0);
    is("date_cmp", &[date("2024-02-28"), date("2024-02-29")], V::Integer(-1));
    assert!(
        message(call("dateadd", &[text("lightyear"), int(1), date("2020-01-01")])).contains("not recognized")
    );
    assert!(resolve("dateadd", &[T::Unknown, T::BigInt, T::Date]).is_none());
}

#[test]
fn intervals_add_up() {
    let month = (V::Interval { months: 1, micros: 0 }, T::Interval);
    is("+", &[time("2020-01-31 10:00:00"), month.clone()], time("2020-02-29 10:00:00").0);
    is("-", &[date("2020-03-31"), month.clone()], time("2020-02-29").0);
    is("*", &[month.clone(), int(3)], V::Interval { months: 3, micros: 0 });
    is("-", &[time("2020-01-02"), time("2020-01-01")], V::Interval { months: 0, micros: 86_400_000_000 });
    is("-", &[month], V::Interval { months: -1, micros: 0 });
}

#[test]
fn zones_convert() {
    is("convert_timezone", &[text("KST"), time("2023-05-25 00:00:00")], time("2023-05-25 09:00:00").0);
    is(
        "convert_timezone",
        &[text("America/New_York"), text("Asia/Seoul"), time("2023-07-01 12:00:00")],
        time("2023-07-02 01:00:00").0,
    );
    is("timezone", &[text("KST"), time("2023-05-25 09:00:00")], time("2023-05-25 00:00:00").0);
    assert!(message(call("convert_timezone", &[text("Mars"), time("2023-05-25")])).contains("\"Mars\""));
}

#[test]
fn templates_convert() {
    is("to_char", &[time("2009-12-31 23:15:59"), text("YYYY-MM-DD HH24:MI")], V::string("2009-12-31 23:15"));
    is("to_char", &[int(125), text("999.99")], V::string(" 125.00"));
    is("to_char", &[dec(-12_588, 8, 2), text("999D9S")], V::string("125.9-"));
    is("to_date", &[text("20010631"), text("YYYYMMDD")], date("2001-07-01").0);
    is("to_number", &[text("12,454.8-"), text("99G999D9S")], V::Decimal { unscaled: -124_548, scale: 1 });
    is(
        "to_timestamp",
        &[text("2011-12-18 24:38:15"), text("YYYY-MM-DD HH24:MI:SS")],
        time("2011-12-19 00:38:15").0,
    );
}

#[test]
fn json_is_read() {
    let json = text(r#"{"f2":{"f3":1},"f4":{"f5":99,"f6":"star"},"a":[1,"x",null]}"#);
    is("json_extract_path_text", &[json.clone(), text("f4"), text("f6")], V::string("star"));
    is("json_extract_path_text", &[json.clone(), text("f2")], V::string(r#"{"f3":1}"#));
    is("json_extract_path_text", &[json, text("nope")], V::string(""));
    is("json_extract_path_text", &[text("{"), text("a"), (V::Boolean(true), T::Boolean)], V::Null);
    assert!(call("json_extract_path_text", &[text("{"), text("a")]).is_err());
    is("json_array_length", &[text("[1,2,[3]]")], V::Integer(3));
    is("json_extract_array_element_text", &[text("[111,112,113]"), int(2)], V::string("113"));
    is("is_valid_json", &[text("{\"a\":1")], V::Boolean(false));
    is("is_valid_json_array", &[text("[]")], V::Boolean(true));
    is("json_typeof", &[text("[]")], V::string("array"));
}

#[test]
fn digests() {
    is("md5", &[text("Amazon Redshift")], V::string("f7415e33f972c03abd4f3fed36748f7a"));
    is("sha2", &[text("abc"), int(1)], V::string(""));
    is("crc32", &[text("Amazon Redshift")], V::string("f2726906"));
    is("fnv_hash", &[int(1)], V::BigInt(-5_968_735_742_475_085_980));
    is("fnv_hash", &[(V::BigInt(1), T::BigInt)], V::BigInt(-8_517_097_267_634_966_620));
    is(
        "fnv_hash",
        &[text("cd"), (call("fnv_hash", &[text("ab")]).unwrap(), T::BigInt)],
        V::BigInt(-281_581_062_704_388_899),
    );
    is("checksum", &[dec(10_920, 8, 2)], V::Integer(10_920));
    is("to_hex", &[int(255)], V::string("ff"));
    is("to_hex", &[int(-1)], V::string("ffffffff"));
    is("strtol", &[text("ff"), int(16)], V::BigInt(255));
    assert!(call("strtol", &[text("xyz"), int(10)]).is_err());
}

#[test]
fn the_session_answers() {
    is("current_user", &[], V::string("admin"));
    is("current_schema", &[], V::string("public"));
    is("getdate", &[], V::Timestamp(NOW.0 - 123_456));
    is("sysdate", &[], V::Timestamp(NOW.0));
    is("current_database", &[], V::string("dev"));
    is("has_schema_privilege", &[text("public"), text("usage")], V::Boolean(true));
    assert_eq!(
        message(call("has_schema_privilege", &[text("nope"), text("usage")])),
        "3F000 schema \"nope\" does not exist"
    );
    assert!(message(call("has_schema_privilege", &[text("public"), text("fly")])).starts_with("22023"));
    is("role_is_member_of", &[text("sys:dba"), text("sys:operator")], V::Boolean(true));
    is("role_is_member_of", &[text("sys:operator"), text("sys:dba")], V::Boolean(false));
}

#[test]
fn nothing_is_computed_for_no_rows() {
    let mut evaluation = evaluation();
    for name in ["upper", "len", "md5", "json_parse"] {
        let resolved = resolve(name, &[T::Varchar(10)]).unwrap();
        let columns = [array_of(&[], T::Varchar(10))];
        let call = Call {
            arguments: &columns,
            argument_types: &resolved.arguments,
            result: resolved.result,
            rows: 0,
        };
        let answer =
            (resolved.function.evaluate)(&call, &mut EvaluationContext { evaluation: &mut evaluation });
        assert_eq!(answer.unwrap().len(), 0);
    }
}

#[test]
fn dictionaries_are_read_and_kept() {
    use arrow::array::DictionaryArray;
    use arrow::datatypes::Int32Type;
    let words: DictionaryArray<Int32Type> =
        [Some("naver"), None, Some("google"), Some("naver")].into_iter().collect();
    let columns: Vec<arrow::array::ArrayRef> = vec![Arc::new(words)];
    let resolved = resolve("upper", &[T::Varchar(10)]).unwrap();
    let call =
        Call { arguments: &columns, argument_types: &resolved.arguments, result: resolved.result, rows: 4 };
    let mut evaluation = evaluation();
    let answer =
        (resolved.function.evaluate)(&call, &mut EvaluationContext { evaluation: &mut evaluation }).unwrap();
    let read: Vec<V> = (0..4).map(|row| value_at(&answer, resolved.result, row)).collect();
    assert_eq!(read, [V::string("NAVER"), V::Null, V::string("GOOGLE"), V::string("NAVER")]);
}

#[test]
fn names_are_known_or_gaps_or_neither() {
    assert!(names().contains(&"split_part") && !names().contains(&"+"));
    assert!(names().iter().all(|name| !known_gap(name)), "a function that is built is no gap");
    assert!(known_gap("st_area") && known_gap("to_geography"));
    assert!(
        !known_gap("string_agg") && !known_gap("pg_sleep") && resolve("string_agg", &[T::Unknown]).is_none()
    );
}
