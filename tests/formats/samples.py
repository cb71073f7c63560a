"""Writes the nested and Avro files of this folder, whose rows tests/src/formats/nested.rs knows: samples.py FOLDER"""

import datetime
import decimal
import sys

import fastavro
import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq

out = sys.argv[1]
order = pa.struct([("shipdate", pa.timestamp("us")), ("price", pa.float64())])
schema = pa.schema([
    ("id", pa.int32()),
    ("name", pa.struct([("given", pa.string()), ("family", pa.string())])),
    ("phones", pa.list_(pa.string())),
    ("orders", pa.list_(order)),
    ("tags", pa.map_(pa.string(), pa.int32())),
    ("total", pa.decimal128(9, 2)),
])
def row(i):
    at = datetime.datetime(2018, 3, 1, 9, 10) + datetime.timedelta(hours=i)
    return {
        "id": i,
        "name": None if i % 11 == 10 else {"given": f"given {i}", "family": None if i % 7 == 6 else f"가족 {i % 5}"},
        "phones": None if i % 5 == 4 else [f"{i}-{n}" for n in range(i % 3)],
        "orders": [{"shipdate": at, "price": n + i / 4} for n in range(i % 4)],
        "tags": [("a", i), ("b", None)][: i % 3],
        "total": decimal.Decimal(i) / 4,
    }
table = pa.Table.from_pylist([row(i) for i in range(100)], schema=schema)
pq.write_table(table, out + "/nested.parquet", compression="snappy", row_group_size=60)
orc.write_table(table, out + "/nested.orc", compression="zlib")
avro = fastavro.parse_schema({
    "type": "record", "name": "visit", "namespace": "course", "fields": [
        {"name": "id", "type": "int"},
        {"name": "channel", "type": ["null", "string"]},
        {"name": "amount", "type": ["null", "double"]},
        {"name": "paid", "type": "boolean"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "kind", "type": {"type": "enum", "name": "kind", "symbols": ["WEB", "APP"]}},
        {"name": "phones", "type": {"type": "array", "items": "string"}},
        {"name": "Place", "type": {"type": "record", "name": "place", "fields": [{"name": "city", "type": "string"}]}},
        {"name": "other", "type": ["null", "place"]},
        {"name": "counts", "type": {"type": "map", "values": "long"}},
    ]})
rows = [{
    "id": i, "channel": None if i % 10 == 9 else f"채널 {i % 3}", "amount": i / 8 if i % 4 else None, "paid": i % 2 == 0,
    "at": 1_684_972_800_000 + i * 60_000, "kind": "WEB" if i % 3 else "APP", "phones": [str(n) for n in range(i % 3)],
    "Place": {"city": f"c{i % 4}"}, "other": None if i % 2 else {"city": "x"}, "counts": {"n": i},
} for i in range(200)]
with open(out + "/sample.avro", "wb") as f:
    fastavro.writer(f, avro, rows, codec="deflate", sync_interval=2000)
