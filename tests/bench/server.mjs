// One origin for all that is measured: the built site below /site/, the CSV files below /data/, this folder below /.
// Ours and the peers' files are handed out in one way.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json", ".css": "text/css", ".svg": "image/svg+xml" };

/** Where the build has put its worker, which a page that embeds it knows. */
export const worker = (origin, folder) => `${origin}site/${JSON.parse(readFileSync(join(folder, "names.json")))["worker.js"]}`;

/** Serves until `close`; gives the origin. */
export async function serve(folder, data) {
  const roots = { "/site/": folder, "/data/": data };
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    const root = roots[path.slice(0, 6)];
    const file = root ? join(root, path.slice(6)) : join(here, path);
    try {
      const body = readFileSync(file);
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
