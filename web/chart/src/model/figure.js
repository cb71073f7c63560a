// A chart with its table: the chart for those who see it, the table for everybody.

import { h, table } from "./html.js";

/** Charts that are drawn now; a page drawn anew takes them away first. */
const drawn = new Set();
let module;

export function clear() {
  for (const chart of drawn) chart.destroy();
  drawn.clear();
}

/** A chart of `what` (see chart.js) with `said` for those who cannot see it and `[head, rows]` as its table. */
export function chart(words, what, said, [head, rows], height = 240) {
  const canvas = h("canvas", { role: "img", "aria-label": said });
  const box = h("div", { class: "model-chart", style: { "block-size": `${height}px` } }, canvas);
  const holder = { chart: undefined, what };
  const put = async () => {
    try {
      module ??= import("./chart.js");
      const { draw } = await module;
      if (!canvas.isConnected) return;
      holder.chart = draw(canvas, holder.what);
      drawn.add(holder.chart);
    } catch {
      // It may come at another try; the table says the same.
      module = undefined;
      box.replaceChildren(h("p", { class: "meta", role: "alert" }, words.chart_failed));
    }
  };
  queueMicrotask(put);
  const element = h("figure", { class: "model-figure" }, box, h("details", { class: "model-table" }, h("summary", null, words.as_table), table(said, head, rows)));
  return {
    element,
    /** Draws something else in the same place. */
    change(next) {
      holder.what = next;
      if (!holder.chart) return;
      drawn.delete(holder.chart);
      holder.chart.destroy();
      put();
    },
  };
}
