// Sizes of files as they travel: [[raw, gzip, brotli], ...] for the paths given, as JSON. Node has both compressors.
// After the word "keep" the compressed copies are written, too, for hosts that hand them out as they are.
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [mode, ...paths] = process.argv.slice(2);
const sizes = paths.map((path) => {
  const bytes = readFileSync(path);
  // An archive is as small as it gets.
  if (path.endsWith(".zip")) return [bytes.length, bytes.length, bytes.length];
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const packed = [gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes, { params })];
  if (mode === "keep") {
    // A copy that saves next to nothing only makes the folder longer.
    if (packed[1].length < bytes.length * 0.9) writeFileSync(`${path}.br`, packed[1]);
    if (packed[0].length < bytes.length * 0.9) writeFileSync(`${path}.gz`, packed[0]);
  }
  return [bytes.length, ...packed.map(({ length }) => length)];
});
process.stdout.write(JSON.stringify(sizes));
