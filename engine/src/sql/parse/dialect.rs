//! What sqlparser needs to be told to read expressions and queries as Redshift does.
//!
//! It names itself PostgreSQL to sqlparser, whose Redshift dialect lacks the operators (`^`, `|/`) and the
//! precedences that Redshift kept from there; what Redshift has of its own is switched on here. Reserved words
//! are refused in the hooks, so that an error stands at the word as the product's does.

use std::any::TypeId;

use sqlparser::ast::{DuplicateTreatment, Expr, FunctionArguments, Ident, ObjectName};
use sqlparser::dialect::{Dialect, PostgreSqlDialect, Precedence};
use sqlparser::keywords::{
    Keyword, RESERVED_FOR_COLUMN_ALIAS, RESERVED_FOR_IDENTIFIER, RESERVED_FOR_TABLE_ALIAS,
};
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::object_transform::object_transform;
use super::reader::is_word;
use super::reserved;

#[derive(Debug)]
pub(super) struct Redshift;

/// What the tree calls `APPROXIMATE COUNT(DISTINCT x)`.
pub(in crate::sql) const APPROXIMATE_COUNT: &str = "approximate_count_distinct";

const POSTGRES: PostgreSqlDialect = PostgreSqlDialect {};

impl Dialect for Redshift {
    fn dialect(&self) -> TypeId {
        TypeId::of::<PostgreSqlDialect>()
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        POSTGRES.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        POSTGRES.is_identifier_part(ch)
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        // ISNULL and NOTNULL are postfix operators; sqlparser knows only the second.
        if is_word(&parser.peek_token_ref().token, "ISNULL") {
            return Some(Ok(self.prec_value(Precedence::Is)));
        }
        POSTGRES.get_next_precedence(parser)
    }

    fn parse_infix(&self, parser: &mut Parser, left: &Expr, _: u8) -> Option<Result<Expr, ParserError>> {
        is_word(&parser.peek_token_ref().token, "ISNULL").then(|| {
            parser.advance_token();
            Ok(Expr::IsNull(Box::new(left.clone())))
        })
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        POSTGRES.prec_value(precedence)
    }

    /// Redshift's reserved words begin an expression only where the grammar gives them one to begin.
    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        if let Some(call) = approximate(parser).or_else(|| object_transform(parser)) {
            return Some(call);
        }
        if let Some(prior) = prior(parser, self.prec_value(Precedence::PlusMinus)) {
            return Some(prior);
        }
        let next = parser.peek_token_ref();
        let Token::Word(word) = &next.token else {
            return None;
        };
        if word.quote_style.is_some() || !reserved::is_reserved(&word.value) {
            return None;
        }
        let after = &parser.peek_nth_token_ref(1).token;
        let begins = match word.keyword {
            Keyword::TIMESTAMP => match after {
                Token::Word(word) => matches!(word.keyword, Keyword::WITH | Keyword::WITHOUT),
                after => matches!(after, Token::SingleQuotedString(_) | Token::LParen),
            },
            Keyword::INTERVAL => matches!(after, Token::SingleQuotedString(_) | Token::LParen),
            Keyword::ARRAY => matches!(after, Token::LBracket | Token::LParen),
            _ if *after == Token::LParen && reserved::is_function(&word.value) => true,
            _ => reserved::begins_expression(&word.value),
        };
        (!begins).then(|| parser.expected_ref("an expression", next))
    }

    /// A word that begins an expression is not a column's name when that expression turns out to be wrong.
    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        matches!(keyword, Keyword::CASE | Keyword::CAST) || RESERVED_FOR_IDENTIFIER.contains(&keyword)
    }

    fn is_select_item_alias(&self, explicit: bool, keyword: &Keyword, parser: &mut Parser) -> bool {
        !is_reserved_here(parser) && (explicit || !RESERVED_FOR_COLUMN_ALIAS.contains(keyword))
    }

    fn is_table_factor_alias(&self, explicit: bool, keyword: &Keyword, parser: &mut Parser) -> bool {
        !is_reserved_here(parser) && (explicit || !RESERVED_FOR_TABLE_ALIAS.contains(keyword))
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_connect_by(&self) -> bool {
        true
    }

    fn supports_outer_join_operator(&self) -> bool {
        true
    }

    fn supports_top_before_distinct(&self) -> bool {
        true
    }

    fn convert_type_before_value(&self) -> bool {
        true
    }

    fn supports_partiql(&self) -> bool {
        true
    }

    fn supports_unpivot_expr(&self) -> bool {
        true
    }

    fn supports_select_wildcard_exclude(&self) -> bool {
        true
    }

    fn supports_select_exclude(&self) -> bool {
        true
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn allow_extract_single_quotes(&self) -> bool {
        true
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn supports_notnull_operator(&self) -> bool {
        true
    }

    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }

    fn supports_array_typedef_with_brackets(&self) -> bool {
        true
    }

    fn supports_interval_options(&self) -> bool {
        true
    }
}

/// `PRIOR name` outside CONNECT BY, where sqlparser would take it for a column and its alias.
fn prior(parser: &mut Parser, precedence: u8) -> Option<Result<Expr, ParserError>> {
    let Token::Word(name) = &parser.peek_nth_token_ref(1).token else { return None };
    let column = name.quote_style.is_some() || !RESERVED_FOR_COLUMN_ALIAS.contains(&name.keyword);
    let is_prior = matches!(&parser.peek_token_ref().token, Token::Word(word)
        if word.quote_style.is_none() && word.keyword == Keyword::PRIOR);
    if !is_prior || !column || is_word(&Token::Word(name.clone()), "AS") {
        return None;
    }
    parser.advance_token();
    Some(parser.parse_subexpr(precedence).map(|inner| Expr::Prior(Box::new(inner))))
}

/// `APPROXIMATE COUNT(DISTINCT x)` becomes a function of its own. `APPROXIMATE PERCENTILE_DISC` is the exact one,
/// whose answer is as near as can be asked for.
fn approximate(parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    let counts = is_word(&parser.peek_nth_token_ref(1).token, "COUNT");
    let known = counts || is_word(&parser.peek_nth_token_ref(1).token, "PERCENTILE_DISC");
    if !known || !is_word(&parser.peek_token_ref().token, "APPROXIMATE") {
        return None;
    }
    parser.advance_token();
    let aggregate = parser.parse_prefix();
    Some(match aggregate {
        Ok(Expr::Function(mut function)) if counts => match &mut function.args {
            FunctionArguments::List(list)
                if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) =>
            {
                list.duplicate_treatment = None;
                function.name = ObjectName::from(vec![Ident::new(APPROXIMATE_COUNT)]);
                Ok(Expr::Function(function))
            }
            _ => parser.expected_ref("DISTINCT", parser.get_current_token()),
        },
        other => other,
    })
}

/// Whether the word just read is a reserved one; `get_current_token` is the one the hooks are asked about.
fn is_reserved_here(parser: &Parser) -> bool {
    match &parser.get_current_token().token {
        Token::Word(word) => word.quote_style.is_none() && reserved::is_reserved(&word.value),
        _ => false,
    }
}
