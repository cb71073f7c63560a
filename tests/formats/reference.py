"""Writes Parquet and ORC files as other tools do, and says what is in them; reads ours, and says what it sees.

reference.py write FOLDER            writes files, prints what they hold as JSON
reference.py read FILE...            prints the rows of the files as pyarrow and DuckDB read them
"""

import datetime
import decimal
import json
import os
import sys

import duckdb
import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq

ROWS = 5000


def shown(value):
    """A value as the account prints it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, ".15g")
    if isinstance(value, (list, dict)):
        return json.dumps(plain(value), separators=(",", ":"), ensure_ascii=False)
    if isinstance(value, datetime.datetime):
        zoned = value.tzinfo is not None
        value = value.astimezone(datetime.timezone.utc) if zoned else value
        text = value.strftime("%Y-%m-%d %H:%M:%S")
        if value.microsecond:
            text += (".%06d" % value.microsecond).rstrip("0")
        return text + ("+00" if zoned else "")
    if isinstance(value, datetime.time):
        text = value.strftime("%H:%M:%S")
        if value.microsecond:
            text += (".%06d" % value.microsecond).rstrip("0")
        return text
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if str(value) != "" else "(empty)"


def plain(value):
    if isinstance(value, list):
        # A map, as pyarrow gives it.
        if value and all(isinstance(item, tuple) for item in value):
            return {key: plain(held) for key, held in value}
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(held) for key, held in value.items()}
    return value


def table():
    def every(step, make):
        return [None if n % step == 0 else make(n) for n in range(ROWS)]

    texts = ["", "서울", 'quote " and, comma', "line\nend", "NULL", "\\N", "😀"]
    start = datetime.datetime(1969, 12, 31, 23, 59, 58)
    return pa.table(
        {
            "id": pa.array(range(ROWS), pa.int32()),
            "big": pa.array(every(5, lambda n: n * 10_000_000_019 - 7), pa.int64()),
            "small": pa.array(every(3, lambda n: n % 300 - 150), pa.int16()),
            "flag": pa.array(every(7, lambda n: n % 3 == 0), pa.bool_()),
            "price": pa.array(every(4, lambda n: decimal.Decimal(n - 2500) / 100), pa.decimal128(10, 2)),
            "wide": pa.array(
                every(6, lambda n: decimal.Decimal(n - 100) * 10**18 / 10000), pa.decimal128(30, 4)
            ),
            "f": pa.array(every(8, lambda n: n * 0.5 - 3), pa.float32()),
            "d": pa.array(every(9, lambda n: n * 0.25 - 3), pa.float64()),
            "name": pa.array(every(11, lambda n: texts[n % 7] + ("" if n % 2 else str(n))), pa.string()),
            "day": pa.array(every(10, lambda n: datetime.date(1960, 1, 1) + datetime.timedelta(n))),
            "at": pa.array(
                every(12, lambda n: start + datetime.timedelta(hours=n, microseconds=n * 1000)),
                pa.timestamp("us"),
            ),
            "tags": pa.array(
                every(13, lambda n: [None if k == 1 else "t%d" % k for k in range(n % 4)]),
                pa.list_(pa.string()),
            ),
            "point": pa.array(
                every(14, lambda n: {"x": n, "y": None if n % 2 else [{"z": n % 5}, {"z": None}]}),
                pa.struct([("x", pa.int32()), ("y", pa.list_(pa.struct([("z", pa.int64())])))]),
            ),
        }
    )


DDL = (
    "id int, big bigint, small smallint, flag boolean, price decimal(10,2), wide decimal(30,4), f real, "
    "d float8, name varchar(100), day date, at timestamp, tags super, point super"
)


def write(folder):
    os.makedirs(folder, exist_ok=True)
    data = table()
    rows = [[shown(value) for value in row.values()] for row in data.to_pylist()]
    cases = []

    def case(name, ddl, rows):
        cases.append({"file": os.path.join(folder, name), "ddl": ddl, "rows": rows})

    deltas = {
        "id": "DELTA_BINARY_PACKED",
        "big": "DELTA_BINARY_PACKED",
        "name": "DELTA_BYTE_ARRAY",
        "f": "BYTE_STREAM_SPLIT",
        "d": "BYTE_STREAM_SPLIT",
        "tags.list.element": "DELTA_LENGTH_BYTE_ARRAY",
    }
    options = {
        "plain": dict(compression="none", use_dictionary=False),
        "snappy": dict(compression="snappy"),
        "gzip": dict(compression="gzip", row_group_size=777),
        "zstd": dict(compression="zstd", data_page_version="2.0", data_page_size=4000),
        "lz4": dict(compression="lz4", use_dictionary=["name"]),
        "deltas": dict(use_dictionary=False, column_encoding=deltas, data_page_version="2.0"),
        "old": dict(use_deprecated_int96_timestamps=True, version="1.0"),
        "integers": dict(store_decimal_as_integer=True, write_statistics=False),
    }
    for name, option in options.items():
        pq.write_table(data, os.path.join(folder, name + ".parquet"), **option)
        case(name + ".parquet", DDL, rows)

    for unit in ["ms", "ns"]:
        times = pa.table(
            {
                "id": pa.array(range(4), pa.int32()),
                "at": pa.array([-1001, None, 0, 1_700_000_000_123], pa.int64()).cast(pa.timestamp("ms")).cast(pa.timestamp(unit)),
                "t": pa.array([0, None, 1, 86_399_999], pa.int32()).cast(pa.time32("ms")),
                "z": pa.array([0, 1, None, -1], pa.int64()).cast(pa.timestamp("us", "UTC")),
            }
        )
        pq.write_table(times, os.path.join(folder, unit + ".parquet"))
        seen = [
            ["0", "1969-12-31 23:59:58.999", "00:00:00", "1970-01-01 00:00:00+00"],
            ["1", "NULL", "NULL", "1970-01-01 00:00:00.000001+00"],
            ["2", "1970-01-01 00:00:00", "00:00:00.001", "NULL"],
            ["3", "2023-11-14 22:13:20.123", "23:59:59.999", "1969-12-31 23:59:59.999999+00"],
        ]
        case(unit + ".parquet", "id int, at timestamp, t time, z timestamptz", seen)

    flat = data.drop(["tags", "point"])
    count = len(flat.column_names)
    ddl = ", ".join(DDL.split(", ")[:count])
    connection = duckdb.connect()
    connection.register("flat", flat)
    for codec in ["snappy", "zstd", "gzip", "lz4_raw", "uncompressed"]:
        path = os.path.join(folder, "duckdb_%s.parquet" % codec)
        connection.execute(
            "COPY (SELECT * FROM flat ORDER BY id) TO '%s' (FORMAT parquet, COMPRESSION %s, ROW_GROUP_SIZE 2048)"
            % (path, codec)
        )
        case(os.path.basename(path), ddl, [row[:count] for row in rows])
    # Run lengths of both versions, with and without dictionaries, and stripes of some hundred rows.
    options = {
        "plain": dict(compression="uncompressed"),
        "zlib": dict(compression="zlib", dictionary_key_size_threshold=1.0),
        "snappy": dict(compression="snappy", batch_size=500, stripe_size=1),
        "lz4": dict(compression="lz4", file_version="0.11"),
        "zstd": dict(compression="zstd", file_version="0.11", dictionary_key_size_threshold=1.0, compression_block_size=65536),
    }
    for name, option in options.items():
        orc.write_table(flat, os.path.join(folder, name + ".orc"), **option)
        case(name + ".orc", ddl, [row[:count] for row in rows])
    path = os.path.join(folder, "duckdb_nested.parquet")
    connection.execute(
        "COPY (SELECT i::INTEGER AS id, CASE WHEN i %% 3 = 0 THEN NULL ELSE range(i %% 4) END AS l, "
        "MAP {'k' || i: i * 2} AS m, {'a': [[i, NULL], []]} AS s FROM range(3000) t(i)) "
        "TO '%s' (FORMAT parquet, PARQUET_VERSION v2)" % path
    )
    nested = []
    for i in range(3000):
        values = [list(range(i % 4)) if i % 3 else None, {"k%d" % i: i * 2}, {"a": [[i, None], []]}]
        nested.append([str(i)] + [shown(value) for value in values])
    case("duckdb_nested.parquet", "id int, l super, m super, s super", nested)
    return cases


def read(path):
    data = pq.read_table(path)
    arrow = [[shown(value) for value in row.values()] for row in data.to_pylist()]
    duck = duckdb.sql("SELECT * FROM read_parquet('%s')" % path).fetchall()
    return {"arrow": arrow, "duckdb": [[shown(value) for value in row] for row in duck]}


if sys.argv[1] == "write":
    print(json.dumps(write(sys.argv[2])))
else:
    print(json.dumps([read(path) for path in sys.argv[2:]]))
