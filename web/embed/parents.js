// Which pages may talk with a frame of this site: those of its own origin, and those that `embed.json` beside the site names.

const PROTOCOL = 1;

/** Origins as `embed.json` lists them; "*" is every page. */
const named = fetch(new URL("embed.json", document.baseURI))
  .then((response) => (response.ok ? response.json() : {}))
  .then(({ parents = [] }) => parents, () => []);

export async function isAllowed(origin) {
  const parents = await named;
  return origin === location.origin || parents.includes(origin) || parents.includes("*");
}

/** The page around this frame, as far as the browser tells before that page has spoken. */
function around() {
  const [ancestor] = location.ancestorOrigins ?? [];
  if (ancestor !== undefined) return ancestor;
  return document.referrer ? new URL(document.referrer).origin : undefined;
}

/**
 * Hears the page around this frame and speaks to it, once its origin is allowed. `hear(type, message, ports)` gets what it
 * says; `say` does nothing until then.
 */
export function parent(hear) {
  const page = window.parent;
  let to; // the parent's origin
  let unsaid = [];

  const meet = async (origin) => {
    if (to !== undefined || origin === undefined || !(await isAllowed(origin))) return to === origin && to !== undefined;
    // A page without an origin of its own (a sandboxed frame, a file) can only be spoken to as anybody.
    to = origin === "null" ? "*" : origin;
    for (const message of unsaid) page.postMessage(message, to);
    unsaid = [];
    return true;
  };

  addEventListener("message", async ({ source, origin, data }) => {
    if (source !== page || data?.sandshift !== PROTOCOL || typeof data.type !== "string") return;
    if (!(await isAllowed(origin))) return;
    await meet(origin);
    hear(data.type, data);
  });
  void meet(around());

  return (type, fields = {}) => {
    const message = { sandshift: PROTOCOL, type, ...fields };
    if (to === undefined) unsaid.push(message);
    else page.postMessage(message, to);
  };
}
