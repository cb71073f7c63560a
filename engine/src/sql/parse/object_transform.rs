//! `OBJECT_TRANSFORM(object [KEEP path, ...] [SET path, value, ...])`: a call whose arguments have words among
//! them. The tree has it as a call with the number of KEEP's paths (-1 without KEEP) behind the object.

use sqlparser::ast::{
    self, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, ObjectName,
};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use super::reader::is_word;

const NAME: &str = "OBJECT_TRANSFORM";

pub(super) fn object_transform(parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
    let here =
        is_word(&parser.peek_token_ref().token, NAME) && parser.peek_nth_token_ref(1).token == Token::LParen;
    here.then(|| call(parser))
}

fn call(parser: &mut Parser) -> Result<Expr, ParserError> {
    let name = parser.parse_identifier()?;
    parser.expect_token(&Token::LParen)?;
    let object = parser.parse_expr()?;
    let mut kept = None;
    if is_word(&parser.peek_token_ref().token, "KEEP") {
        parser.advance_token();
        kept = Some(parser.parse_comma_separated(Parser::parse_expr)?);
    }
    let mut set = Vec::new();
    if parser.parse_keyword(Keyword::SET) {
        set = parser.parse_comma_separated(Parser::parse_expr)?;
        if set.len() % 2 == 1 {
            return parser.expected_ref("a value", parser.peek_token_ref());
        }
    }
    parser.expect_token(&Token::RParen)?;
    let count = kept.as_ref().map_or("-1".to_owned(), |kept| kept.len().to_string());
    let count = Expr::Value(ast::Value::Number(count, false).into());
    let arguments = [object, count].into_iter().chain(kept.into_iter().flatten()).chain(set);
    Ok(Expr::Function(Function {
        name: ObjectName::from(vec![name]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: arguments.map(|argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))).collect(),
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    }))
}
