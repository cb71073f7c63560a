//! Where Redshift answers otherwise than PostgreSQL: the list. Each entry says it in PostgreSQL's words, so that both
//! are asked for Redshift's answer; whatever is not listed must be equal as it stands.

/// Open a passage that reads differently on the two sides: ours, then theirs, then as both.
const OPEN: char = '\u{1}';
const ELSE: char = '\u{2}';
const CLOSE: char = '\u{3}';

/// One listed difference.
pub struct Difference {
    pub name: &'static str,
    pub why: &'static str,
    /// Before, between and after the operands, as Redshift writes it.
    ours: &'static [&'static str],
    theirs: &'static [&'static str],
    /// What PostgreSQL must be taught for it.
    taught: &'static str,
}

const fn listed(
    name: &'static str,
    why: &'static str,
    ours: &'static [&'static str],
    theirs: &'static [&'static str],
) -> Difference {
    Difference { name, why, ours, theirs, taught: "" }
}

impl Difference {
    const fn taught(self, taught: &'static str) -> Difference {
        Difference { taught, ..self }
    }

    /// The expression for both sides, around and between `operands`.
    pub fn of(&self, operands: &[&str]) -> String {
        let mut text = String::new();
        for at in 0..self.ours.len() {
            text.push(OPEN);
            text.push_str(self.ours[at]);
            text.push(ELSE);
            text.push_str(self.theirs.get(at).copied().unwrap_or_default());
            text.push(CLOSE);
            text.push_str(operands.get(at).copied().unwrap_or_default());
        }
        text
    }
}

pub const AVERAGE_OF_INTEGERS: Difference = listed(
    "AVG of integers",
    "Redshift answers with BIGINT, without the fraction; PostgreSQL with NUMERIC",
    &["AVG(", ")"],
    &["trunc(avg(", "))::bigint"],
);
pub const AVERAGE_OF_DECIMALS: Difference = listed(
    "AVG of DECIMAL(p,2)",
    "Redshift keeps the argument's scale and cuts toward zero; PostgreSQL has 16 digits and more",
    &["AVG(", ")"],
    &["trunc(avg(", "), 2)"],
);
pub const SUM_OF_BIGINTS: Difference = listed(
    "SUM of BIGINT",
    "Redshift answers with BIGINT, on which / divides integers; PostgreSQL with NUMERIC",
    &["SUM(", ")"],
    &["sum(", ")::bigint"],
);
pub const CUT_TO_SCALE_2: Difference = listed(
    "DECIMAL to a smaller scale",
    "enable_numeric_rounding is off: an explicit cast over table data cuts toward zero; PostgreSQL rounds",
    &["CAST(", " AS DECIMAL(18,2))"],
    &["trunc((", ")::numeric, 2)"],
);
pub const QUOTIENT: Difference = listed(
    "DECIMAL / DECIMAL",
    "Redshift's scale comes from a formula and is cut; PostgreSQL's from the values. Both are cut to 4 digits here",
    &["CAST((", " / NULLIF(", ", 0)) AS DECIMAL(24,4))"],
    &["trunc((", "::numeric / NULLIF(", ", 0)), 4)"],
);
pub const DECIMAL_TO_INTEGER: Difference = listed(
    "DECIMAL to INTEGER",
    "cut toward zero over table data, as with a smaller scale; PostgreSQL rounds",
    &["CAST(", " AS INTEGER)"],
    &["trunc(", ")::integer"],
);
pub const ROUND_DOUBLE: Difference = listed(
    "ROUND(DOUBLE)",
    "Redshift rounds half away from zero; PostgreSQL half to even",
    &["ROUND(", ")"],
    &["round_away(", ")"],
)
.taught(
    "CREATE FUNCTION round_away(x double precision) RETURNS double precision IMMUTABLE LANGUAGE sql AS
     $$ SELECT sign(x) * floor(abs(x) + 0.5) $$",
);
pub const CONCATENATION: Difference = listed(
    "CONCAT",
    "Redshift: exactly two arguments, NULL if either is; PostgreSQL leaves NULLs out",
    &["CONCAT(", ", ", ")"],
    &["textcat(", ", ", ")"],
);
pub const NVL: Difference = listed(
    "NVL",
    "Oracle's name for COALESCE, which PostgreSQL has not",
    &["NVL(", ", ", ")"],
    &["COALESCE(", ", ", ")"],
);
pub const NVL2: Difference = listed(
    "NVL2",
    "Oracle's, which PostgreSQL has not",
    &["NVL2(", ", ", ", ", ")"],
    &["CASE WHEN (", ") IS NOT NULL THEN ", " ELSE ", " END"],
);
pub const DECODE: Difference = listed(
    "DECODE",
    "Oracle's, in which NULL matches NULL; PostgreSQL's decode is about bytes",
    &["DECODE(", ", ", ", ", ", ", ")"],
    &["CASE WHEN (", ") IS NOT DISTINCT FROM (", ") THEN ", " ELSE ", " END"],
);
pub const EXTRACTED: Difference = listed(
    "EXTRACT",
    "Redshift answers with an integer; PostgreSQL with NUMERIC, seconds with their fraction",
    &["EXTRACT(", " FROM ", ")"],
    &["floor(extract(", " FROM ", "))::integer"],
);
pub const DATE_TRUNCATED: Difference = listed(
    "DATE_TRUNC of a DATE",
    "Redshift answers with TIMESTAMP; PostgreSQL goes through TIMESTAMPTZ",
    &["DATE_TRUNC(", ", ", ")"],
    &["date_trunc(", ", (", ")::timestamp)"],
);
pub const TRUNC_TIMESTAMP: Difference = listed(
    "TRUNC(TIMESTAMP)",
    "Oracle's way to the DATE, which PostgreSQL has not",
    &["TRUNC(", ")"],
    &["(", ")::date"],
);
pub const DATE_ADDED: Difference = listed(
    "DATEADD",
    "Redshift's, answering with TIMESTAMP also for a DATE; a year from February 29 is March 1, months are cut to \
     the month's end",
    &["DATEADD(", ", ", ", ", ")"],
    &["date_added('", "', ", ", ", ")"],
)
.taught(
    "CREATE FUNCTION date_added(part text, n bigint, t timestamp) RETURNS timestamp IMMUTABLE LANGUAGE sql AS
     $$ SELECT t + n * CASE part WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || part)::interval END
          + CASE WHEN part = 'year' AND to_char(t, 'MMDD') = '0229'
                      AND extract(day FROM t + n * interval '1 year') = 28
                 THEN interval '1 day' ELSE interval '0' END $$",
);
pub const DATES_APART: Difference = listed(
    "DATEDIFF",
    "Redshift's: how many boundaries of the part lie between; PostgreSQL has only subtraction",
    &["DATEDIFF(", ", ", ", ", ")"],
    &["dates_apart('", "', ", ", ", ")"],
)
.taught(
    "CREATE FUNCTION dates_apart(part text, a timestamp, b timestamp) RETURNS bigint IMMUTABLE LANGUAGE sql AS
     $$ SELECT CASE part
          WHEN 'year' THEN extract(year FROM b) - extract(year FROM a)
          WHEN 'quarter' THEN 4 * (extract(year FROM b) - extract(year FROM a))
                              + extract(quarter FROM b) - extract(quarter FROM a)
          WHEN 'month' THEN 12 * (extract(year FROM b) - extract(year FROM a))
                            + extract(month FROM b) - extract(month FROM a)
          WHEN 'day' THEN b::date - a::date
          ELSE floor(extract(epoch FROM date_trunc('hour', b) - date_trunc('hour', a)) / 3600)
        END::bigint $$",
);
pub const MONTHS_ADDED: Difference = listed(
    "ADD_MONTHS",
    "Oracle's, which PostgreSQL has not: the last day of a month stays the last day",
    &["ADD_MONTHS(", ", ", ")"],
    &["months_added(", ", ", ")"],
)
.taught(
    "CREATE FUNCTION months_added(t timestamp, n bigint) RETURNS timestamp IMMUTABLE LANGUAGE sql AS
     $$ SELECT CASE WHEN t::date = (date_trunc('month', t) + interval '1 month - 1 day')::date
          THEN date_trunc('month', t) + (n + 1) * interval '1 month' - interval '1 day' + t::time
          ELSE t + n * interval '1 month' END $$",
);
pub const LAST_DAY: Difference = listed(
    "LAST_DAY",
    "Oracle's, which PostgreSQL has not",
    &["LAST_DAY(", ")"],
    &["(date_trunc('month', (", ")::timestamp) + interval '1 month - 1 day')::date"],
);
pub const NEXT_DAY: Difference = listed(
    "NEXT_DAY",
    "Oracle's, which PostgreSQL has not: the day of that name that comes after",
    &["NEXT_DAY(", ", '", "')"],
    &["next_day(", ", '", "')"],
)
.taught(
    "CREATE FUNCTION next_day(d date, name text) RETURNS date IMMUTABLE LANGUAGE sql AS
     $$ SELECT n FROM generate_series(1, 7) g, LATERAL (SELECT d + g AS n) x WHERE to_char(n, 'Dy') = name $$",
);
pub const MONTHS_BETWEEN: Difference = listed(
    "MONTHS_BETWEEN",
    "Oracle's, which PostgreSQL has not: whole where both are the same day or the last ones, else in parts of 31 days",
    &["MONTHS_BETWEEN(", ", ", ")"],
    &["months_between(", ", ", ")"],
)
.taught(
    "CREATE FUNCTION months_between(a date, b date) RETURNS double precision IMMUTABLE LANGUAGE sql AS
     $$ SELECT 12 * (extract(year FROM a) - extract(year FROM b)) + extract(month FROM a) - extract(month FROM b)
          + CASE WHEN extract(month FROM a + 1) <> extract(month FROM a)
                  AND extract(month FROM b + 1) <> extract(month FROM b) THEN 0
                 ELSE (extract(day FROM a) - extract(day FROM b)) / 31.0 END $$",
);
pub const DAYS_COMPARED: Difference = listed(
    "DATE_CMP",
    "Redshift's: -1, 0 or 1, which PostgreSQL has not",
    &["DATE_CMP(", ", ", ")"],
    &["sign(", " - ", ")::integer"],
);
pub const YEAR_OF: Difference = listed(
    "DATE_PART_YEAR",
    "Redshift's name for a part of a date",
    &["DATE_PART_YEAR(", ")"],
    &["extract(year FROM ", ")::integer"],
);
pub const LISTED: Difference = listed(
    "LISTAGG",
    "string_agg under the standard's name; empty strings are left out as NULLs are",
    &["LISTAGG(", ", '|') WITHIN GROUP (ORDER BY ", ")"],
    &["string_agg(NULLIF(", ", ''), '|' ORDER BY ", ")"],
);
pub const MEDIAN: Difference = listed(
    "MEDIAN",
    "Oracle's name for a percentile, which PostgreSQL has not",
    &["MEDIAN(", ")"],
    &["percentile_cont(0.5) WITHIN GROUP (ORDER BY ", ")"],
);
pub const CHARINDEX: Difference = listed(
    "CHARINDEX",
    "POSITION under Microsoft's name, which PostgreSQL has not",
    &["CHARINDEX(", ", ", ")"],
    &["char_index(", ", ", ")"],
)
.taught(
    "CREATE FUNCTION char_index(part text, whole text) RETURNS integer IMMUTABLE LANGUAGE sql AS
     $$ SELECT strpos(whole, part) $$",
);

/// Differences that are not of a word and its meaning, and how the harness meets them.
const ELSEWHERE: [(&str, &str); 12] = [
    ("PIVOT", "PostgreSQL has not: asked with aggregates over CASE"),
    ("GROUP BY ALL, aliases of the same list", "PostgreSQL has not: asked with what they stand for"),
    ("VARCHAR(n)", "Redshift counts bytes, PostgreSQL characters: there a CHECK counts bytes"),
    ("QUALIFY", "PostgreSQL has not: asked with a derived table"),
    ("collation", "Redshift compares bytes; PostgreSQL's cluster is made with locale C"),
    ("trailing blanks", "Redshift ignores them when it compares; no value and no function here makes any"),
    ("decimal scales", "compared as numbers: 1.5 equals 1.500"),
    ("approximate numbers", "compared to nine digits: sums are made in another order"),
    ("frames", "Redshift demands a ROWS frame where PostgreSQL has a default: always written"),
    ("INTERSECT ALL, EXCEPT ALL, FILTER, DISTINCT ON, RANGE frames", "Redshift has none: never written"),
    ("IS TRUE and its like", "Redshift has not in select lists: only in conditions"),
    ("errors", "texts and codes are Redshift's own (the slt suites hold them): both refusing is agreement"),
];

pub const REGEXP_PART: Difference = listed(
    "REGEXP_SUBSTR",
    "Redshift answers with an empty string where nothing matches; PostgreSQL with NULL",
    &["REGEXP_SUBSTR(", ", ", ")"],
    &["regexp_part(", ", ", ")"],
)
.taught(
    "CREATE FUNCTION regexp_part(t text, p text) RETURNS text IMMUTABLE STRICT LANGUAGE sql AS
     $$ SELECT COALESCE(regexp_substr(t, p), '') $$",
);
pub const REGEXP_REPLACED: Difference = listed(
    "REGEXP_REPLACE",
    "Redshift replaces every match; PostgreSQL the first, unless told",
    &["REGEXP_REPLACE(", ", ", ", ", ")"],
    &["regexp_replace(", ", ", ", ", ", 'g')"],
);

pub const DIFFERENCES: [&Difference; 28] = [
    &AVERAGE_OF_INTEGERS,
    &AVERAGE_OF_DECIMALS,
    &SUM_OF_BIGINTS,
    &CUT_TO_SCALE_2,
    &QUOTIENT,
    &DECIMAL_TO_INTEGER,
    &ROUND_DOUBLE,
    &CONCATENATION,
    &NVL,
    &NVL2,
    &DECODE,
    &EXTRACTED,
    &DATE_TRUNCATED,
    &TRUNC_TIMESTAMP,
    &DATE_ADDED,
    &DATES_APART,
    &MONTHS_ADDED,
    &LAST_DAY,
    &NEXT_DAY,
    &MONTHS_BETWEEN,
    &DAYS_COMPARED,
    &YEAR_OF,
    &LISTED,
    &MEDIAN,
    &CHARINDEX,
    &SIGN,
    &REGEXP_PART,
    &REGEXP_REPLACED,
];

/// A VARCHAR column of so many bytes.
pub fn varying(name: &str, bytes: &str) -> String {
    format!("{OPEN}varchar({bytes}){ELSE}text CHECK (octet_length({name}) <= {bytes}){CLOSE}")
}

/// QUALIFY, which PostgreSQL has not: a condition over a derived table's column.
pub fn qualified(select: &str, condition: &str, names: &str, items: &str, from: &str) -> String {
    let (ours, theirs) = (self::ours, self::theirs);
    let theirs = format!(
        "SELECT {names} FROM (SELECT {}, ({}) AS kept FROM {}) AS qualified WHERE kept",
        theirs(items),
        theirs(condition),
        theirs(from)
    );
    format!("{OPEN}{} QUALIFY {}{ELSE}{theirs}{CLOSE}", ours(select), ours(condition))
}

/// GROUP BY ALL, which PostgreSQL has not: asked with the numbers of what aggregates nothing.
pub fn all_groups(numbers: &str) -> String {
    format!("{OPEN}ALL{ELSE}{numbers}{CLOSE}")
}

/// An alias of the same list, which PostgreSQL does not see: asked with the expression itself.
pub fn alias(name: &str, expression: &str) -> String {
    format!("{OPEN}{name}{ELSE}({}){CLOSE}", theirs(expression))
}

/// PIVOT, which PostgreSQL has not: asked with an aggregate over CASE for each value.
pub fn pivoted(
    (key, pivot, value): (&str, &str, &str),
    (ours, theirs): (&str, &str),
    values: &[String],
    from: &str,
) -> String {
    let name = |at: usize| format!("c{}", at + 2);
    let mut cases = Vec::new();
    let mut named = Vec::new();
    for (at, literal) in values.iter().enumerate() {
        let case = format!("CASE WHEN {pivot} = {literal} THEN {value} END");
        cases.push(format!("{} AS {}", theirs.replace('@', &case), name(at)));
        named.push(format!("{literal} AS {}", name(at)));
    }
    let names: Vec<String> = (0..values.len()).map(name).collect();
    format!(
        "{OPEN}SELECT {key} AS c1, {} FROM (SELECT {key}, {pivot}, {value} FROM {from}) PIVOT ({ours}({value}) FOR \
         {pivot} IN ({})){ELSE}SELECT {key} AS c1, {} FROM {from} GROUP BY 1{CLOSE}",
        names.join(", "),
        named.join(", "),
        cases.join(", ")
    )
}

pub const SIGN: Difference = listed(
    "SIGN of an integer",
    "Redshift answers with the number as a whole; PostgreSQL with DOUBLE, on which / keeps the fraction",
    &["CAST(SIGN(", ") AS INTEGER)"],
    &["sign(", ")::integer"],
);

/// What PostgreSQL must run before it is asked.
pub fn lesson() -> String {
    DIFFERENCES.iter().map(|difference| difference.taught).filter(|taught| !taught.is_empty()).fold(
        String::new(),
        |mut script, taught| {
            script.push_str(taught);
            script.push_str(";\n");
            script
        },
    )
}

/// The list, for people.
pub fn printed() -> String {
    let worded = DIFFERENCES.iter().map(|difference| (difference.name, difference.why));
    worded.chain(ELSEWHERE).map(|(name, why)| format!("{name}: {why}\n")).collect()
}

/// The query as Sandshift reads it.
pub fn ours(text: &str) -> String {
    side(text, true)
}

/// The query as PostgreSQL reads it.
pub fn theirs(text: &str) -> String {
    side(text, false)
}

fn side(text: &str, ours: bool) -> String {
    let mut shown = true;
    let mut side = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            OPEN => shown = ours,
            ELSE => shown = !ours,
            CLOSE => shown = true,
            letter if shown => side.push(letter),
            _ => {}
        }
    }
    side
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_reads_its_own_words() {
        let inner = NVL.of(&["a", "0"]);
        let text = format!("SELECT {}", AVERAGE_OF_INTEGERS.of(&[&inner]));
        assert_eq!(ours(&text), "SELECT AVG(NVL(a, 0))");
        assert_eq!(theirs(&text), "SELECT trunc(avg(COALESCE(a, 0)))::bigint");
    }
}
