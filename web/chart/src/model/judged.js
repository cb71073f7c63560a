// How good a model is: against the answer that needs no model, at every threshold, in money.

import { chart } from "./figure.js";
import { callout, card, figure, h, percent, score } from "./html.js";

/** Sums of the confusion matrix by what was. */
const counted = (confusion) => confusion.map((row) => row.reduce((sum, count) => sum + count, 0));

/** Accuracy beside that of always giving the most frequent answer. */
export function howGood(words, sight, model) {
  const scores = new Map(sight.scores);
  const where = sight.held_out ? words.held_out : words.on_training;
  const metrics = model.metrics.map(([name, value]) => [name, value]);
  const strip = h("dl", { class: "facts model-scores" },
    [...scores].map(([name, value]) => h("div", null, h("dt", null, words.scores[name] ?? name), h("dd", { class: "num" }, score(value)))),
    metrics.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", { class: "num" }, score(value)))));
  const warning = sight.held_out || !sight.scores.length ? null : callout("warn", ...words.not_held_out);
  const accuracy = scores.get("Accuracy");
  if (accuracy === undefined || !sight.confusion) {
    return sight.scores.length || metrics.length ? card(words.validation, where, warning, strip) : null;
  }
  const sizes = counted(sight.confusion);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const most = sizes.indexOf(Math.max(...sizes));
  const base = sizes[most] / all;
  const label = sight.labels[most];
  // The line begins below the lower of the two, so that their distance is seen.
  const from = Math.max(0, Math.min(base, accuracy) - (1 - Math.min(base, accuracy)));
  const place = (share) => `${Math.min(97, Math.max(3, ((share - from) / (1 - from)) * 100)).toFixed(1)}%`;
  const scale = h("div", { class: "model-scale", "aria-hidden": "true" },
    h("i", { style: { "--v": place(Math.min(base, accuracy)), "--w": `calc(${place(Math.max(base, accuracy))} - ${place(Math.min(base, accuracy))})` } }),
    h("p", { class: "under", style: { "--v": place(base) } }, h("b", null, percent(base)), words.always(label)),
    h("span", { class: "base", style: { "--v": place(base) } }),
    h("p", { style: { "--v": place(accuracy) } }, h("b", null, percent(accuracy)), words.this_model),
    h("span", { style: { "--v": place(accuracy) } }));
  const earned = accuracy > base ? words.how_good_said(label, percent(base), figure((accuracy - base) * 100, 2)) : words.no_better(label);
  return card(words.how_good(percent(accuracy)), where, warning, scale, h("p", { class: "model-note" }, earned), strip);
}

/** Of two classes: what comes of a threshold. */
function at(sight, point) {
  const [negatives, positives] = counted(sight.confusion);
  const [falseRate, trueRate] = sight.roc[point];
  const [alarms, caught] = [Math.round(falseRate * negatives), Math.round(trueRate * positives)];
  const [missed, right] = [positives - caught, negatives - alarms];
  const over = (part, whole) => (whole === 0 ? 0 : part / whole);
  return {
    alarms, caught, missed, right,
    Accuracy: over(caught + right, positives + negatives),
    Precision: over(caught, caught + alarms),
    Recall: over(caught, positives),
    F1: over(2 * caught, 2 * caught + alarms + missed),
  };
}

/** The point at which the model's own function decides. */
function ownPoint(sight) {
  let own = 0;
  sight.roc.forEach(([, , threshold], place) => {
    if (threshold === null || threshold > 0.5) own = place;
  });
  return own;
}

/** Matrix, ROC and cost of two classes, all at the threshold that its reader moves. */
export function binary(words, sight, kept, use) {
  const own = ownPoint(sight);
  const [negative, positive] = sight.labels;
  const auc = new Map(sight.scores).get("AUC") ?? 0;
  kept.point = Math.min(kept.point ?? own, sight.roc.length - 1);
  kept.miss ??= 100;
  kept.alarm ??= 10;
  const shown = (point) => {
    const threshold = sight.roc[point][2];
    return threshold === null ? words.everything : score(threshold);
  };
  const cost = (point) => {
    const { missed, alarms } = at(sight, point);
    return missed * kept.miss + alarms * kept.alarm;
  };
  const cheapest = () => sight.roc.reduce((best, _, point) => (cost(point) < cost(best) ? point : best), 0);

  const cell = (name, kind) => {
    const count = h("b", { class: "num" });
    return { count, element: h("td", { class: kind }, count, h("span", null, name)) };
  };
  const cells = { right: cell(words.right, "good"), alarms: cell(words.alarm, "poor"), missed: cell(words.missed, "poor"), caught: cell(words.caught, "good") };
  const [negatives, positives] = counted(sight.confusion);
  const matrix = h("div", { class: "scroll-x", tabindex: "0", role: "group", "aria-label": words.confusion },
    h("table", { class: "model-matrix" },
      h("caption", { class: "sr" }, `${words.confusion}. ${words.matrix_said}`),
      h("thead", null,
        h("tr", null, h("td", null), h("th", { colspan: "2", scope: "colgroup" }, words.predicted)),
        h("tr", null, h("td", null), h("th", { scope: "col" }, negative), h("th", { scope: "col" }, positive))),
      h("tbody", null,
        h("tr", null, h("th", { scope: "row" }, negative, h("span", { class: "num" }, figure(negatives))), cells.right.element, cells.alarms.element),
        h("tr", null, h("th", { scope: "row" }, positive, h("span", { class: "num" }, figure(positives))), cells.missed.element, cells.caught.element))));

  const output = h("output", { class: "num", for: "model-threshold" });
  const slider = h("input", {
    type: "range", id: "model-threshold", min: "0", max: String(sight.roc.length - 1), step: "1", value: String(sight.roc.length - 1 - kept.point),
    oninput: (event) => move(sight.roc.length - 1 - Number(event.target.value)),
  });
  const live = h("dl", { class: "facts model-scores", "aria-live": "polite" });
  const price = (id, label, name) => h("div", { class: "field" }, h("label", { for: id }, label),
    h("input", { class: "input num", id, type: "number", min: "0", step: "any", inputmode: "decimal", value: String(kept[name]), oninput: (event) => {
      kept[name] = Math.max(0, Number(event.target.value) || 0);
      move(kept.point);
    } }));
  const total = h("b", { class: "num" });
  const best = h("button", { class: "btn btn-sm", type: "button", onclick: () => { move(cheapest()); slider.focus(); } });
  const back = h("button", { class: "btn btn-sm btn-quiet", type: "button", onclick: () => { move(own); slider.focus(); } }, words.own);
  const sql = h("button", { class: "btn btn-sm", type: "button", onclick: () => use(sight.roc[kept.point][2] ?? 1) }, words.use_threshold);

  const rocOf = () => {
    const [alarm, caught] = sight.roc[kept.point];
    return {
      kind: "scatter", numbers: true, x: words.false_rate, y: words.true_rate, bounds: [[0, 1], [0, 1]],
      series: [
        { name: words.model, points: sight.roc.map(([x, y]) => [x, y]), line: true, ink: "--accent" },
        { name: words.chance, points: [[0, 0], [1, 1]], line: true, dash: true, ink: "--text-3" },
        { name: words.here, points: [[alarm, caught]], ink: "--bad", radius: 6 },
      ],
    };
  };
  const costOf = () => {
    // From nothing to everything positive is from a high threshold to a low one.
    const points = sight.roc.map(([, , threshold], point) => [threshold ?? 1, cost(point)]);
    return {
      kind: "scatter", numbers: true, x: words.threshold(positive), y: words.cost, bounds: [[0, 1], null],
      series: [
        { name: words.cost, points, line: true, ink: "--accent" },
        { name: words.here, points: [points[kept.point]], ink: "--bad", radius: 6 },
      ],
    };
  };
  const every = Math.max(1, Math.ceil(sight.roc.length / 20));
  const steps = sight.roc.map((_, point) => point).filter((point) => point % every === 0 || point === own);
  const rocTable = [[words.threshold(positive), words.false_rate, words.true_rate, "F1"], steps.map((point) => [shown(point), sight.roc[point][0], sight.roc[point][1], at(sight, point).F1])];
  const costTable = [[words.threshold(positive), words.missed, words.alarm], steps.map((point) => [shown(point), at(sight, point).missed, at(sight, point).alarms])];
  const rocSaid = () => words.roc_said(score(auc), percent(sight.roc[kept.point][1], 0), percent(sight.roc[kept.point][0], 1), positive, negative);
  const rocNote = h("p", { class: "model-note" });
  const roc = chart(words, rocOf(), `${words.roc}, AUC ${score(auc)}`, rocTable, 280);
  const costs = chart(words, costOf(), words.cost_curve, costTable, 220);

  let soon;
  function move(point) {
    kept.point = point;
    const now = at(sight, point);
    for (const [name, { count }] of Object.entries(cells)) count.textContent = figure(now[name]);
    slider.value = String(sight.roc.length - 1 - point);
    slider.setAttribute("aria-valuetext", shown(point));
    output.textContent = shown(point);
    live.replaceChildren(...["Precision", "Recall", "F1", "Accuracy"].map((name) => h("div", null, h("dt", null, words.scores[name]), h("dd", { class: "num" }, score(now[name])))));
    total.textContent = figure(cost(point), 2);
    best.textContent = words.cheapest(shown(cheapest()));
    rocNote.textContent = rocSaid();
    // Charts are drawn once a frame at most, whatever a dragged slider says.
    cancelAnimationFrame(soon);
    soon = requestAnimationFrame(() => {
      roc.change(rocOf());
      costs.change(costOf());
    });
  }
  const where = sight.held_out ? words.held_out : words.on_training;
  const element = h("div", { class: "model-two" },
    card(words.confusion, where,
      matrix,
      h("div", { class: "model-threshold" },
        h("label", { for: "model-threshold" }, words.threshold(positive), " ", output), slider, h("p", { class: "meta" }, words.threshold_said)),
      live,
      h("div", { class: "model-prices" }, price("model-miss", words.miss_price, "miss"), price("model-alarm", words.alarm_price, "alarm")),
      h("p", { class: "model-cost", "aria-live": "polite" }, words.cost, " ", total),
      h("div", { class: "btn-row" }, best, back, sql)),
    h("div", { class: "stack" },
      card(words.roc, `AUC ${score(auc)}`, roc.element, rocNote),
      card(words.cost_curve, null, costs.element)));
  move(kept.point);
  return element;
}

/** Of more classes: the matrix, tinted by the share of each row. */
export function multiclass(words, sight) {
  const sizes = counted(sight.confusion);
  const tint = (count, row) => `q${Math.min(5, Math.round((sizes[row] ? count / sizes[row] : 0) * 5))}`;
  return card(words.confusion, sight.held_out ? words.held_out : words.on_training,
    h("p", { class: "part-note" }, words.matrix_said),
    h("div", { class: "scroll-x", tabindex: "0", role: "group", "aria-label": words.confusion },
      h("table", { class: "model-matrix many" },
        h("caption", { class: "sr" }, words.confusion),
        h("thead", null, h("tr", null, h("td", null), sight.labels.map((label) => h("th", { scope: "col" }, label)), h("th", { scope: "col" }, words.recall_of))),
        h("tbody", null, sight.confusion.map((row, place) => h("tr", null,
          h("th", { scope: "row" }, sight.labels[place]),
          row.map((count) => h("td", { class: tint(count, place) }, h("b", { class: "num" }, figure(count)))),
          h("td", { class: "num" }, sizes[place] ? percent(row[place] / sizes[place], 0) : "–")))))));
}

/** Of numbers: how far from the answers. */
export function regression(words, sight) {
  const places = sight.pairs.flat();
  const [least, most] = [Math.min(...places), Math.max(...places)];
  const pairs = chart(words, {
    kind: "scatter", numbers: true, x: words.truth, y: words.said_value,
    series: [
      { name: words.model, points: sight.pairs, ink: "--accent", radius: 2.5 },
      { name: words.perfect, points: [[least, least], [most, most]], line: true, dash: true, ink: "--text-3" },
    ],
  }, `${words.pairs}. ${words.pairs_said}`, [[words.row, words.truth, words.said_value], sight.pairs.slice(0, 50).map(([truth, said], row) => [row + 1, truth, said])], 300);
  const cards = [card(words.pairs, sight.held_out ? words.held_out : words.on_training, h("p", { class: "part-note" }, words.pairs_said), pairs.element)];
  if (sight.errors) {
    const [from, width, counts] = sight.errors;
    // As many digits as tell two bars apart.
    const digits = Math.max(0, Math.ceil(-Math.log10(width)) + (width < 1 ? 1 : 0));
    const middle = (bar) => {
      const place = from + (bar + 0.5) * width;
      return Math.abs(place) < width / 2 ? "0" : figure(place, digits);
    };
    const bars = chart(words, {
      kind: "bar", labels: counts.map((_, bar) => middle(bar)), x: words.error, y: words.rows, series: [{ name: words.rows, values: counts, ink: "--accent" }],
    }, words.errors, [[words.error, words.rows], counts.map((count, bar) => [middle(bar), count])], 300);
    cards.push(card(words.errors, null, h("p", { class: "part-note" }, words.errors_said), bars.element));
  }
  return h("div", { class: "model-two" }, cards);
}

/** Of clusters: how large, and around what. */
export function clusters(words, { sizes, centres }) {
  const names = sizes.map((_, at) => String(at));
  const bars = chart(words, {
    kind: "bar", labels: names, x: words.cluster, y: words.rows, series: [{ name: words.rows, values: sizes, ink: "--accent" }],
  }, words.sizes, [[words.cluster, words.rows], sizes.map((size, at) => [names[at], size])]);
  const tint = (value, means) => {
    const [least, most] = [Math.min(...means), Math.max(...means)];
    return `q${most > least ? Math.round(((value - least) / (most - least)) * 5) : 0}`;
  };
  const grid = h("div", { class: "scroll-x", tabindex: "0", role: "group", "aria-label": words.centres },
    h("table", { class: "table model-centres" },
      h("caption", { class: "sr" }, words.centres),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, words.column), names.map((name) => h("th", { scope: "col", class: "r" }, name)))),
      h("tbody", null, centres.map(([name, means]) => h("tr", null, h("th", { scope: "row", class: "mono" }, name), means.map((mean) => h("td", { class: `r ${tint(mean, means)}` }, figure(mean, 2))))))));
  return [card(words.sizes, null, bars.element), card(words.centres, null, h("p", { class: "part-note" }, words.centres_said), grid)];
}

