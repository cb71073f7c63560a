//! Casts in small: one line a rule.

use super::*;
use crate::sql::execute::array::{array_of, value_at};
use crate::sql::execute::display::display;
use crate::warehouse::value::Value;

const MAX: DataType = DataType::Varchar(DataType::VARCHAR_MAX);

fn rules(mode: CastMode) -> CastRules {
    CastRules { mode, ..CastRules::plain() }
}

fn one(value: Value, from: DataType, to: DataType, mode: CastMode) -> Result<String, String> {
    match cast(&array_of(&[value], from), from, to, rules(mode)) {
        Ok(array) => Ok(display(&array, to, 0).unwrap_or("NULL".to_owned())),
        Err(error) => Err(error.to_string()),
    }
}

fn text(value: &str, to: DataType, mode: CastMode) -> Result<String, String> {
    one(Value::string(value), MAX, to, mode)
}

fn decimal(unscaled: i128, scale: u8, to: DataType, mode: CastMode) -> Result<String, String> {
    one(Value::Decimal { unscaled, scale }, DataType::Decimal { precision: 18, scale }, to, mode)
}

const fn numeric(precision: u8, scale: u8) -> DataType {
    DataType::Decimal { precision, scale }
}

#[test]
fn numeric_is_cut_over_tables_and_rounded_elsewhere() {
    assert_eq!(decimal(150, 2, DataType::Integer, CastMode::Explicit), Ok("1".into()));
    assert_eq!(decimal(150, 2, DataType::Integer, CastMode::Leader), Ok("2".into()));
    assert_eq!(decimal(-150, 2, DataType::Integer, CastMode::Assignment), Ok("-2".into()));
    assert_eq!(decimal(109_652, 3, numeric(4, 1), CastMode::Leader), Ok("109.7".into()));
    assert_eq!(decimal(109_652, 3, numeric(4, 1), CastMode::Explicit), Ok("109.6".into()));
    assert_eq!(decimal(20_259, 3, numeric(8, 2), CastMode::Assignment), Ok("20.26".into()));
}

#[test]
fn doubles_round_half_to_even() {
    for (value, whole) in [(0.5, "0"), (1.5, "2"), (2.5, "2"), (-0.5, "0"), (20.7631, "21")] {
        for mode in [CastMode::Explicit, CastMode::Leader, CastMode::Assignment] {
            assert_eq!(
                one(Value::Double(value), DataType::Double, DataType::Integer, mode),
                Ok(whole.into())
            );
        }
    }
    let exact = one(Value::Double(1.005), DataType::Double, numeric(10, 2), CastMode::Explicit);
    assert_eq!(exact, Ok("1.01".into()));
}

#[test]
fn what_does_not_fit_says_so() {
    let big = Value::Integer(12_345_678);
    let cast_int = |mode| one(big.clone(), DataType::Integer, DataType::SmallInt, mode);
    assert_eq!(cast_int(CastMode::Leader), Err("ERROR 22003 smallint out of range".into()));
    assert_eq!(cast_int(CastMode::Explicit), Err("ERROR 22003 Value out of range for 2 bytes".into()));
    assert_eq!(
        decimal(12_345, 0, numeric(4, 2), CastMode::Explicit),
        Err("ERROR 22003 Numeric data overflow (result precision)".into())
    );
    assert_eq!(
        decimal(12_345, 0, numeric(4, 2), CastMode::Assignment),
        Err("ERROR 22003 numeric field overflow".into())
    );
    assert_eq!(
        text("abc", DataType::Integer, CastMode::Leader),
        Err("ERROR 22P02 invalid input syntax for integer: \"abc\"".into())
    );
    assert_eq!(
        text("abc", DataType::Integer, CastMode::Explicit),
        Err("ERROR 22018 Invalid digit, Value 'a', Pos 0, Type: Integer".into())
    );
    assert_eq!(
        text("x", DataType::Date, CastMode::Leader),
        Err("ERROR 22007 invalid input syntax for type date: \"x\"".into())
    );
}

#[test]
fn lengths_are_bytes() {
    assert_eq!(text("가나다", DataType::Varchar(7), CastMode::Explicit), Ok("가나".into()));
    assert_eq!(
        text("hello world", DataType::Varchar(5), CastMode::Assignment),
        Err("ERROR 22001 value too long for type character varying(5)".into())
    );
    assert_eq!(text("hello   ", DataType::Varchar(5), CastMode::Assignment), Ok("hello".into()));
    assert_eq!(text("ab", DataType::Char(4), CastMode::Explicit), Ok("ab  ".into()));
    let char4 = DataType::Char(4);
    assert_eq!(one(Value::string("ab  "), char4, MAX, CastMode::Explicit), Ok("ab".into()));
}

#[test]
fn text_becomes_numbers_moments_and_truth() {
    assert_eq!(text(" 42 ", DataType::Integer, CastMode::Explicit), Ok("42".into()));
    assert_eq!(text("1.005e2", numeric(10, 2), CastMode::Explicit), Ok("100.50".into()));
    assert_eq!(text("-0.555", numeric(10, 2), CastMode::Leader), Ok("-0.56".into()));
    assert_eq!(
        text("2019-05-01 00:35:59.897", DataType::Timestamp, CastMode::Explicit),
        Ok("2019-05-01 00:35:59.897".into())
    );
    assert_eq!(
        text("2019-05-01 09:00+09", DataType::TimestampTz, CastMode::Explicit),
        Ok("2019-05-01 00:00:00+00".into())
    );
    assert_eq!(text("Yes", DataType::Boolean, CastMode::Explicit), Ok("true".into()));
}

#[test]
fn null_stays_null() {
    let array =
        cast(&array_of(&[Value::Null], MAX), MAX, DataType::Integer, rules(CastMode::Explicit)).unwrap();
    assert_eq!(value_at(&array, DataType::Integer, 0), Value::Null);
}
