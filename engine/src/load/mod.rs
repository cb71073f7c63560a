//! Bytes to columns: the formats COPY reads. Knows neither where bytes come from nor who may read them.
