//! Dates and times read by a template: TO_DATE and TO_TIMESTAMP.
//!
//! The reader is PostgreSQL 8.0's: a literal of the template stands for any one character, numbers end where
//! digits do, and a day past the month's end rolls over unless the caller is strict.

use super::date_template::{Field, Piece, ROMAN, Template};
use crate::sql::error::{SqlError, SqlResult};
use crate::warehouse::calendar::parse::month_by_name;
use crate::warehouse::calendar::{Civil, DAY, HOUR, MINUTE, SECOND, monday_based};

impl Template {
    /// Reads a text as the template says. Lenient: a day past the month's end rolls over, unless `strict`.
    ///
    /// # Errors
    /// 22007 where a field is not there, 22008 where a strict date does not exist.
    pub fn read(&self, written: &str, strict: bool) -> SqlResult<i64> {
        let mut reader = Reader { rest: written, fields: Fields::default() };
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Literal(_) => {
                    // Any one character stands for a literal, as in PostgreSQL 8.0.
                    let mut letters = reader.rest.chars();
                    letters.next();
                    reader.rest = letters.as_str();
                }
                Piece::Field { field, fill, ordinal, .. } => {
                    if reader.rest.trim_start().is_empty() {
                        break;
                    }
                    let digits_follow = matches!(self.pieces.get(index + 1), Some(Piece::Field { .. }));
                    reader.field(*field, *fill && digits_follow, written)?;
                    if ordinal.is_some() {
                        reader.rest = reader.rest.get(2..).unwrap_or_default();
                    }
                }
            }
        }
        reader.fields.micros(strict)
    }
}

/// What was read so far.
struct Reader<'a> {
    rest: &'a str,
    fields: Fields,
}

#[derive(Default)]
struct Fields {
    year: Option<i32>,
    century: Option<i32>,
    month: Option<i32>,
    day: Option<i32>,
    day_of_year: Option<i32>,
    iso_year: Option<i32>,
    iso_week: Option<i32>,
    /// 0 is Monday.
    iso_day: i32,
    julian: Option<i32>,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
    twelve_hours: bool,
    afternoon: Option<bool>,
    before_christ: bool,
}

impl Reader<'_> {
    fn field(&mut self, field: Field, fixed: bool, written: &str) -> SqlResult<()> {
        self.rest = self.rest.trim_start();
        match field {
            Field::YearWithComma => {
                let thousands = self.number(3, false, written)?;
                self.rest = self.rest.strip_prefix(',').unwrap_or(self.rest);
                self.fields.year = Some(thousands * 1_000 + self.number(3, true, written)?);
            }
            Field::Year(width) => {
                let before = self.rest.len();
                let year = self.number(usize::from(width), fixed, written)?;
                let digits = before - self.rest.len();
                self.fields.year = Some(match (width, digits) {
                    (1..=3, 1..=2) => year + if year < 70 { 2000 } else { 1900 },
                    (1..=3, 3) => year + if year < 520 { 2000 } else { 1000 },
                    _ => year,
                });
            }
            Field::IsoYear(width) => {
                self.fields.iso_year = Some(self.number(usize::from(width), fixed, written)?)
            }
            Field::Century => self.fields.century = Some(self.number(2, fixed, written)?),
            Field::Month => self.fields.month = Some(self.number(2, fixed, written)?),
            Field::MonthName | Field::MonthShort => {
                let end = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
                let end = if field == Field::MonthShort { end.min(3) } else { end };
                let month = month_by_name(&self.rest[..end]).ok_or_else(|| mismatch(written))?;
                self.fields.month = Some(month as i32);
                self.rest = &self.rest[end..];
            }
            Field::MonthRoman => {
                let end = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
                let month = ROMAN.iter().position(|name| name.eq_ignore_ascii_case(&self.rest[..end]));
                self.fields.month = Some(month.ok_or_else(|| mismatch(written))? as i32 + 1);
                self.rest = &self.rest[end..];
            }
            Field::DayOfMonth => self.fields.day = Some(self.number(2, fixed, written)?),
            Field::DayOfYear => self.fields.day_of_year = Some(self.number(3, fixed, written)?),
            Field::IsoWeek => self.fields.iso_week = Some(self.number(2, fixed, written)?),
            Field::IsoDayOfWeek => self.fields.iso_day = self.number(1, fixed, written)? - 1,
            Field::IsoDayOfYear => {
                let day = self.number(3, fixed, written)? - 1;
                self.fields.iso_week = Some(day.div_euclid(7) + 1);
                self.fields.iso_day = day.rem_euclid(7);
            }
            Field::WeekOfYear => {
                self.fields.day_of_year = Some((self.number(2, fixed, written)? - 1) * 7 + 1);
            }
            Field::WeekOfMonth => self.fields.day = Some((self.number(1, fixed, written)? - 1) * 7 + 1),
            Field::Julian => self.fields.julian = Some(self.number(9, false, written)?),
            Field::Hour24 => self.fields.hour = i64::from(self.number(2, fixed, written)?),
            Field::Hour12 => {
                self.fields.hour = i64::from(self.number(2, fixed, written)?);
                self.fields.twelve_hours = true;
            }
            Field::Minute => self.fields.minute = i64::from(self.number(2, fixed, written)?),
            Field::Second => self.fields.second = i64::from(self.number(2, fixed, written)?),
            Field::SecondsOfDay => self.fields.second = i64::from(self.number(5, fixed, written)?),
            Field::Millisecond | Field::Microsecond => {
                let width = if field == Field::Millisecond { 3 } else { 6 };
                let before = self.rest.len();
                let value = i64::from(self.number(width, true, written)?);
                let digits = (before - self.rest.len()) as u32;
                self.fields.micros += value * 10_i64.pow(6_u32.saturating_sub(digits));
            }
            Field::Meridian(dots) | Field::Era(dots) => {
                let width = if dots { 4 } else { 2 };
                let word = self.rest.get(..width).ok_or_else(|| mismatch(written))?;
                let second = word.starts_with(['p', 'P', 'b', 'B']);
                if matches!(field, Field::Era(_)) {
                    self.fields.before_christ = second;
                } else {
                    self.fields.afternoon = Some(second);
                    self.fields.twelve_hours = true;
                }
                self.rest = &self.rest[width..];
            }
            Field::DayName | Field::DayShort => {
                let end = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
                self.rest = &self.rest[if field == Field::DayShort { end.min(3) } else { end }..];
            }
            // Read over, as a quarter and a day of some week name no date.
            Field::Quarter | Field::DayOfWeek => {
                self.number(1, fixed, written)?;
            }
            Field::Zone | Field::ZoneOffset => {
                let message = "\"TZ\"/\"tz\"/\"OF\" format patterns are not supported in to_date";
                return Err(SqlError::product("0A000", message));
            }
        }
        Ok(())
    }

    /// Digits: at most `width` where another field follows at once, else all there are (up to nine).
    fn number(&mut self, width: usize, fixed: bool, written: &str) -> SqlResult<i32> {
        let limit = if fixed { width } else { 9.max(width) };
        let end = self.rest.bytes().take(limit).take_while(u8::is_ascii_digit).count();
        let value = self.rest[..end].parse().map_err(|_| mismatch(written))?;
        self.rest = &self.rest[end..];
        Ok(value)
    }
}

fn mismatch(written: &str) -> SqlError {
    SqlError::product("22007", format!("invalid value for a date or time in \"{written}\""))
}

impl Fields {
    fn micros(&self, strict: bool) -> SqlResult<i64> {
        if self.afternoon.is_some() && !(1..=12).contains(&self.hour) {
            return Err(SqlError::product("22007", "AM/PM hour must be between 1 and 12"));
        }
        let hour = match (self.twelve_hours, self.afternoon) {
            (true, Some(true)) => self.hour % 12 + 12,
            (true, Some(false)) => self.hour % 12,
            _ => self.hour,
        };
        // The seconds of a day (`SSSS`) stand alone.
        let alone = hour == 0 && self.minute == 0 && self.second < 86_400;
        if strict && (hour > 23 || self.minute > 59 || (self.second > 59 && !alone)) {
            let fraction = format!("{:06}", self.micros);
            let fraction = match fraction.trim_end_matches('0') {
                "" => "0",
                digits => digits,
            };
            let message = format!(
                "date/time field time value out of range: {hour}:{:02}:{:02}.{fraction}",
                self.minute, self.second
            );
            return Err(SqlError::product("22008", message));
        }
        let time = hour * HOUR + self.minute * MINUTE + self.second * SECOND + self.micros;
        let out_of_range = || {
            let (year, month, day) = (self.year.unwrap_or(1), self.month.unwrap_or(1), self.day.unwrap_or(1));
            let message = format!("date/time field date value out of range: {year}-{month}-{day}");
            SqlError::product("22008", message)
        };
        let days = self.days(strict).ok_or_else(out_of_range)?;
        days.checked_mul(DAY).and_then(|day| day.checked_add(time)).ok_or_else(out_of_range)
    }

    fn days(&self, strict: bool) -> Option<i64> {
        if let Some(julian) = self.julian {
            return Some(i64::from(julian) - 2_440_588);
        }
        if let (Some(year), Some(week)) = (self.iso_year, self.iso_week) {
            let fourth = Civil { year, month: 1, day: 4 }.days();
            let monday = fourth - monday_based(fourth);
            return Some(i64::from(monday) + (i64::from(week) - 1) * 7 + i64::from(self.iso_day));
        }
        let year = self.year.or(self.century.map(|century| (century - 1) * 100 + 1)).unwrap_or(1);
        let year = if self.before_christ { 1 - year } else { year };
        if let Some(day) = self.day_of_year {
            return Some(i64::from(Civil { year, month: 1, day: 1 }.days()) + i64::from(day) - 1);
        }
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        if strict {
            let exact = Civil::new(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
            return Some(i64::from(exact.days()));
        }
        if month < 1 || day < 1 || year.abs() > 300_000 {
            return None;
        }
        let first = Civil { year, month: 1, day: 1 }.plus_months(i64::from(month) - 1)?;
        Some(i64::from(first.days()) + i64::from(day) - 1)
    }
}
