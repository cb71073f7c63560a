// Folders as zip files, in and out: stored or deflated entries, which is all that any tool writes by itself.

/** What is unpacked at most: a lab is text. */
const MOST = 16 * 1024 * 1024;

/** The files of a zip: path to bytes. Throws what is wrong with it. */
export async function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Error("this is no zip file");
  const files = new Map();
  let at = view.getUint32(end + 16, true);
  let whole = 0;
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw new Error("the zip file is cut short");
    const method = view.getUint16(at + 10, true);
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const local = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    at += 46 + nameLength + extra + comment;
    if (name.endsWith("/")) continue;
    whole += size;
    if (whole > MOST) throw new Error(`more than ${MOST / 1024 / 1024} MB are packed in this zip file`);
    if (local + 30 > bytes.length) throw new Error("the zip file is cut short");
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    files.set(name, await inflated(bytes.subarray(begin, begin + packed), method, size, name));
  }
  return files;
}

async function inflated(packed, method, size, name) {
  if (method === 0) return packed.slice();
  if (method !== 8) throw new Error(`${name} is packed in a way that is not known here`);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const out = new Uint8Array(size);
  let at = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    // A size that lies must not be believed.
    if (at + value.length > size) throw new Error(`${name} is longer than its zip file says`);
    out.set(value, at);
    at += value.length;
  }
  return out.subarray(0, at);
}

/** A zip of `files`, path to bytes; stored, because texts of a lab are small. */
export function zip(files) {
  return joined([...files].map(([name, bytes]) => ({ name, bytes, packed: bytes, method: 0, mode: 0o644 })));
}

/** The same deflated, for files that are not; those whose names `run` matches can be run. */
export async function zipPacked(files, run) {
  const entries = [...files].map(async ([name, bytes]) => {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    const packed = new Uint8Array(await new Response(stream).arrayBuffer());
    return { name, bytes, packed, method: 8, mode: run.test(name) ? 0o755 : 0o644 };
  });
  return joined(await Promise.all(entries));
}

function joined(entries) {
  const parts = [];
  const list = [];
  let at = 0;
  for (const { name, bytes, packed, method, mode } of entries) {
    const path = new TextEncoder().encode(name);
    // Version, flags (the name is UTF-8), method, a date that is always the same: 1 January 1980.
    const common = [2, 20, 2, 0x0800, 2, method, 2, 0, 2, 33, 4, crc(bytes), 4, packed.length, 4, bytes.length, 2, path.length, 2, 0];
    const local = numbers([4, 0x04034b50, ...common]);
    // Made by a Unix, so that the mode counts.
    list.push(numbers([4, 0x02014b50, 2, 0x0314, ...common, 2, 0, 2, 0, 2, 0, 4, (0o100000 | mode) << 16, 4, at]), path);
    parts.push(local, path, packed);
    at += local.length + path.length + packed.length;
  }
  const size = list.reduce((sum, part) => sum + part.length, 0);
  const count = list.length / 2;
  return new Blob([...parts, ...list, numbers([4, 0x06054b50, 2, 0, 2, 0, 2, count, 2, count, 4, size, 4, at, 2, 0])], { type: "application/zip" });
}

/** `[width, value, width, value, ...]` as little-endian bytes. */
function numbers(pairs) {
  const out = [];
  for (let at = 0; at < pairs.length; at += 2)
    for (let byte = 0; byte < pairs[at]; byte += 1) out.push((pairs[at + 1] >>> (8 * byte)) & 255);
  return new Uint8Array(out);
}

function crc(bytes) {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ -1) >>> 0;
}
