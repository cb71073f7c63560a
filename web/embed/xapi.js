// What was passed as an xAPI statement (1.0.3), for whoever keeps records. The page around us knows who the learner is.

const PASSED = { id: "http://adlnet.gov/expapi/verbs/passed", display: { en: "passed", ko: "통과함" } };
const COMPLETED = { id: "http://adlnet.gov/expapi/verbs/completed", display: { en: "completed", ko: "완료함" } };

function activity(id, name, type) {
  return { objectType: "Activity", id, definition: { name, type: `http://adlnet.gov/expapi/activities/${type}` } };
}

/** Of a step, or of the whole lab. The actor is nobody, to be replaced by the page that stores it. */
export function statement({ lab, step, titles }) {
  const home = new URL("./", document.baseURI).href;
  const course = activity(home, { en: "Sandshift", ko: "Sandshift" }, "course");
  const whole = activity(`${home}#/lab/${lab}`, titles.lab, "lesson");
  const object = step === undefined ? whole : activity(`${whole.id}?step=${encodeURIComponent(step)}`, titles.steps[step] ?? {}, "objective");
  return {
    id: crypto.randomUUID?.() ?? undefined,
    actor: { objectType: "Agent", account: { homePage: home, name: "anonymous" } },
    verb: step === undefined ? COMPLETED : PASSED,
    object,
    result: { success: true, completion: true },
    context: {
      language: document.documentElement.lang,
      contextActivities: { parent: [step === undefined ? course : whole], grouping: [course] },
    },
    timestamp: new Date().toISOString(),
  };
}
