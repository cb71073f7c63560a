//! Calls of functions: arguments, WITHIN GROUP, IGNORE NULLS, OVER.

use sqlparser::tokenizer::Token;

use super::reader::Reader;
use crate::sql::error::SqlResult;
use crate::sql::syntax::{
    Expression, FrameBound, FrameUnits, Function, NamedWindow, ObjectName, OrderBy, Window, WindowFrame,
    WindowSpecification,
};

impl Reader<'_> {
    /// What follows a function's name.
    pub(super) fn call(&mut self, name: ObjectName) -> SqlResult<Expression> {
        self.function(name).map(|function| Expression::Function(Box::new(function)))
    }

    pub(super) fn function(&mut self, name: ObjectName) -> SqlResult<Function> {
        let mut function = self.arguments(name)?;
        if self.words("WITHIN GROUP") {
            self.expect_symbol(&Token::LParen)?;
            function.within_group = self.order_by()?;
            self.expect_symbol(&Token::RParen)?;
        }
        // The product has no FILTER; the word alone would be an alias.
        if self.peeks("FILTER") && *self.peek_at(1) == Token::LParen {
            return self.unexpected();
        }
        function.ignore_nulls |= self.ignores_nulls()?;
        if self.word("OVER") {
            function.over = Some(self.window()?);
        }
        Ok(function)
    }

    /// `([DISTINCT] argument, ...)`, without what may follow.
    pub(super) fn arguments(&mut self, name: ObjectName) -> SqlResult<Function> {
        let mut function = Function::new(name, Vec::new());
        self.expect_symbol(&Token::LParen)?;
        if self.symbol(&Token::RParen) {
            return Ok(function);
        }
        function.distinct = self.one_of(&["DISTINCT", "ALL"]) == Some("DISTINCT");
        loop {
            if self.symbol(&Token::Mul) || self.qualified_star()?.is_some() {
                function.star = true;
            } else {
                function.args.push(self.expression()?);
            }
            if !self.symbol(&Token::Comma) {
                break;
            }
        }
        function.ignore_nulls = self.ignores_nulls()?;
        self.expect_symbol(&Token::RParen)?;
        Ok(function)
    }

    fn ignores_nulls(&mut self) -> SqlResult<bool> {
        let found = self.one_of(&["IGNORE", "RESPECT"]);
        if found.is_some() {
            self.expect("NULLS")?;
        }
        Ok(found == Some("IGNORE"))
    }

    /// `name.*`: the name.
    pub(super) fn qualified_star(&mut self) -> SqlResult<Option<ObjectName>> {
        let mut names = 0;
        while matches!(self.peek_at(2 * names), Token::Word(_))
            && *self.peek_at(2 * names + 1) == Token::Period
        {
            names += 1;
        }
        if names == 0 || *self.peek_at(2 * names) != Token::Mul {
            return Ok(None);
        }
        let mut parts = Vec::with_capacity(names);
        for _ in 0..names {
            parts.push(if parts.is_empty() { self.ident()? } else { self.label()? });
            self.advance();
        }
        self.advance();
        Ok(Some(ObjectName(parts)))
    }

    /// `name AS window [, ...]`.
    pub(super) fn named_windows(&mut self) -> SqlResult<Vec<NamedWindow>> {
        self.list(|reader| {
            let name = reader.ident()?;
            reader.expect("AS")?;
            Ok(NamedWindow { name, window: reader.window()? })
        })
    }

    fn window(&mut self) -> SqlResult<Window> {
        if !self.symbol(&Token::LParen) {
            return self.ident().map(Window::Named);
        }
        let begins = ["PARTITION", "ORDER"].iter().any(|word| self.peeks(word))
            || FrameUnits::ALL.iter().any(|(word, _)| self.peeks(word));
        let names = matches!(self.peek(), Token::Word(_)) && !begins;
        let window_name = if names { Some(self.ident()?) } else { None };
        let partition_by = if self.words("PARTITION BY") { self.expressions()? } else { Vec::new() };
        let order_by = if self.peeks("ORDER") { self.order_by()? } else { Vec::new() };
        let window_frame = if *self.peek() == Token::RParen { None } else { Some(Box::new(self.frame()?)) };
        self.expect_symbol(&Token::RParen)?;
        Ok(Window::Written(WindowSpecification { window_name, partition_by, order_by, window_frame }))
    }

    fn frame(&mut self) -> SqlResult<WindowFrame> {
        let Some((_, units)) = FrameUnits::ALL.into_iter().find(|(word, _)| self.word(word)) else {
            return self.unexpected();
        };
        let between = self.word("BETWEEN");
        let start_bound = self.bound()?;
        let end_bound = if between {
            self.expect("AND")?;
            Some(self.bound()?)
        } else {
            None
        };
        Ok(WindowFrame { units, start_bound, end_bound })
    }

    fn bound(&mut self) -> SqlResult<FrameBound> {
        if self.words("CURRENT ROW") {
            return Ok(FrameBound::CurrentRow);
        }
        let rows = if self.word("UNBOUNDED") { None } else { Some(self.expression()?) };
        Ok(match self.expect_one_of(&["PRECEDING", "FOLLOWING"])? {
            "PRECEDING" => FrameBound::Preceding(rows),
            _ => FrameBound::Following(rows),
        })
    }

    /// `ORDER BY key [ASC | DESC] [NULLS FIRST | LAST] [, ...]`.
    pub(super) fn order_by(&mut self) -> SqlResult<Vec<OrderBy>> {
        self.expect("ORDER BY")?;
        self.list(|reader| {
            let expr = reader.expression()?;
            let descending = reader.one_of(&["ASC", "DESC"]) == Some("DESC");
            let nulls = reader.one_of(&["NULLS FIRST", "NULLS LAST"]);
            Ok(OrderBy { expr, descending, nulls_first: nulls.map(|nulls| nulls == "NULLS FIRST") })
        })
    }
}
