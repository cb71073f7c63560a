//! Calls with OVER.

use crate::sql::syntax;

use super::binder::Binder;
use super::coerce;
use super::from::fold;
use super::level::WINDOW_BASE;
use super::literal;
use super::scalar::{no_function, types};
use crate::sql::error::{SqlError, SqlErrorKind, SqlResult};
use crate::sql::expression::{CastMode, Expression};
use crate::sql::plan::{Frame, FrameBound, SortKey, WindowCall, WindowFunction};
use crate::warehouse::data_type::DataType;

const WHOLE: Frame = Frame { start: FrameBound::UnboundedPreceding, end: FrameBound::UnboundedFollowing };

pub(super) fn is_window_only(name: &str) -> bool {
    kind(name).is_some()
}

fn kind(name: &str) -> Option<WindowFunction> {
    use WindowFunction as F;
    Some(match name {
        "row_number" => F::RowNumber,
        "rank" => F::Rank,
        "dense_rank" => F::DenseRank,
        "percent_rank" => F::PercentRank,
        "cume_dist" => F::CumeDist,
        "ntile" => F::Ntile,
        "lag" => F::Lag,
        "lead" => F::Lead,
        "first_value" => F::FirstValue,
        "last_value" => F::LastValue,
        "nth_value" => F::NthValue,
        "ratio_to_report" => F::RatioToReport,
        _ => return None,
    })
}

/// A window's parts, named or written out.
#[derive(Default)]
struct Window {
    partition: Vec<Expression>,
    order: Vec<SortKey>,
    frame: Option<Frame>,
}

impl Binder<'_> {
    pub fn window(
        &mut self,
        name: &str,
        function: &syntax::Function,
        over: &syntax::Window,
    ) -> SqlResult<Expression> {
        let clause = self.clause();
        let level = self.level()?;
        if level.inside_window {
            return Err(SqlError::product("42P20", "window function calls may not be nested"));
        }
        if level.inside_aggregate {
            return Err(SqlError::product(
                "42803",
                "aggregate function calls may not contain window function calls",
            ));
        }
        if !clause.takes_windows() {
            return Err(SqlError::product(
                "42P20",
                format!("window functions not allowed in {} clause", clause.name()),
            ));
        }
        level.inside_window = true;
        let call = self.window_call(name, function, over);
        let level = self.level()?;
        level.inside_window = false;
        let call = call?;
        let data_type = call.data_type;
        let number = level.windows.iter().position(|known| *known == call).unwrap_or_else(|| {
            level.windows.push(call);
            level.windows.len() - 1
        });
        Ok(Expression::Column { index: WINDOW_BASE + number, data_type })
    }

    fn window_call(
        &mut self,
        name: &str,
        function: &syntax::Function,
        over: &syntax::Window,
    ) -> SqlResult<WindowCall> {
        let window = self.over(over)?;
        if let Some(kind) = kind(name) {
            return self.ranking(name, kind, function, window);
        }
        if !super::aggregate::is_aggregate(name) {
            let mut bound = Vec::new();
            for argument in &function.args {
                bound.push(self.expression(argument)?);
            }
            return Err(no_function(name, &types(&bound)));
        }
        // The text is PostgreSQL's; the product's own words are unconfirmed.
        if function.distinct && name != "listagg" {
            return Err(SqlError::product("0A000", "DISTINCT is not supported for window functions"));
        }
        let call = self.aggregate_call(name, function)?;
        let collects = matches!(name, "listagg" | "median" | "percentile_cont" | "percentile_disc");
        if !window.order.is_empty() && window.frame.is_none() && !collects {
            return Err(SqlError::product(
                "42601",
                "Aggregate window functions with an ORDER BY clause require a frame clause",
            ));
        }
        let order = if collects { call.order } else { window.order };
        Ok(WindowCall {
            function: WindowFunction::Aggregate(call.function),
            arguments: call.arguments,
            partition: window.partition,
            order,
            frame: if collects { WHOLE } else { window.frame.unwrap_or(WHOLE) },
            ignore_nulls: false,
            data_type: call.data_type,
        })
    }

    fn ranking(
        &mut self,
        name: &str,
        kind: WindowFunction,
        function: &syntax::Function,
        window: Window,
    ) -> SqlResult<WindowCall> {
        use WindowFunction as F;
        let mut bound = Vec::new();
        for argument in &function.args {
            bound.push(self.expression(argument)?);
        }
        let found = types(&bound);
        let mismatch = || no_function(name, &found);
        let as_type = |expression: Expression, to: DataType| coerce::cast(expression, to, CastMode::Implicit);
        let first = bound.first().map(|value| match value.data_type() {
            DataType::Unknown => as_type(value.clone(), DataType::Varchar(coerce::literal_length(value))),
            _ => value.clone(),
        });
        let (arguments_bound, data_type) = match kind {
            F::RowNumber | F::Rank | F::DenseRank if bound.is_empty() => (Vec::new(), DataType::BigInt),
            F::PercentRank | F::CumeDist if bound.is_empty() => (Vec::new(), DataType::Double),
            F::Ntile if bound.len() == 1 && (found[0].is_numeric() || found[0] == DataType::Unknown) => {
                (vec![as_type(bound[0].clone(), DataType::BigInt)], DataType::BigInt)
            }
            F::Lag | F::Lead if (1..=3).contains(&bound.len()) => {
                let value = first.ok_or_else(mismatch)?;
                let data_type = value.data_type();
                let mut all = vec![value];
                all.push(as_type(
                    bound.get(1).cloned().unwrap_or_else(|| literal::integer(1)),
                    DataType::BigInt,
                ));
                all.extend(bound.get(2).cloned().map(|default| as_type(default, data_type)));
                (all, data_type)
            }
            F::FirstValue | F::LastValue if bound.len() == 1 => {
                let value = first.ok_or_else(mismatch)?;
                let data_type = value.data_type();
                (vec![value], data_type)
            }
            F::NthValue if bound.len() == 2 => {
                let value = first.ok_or_else(mismatch)?;
                let data_type = value.data_type();
                (vec![value, as_type(bound[1].clone(), DataType::BigInt)], data_type)
            }
            F::RatioToReport if bound.len() == 1 && found[0].is_numeric() => {
                (vec![as_type(bound[0].clone(), DataType::Double)], DataType::Double)
            }
            _ => return Err(mismatch()),
        };
        let skips = matches!(kind, F::Lag | F::Lead | F::FirstValue | F::LastValue | F::NthValue);
        if function.ignore_nulls && !skips {
            return Err(SqlError::new(SqlErrorKind::Syntax { near: Some("IGNORE".to_owned()) }));
        }
        let framed = matches!(kind, F::FirstValue | F::LastValue | F::NthValue);
        if window.frame.is_some() && !framed {
            return Err(SqlError::product(
                "42601",
                format!("window function {name} does not allow a frame clause"),
            ));
        }
        if framed && !window.order.is_empty() && window.frame.is_none() {
            return Err(SqlError::product(
                "42601",
                "Aggregate window functions with an ORDER BY clause require a frame clause",
            ));
        }
        Ok(WindowCall {
            function: kind,
            arguments: arguments_bound,
            partition: window.partition,
            order: window.order,
            frame: window.frame.unwrap_or(WHOLE),
            ignore_nulls: function.ignore_nulls,
            data_type,
        })
    }

    fn over(&mut self, over: &syntax::Window) -> SqlResult<Window> {
        match over {
            syntax::Window::Named(name) => self.named_window(name),
            syntax::Window::Written(spec) => self.window_spec(spec),
        }
    }

    fn named_window(&mut self, name: &syntax::Ident) -> SqlResult<Window> {
        let wanted = fold(name);
        let definition =
            self.level()?.named_windows.iter().find(|definition| fold(&definition.name) == wanted).cloned();
        match definition {
            Some(syntax::NamedWindow { window: syntax::Window::Written(spec), .. }) => {
                self.window_spec(&spec)
            }
            Some(syntax::NamedWindow { window: syntax::Window::Named(other), .. })
                if fold(&other) != wanted =>
            {
                self.deeper(|binder| binder.named_window(&other))
            }
            _ => Err(SqlError::product("42704", format!("window \"{wanted}\" does not exist"))),
        }
    }

    fn window_spec(&mut self, spec: &syntax::WindowSpecification) -> SqlResult<Window> {
        let mut window = match &spec.window_name {
            Some(name) => self.deeper(|binder| binder.named_window(name))?,
            None => Window::default(),
        };
        for expression in &spec.partition_by {
            let bound = self.expression(expression)?;
            window.partition.push(bound);
        }
        for key in &spec.order_by {
            let key = self.sort_key_plain(key)?;
            window.order.push(key);
        }
        if let Some(frame) = &spec.window_frame {
            window.frame = Some(self.frame(frame)?);
        }
        Ok(window)
    }

    fn frame(&mut self, frame: &syntax::WindowFrame) -> SqlResult<Frame> {
        if frame.units != syntax::FrameUnits::Rows {
            return Err(SqlError::product(
                "0A000",
                format!("{} frames are not supported", frame.units.name()),
            ));
        }
        let start = self.bound(&frame.start_bound)?;
        let end = match &frame.end_bound {
            Some(bound) => self.bound(bound)?,
            None => FrameBound::CurrentRow,
        };
        if matches!(start, FrameBound::UnboundedFollowing) {
            return Err(SqlError::product("42P20", "frame start cannot be UNBOUNDED FOLLOWING"));
        }
        if matches!(end, FrameBound::UnboundedPreceding) {
            return Err(SqlError::product("42P20", "frame end cannot be UNBOUNDED PRECEDING"));
        }
        let backwards = match start {
            FrameBound::CurrentRow if matches!(end, FrameBound::Preceding(_)) => "current",
            FrameBound::Following(_) if matches!(end, FrameBound::Preceding(_) | FrameBound::CurrentRow) => {
                "following"
            }
            _ => return Ok(Frame { start, end }),
        };
        let message = format!("frame starting from {backwards} row cannot have preceding rows");
        Err(SqlError::product("42P20", message))
    }

    fn bound(&mut self, bound: &syntax::FrameBound) -> SqlResult<FrameBound> {
        Ok(match bound {
            syntax::FrameBound::CurrentRow => FrameBound::CurrentRow,
            syntax::FrameBound::Preceding(None) => FrameBound::UnboundedPreceding,
            syntax::FrameBound::Following(None) => FrameBound::UnboundedFollowing,
            syntax::FrameBound::Preceding(Some(rows)) => FrameBound::Preceding(self.rows(rows)?),
            syntax::FrameBound::Following(Some(rows)) => FrameBound::Following(self.rows(rows)?),
        })
    }

    fn rows(&mut self, rows: &syntax::Expression) -> SqlResult<u64> {
        let no_offset = || SqlError::product("22013", "frame offset must be a non-negative integer");
        match self.count(rows, "ROWS") {
            Ok(rows) => rows.ok_or_else(no_offset),
            Err(error) if error.kind.state() == "42P10" => Err(error),
            Err(_) => Err(no_offset()),
        }
    }
}
