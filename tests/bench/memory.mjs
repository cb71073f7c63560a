// What the browser's largest tab takes of the machine's memory, by Linux's own account.
import { readFileSync } from "node:fs";

/** Megabytes of the largest renderer: now, and at its highest. */
export async function megabytes(context) {
  const session = await context.browser().newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sizes = processInfo
    .filter((each) => each.type === "renderer")
    .map((each) => readFileSync(`/proc/${each.id}/status`, "utf8"))
    .map((status) => ["VmRSS", "VmHWM"].map((name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1_000)));
  return sizes.reduce((most, size) => (size[1] > most[1] ? size : most), [0, 0]);
}
