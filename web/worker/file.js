// A workspace as one file: "SANDSHIFT2", the CRC-32 of what follows, then manifest and blocks, each with its number
// and length before it. Files of the version before ("SANDSHIFT1", without the sum) are read too; the starting
// states that the site's build makes are such.

const MAGIC = new TextEncoder().encode("SANDSHIFT2");
const FORMER = new TextEncoder().encode("SANDSHIFT1");

/** The bytes are not, or no longer, what `pack` made; `foreign` when they never were. */
export class NotAWorkspace extends Error {
  constructor(message, foreign = false) {
    super(message);
    this.foreign = foreign;
  }
}

/** It is one, and not of the lab that is open. */
export class OfAnotherLab extends Error {
  constructor(lab) {
    super(`This file is the workspace of ${lab === "" ? "an account without a lab" : `the lab ${lab}`}`);
    this.lab = lab;
  }
}

export function pack(manifest, blocks) {
  const parts = [[0, manifest], ...blocks];
  const out = new Uint8Array(MAGIC.length + 4 + parts.reduce((sum, [, bytes]) => sum + 12 + bytes.length, 0));
  const view = new DataView(out.buffer);
  out.set(MAGIC);
  let at = MAGIC.length + 4;
  for (const [number, bytes] of parts) {
    view.setFloat64(at, number, true);
    view.setUint32(at + 8, bytes.length, true);
    out.set(bytes, at + 12);
    at += 12 + bytes.length;
  }
  view.setUint32(MAGIC.length, checksum(out.subarray(MAGIC.length + 4)), true);
  return out;
}

export function unpack(bytes) {
  const begins = (magic) => magic.every((byte, at) => bytes[at] === byte);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = MAGIC.length;
  const cut = () => new NotAWorkspace("it is cut short");
  if (begins(MAGIC)) {
    if (bytes.length < at + 4) throw cut();
    const sum = view.getUint32(at, true);
    at += 4;
    if (checksum(bytes.subarray(at)) !== sum) throw new NotAWorkspace("its checksum is another");
  } else if (!begins(FORMER)) {
    throw new NotAWorkspace("it does not begin as one", true);
  }
  const next = () => {
    if (at + 12 > bytes.length) throw cut();
    const number = view.getFloat64(at, true);
    const length = view.getUint32(at + 8, true);
    at += 12;
    if (at + length > bytes.length) throw cut();
    const part = bytes.slice(at, at + length);
    at += length;
    return [number, part];
  };
  const [, manifest] = next();
  const blocks = new Map();
  while (at < bytes.length) blocks.set(...next());
  return { manifest, blocks };
}

const TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function checksum(bytes) {
  let sum = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) sum = (sum >>> 8) ^ TABLE[(sum ^ bytes[at]) & 0xff];
  return (sum ^ 0xffffffff) >>> 0;
}

export function toBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
