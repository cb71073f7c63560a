//! FROM: tables, functions, queries and SUPER paths in it, their aliases, PIVOT, UNPIVOT and joins.

use sqlparser::tokenizer::Token;

use super::expression::strength;
use super::reader::{Reader, is_name};
use crate::sql::error::SqlResult;
use crate::sql::syntax::{
    Expression, ExpressionWithAlias, Ident, Join, JoinConstraint, JoinKind, ObjectName, Query, Spanned,
    TableAlias, TableFactor, TableWithJoins,
};

/// Words that are no alias of a table without AS, though they are names. QUALIFY is one, as in the product: directly
/// behind FROM the clause wants a table with an alias ("QUALIFY clause").
const BARRED_ALIASES: [&str; 3] = ["CONNECT", "START", "WINDOW"];

const JOINS: [&str; 6] = ["JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS"];

impl Reader<'_> {
    /// `t1 [alias] [JOIN ...] [, ...]`.
    pub fn tables(&mut self) -> SqlResult<Vec<TableWithJoins>> {
        self.list(Self::table_with_joins)
    }

    fn table_with_joins(&mut self) -> SqlResult<TableWithJoins> {
        let relation = self.table_factor()?;
        let mut joins = Vec::new();
        while let Some(join) = self.join()? {
            joins.push(join);
        }
        Ok(TableWithJoins { relation, joins })
    }

    fn join(&mut self) -> SqlResult<Option<Join>> {
        let natural = self.word("NATURAL");
        let Some(word) = self.one_of(&JOINS) else {
            return if natural { self.unexpected() } else { Ok(None) };
        };
        let kind = match word {
            "CROSS" => JoinKind::Cross,
            "LEFT" => JoinKind::Left,
            "RIGHT" => JoinKind::Right,
            "FULL" => JoinKind::Full,
            _ => JoinKind::Inner,
        };
        if matches!(kind, JoinKind::Left | JoinKind::Right | JoinKind::Full) {
            self.word("OUTER");
        }
        if word != "JOIN" {
            self.expect("JOIN")?;
        }
        let mut relation = self.table_factor()?;
        let constraint = if kind == JoinKind::Cross {
            JoinConstraint::None
        } else if natural {
            JoinConstraint::Natural
        } else {
            // `a JOIN b JOIN c ON ... ON ...`: what comes before ON belongs to the right side.
            let start = relation.span().start;
            let mut joins = Vec::new();
            self.enter()?;
            while !self.peeks("ON")
                && !self.peeks("USING")
                && let Some(join) = self.join()?
            {
                joins.push(join);
            }
            self.leave();
            if !joins.is_empty() {
                let table_with_joins = Box::new(TableWithJoins { relation, joins });
                relation = TableFactor::NestedJoin { table_with_joins, span: self.span_from(start) };
            }
            if self.expect_one_of(&["ON", "USING"])? == "ON" {
                JoinConstraint::On(self.expression()?)
            } else {
                JoinConstraint::Using(self.idents()?)
            }
        };
        Ok(Some(Join { relation, kind, constraint }))
    }

    fn table_factor(&mut self) -> SqlResult<TableFactor> {
        self.enter()?;
        let start = self.offset();
        let mut table = match self.peek() {
            Token::LParen => self.in_parentheses(start)?,
            Token::Word(word)
                if word.quote_style.is_none()
                    && *self.peek_at(1) == Token::LParen
                    && self.peeks("UNNEST") =>
            {
                self.unnest(start)?
            }
            Token::Word(_) if self.peeks("UNPIVOT") => self.unpivot_expression(start)?,
            _ => self.named_table(start)?,
        };
        loop {
            table = match self.one_of(&["PIVOT", "UNPIVOT"]) {
                Some("PIVOT") => self.pivot(Box::new(table), start)?,
                Some(_) => self.unpivot(Box::new(table), start)?,
                None => break,
            };
        }
        self.leave();
        Ok(table)
    }

    /// `(query)` or `(table JOIN table ...)`.
    fn in_parentheses(&mut self, start: usize) -> SqlResult<TableFactor> {
        self.advance();
        if self.at_query() {
            let subquery = self.query()?;
            self.expect_symbol(&Token::RParen)?;
            let alias = self.table_alias()?;
            return Ok(TableFactor::Derived { subquery, alias, span: self.span_from(start) });
        }
        let inside = self.table_with_joins()?;
        // What is inside of a SUPER may.
        if let TableWithJoins { relation: TableFactor::Table { name, path, alias: None, .. }, joins } =
            &inside
            && joins.is_empty()
            && name.0.len() > 1
        {
            let (name, path) = (name.clone(), path.clone());
            self.expect_symbol(&Token::RParen)?;
            let alias = self.table_alias()?;
            return Ok(TableFactor::Table { name, path, alias, span: self.span_from(start) });
        }
        // A table alone does not stand in parentheses.
        if inside.joins.is_empty() && !matches!(inside.relation, TableFactor::NestedJoin { .. }) {
            return self.unexpected();
        }
        self.expect_symbol(&Token::RParen)?;
        let span = self.span_from(start);
        // Under a name of its own it is a table of all its columns.
        Ok(match self.table_alias()? {
            Some(alias) => {
                let subquery = Box::new(Query::all_of(inside, span));
                TableFactor::Derived { subquery, alias: Some(alias), span: self.span_from(start) }
            }
            None => TableFactor::NestedJoin { table_with_joins: Box::new(inside), span },
        })
    }

    /// `UNNEST(array) [WITH OFFSET] [AS] alias (element [, offset])`. An alias may stand before WITH OFFSET, too.
    fn unnest(&mut self, start: usize) -> SqlResult<TableFactor> {
        self.advance();
        let array = self.parenthesized(Self::expression)?;
        let mut alias = self.table_alias()?;
        let offset = match self.words("WITH OFFSET") {
            true if alias.is_some() => Some(self.alias(&BARRED_ALIASES)?),
            true => {
                alias = self.table_alias()?;
                Some(None)
            }
            false => None,
        };
        Ok(TableFactor::Unnest { array, alias, offset, span: self.span_from(start) })
    }

    fn unpivot_expression(&mut self, start: usize) -> SqlResult<TableFactor> {
        self.advance();
        let expression = self.expression()?;
        self.expect("AS")?;
        let value = self.ident()?;
        let name = if self.word("AT") { Some(self.ident()?) } else { None };
        Ok(TableFactor::UnpivotExpression { expression, value, name, span: self.span_from(start) })
    }

    fn named_table(&mut self, start: usize) -> SqlResult<TableFactor> {
        let name = self.object_name()?;
        if *self.peek() == Token::LParen {
            let called = name.0.last().cloned();
            let function = Box::new(self.arguments(name)?);
            // `f() AS (column type, ...)`: the columns alone, for which the function's name stands.
            let alias = match called {
                Some(name) if self.peeks("AS") && *self.peek_at(1) == Token::LParen => {
                    self.advance();
                    let columns = self.parenthesized(|reader| reader.list(Self::alias_column))?;
                    Some(TableAlias { name, columns, at: None })
                }
                _ => self.table_alias()?,
            };
            return Ok(TableFactor::Function { function, alias, span: self.span_from(start) });
        }
        let path = self.steps()?;
        // `table *` is the table with those that inherit from it, of which there are none.
        if path.is_empty() {
            self.symbol(&Token::Mul);
        }
        let alias = self.table_alias()?;
        Ok(TableFactor::Table { name, path, alias, span: self.span_from(start) })
    }

    /// `[AS] name [(column, ...)] [AT position]`.
    fn table_alias(&mut self) -> SqlResult<Option<TableAlias>> {
        let Some(name) = self.alias(&BARRED_ALIASES)? else { return Ok(None) };
        let mut columns = Vec::new();
        if *self.peek() == Token::LParen {
            columns = self.parenthesized(|reader| reader.list(Self::alias_column))?;
        }
        let at = if self.word("AT") { Some(self.ident()?) } else { None };
        Ok(Some(TableAlias { name, columns, at }))
    }

    /// A column of an alias. A function's may say its type, which is the one that the function gives it.
    fn alias_column(&mut self) -> SqlResult<Ident> {
        let name = self.ident()?;
        if matches!(self.peek(), Token::Word(_)) {
            self.data_type()?;
        }
        Ok(name)
    }

    /// `(aggregate [AS alias] FOR column IN (value [AS name], ...)) [alias]`.
    fn pivot(&mut self, table: Box<TableFactor>, start: usize) -> SqlResult<TableFactor> {
        self.expect_symbol(&Token::LParen)?;
        let name = ObjectName(vec![self.ident()?]);
        let aggregate = self.call(name)?;
        let aggregate = ExpressionWithAlias { expr: aggregate, alias: self.alias(&[])? };
        self.expect("FOR")?;
        let column = self.subexpression(strength::RANGE)?;
        self.expect("IN")?;
        let values = self.parenthesized(Self::aliased)?;
        self.expect_symbol(&Token::RParen)?;
        let alias = self.table_alias()?;
        Ok(TableFactor::Pivot { table, aggregate, column, values, alias, span: self.span_from(start) })
    }

    /// `[{INCLUDE | EXCLUDE} NULLS] (value FOR name IN (column [AS text], ...)) [alias]`.
    fn unpivot(&mut self, table: Box<TableFactor>, start: usize) -> SqlResult<TableFactor> {
        let nulls = self.one_of(&["INCLUDE", "EXCLUDE"]);
        if nulls.is_some() {
            self.expect("NULLS")?;
        }
        self.expect_symbol(&Token::LParen)?;
        let value = self.ident()?;
        self.expect("FOR")?;
        let name = self.ident()?;
        self.expect("IN")?;
        let columns = self.parenthesized(Self::aliased)?;
        self.expect_symbol(&Token::RParen)?;
        let alias = self.table_alias()?;
        let with_nulls = nulls == Some("INCLUDE");
        Ok(TableFactor::Unpivot {
            table,
            with_nulls,
            value,
            name,
            columns,
            alias,
            span: self.span_from(start),
        })
    }

    /// `expression [[AS] name] [, ...]`.
    fn aliased(&mut self) -> SqlResult<Vec<ExpressionWithAlias>> {
        self.list(|reader| {
            let expr: Expression = reader.expression()?;
            Ok(ExpressionWithAlias { expr, alias: reader.alias(&[])? })
        })
    }

    /// `[[AS] name]`; one of `barred` needs AS.
    pub(super) fn alias(&mut self, barred: &[&str]) -> SqlResult<Option<Ident>> {
        let follows = self.word("AS")
            || matches!(self.peek(), Token::Word(word) if is_name(word))
                && !barred.iter().any(|word| self.peeks(word));
        if follows { self.ident().map(Some) } else { Ok(None) }
    }
}
