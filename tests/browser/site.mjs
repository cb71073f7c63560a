// A built site served below a path, as on any static host; a test may change what it serves.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const KINDS = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json",
};

/** Serves `folder`; `change(path, body)` may give other bytes, `headers` are added to all. */
export async function serve(folder, { change = (_, body) => body, headers = {} } = {}) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url.split("?")[0])).replace(/^\/course\//, "").replace(/\/$/, "") || "index.html";
    try {
      const body = change(path, readFileSync(join(folder, path)));
      response.writeHead(200, { "content-type": KINDS[extname(path)] ?? "application/octet-stream", ...headers }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/course/`, close: () => server.close() };
}

/** The name a plain name has in the built site: published files carry a fingerprint. */
export function nameOf(folder, plain) {
  try {
    return JSON.parse(readFileSync(join(folder, "names.json"), "utf8"))[plain] ?? plain;
  } catch {
    return plain;
  }
}
