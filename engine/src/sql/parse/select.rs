//! Queries: WITH, set operations, ORDER BY and LIMIT around them, and SELECT's clauses.

use sqlparser::tokenizer::Token;

use super::reader::{Reader, is_word};
use super::token;
use crate::sql::error::{SqlError, SqlResult};
use crate::sql::syntax::{
    CommonTable, Expression, GroupBy, GroupElement, Hierarchy, Ident, ObjectName, Query, Select, SelectInto,
    SelectItem, SetExpression, SetOperator, TableAlias, With,
};

/// Set operations and how strongly they bind.
const SET_OPERATORS: [(&str, u8, SetOperator); 4] = [
    ("UNION", 1, SetOperator::Union),
    ("EXCEPT", 1, SetOperator::Except),
    ("MINUS", 1, SetOperator::Except),
    ("INTERSECT", 2, SetOperator::Intersect),
];

/// What may follow the parentheses around a query that another query begins with.
const BEHIND_QUERY: [&str; 7] = ["UNION", "EXCEPT", "MINUS", "INTERSECT", "ORDER", "LIMIT", "OFFSET"];

/// Words that are no alias of a select item without AS, though they are names.
const BARRED_ALIASES: [&str; 1] = ["EXCLUDE"];

impl Reader<'_> {
    pub fn query(&mut self) -> SqlResult<Box<Query>> {
        self.enter()?;
        let start = self.offset();
        let with = if self.peeks("WITH") { Some(self.common_tables()?) } else { None };
        let body = self.body(0)?;
        let order_by = if self.peeks("ORDER") { self.order_by()? } else { Vec::new() };
        let (limit, offset) = self.limit()?;
        self.leave();
        Ok(Box::new(Query { with, body, order_by, limit, offset, span: self.span_from(start) }))
    }

    /// Whether what is next begins a query, perhaps in parentheses of its own.
    pub(super) fn at_query(&self) -> bool {
        let mut opened = 0;
        while *self.peek_at(opened) == Token::LParen {
            opened += 1;
        }
        // VALUES begins no query of the product's, and is refused as one.
        if !["SELECT", "WITH", "VALUES"].iter().any(|word| self.peeks_at(opened, word)) {
            return false;
        }
        // Where one of these parentheses closes, a query goes on or ends: `((SELECT 1) + 2)` is none.
        let mut depth = opened;
        let mut ahead = opened;
        while opened > 0 && depth > 0 {
            match self.peek_at(ahead) {
                Token::EOF => return true,
                Token::LParen => depth += 1,
                Token::RParen => {
                    depth -= 1;
                    let next = self.peek_at(ahead + 1);
                    let goes_on = matches!(next, Token::RParen | Token::EOF)
                        || BEHIND_QUERY.iter().any(|word| is_word(next, word));
                    if depth < opened && !goes_on {
                        return false;
                    }
                    opened = opened.min(depth);
                }
                _ => {}
            }
            ahead += 1;
        }
        true
    }

    /// `WITH [RECURSIVE] name [(columns)] AS (query) [, ...]`.
    pub fn common_tables(&mut self) -> SqlResult<With> {
        self.expect("WITH")?;
        let recursive = self.word("RECURSIVE");
        let tables = self.list(|reader| {
            let name = reader.ident()?;
            let columns = if *reader.peek() == Token::LParen { reader.idents()? } else { Vec::new() };
            reader.expect("AS")?;
            reader.expect_symbol(&Token::LParen)?;
            let first = reader.position();
            let query = reader.query()?;
            let own = token::identifier(&name.value, name.quote_style);
            let names_itself = recursive && reader.named_since(first, &own);
            reader.expect_symbol(&Token::RParen)?;
            Ok(CommonTable { alias: TableAlias { name, columns, at: None }, query, names_itself })
        })?;
        Ok(With { recursive, tables })
    }

    fn body(&mut self, above: u8) -> SqlResult<SetExpression> {
        let mut left = if *self.peek() == Token::LParen {
            self.advance();
            let query = self.query()?;
            self.expect_symbol(&Token::RParen)?;
            SetExpression::Query(query)
        } else {
            SetExpression::Select(Box::new(self.select()?))
        };
        while let Some((_, strength, op)) = SET_OPERATORS.iter().find(|(word, ..)| self.peeks(word))
            && *strength > above
        {
            self.advance();
            let all = self.one_of(&["ALL", "DISTINCT"]) == Some("ALL");
            let right = Box::new(self.body(*strength)?);
            left = SetExpression::SetOperation { op: *op, all, left: Box::new(left), right };
        }
        Ok(left)
    }

    /// `[LIMIT {n | ALL}] [OFFSET n [ROW | ROWS]]`, in either order.
    fn limit(&mut self) -> SqlResult<(Option<Expression>, Option<Expression>)> {
        let (mut limit, mut offset) = (None, None);
        loop {
            if limit.is_none() && self.word("LIMIT") {
                limit = Some(if self.word("ALL") { None } else { Some(self.expression()?) });
                if *self.peek() == Token::Comma {
                    let error = SqlError::product("42601", "LIMIT #,# syntax is not supported");
                    return Err(self.here(error));
                }
            } else if offset.is_none() && self.word("OFFSET") {
                offset = Some(self.expression()?);
                self.one_of(&["ROWS", "ROW"]);
            } else {
                return Ok((limit.flatten(), offset));
            }
        }
    }

    fn select(&mut self) -> SqlResult<Select> {
        self.expect("SELECT")?;
        let top = self.top()?;
        let distinct = self.one_of(&["ALL", "DISTINCT"]) == Some("DISTINCT");
        if distinct && self.peeks("ON") && *self.peek_at(1) == Token::LParen {
            return Err(self.here(SqlError::product("0A000", "SELECT DISTINCT ON is not supported")));
        }
        let projection = self.list(Self::select_item)?;
        let exclude = self.exclude()?;
        let into = if self.word("INTO") { Some(self.select_into()?) } else { None };
        let from = if self.word("FROM") { self.tables()? } else { Vec::new() };
        let selection = self.after("WHERE")?;
        let hierarchy = self.hierarchy()?;
        let group_by = self.group_by()?;
        let having = self.after("HAVING")?;
        let mut named_window = if self.word("WINDOW") { self.named_windows()? } else { Vec::new() };
        let qualify = self.after("QUALIFY")?;
        if named_window.is_empty() && self.word("WINDOW") {
            named_window = self.named_windows()?;
        }
        Ok(Select {
            distinct,
            top,
            projection,
            exclude,
            into,
            from,
            selection,
            hierarchy,
            group_by,
            having,
            named_window,
            qualify,
        })
    }

    /// The expression behind `word`, if that is next.
    fn after(&mut self, word: &str) -> SqlResult<Option<Expression>> {
        if self.word(word) { self.expression().map(Some) } else { Ok(None) }
    }

    /// `TOP {n | (expression)}`.
    fn top(&mut self) -> SqlResult<Option<Expression>> {
        if !self.word("TOP") {
            return Ok(None);
        }
        let top = match self.peek() {
            Token::Number(..) | Token::LParen => self.operand()?,
            _ => return self.unexpected(),
        };
        if self.peeks("WITH") { self.unexpected() } else { Ok(Some(top)) }
    }

    fn select_item(&mut self) -> SqlResult<SelectItem> {
        let start = self.offset();
        if self.symbol(&Token::Mul) {
            let span = self.span_from(start);
            return Ok(SelectItem::Wildcard { exclude: self.exclude()?, span });
        }
        if let Some(name) = self.qualified_star()? {
            return Ok(SelectItem::QualifiedWildcard { name, exclude: self.exclude()? });
        }
        let expr = self.expression()?;
        Ok(match self.alias(&BARRED_ALIASES)? {
            Some(alias) => SelectItem::Named { expr, alias },
            None => SelectItem::Unnamed(expr),
        })
    }

    /// `EXCLUDE {name | (name, ...)}`.
    fn exclude(&mut self) -> SqlResult<Vec<Ident>> {
        if !self.word("EXCLUDE") {
            return Ok(Vec::new());
        }
        let last = |mut name: ObjectName| name.0.pop();
        let parenthesized = *self.peek() == Token::LParen;
        let names = if parenthesized {
            self.parenthesized(|reader| reader.list(Self::object_name))?
        } else {
            vec![self.object_name()?]
        };
        Ok(names.into_iter().filter_map(last).collect())
    }

    /// `[TEMP | TEMPORARY] [TABLE] name`.
    fn select_into(&mut self) -> SqlResult<SelectInto> {
        let temporary = self.one_of(&["TEMP", "TEMPORARY"]).is_some();
        self.word("TABLE");
        Ok(SelectInto { temporary, name: self.object_name()? })
    }

    /// START WITH and CONNECT BY, in either order.
    fn hierarchy(&mut self) -> SqlResult<Option<Hierarchy>> {
        let mut start = if self.words("START WITH") { Some(self.expression()?) } else { None };
        if start.is_none() && !(self.peeks("CONNECT") && self.peeks_at(1, "BY")) {
            return Ok(None);
        }
        self.expect("CONNECT BY")?;
        if self.peeks("NOCYCLE") {
            return self.unexpected();
        }
        self.connect_by(true);
        let relationship = self.expression()?;
        self.connect_by(false);
        if start.is_none() && self.words("START WITH") {
            start = Some(self.expression()?);
        }
        Ok(Some(Hierarchy { start, relationship }))
    }

    fn group_by(&mut self) -> SqlResult<GroupBy> {
        if !self.words("GROUP BY") {
            return Ok(GroupBy::Elements(Vec::new()));
        }
        if self.word("ALL") {
            return Ok(GroupBy::All);
        }
        self.list(|reader| reader.group_element(false)).map(GroupBy::Elements)
    }

    /// An element of GROUP BY, or of GROUPING SETS `inside`.
    fn group_element(&mut self, inside: bool) -> SqlResult<GroupElement> {
        if *self.peek() == Token::LParen && (inside || *self.peek_at(1) == Token::RParen) {
            return self.tuple().map(GroupElement::List);
        }
        let opens = |reader: &Self, ahead| *reader.peek_at(ahead) == Token::LParen;
        if self.peeks("GROUPING") && self.peeks_at(1, "SETS") && opens(self, 2) {
            self.enter()?;
            (0..2).for_each(|_| self.advance());
            let sets = self.parenthesized(|reader| reader.list(|reader| reader.group_element(true)))?;
            self.leave();
            return Ok(GroupElement::Sets(sets));
        }
        let kind = if opens(self, 1) { self.one_of(&["ROLLUP", "CUBE"]) } else { None };
        let Some(kind) = kind else { return self.expression().map(GroupElement::Expression) };
        let parts = self.parenthesized(|reader| reader.list(Self::tuple))?;
        Ok(if kind == "CUBE" { GroupElement::Cube(parts) } else { GroupElement::Rollup(parts) })
    }

    /// `(a, ...)`, `()`, or one expression without parentheses.
    fn tuple(&mut self) -> SqlResult<Vec<Expression>> {
        if *self.peek() != Token::LParen {
            return Ok(vec![self.expression()?]);
        }
        self.advance();
        let parts = if *self.peek() == Token::RParen { Vec::new() } else { self.expressions()? };
        self.expect_symbol(&Token::RParen)?;
        Ok(parts)
    }
}
