//! Date templates: `YYYY-MM-DD HH24:MI:SS` taken apart and printed ("Datetime format strings").
//! Reading by one is [`super::date_reading`].

use std::fmt::Write;

use crate::warehouse::calendar::{MONTHS, Moment, SECOND, WEEKDAYS, day_of_week, monday_based, text};

/// A template taken apart.
pub(super) struct Template {
    pub(super) pieces: Vec<Piece>,
}

pub(super) enum Piece {
    Literal(char),
    Field { field: Field, case: Case, fill: bool, ordinal: Option<Case> },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Capital,
    Lower,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    YearWithComma,
    /// This many digits of the year.
    Year(u8),
    IsoYear(u8),
    Quarter,
    MonthName,
    MonthShort,
    MonthRoman,
    Month,
    WeekOfYear,
    WeekOfMonth,
    IsoWeek,
    DayOfYear,
    /// Counted from the Monday of the first ISO week.
    IsoDayOfYear,
    DayOfMonth,
    /// 1 is Sunday.
    DayOfWeek,
    /// 1 is Monday.
    IsoDayOfWeek,
    DayName,
    DayShort,
    Julian,
    Hour24,
    Hour12,
    Minute,
    SecondsOfDay,
    Second,
    Millisecond,
    Microsecond,
    /// AM or PM; with dots.
    Meridian(bool),
    /// BC or AD; with dots.
    Era(bool),
    Century,
    Zone,
    ZoneOffset,
}

/// Longest first where one begins another.
const FIELDS: &[(&str, Field)] = &[
    ("Y,YYY", Field::YearWithComma),
    ("IYYY", Field::IsoYear(4)),
    ("IYY", Field::IsoYear(3)),
    ("YYYY", Field::Year(4)),
    ("YYY", Field::Year(3)),
    ("YY", Field::Year(2)),
    ("Y", Field::Year(1)),
    ("IDDD", Field::IsoDayOfYear),
    ("ID", Field::IsoDayOfWeek),
    ("IW", Field::IsoWeek),
    ("IY", Field::IsoYear(2)),
    ("I", Field::IsoYear(1)),
    ("Q", Field::Quarter),
    ("MONTH", Field::MonthName),
    ("MON", Field::MonthShort),
    ("MM", Field::Month),
    ("MI", Field::Minute),
    ("MS", Field::Millisecond),
    ("RM", Field::MonthRoman),
    ("WW", Field::WeekOfYear),
    ("W", Field::WeekOfMonth),
    ("DDD", Field::DayOfYear),
    ("DD", Field::DayOfMonth),
    ("DAY", Field::DayName),
    ("DY", Field::DayShort),
    ("D", Field::DayOfWeek),
    ("J", Field::Julian),
    ("HH24", Field::Hour24),
    ("HH12", Field::Hour12),
    ("HH", Field::Hour12),
    ("SSSS", Field::SecondsOfDay),
    ("SS", Field::Second),
    ("US", Field::Microsecond),
    ("A.M.", Field::Meridian(true)),
    ("P.M.", Field::Meridian(true)),
    ("AM", Field::Meridian(false)),
    ("PM", Field::Meridian(false)),
    ("B.C.", Field::Era(true)),
    ("A.D.", Field::Era(true)),
    ("BC", Field::Era(false)),
    ("AD", Field::Era(false)),
    ("CC", Field::Century),
    ("TZ", Field::Zone),
    ("OF", Field::ZoneOffset),
];

pub(super) const ROMAN: [&str; 12] =
    ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

impl Template {
    pub fn new(format: &str) -> Template {
        let mut pieces = Vec::new();
        let mut rest = format;
        let mut fill = true;
        while let Some(letter) = rest.chars().next() {
            if starts_with(rest, "FM") {
                fill = false;
                rest = &rest[2..];
                continue;
            }
            if letter == '"' {
                let end = rest[1..].find('"').map_or(rest.len(), |end| end + 1);
                pieces.extend(rest[1..end].chars().map(Piece::Literal));
                rest = rest.get(end + 1..).unwrap_or_default();
                continue;
            }
            match FIELDS.iter().find(|(name, _)| starts_with(rest, name)) {
                None => {
                    pieces.push(Piece::Literal(letter));
                    rest = &rest[letter.len_utf8()..];
                }
                Some((name, field)) => {
                    let case = case_of(&rest[..name.len()]);
                    rest = &rest[name.len()..];
                    let ordinal = starts_with(rest, "TH").then(|| case_of(&rest[..2]));
                    if ordinal.is_some() {
                        rest = &rest[2..];
                    }
                    pieces.push(Piece::Field { field: *field, case, fill, ordinal });
                    fill = true;
                }
            }
        }
        Template { pieces }
    }

    /// Prints a local moment; `zone` is the zone's name and offset, where the value has one.
    pub fn print(&self, micros: i64, zone: Option<(&str, i32)>, out: &mut String) {
        let moment = Moment::from_micros(micros);
        for piece in &self.pieces {
            match piece {
                Piece::Literal(letter) => out.push(*letter),
                Piece::Field { field, case, fill, ordinal } => {
                    let start = out.len();
                    print_field(*field, *case, *fill, &moment, zone, out);
                    if let Some(case) = ordinal {
                        let suffix = ordinal_suffix(&out[start..]);
                        out.push_str(if *case == Case::Lower { suffix.0 } else { suffix.1 });
                    }
                }
            }
        }
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

fn case_of(written: &str) -> Case {
    let mut letters = written.chars().filter(char::is_ascii_alphabetic);
    match (letters.next().is_some_and(|first| first.is_ascii_uppercase()), letters.next()) {
        (true, Some(second)) if second.is_ascii_lowercase() => Case::Capital,
        (true, _) => Case::Upper,
        (false, _) => Case::Lower,
    }
}

fn push_cased(word: &str, case: Case, width: usize, out: &mut String) {
    match case {
        Case::Upper => out.push_str(&word.to_ascii_uppercase()),
        Case::Capital => out.push_str(word),
        Case::Lower => out.push_str(&word.to_ascii_lowercase()),
    }
    for _ in word.len()..width {
        out.push(' ');
    }
}

fn print_field(
    field: Field,
    case: Case,
    fill: bool,
    moment: &Moment,
    zone: Option<(&str, i32)>,
    out: &mut String,
) {
    let date = moment.date;
    let days = date.days();
    let year = if date.year > 0 { date.year } else { 1 - date.year };
    let mut number = |value: i64, width: usize| {
        let width = if fill { width } else { 0 };
        // Writing to a String cannot fail.
        let _ = write!(out, "{value:0width$}");
    };
    let hour12 = if moment.hour.is_multiple_of(12) { 12 } else { moment.hour % 12 };
    match field {
        Field::YearWithComma => {
            let _ = write!(out, "{},{:03}", year / 1_000, year % 1_000);
        }
        Field::Year(4) => number(i64::from(year), 4),
        Field::Year(width) => number(i64::from(year) % 10_i64.pow(u32::from(width)), usize::from(width)),
        Field::IsoYear(4) => number(i64::from(date.iso_week().0), 4),
        Field::IsoYear(width) => {
            number(i64::from(date.iso_week().0) % 10_i64.pow(u32::from(width)), usize::from(width));
        }
        Field::Quarter => number(i64::from((date.month - 1) / 3 + 1), 1),
        Field::Month => number(i64::from(date.month), 2),
        Field::MonthName => push_cased(MONTHS[date.month as usize - 1], case, if fill { 9 } else { 0 }, out),
        Field::MonthShort => push_cased(&MONTHS[date.month as usize - 1][..3], case, 0, out),
        Field::MonthRoman => push_cased(ROMAN[date.month as usize - 1], case, if fill { 4 } else { 0 }, out),
        Field::WeekOfYear => number(i64::from((date.day_of_year() - 1) / 7 + 1), 2),
        Field::WeekOfMonth => number(i64::from((date.day - 1) / 7 + 1), 1),
        Field::IsoWeek => number(i64::from(date.iso_week().1), 2),
        Field::DayOfYear => number(i64::from(date.day_of_year()), 3),
        Field::IsoDayOfYear => {
            number(i64::from(date.iso_week().1 - 1) * 7 + i64::from(monday_based(days)) + 1, 3)
        }
        Field::DayOfMonth => number(i64::from(date.day), 2),
        Field::IsoDayOfWeek => number(i64::from(monday_based(days)) + 1, 1),
        Field::DayOfWeek => number(i64::from(day_of_week(days)) + 1, 1),
        Field::DayName => {
            push_cased(WEEKDAYS[day_of_week(days) as usize], case, if fill { 9 } else { 0 }, out)
        }
        Field::DayShort => push_cased(&WEEKDAYS[day_of_week(days) as usize][..3], case, 0, out),
        Field::Julian => number(i64::from(days) + 2_440_588, 0),
        Field::Hour24 => number(i64::from(moment.hour), 2),
        Field::Hour12 => number(i64::from(hour12), 2),
        Field::Minute => number(i64::from(moment.minute), 2),
        Field::Second => number(i64::from(moment.second), 2),
        Field::SecondsOfDay => number(moment.time_of_day() / SECOND, 0),
        Field::Millisecond => number(i64::from(moment.micros / 1_000), 3),
        Field::Microsecond => number(i64::from(moment.micros), 6),
        Field::Century => number(i64::from((year + 99) / 100), 2),
        Field::Meridian(dots) => push_cased(
            match (moment.hour < 12, dots) {
                (true, false) => "AM",
                (true, true) => "A.M.",
                (false, false) => "PM",
                (false, true) => "P.M.",
            },
            if case == Case::Lower { Case::Lower } else { Case::Upper },
            0,
            out,
        ),
        Field::Era(dots) => push_cased(
            match (date.year > 0, dots) {
                (true, false) => "AD",
                (true, true) => "A.D.",
                (false, false) => "BC",
                (false, true) => "B.C.",
            },
            if case == Case::Lower { Case::Lower } else { Case::Upper },
            0,
            out,
        ),
        Field::Zone => {
            if let Some((name, _)) = zone {
                push_cased(name, if case == Case::Lower { Case::Lower } else { Case::Upper }, 0, out);
            }
        }
        Field::ZoneOffset => {
            if let Some((_, offset)) = zone {
                text::write_offset(offset, out);
            }
        }
    }
}

/// `st`, `nd`, `rd`, `th` for a printed number, in both cases.
pub(super) fn ordinal_suffix(number: &str) -> (&'static str, &'static str) {
    let digits = number.as_bytes();
    let teen = digits.len() > 1 && digits[digits.len() - 2] == b'1';
    match digits.last() {
        Some(b'1') if !teen => ("st", "ST"),
        Some(b'2') if !teen => ("nd", "ND"),
        Some(b'3') if !teen => ("rd", "RD"),
        _ => ("th", "TH"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::calendar::parse;

    fn print(moment: &str, format: &str) -> String {
        let mut out = String::new();
        Template::new(format).print(parse::timestamp(moment).unwrap().local, None, &mut out);
        out
    }

    #[test]
    fn prints_the_guide_s_examples() {
        let moment = "2009-12-31 23:15:59.123456";
        for (format, printed) in [
            ("MONTH-DY-DD-YYYY HH12:MIPM", "DECEMBER -THU-31-2009 11:15PM"),
            ("YYYY-MM-DD HH24:MI:SS.MS", "2009-12-31 23:15:59.123"),
            ("FMMonth, DDth", "December, 31st"),
            ("Mon DD YY \"at\" HH24", "Dec 31 09 at 23"),
            ("IYYY-IW Q J US", "2009-53 4 2455197 123456"),
            ("Day", "Thursday "),
            ("FMDay", "Thursday"),
            ("YYYY-MM", "2009-12"),
            ("D DDD WW W CC", "5 365 53 5 21"),
        ] {
            assert_eq!(print(moment, format), printed, "{format}");
        }
    }

    #[test]
    fn reads_what_it_prints_and_rolls_over() {
        let read = |written: &str, format: &str, strict| {
            Template::new(format).read(written, strict).map(crate::warehouse::calendar::text::timestamp)
        };
        assert_eq!(read("02 Oct 2001", "DD Mon YYYY", false).unwrap(), "2001-10-02 00:00:00");
        assert_eq!(read("20010631", "YYYYMMDD", false).unwrap(), "2001-07-01 00:00:00");
        assert!(read("20010631", "YYYYMMDD", true).is_err());
        assert_eq!(
            read("2023/05/25 11:04:05 PM", "YYYY/MM/DD HH12:MI:SS AM", true).unwrap(),
            "2023-05-25 23:04:05"
        );
        assert_eq!(read("05-25-99", "MM-DD-YY", false).unwrap(), "1999-05-25 00:00:00");
        assert_eq!(read("124", "MS", false).unwrap(), "0001-01-01 00:00:00.124");
        assert!(read("abc", "YYYY", false).is_err());
    }
}
