//! Number templates: `999,999.99` printed and read ("Numeric format strings").

use super::date_template::ordinal_suffix;

/// A number template taken apart.
pub(super) struct Template {
    pieces: Vec<Piece>,
    /// Digit places before and after the point.
    whole: usize,
    fraction: usize,
    fill: bool,
    sign: Sign,
    /// The first whole place that is printed even when it is 0, from the left.
    first_zero: Option<usize>,
    /// Decimals that are printed even when nothing but zeros follows: up to the last `0` of the template.
    kept_decimals: usize,
    /// Places the number is multiplied by ten.
    shift: u32,
    /// `RN`, in capitals or not.
    roman: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// `9` or `0`.
    Digit,
    Group,
    Point,
    Sign,
    Currency,
    Ordinal(bool),
    Literal(char),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// In front of the first digit: a blank or `-`.
    Floating,
    /// `S` in front of the digits: as floating, but with `+` for what is not negative.
    Leading,
    /// `S` behind digits: `+` or `-`, where it stands.
    Always,
    /// `MI`, `PL`, `SG`: only where they stand.
    Placed(Placed),
    /// `PR`: `<12>`.
    Angles,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Placed {
    Minus,
    Plus,
    Both,
}

impl Template {
    pub fn new(format: &str) -> Template {
        let mut template = Template {
            pieces: Vec::new(),
            whole: 0,
            fraction: 0,
            fill: true,
            sign: Sign::Floating,
            first_zero: None,
            kept_decimals: 0,
            shift: 0,
            roman: None,
        };
        let mut rest = format;
        let mut after_point = false;
        while let Some(letter) = rest.chars().next() {
            let word = rest.get(..2).unwrap_or_default().to_ascii_uppercase();
            let mut taken = 2;
            match word.as_str() {
                "FM" => template.fill = false,
                "MI" => template.place(Sign::Placed(Placed::Minus)),
                "PL" => template.place(Sign::Placed(Placed::Plus)),
                "SG" => template.place(Sign::Placed(Placed::Both)),
                "PR" => template.sign = Sign::Angles,
                "RN" => template.roman = Some(rest.starts_with('R')),
                "TH" => template.pieces.push(Piece::Ordinal(rest.starts_with('t'))),
                _ => {
                    taken = letter.len_utf8();
                    match letter {
                        '9' | '0' => {
                            if after_point {
                                template.fraction += 1;
                                if letter == '0' {
                                    template.kept_decimals = template.fraction;
                                }
                            } else {
                                if letter == '0' && template.first_zero.is_none() {
                                    template.first_zero = Some(template.whole);
                                }
                                template.whole += 1;
                            }
                            template.pieces.push(Piece::Digit);
                        }
                        '.' | 'd' | 'D' => {
                            after_point = true;
                            template.pieces.push(Piece::Point);
                        }
                        ',' | 'g' | 'G' => template.pieces.push(Piece::Group),
                        's' | 'S' if template.whole + template.fraction == 0 => {
                            template.sign = Sign::Leading;
                        }
                        's' | 'S' => template.place(Sign::Always),
                        'l' | 'L' | '$' => template.pieces.push(Piece::Currency),
                        'v' | 'V' => {
                            let digits =
                                rest.chars().skip(1).take_while(|digit| matches!(digit, '9' | '0')).count();
                            template.shift = digits as u32;
                        }
                        '"' => {
                            let end = rest[1..].find('"').map_or(rest.len(), |end| end + 1);
                            template.pieces.extend(rest[1..end].chars().map(Piece::Literal));
                            taken = (end + 1).min(rest.len());
                        }
                        other => template.pieces.push(Piece::Literal(other)),
                    }
                }
            }
            rest = &rest[taken..];
        }
        template
    }

    fn place(&mut self, sign: Sign) {
        self.sign = sign;
        self.pieces.push(Piece::Sign);
    }

    /// Decimals that the number is to be rounded to before it is printed.
    pub fn decimals(&self) -> usize {
        self.fraction
    }

    /// Digit places in front of the point.
    pub fn places(&self) -> usize {
        self.whole
    }

    /// Powers of ten (`V`) that the number is to be multiplied by before it is printed.
    pub fn shift(&self) -> u32 {
        self.shift
    }

    /// Prints a number: its digits before the point (no leading zeros, empty for 0), and exactly
    /// [`Template::decimals`] digits behind it.
    pub fn print(&self, negative: bool, whole: &str, fraction: &str, out: &mut String) {
        if let Some(capitals) = self.roman {
            return print_roman(capitals, self.fill, negative, whole, out);
        }
        let overflow = whole.len() > self.whole;
        let blank = self.whole.saturating_sub(whole.len());
        let last_decimal = if self.fill {
            fraction.len()
        } else {
            fraction.trim_end_matches('0').len().max(self.kept_decimals)
        };
        // The first place that shows: a digit of the number or a `0` of the template; a bare zero shows in
        // the last place unless decimals follow.
        let mut first = blank.min(self.first_zero.unwrap_or(usize::MAX)).min(self.whole);
        if first == self.whole && (self.fraction == 0 || last_decimal == 0) && self.whole > 0 {
            first = self.whole - 1;
        }
        let mut digits = whole.bytes();
        let mut decimals = fraction.bytes();
        let mut place = 0;
        let mut after_point = false;
        let mut signed = !matches!(self.sign, Sign::Floating | Sign::Leading | Sign::Angles);
        let mut decimal_place = 0;
        let start = out.len();
        for piece in &self.pieces {
            match piece {
                Piece::Digit if after_point => {
                    let digit = decimals.next().unwrap_or(b'0');
                    if decimal_place < last_decimal || overflow {
                        out.push(if overflow { '#' } else { char::from(digit) });
                    }
                    decimal_place += 1;
                }
                Piece::Digit => {
                    if place >= first || overflow {
                        self.lead(&mut signed, negative, out);
                        let digit = if place >= blank { digits.next().unwrap_or(b'0') } else { b'0' };
                        out.push(if overflow { '#' } else { char::from(digit) });
                    } else if self.fill {
                        out.push(' ');
                    }
                    place += 1;
                }
                Piece::Group if place > first || overflow => out.push(','),
                Piece::Group if self.fill => out.push(' '),
                Piece::Group => {}
                Piece::Point => {
                    self.lead(&mut signed, negative, out);
                    out.push('.');
                    after_point = true;
                }
                Piece::Sign => match (self.sign, negative) {
                    (Sign::Always | Sign::Placed(Placed::Both | Placed::Minus), true) => out.push('-'),
                    (Sign::Always | Sign::Placed(Placed::Both | Placed::Plus), false) => out.push('+'),
                    _ if self.fill => out.push(' '),
                    _ => {}
                },
                Piece::Currency => out.push('$'),
                Piece::Ordinal(lower) => {
                    let suffix = ordinal_suffix(&out[start..]);
                    out.push_str(if *lower { suffix.0 } else { suffix.1 });
                }
                Piece::Literal(letter) => out.push(*letter),
            }
        }
        if self.sign == Sign::Angles {
            if negative {
                out.push('>');
            } else if self.fill {
                out.push(' ');
            }
        }
    }

    /// The sign in front of the first digit.
    fn lead(&self, signed: &mut bool, negative: bool, out: &mut String) {
        if *signed {
            return;
        }
        *signed = true;
        match (self.sign, negative) {
            (Sign::Angles, true) => out.push('<'),
            (_, true) => out.push('-'),
            (Sign::Leading, false) => out.push('+'),
            (_, false) if self.fill => out.push(' '),
            (_, false) => {}
        }
    }

    /// The number's digits out of a text of this shape: sign, digits and one point, without all else.
    pub fn read(&self, written: &str) -> Option<String> {
        let mut number = String::new();
        let negative = written.contains('-') || (self.sign == Sign::Angles && written.contains('<'));
        if negative {
            number.push('-');
        }
        for letter in written.chars() {
            match letter {
                '0'..='9' => number.push(letter),
                '.' if !number.contains('.') => number.push('.'),
                ' ' | ',' | '+' | '-' | '$' | '<' | '>' => {}
                _ if self.pieces.contains(&Piece::Literal(letter)) => {}
                _ => return None,
            }
        }
        number.contains(|letter: char| letter.is_ascii_digit()).then_some(number)
    }
}

fn print_roman(capitals: bool, fill: bool, negative: bool, whole: &str, out: &mut String) {
    const NUMERALS: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let Some(mut left) = whole.parse::<u32>().ok().filter(|value| !negative && (1..4000).contains(value))
    else {
        out.push_str("###############");
        return;
    };
    let mut roman = String::new();
    for (value, numeral) in NUMERALS {
        while left >= value {
            roman.push_str(numeral);
            left -= value;
        }
    }
    for _ in roman.len()..if fill { 15 } else { 0 } {
        out.push(' ');
    }
    out.push_str(&if capitals { roman } else { roman.to_lowercase() });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(number: &str, format: &str) -> String {
        let negative = number.starts_with('-');
        let (whole, fraction) =
            number.trim_start_matches('-').split_once('.').unwrap_or((number.trim_start_matches('-'), ""));
        let template = Template::new(format);
        let fraction = format!("{fraction:0<width$}", width = template.decimals());
        let mut out = String::new();
        template.print(negative, whole.trim_start_matches('0'), &fraction[..template.decimals()], &mut out);
        out
    }

    #[test]
    fn prints_as_postgresql_does() {
        for (number, format, printed) in [
            ("12", "999", "  12"),
            ("-12", "999", " -12"),
            ("0", "9", " 0"),
            ("0.1", "0.9", " 0.1"),
            ("0.1", "99.99", "   .10"),
            ("1485", "9,999", " 1,485"),
            ("148", "9,999", "   148"),
            ("-485", "999S", "485-"),
            ("12", "S9999", "  +12"),
            ("-12", "FMS9999", "-12"),
            ("485", "SG999", "+485"),
            ("-485", "999MI", "485-"),
            ("485", "FM999MI", "485"),
            ("-485", "999PR", "<485>"),
            ("482", "999th", " 482nd"),
            ("485", "RN", "        CDLXXXV"),
            ("1234", "999", " ###"),
            ("12.45", "FM999.999", "12.45"),
            ("1.5", "FM990.00", "1.50"),
            ("10", "FM990.099", "10.0"),
            ("5", "0000", " 0005"),
            ("1234567.891", "$9,999,999.99", "$ 1,234,567.89"),
        ] {
            assert_eq!(print(number, format), printed, "{number} {format}");
        }
    }

    #[test]
    fn reads_back() {
        assert_eq!(Template::new("99G999D9S").read("12,454.8-").as_deref(), Some("-12454.8"));
        assert_eq!(Template::new("$9,999.99").read("$2,012,454.88").as_deref(), Some("2012454.88"));
        assert_eq!(Template::new("999").read("abc"), None);
    }
}
