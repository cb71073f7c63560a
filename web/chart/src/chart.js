// A chart of a result, in the page's own tokens. The page knows nothing of Chart.js, and Chart.js nothing of the page.
//
// draw(canvas, {kind, labels, series, x, y, numbers}) -> { destroy() }. `kind` is "bar", "line" or "scatter";
// `labels` are texts, or numbers where `numbers` is true; `series` is [{name, values}], null where there is no value.
// Pages that know what they draw say more: `sideways` bars, `bounds` of both axes, and of a series its `points` ([x, y])
// instead of values, its `ink`, its `radius`, whether it is a `line`, and whether that is a `dash`.

import {
  BarController, BarElement, CategoryScale, Chart, Legend, LinearScale, LineController, LineElement, PointElement,
  ScatterController, Tooltip,
} from "chart.js";

Chart.register(
  BarController, BarElement, CategoryScale, Legend, LinearScale, LineController, LineElement, PointElement,
  ScatterController, Tooltip,
);

/** Inks that can be told apart in both themes, the accent first. */
const INKS = ["--accent", "--sx-string", "--sx-number", "--sx-type", "--bad", "--ramp-3", "--text-3", "--warn"];
/** And shapes, for those who cannot tell the inks apart. */
const SHAPES = ["circle", "rect", "triangle", "rectRot"];

export function draw(canvas, what) {
  let chart = make(canvas, what);
  // A canvas does not follow the system's theme by itself, as styles do.
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const again = () => {
    chart.destroy();
    chart = make(canvas, what);
  };
  scheme.addEventListener("change", again);
  return {
    destroy() {
      scheme.removeEventListener("change", again);
      chart.destroy();
    },
  };
}

function make(canvas, { kind, labels = [], series, x, y, numbers, sideways, bounds = [] }) {
  const whole = series.every(({ values, points }) => (values ?? points.map(([, value]) => value)).every((value) => value === null || Number.isInteger(value)));
  const ink = inks(canvas, series.flatMap(({ ink }) => ink ?? []));
  const text = { color: ink("--text-2"), font: { family: ink.font, size: 12 } };
  const axis = (title) => ({
    title: { display: title !== "", text: title, ...text },
    ticks: { ...text, maxRotation: 45, autoSkipPadding: 12 },
    grid: { color: ink("--line") },
    border: { color: ink("--line-2") },
  });
  const datasets = series.map(({ name, values, points, line = kind === "line", dash, radius, ink: own }, at) => {
    const color = ink(own ?? INKS[at % INKS.length]);
    const data = points?.map(([x, y]) => ({ x, y })) ?? (kind === "scatter" ? values.map((value, row) => ({ x: labels[row], y: value })) : values);
    const dots = kind === "scatter" ? (line ? 0 : 3) : labels.length > 60 ? 0 : 2.5;
    return {
      label: name, data, borderColor: color, backgroundColor: color, borderWidth: line ? 2 : 0,
      pointRadius: radius ?? dots, borderRadius: 2, maxBarThickness: 48, showLine: line, borderDash: dash ? [5, 4] : [],
      pointStyle: own ? "circle" : SHAPES[at % SHAPES.length],
      // What is marked lies above what is drawn.
      order: radius ? -1 : 0,
      spanGaps: false,
    };
  });
  const across = axis(x);
  if (kind === "scatter" && numbers) across.type = "linear";
  else across.type = "category";
  const up = axis(y);
  if (whole) up.ticks.precision = 0;
  if (sideways) [across.type, up.type, up.ticks.autoSkip] = ["linear", "category", false];
  [across, up].forEach((one, at) => bounds[at] && ([one.min, one.max] = bounds[at]));
  return new Chart(canvas, {
    type: kind,
    data: kind === "scatter" && numbers ? { datasets } : { labels: labels.map(String), datasets },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      locale: document.documentElement.lang,
      indexAxis: sideways ? "y" : "x",
      interaction: { mode: kind === "scatter" ? "nearest" : "index", intersect: kind === "scatter" },
      scales: { x: { ...across, ...(sideways && { beginAtZero: true }) }, y: { ...up, beginAtZero: kind === "bar" } },
      plugins: {
        legend: { display: series.length > 1, position: "bottom", labels: { ...text, usePointStyle: kind !== "bar", boxWidth: 10, boxHeight: 10 } },
        tooltip: { backgroundColor: ink("--text"), titleColor: ink("--canvas"), bodyColor: ink("--canvas"), cornerRadius: 6 },
      },
    },
  });
}

/** Reads tokens as colours: light-dark() is only decided on an element. */
function inks(canvas, own) {
  const probe = canvas.parentElement.appendChild(document.createElement("i"));
  probe.hidden = true;
  const known = new Map();
  const style = getComputedStyle(probe);
  const read = (token) => {
    if (!known.has(token)) {
      probe.style.color = `var(${token})`;
      known.set(token, style.color);
    }
    return known.get(token);
  };
  for (const token of [...INKS, ...own, "--text", "--text-2", "--canvas", "--line", "--line-2"]) read(token);
  read.font = style.fontFamily;
  probe.remove();
  return read;
}
