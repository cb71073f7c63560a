//! One place that knows which Arrow layouts are plain fixed-width values.
//!
//! Arrow's own any-type kernels are large once linked; a macro over the eleven layouts that Redshift types
//! have keeps each operation a small typed loop.

/// Runs `$body` with `$typed` bound to the typed array, or `$other` when the layout is not fixed-width.
macro_rules! primitive {
    ($array:expr, $typed:ident => $body:expr, _ => $other:expr) => {
        match $array.data_type() {
            arrow::datatypes::DataType::Int16 => {
                let $typed = arrow::array::AsArray::as_primitive::<arrow::datatypes::Int16Type>($array);
                $body
            }
            arrow::datatypes::DataType::Int32 => {
                let $typed = arrow::array::AsArray::as_primitive::<arrow::datatypes::Int32Type>($array);
                $body
            }
            arrow::datatypes::DataType::Int64 => {
                let $typed = arrow::array::AsArray::as_primitive::<arrow::datatypes::Int64Type>($array);
                $body
            }
            arrow::datatypes::DataType::Float32 => {
                let $typed = arrow::array::AsArray::as_primitive::<arrow::datatypes::Float32Type>($array);
                $body
            }
            arrow::datatypes::DataType::Float64 => {
                let $typed = arrow::array::AsArray::as_primitive::<arrow::datatypes::Float64Type>($array);
                $body
            }
            arrow::datatypes::DataType::Decimal128(_, _) => {
                let $typed = arrow::array::AsArray::as_primitive::<arrow::datatypes::Decimal128Type>($array);
                $body
            }
            arrow::datatypes::DataType::Date32 => {
                let $typed = arrow::array::AsArray::as_primitive::<arrow::datatypes::Date32Type>($array);
                $body
            }
            arrow::datatypes::DataType::Time64(_) => {
                let $typed =
                    arrow::array::AsArray::as_primitive::<arrow::datatypes::Time64MicrosecondType>($array);
                $body
            }
            arrow::datatypes::DataType::Timestamp(_, _) => {
                let $typed =
                    arrow::array::AsArray::as_primitive::<arrow::datatypes::TimestampMicrosecondType>($array);
                $body
            }
            arrow::datatypes::DataType::Interval(_) => {
                let $typed =
                    arrow::array::AsArray::as_primitive::<arrow::datatypes::IntervalMonthDayNanoType>($array);
                $body
            }
            _ => $other,
        }
    };
}

pub(crate) use primitive;
