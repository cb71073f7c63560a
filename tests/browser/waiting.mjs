// One session waits for another's transaction, as a learner with two users sees it.
import assert from "node:assert/strict";

const TABLE = "adhoc.taken_turns";

/** What the results say, once it is as it should be. */
async function shows(page, pattern) {
  const text = `new RegExp(${JSON.stringify(pattern.source)})`;
  await page.waitForFunction(`${text}.test(document.querySelector("#results-panel")?.innerText ?? "")`, undefined, { timeout: 20_000 });
}

async function begin(page, learner, user, text) {
  await learner.become(user);
  await learner.type(text);
  await page.keyboard.press("Escape");
  await learner.editor().focus();
  await page.keyboard.press("ControlOrMeta+Enter");
}

/** `other` may use the schema `adhoc`. */
export async function oneWaitsForAnother(page, learner, other, pictures) {
  const waits = page.locator('[role="tab"] .pill-warn');
  await learner.run("admin", `CREATE TABLE ${TABLE} (n int); GRANT SELECT, INSERT ON ${TABLE} TO PUBLIC;`);
  await learner.run("admin", `BEGIN; LOCK ${TABLE};`);

  await begin(page, learner, other, `INSERT INTO ${TABLE} VALUES (1);`);
  await waits.waitFor();
  await shows(page, /admin.*pid \d+.*adhoc\.taken_turns|pid \d+.*adhoc\.taken_turns/);
  await pictures(page, `${learner.language}-waiting`, "workbench");

  // Others go on working meanwhile, and see who waits.
  await learner.become("admin");
  await learner.run("admin", "SELECT COUNT(*) FROM pg_locks WHERE NOT granted;");
  await shows(page, /\b1\b/);
  await learner.run("admin", "COMMIT;");
  await waits.waitFor({ state: "detached" });
  await learner.run("admin", `SELECT n + 41 FROM ${TABLE};`);
  await shows(page, /\b42\b/);

  // A statement that waits can be canceled, and has then done nothing.
  await learner.run("admin", `BEGIN; LOCK ${TABLE};`);
  await begin(page, learner, other, `INSERT INTO ${TABLE} VALUES (2);`);
  await waits.waitFor();
  await page.locator("#results-panel .blank .btn").click();
  await waits.waitFor({ state: "detached" });
  await learner.run("admin", "COMMIT;");
  await learner.run("admin", `SELECT COUNT(*) + 76 FROM ${TABLE};`);
  await shows(page, /\b77\b/);
  await learner.run("admin", `DROP TABLE ${TABLE};`);
  assert.equal(await page.locator('[role="tab"] .pill-bad').count(), 0);
}
