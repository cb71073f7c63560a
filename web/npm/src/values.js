// Cells are texts in the product's notation; what JavaScript makes of them.

const NUMBERS = new Set(["smallint", "integer", "real", "double"]);

/** `(text) => value` for a column's type. NULL is null, whatever the type. */
export function reader(type) {
  if (NUMBERS.has(type)) return Number;
  switch (type) {
    case "bigint":
      return (text) => {
        const number = Number(text);
        return Number.isSafeInteger(number) ? number : BigInt(text);
      };
    case "boolean":
      return (text) => text === "true";
    case "super":
      return parsed;
    default:
      // Decimals keep all their digits, dates and times their own notation.
      return String;
  }
}

/** SUPER may hold what JSON cannot (a number of 38 digits is one that JavaScript rounds): it is then left as it stands. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function objects(columns, cells) {
  const readers = columns.map(({ type }) => reader(type));
  return cells.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at] === null ? null : readers[at](row[at])])));
}

export function arrays(columns, cells) {
  const readers = columns.map(({ type }) => reader(type));
  return cells.map((row) => row.map((cell, at) => (cell === null ? null : readers[at](cell))));
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Microseconds of `90_000` (ms), `"8h"` or `"1d 12h"`; undefined when it is none. */
export function micros(duration) {
  if (typeof duration === "number") return Number.isFinite(duration) && duration >= 0 ? Math.round(duration * 1000) : undefined;
  const parts = /^\s*(?:\d+(?:\.\d+)?\s*(?:ms|s|m|h|d|w)\s*)+$/.test(duration) ? duration.matchAll(/(\d+(?:\.\d+)?)\s*(ms|[smhdw])/g) : undefined;
  return parts && Math.round([...parts].reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit], 0) * 1000);
}
