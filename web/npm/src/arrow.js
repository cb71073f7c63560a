// A result as an Arrow IPC stream: schema, record batches, end. Written here, because the engine never needs it.

import { Flat } from "./flat.js";
import { EngineError } from "./errors.js";

/** Numbers of the format's unions and enums. */
const HEADER = { schema: 1, batch: 3 };
const V5 = 4;
const MICROSECOND = 2;

const int = (bits, fields) => ({ union: 2, fields: () => [["int", bits], ["byte", 1]], ...fields });
const float = (precision, fields) => ({ union: 3, fields: () => [["short", precision]], ...fields });
const numbers = (Kind, read = Number) => ({ fixed: (cells) => Kind.from(cells, (cell) => (cell === null ? read("0") : read(cell))) });
const instants = numbers(BigInt64Array, instant);

/** What stands for each type of the warehouse; whatever is not here is its text. */
const TYPES = {
  smallint: int(16, numbers(Int16Array)),
  integer: int(32, numbers(Int32Array)),
  bigint: int(64, numbers(BigInt64Array, BigInt)),
  real: float(1, numbers(Float32Array)),
  double: float(2, numbers(Float64Array)),
  boolean: { union: 6, fields: () => [], fixed: (cells) => bits(cells, (cell) => cell === "true") },
  date: { union: 8, fields: () => [["short", 0]], ...numbers(Int32Array, (text) => (text === "0" ? 0 : Math.round(day(text) / 86_400_000))) },
  time: { union: 9, fields: () => [["short", MICROSECOND], ["int", 64]], ...numbers(BigInt64Array, (text) => (text === "0" ? 0n : clock(text))) },
  timestamp: { union: 10, fields: () => [["short", MICROSECOND]], ...instants },
  timestamptz: { union: 10, fields: (flat) => [["short", MICROSECOND], ["offset", flat.string("UTC")]], ...instants },
  numeric: { union: 7, fields: (_, [precision, scale]) => [["int", precision], ["int", scale], ["int", 128]], fixed: decimals },
  varbyte: { union: 4, fields: () => [], varied: (cell) => Uint8Array.from(cell.match(/../g) ?? [], (hex) => parseInt(hex, 16)) },
};
const encoder = new TextEncoder();
const TEXT = { union: 5, fields: () => [], varied: (cell) => encoder.encode(cell) };

/** `numeric(10,2)` as what stands for it and its figures. */
function typeOf(name) {
  const [, word, figures] = /^(\w+)(?:\((.*)\))?$/.exec(name) ?? [];
  return [TYPES[word] ?? TEXT, figures?.split(",").map(Number) ?? []];
}

/** The stream's pieces, one after another: the schema at once, then a batch for each call. */
export class ArrowStream {
  #types;
  #parts = [];

  constructor(columns) {
    this.#types = columns.map(({ type }) => typeOf(type));
    const flat = new Flat();
    const fields = columns.map(({ name }, at) => {
      const [type, figures] = this.#types[at];
      const text = flat.string(name);
      const told = flat.table(type.fields(flat, figures));
      const children = flat.vector([]);
      return flat.table([["offset", text], ["byte", 1], ["byte", type.union], ["offset", told], undefined, ["offset", children]]);
    });
    const schema = flat.table([["short", 0], ["offset", flat.vector(fields)]]);
    this.#message(flat, HEADER.schema, schema, []);
  }

  /** Rows as cells. */
  add(rows) {
    const nodes = [];
    const places = [];
    const body = [];
    let length = 0;
    const put = (array) => {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      places.push([length, bytes.length]);
      body.push(bytes, new Uint8Array(-bytes.length & 7));
      length += (bytes.length + 7) & ~7;
    };
    this.#types.forEach(([type, figures], at) => {
      const cells = rows.map((row) => row[at]);
      const nulls = cells.reduce((count, cell) => count + (cell === null ? 1 : 0), 0);
      nodes.push([cells.length, nulls]);
      put(nulls === 0 ? new Uint8Array() : bits(cells, (cell) => cell !== null));
      if (type.fixed) return put(type.fixed(cells, figures));
      const values = cells.map((cell) => (cell === null ? new Uint8Array() : type.varied(cell)));
      const starts = new Int32Array(cells.length + 1);
      values.forEach((value, row) => (starts[row + 1] = starts[row] + value.length));
      put(starts);
      put(joined(values));
    });
    const flat = new Flat();
    const buffers = flat.pairs(places);
    const batch = flat.table([["long", rows.length], ["offset", flat.pairs(nodes)], ["offset", buffers]]);
    this.#message(flat, HEADER.batch, batch, body);
  }

  /** The whole stream. */
  end() {
    return joined([...this.#parts, new Uint8Array(new Int32Array([-1, 0]).buffer)]);
  }

  #message(flat, kind, header, body) {
    const length = body.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const told = flat.finish(flat.table([["short", V5], ["byte", kind], ["offset", header], ["long", length]]));
    const pad = new Uint8Array(-told.length & 7);
    this.#parts.push(new Uint8Array(new Int32Array([-1, told.length + pad.length]).buffer), told, pad, ...body);
  }
}

function joined(parts) {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function bits(cells, is) {
  const out = new Uint8Array((cells.length + 7) >> 3);
  cells.forEach((cell, at) => {
    if (is(cell)) out[at >> 3] |= 1 << (at & 7);
  });
  return out;
}

function decimals(cells, [, scale]) {
  const out = new BigInt64Array(cells.length * 2);
  cells.forEach((cell, at) => {
    const [whole, fraction = ""] = (cell ?? "0").split(".");
    const number = BigInt(whole + fraction.padEnd(scale, "0"));
    out[2 * at] = BigInt.asIntN(64, number);
    out[2 * at + 1] = number >> 64n;
  });
  return out;
}

/** Milliseconds of `2023-05-25`, also in years beyond four digits and before Christ. */
function day(text) {
  const [, year, month, date, bc] = /^(\d{4,})-(\d\d)-(\d\d)( BC)?$/.exec(text) ?? unreadable(text);
  const time = new Date(0);
  return time.setUTCFullYear(bc ? 1 - Number(year) : Number(year), Number(month) - 1, Number(date));
}

/** Microseconds since midnight. */
function clock(text) {
  const [, hours, minutes, seconds, fraction = ""] = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/.exec(text) ?? unreadable(text);
  return BigInt((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
}

/** Microseconds since 1970, of `2023-05-25 09:00:00.5+09`. */
function instant(text) {
  if (text === "0") return 0n;
  const [, date, time, sign, hours = "0", minutes = "0", bc = ""] =
    /^([\d-]+) ([\d:.]+)(?:([+-])(\d\d)(?::?(\d\d))?)?( BC)?$/.exec(text) ?? unreadable(text);
  const offset = BigInt(Number(hours) * 60 + Number(minutes)) * 60_000_000n;
  return BigInt(day(date + bc)) * 1000n + clock(time) - (sign === "-" ? -offset : offset);
}

function unreadable(text) {
  throw new EngineError(`${JSON.stringify(text)} is no value that Arrow has a place for`, "NO_ARROW_VALUE");
}
