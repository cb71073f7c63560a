//! Arrow's arrays, buffers and types, under the names that the crate `arrow` gives them.
//!
//! That crate always brings its any-type kernels (casts, comparisons, row format, regular expressions) along. The
//! engine writes its own typed ones, because Redshift rounds and refuses in its own ways, so compiling them would
//! only cost minutes on a fresh clone. What is missing here is missing on purpose.

/// Arrays, their builders and the casts that find out what an array is.
pub mod array {
    pub use arrow_array::builder::*;
    pub use arrow_array::cast::*;
    pub use arrow_array::iterator::*;
    pub use arrow_array::*;
    pub use arrow_data::{ArrayData, ArrayDataBuilder, ArrayDataRef};
}

/// Memory that arrays share.
pub mod buffer {
    pub use arrow_buffer::buffer::*;
}

/// Types as arrays know them; the warehouse's own are `sandshift_engine::warehouse::data_type`.
pub mod datatypes {
    pub use arrow_array::types::*;
    pub use arrow_array::{ArrowNativeTypeOp, ArrowNumericType, ArrowPrimitiveType};
    pub use arrow_buffer::{ArrowNativeType, ToByteSlice, i256};
    pub use arrow_schema::{DataType, Field, FieldRef, Fields, IntervalUnit, Schema, SchemaRef, TimeUnit};
}

/// What array constructors answer when lengths or types do not fit.
pub mod error {
    pub use arrow_schema::ArrowError;
}
