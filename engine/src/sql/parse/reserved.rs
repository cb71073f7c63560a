//! The words that are no names unless quoted (Developer Guide, "Reserved words").

/// In order, for searching. START and CONNECT are on the guide's list but only bar table aliases.
const RESERVED: [&str; 157] = [
    "AES128",
    "AES256",
    "ALL",
    "ALLOWOVERWRITE",
    "ANALYSE",
    "ANALYZE",
    "AND",
    "ANY",
    "ARRAY",
    "AS",
    "ASC",
    "AUTHORIZATION",
    "AZ64",
    "BACKUP",
    "BETWEEN",
    "BINARY",
    "BLANKSASNULL",
    "BOTH",
    "BYTEDICT",
    "BZIP2",
    "CASE",
    "CAST",
    "CHECK",
    "COLLATE",
    "COLUMN",
    "CONSTRAINT",
    "CREATE",
    "CREDENTIALS",
    "CROSS",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "CURRENT_USER_ID",
    "DEFAULT",
    "DEFERRABLE",
    "DEFLATE",
    "DEFRAG",
    "DELTA",
    "DELTA32K",
    "DESC",
    "DISABLE",
    "DISTINCT",
    "DO",
    "ELSE",
    "EMPTYASNULL",
    "ENABLE",
    "ENCODE",
    "ENCRYPT",
    "ENCRYPTION",
    "END",
    "EXCEPT",
    "EXPLICIT",
    "FALSE",
    "FOR",
    "FOREIGN",
    "FREEZE",
    "FROM",
    "FULL",
    "GLOBALDICT256",
    "GLOBALDICT64K",
    "GRANT",
    "GROUP",
    "GZIP",
    "HAVING",
    "IDENTITY",
    "IGNORE",
    "ILIKE",
    "IN",
    "INITIALLY",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
    "LANGUAGE",
    "LEADING",
    "LEFT",
    "LIKE",
    "LIMIT",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "LUN",
    "LUNS",
    "LZO",
    "LZOP",
    "MINUS",
    "MOSTLY16",
    "MOSTLY32",
    "MOSTLY8",
    "NATURAL",
    "NEW",
    "NOT",
    "NOTNULL",
    "NULL",
    "NULLS",
    "OFF",
    "OFFLINE",
    "OFFSET",
    "OID",
    "OLD",
    "ON",
    "ONLY",
    "OPEN",
    "OR",
    "ORDER",
    "OUTER",
    "OVERLAPS",
    "PARALLEL",
    "PARTITION",
    "PERCENT",
    "PERMISSIONS",
    "PIVOT",
    "PLACING",
    "PRIMARY",
    "RAW",
    "READRATIO",
    "RECOVER",
    "REFERENCES",
    "REJECTLOG",
    "RESORT",
    "RESPECT",
    "RESTORE",
    "RIGHT",
    "SELECT",
    "SESSION_USER",
    "SIMILAR",
    "SNAPSHOT",
    "SOME",
    "SYSDATE",
    "SYSTEM",
    "TABLE",
    "TAG",
    "TDES",
    "TEXT255",
    "TEXT32K",
    "THEN",
    "TIMESTAMP",
    "TO",
    "TOP",
    "TRAILING",
    "TRUE",
    "TRUNCATECOLUMNS",
    "UNION",
    "UNIQUE",
    "UNNEST",
    "UNPIVOT",
    "USER",
    "USING",
    "VERBOSE",
    "WALLET",
    "WHEN",
    "WHERE",
    "WITH",
    "WITHOUT",
];

/// Reserved words an expression can begin with.
const BEGIN_EXPRESSION: [&str; 20] = [
    "ARRAY",
    "CASE",
    "CAST",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "CURRENT_USER_ID",
    "FALSE",
    "INTERVAL",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "NOT",
    "NULL",
    // A column of the catalog's tables; no user table can have one.
    "OID",
    "SESSION_USER",
    "SYSDATE",
    "TIMESTAMP",
    "TRUE",
    "USER",
];

/// Reserved words that are functions when a parenthesis follows.
const FUNCTIONS: [&str; 4] = ["COLLATE", "IDENTITY", "LEFT", "RIGHT"];

pub(in crate::sql) fn is_reserved(word: &str) -> bool {
    contains(&RESERVED, word)
}

pub(super) fn begins_expression(word: &str) -> bool {
    contains(&BEGIN_EXPRESSION, word)
}

/// Whether the reserved `word` is a function's name before `(`.
pub(super) fn is_function(word: &str) -> bool {
    contains(&FUNCTIONS, word)
}

fn contains(words: &[&str], word: &str) -> bool {
    words
        .binary_search_by(|known| known.bytes().cmp(word.bytes().map(|byte| byte.to_ascii_uppercase())))
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::{BEGIN_EXPRESSION, FUNCTIONS, RESERVED, is_reserved};

    #[test]
    fn lists_are_in_order() {
        assert!(RESERVED.is_sorted() && BEGIN_EXPRESSION.is_sorted() && FUNCTIONS.is_sorted());
    }

    #[test]
    fn any_case_is_the_same_word() {
        assert!(is_reserved("uSeR") && is_reserved("tag") && !is_reserved("date") && !is_reserved("channel"));
    }
}
