// Keeps the site for days without a network, and says when a newer one has come. Fetched some seconds after the
// page, so that nothing here is in the way of the first answer.

const WORDS = {
  en: { ready: "A new version of Sandshift is ready.", reload: "Reload", later: "Later" },
  ko: { ready: "Sandshift 새 버전이 준비되었습니다.", reload: "새로 고침", later: "나중에" },
};

/** Without a service worker (a file: address, a browser that forbids it) everything works but the days offline. */
export async function keep() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(new URL("./sw.js", document.baseURI)).catch(() => undefined);
  if (!registration) return;
  const told = () => registration.waiting && navigator.serviceWorker.controller && tell(registration.waiting);
  told();
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => coming.state === "installed" && told());
  });
}

/** The newer version waits until its reader wants it: a page is never changed under somebody's hands. */
function tell(waiting) {
  if (document.querySelector(".update")) return;
  const words = WORDS[document.documentElement.lang] ?? WORDS.en;
  const line = document.createElement("div");
  line.className = "toasts update";
  line.setAttribute("role", "status");
  const toast = document.createElement("div");
  toast.className = "toast";
  const text = document.createElement("span");
  text.textContent = words.ready;
  const button = (label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn-sm";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  };
  const reload = button(words.reload, () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage("take over");
  });
  toast.append(text, reload, button(words.later, () => line.remove()));
  line.append(toast);
  document.body.append(line);
}
