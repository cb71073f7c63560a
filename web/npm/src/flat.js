// As much of FlatBuffers as an Arrow stream's metadata takes: tables, strings, vectors, written from the end.

export class Flat {
  #bytes = new Uint8Array(1024);
  #at = 1024;
  #aligned = 1;

  /** Bytes from the end: what an offset counts from. */
  get #offset() {
    return this.#bytes.length - this.#at;
  }

  /** Makes room for `size` bytes so that, after `more` further ones, the next stands aligned to `align`. */
  #room(align, size) {
    this.#aligned = Math.max(this.#aligned, align);
    const pad = -(this.#offset + size) & (align - 1);
    while (this.#at < pad + size) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes, this.#bytes.length);
      this.#at += this.#bytes.length;
      this.#bytes = larger;
    }
    this.#at -= pad;
  }

  #view(size) {
    this.#at -= size;
    return new DataView(this.#bytes.buffer, this.#at, size);
  }

  #put(kind, value) {
    const size = SIZES[kind];
    this.#room(size, size);
    const view = this.#view(size);
    if (kind === "offset") view.setUint32(0, this.#offset - value, true);
    else if (kind === "long") view.setBigInt64(0, BigInt(value), true);
    else if (kind === "int") view.setInt32(0, value, true);
    else if (kind === "short") view.setInt16(0, value, true);
    else view.setUint8(0, value);
  }

  string(text) {
    const bytes = new TextEncoder().encode(text);
    this.#room(4, bytes.length + 1);
    this.#view(bytes.length + 1);
    this.#bytes.set(bytes, this.#at);
    this.#bytes[this.#at + bytes.length] = 0;
    this.#put("int", bytes.length);
    return this.#offset;
  }

  /** A vector of offsets. */
  vector(offsets) {
    this.#room(4, offsets.length * 4);
    for (const offset of offsets.toReversed()) this.#put("offset", offset);
    this.#put("int", offsets.length);
    return this.#offset;
  }

  /** A vector of structs of two longs each. */
  pairs(pairs) {
    this.#room(8, pairs.length * 16);
    for (const [first, second] of pairs.toReversed()) {
      this.#put("long", second);
      this.#put("long", first);
    }
    this.#put("int", pairs.length);
    return this.#offset;
  }

  /** A table of fields `[kind, value]`; undefined is a field that is not there. */
  table(fields) {
    const end = this.#offset;
    const places = fields.map((field) => {
      if (field === undefined) return 0;
      this.#put(...field);
      return this.#offset;
    });
    this.#put("int", 0);
    const table = this.#offset;
    for (const place of places.toReversed()) this.#put("short", place === 0 ? 0 : table - place);
    this.#put("short", table - end);
    this.#put("short", 4 + 2 * places.length);
    new DataView(this.#bytes.buffer).setInt32(this.#bytes.length - table, this.#offset - table, true);
    return table;
  }

  /** The whole, with its root in front. */
  finish(root) {
    this.#room(this.#aligned, 4);
    this.#put("offset", root);
    return this.#bytes.slice(this.#at);
  }
}

const SIZES = { byte: 1, short: 2, int: 4, offset: 4, long: 8 };
