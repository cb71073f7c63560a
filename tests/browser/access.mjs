// Who may do what, as a learner finds it out: two users side by side, a refusal's reasons, the warehouse's door, the
// table of rights, a plan as a graph, a chart. Leaves the account as it was.
import assert from "node:assert/strict";

const SOON = 20_000;

const BEFORE = `CREATE USER walker PASSWORD 'Walker123';
CREATE SCHEMA walk;
CREATE TABLE walk.orders (id INT, card VARCHAR(20), area VARCHAR(4));
INSERT INTO walk.orders VALUES (1, '4111', 'kr'), (2, '4222', 'us'), (3, '4333', 'kr');
CREATE TABLE walk.notes (id INT);
GRANT USAGE ON SCHEMA walk TO walker;
GRANT SELECT ON walk.orders TO walker;
CREATE RLS POLICY only_kr WITH (area VARCHAR(4)) USING (area = 'kr');
ATTACH RLS POLICY only_kr ON walk.orders TO walker;
ALTER TABLE walk.orders ROW LEVEL SECURITY ON;
CREATE MASKING POLICY no_card WITH (card VARCHAR(20)) USING ('****'::VARCHAR(20));
ATTACH MASKING POLICY no_card ON walk.orders (card) TO walker;`;
const AFTER = `DROP SCHEMA walk CASCADE;
DROP RLS POLICY only_kr;
DROP MASKING POLICY no_card;
DROP USER walker;`;

const LONG = "SELECT COUNT(1) FROM raw_data.user_session_channel a, raw_data.user_session_channel b WHERE a.userid + b.userid < 0;";

/** All of it, one after another. `pictures` takes pictures of what is on the screen. */
export async function whoMayDoWhat(page, learner, pictures) {
  await learner.run("admin", BEFORE);
  await sideBySide(page, learner, pictures);
  await refusalAsked(page, learner, pictures);
  await otherObjects(page, learner, pictures);
  await door(page, learner);
  await rights(page, pictures);
  await plan(page, learner, pictures);
  await chart(page, learner, pictures);
  await learner.run("admin", AFTER);
}

async function runBoth(page, learner, text) {
  await learner.type(text);
  await learner.editor().focus();
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+Enter");
  await page.locator(".compare-said").waitFor({ timeout: SOON });
  await learner.settled();
}

async function sideBySide(page, learner, pictures) {
  await learner.become("admin");
  const compare = page.locator(".toolbar button[aria-pressed]", { has: page.locator('use[href="#pair"]') });
  await compare.focus();
  await page.keyboard.press("Enter");
  await page.locator(".toolbar select.who-select").last().selectOption("walker");

  await runBoth(page, learner, "SELECT * FROM walk.orders ORDER BY id;");
  assert.deepEqual(await page.locator(".compare-head b").allInnerTexts(), ["admin", "walker"]);
  // Beside each other at this width: the hidden row is hatched, the masked values are marked on both sides.
  assert.equal(await page.locator(".grid td.hatched").count(), 3);
  assert.equal(await page.locator(".grid td.differs").count(), 4);
  await pictures(page, `${learner.language}-side-by-side`, "workbench");
  await page.locator('input[name="compare-layout"]').last().check({ force: true });
  assert.equal(await page.locator(".grid .seen-no").count(), 1);
  await page.locator('input[name="compare-rows"]').last().focus();
  await page.keyboard.press("Space");

  await runBoth(page, learner, "DELETE FROM walk.orders;");
  await page.locator(".compare-body .refusal").waitFor({ timeout: SOON });
  await pictures(page, `${learner.language}-side-by-side-refused`, "workbench");
  await learner.type(LONG);
  await page.locator(".toolbar .btn-primary").click();
  await page.locator(".toolbar .btn-danger").click({ timeout: SOON });
  await learner.settled();
  await page.locator('[role="tab"] .pill').waitFor({ timeout: SOON });
  await compare.click();
  await learner.run("admin", "SELECT COUNT(1) FROM walk.orders;");
  assert.match(await page.locator("#results-panel").innerText(), /\b3\b/, "a comparison changed the account");
}

async function refusalAsked(page, learner, pictures) {
  await learner.run("walker", "SELECT id FROM walk.notes;", { refused: true });
  const why = page.locator(".why-ask");
  if ((await why.getAttribute("aria-expanded")) === "false") {
    assert.equal(await page.locator(".why").count(), 0);
    await why.focus();
    await page.keyboard.press("Enter");
  }
  assert.equal(await page.locator(".why .missing").count(), 1);
  assert.match(await page.locator(".why .held").first().innerText(), /USAGE/);
  await pictures(page, `${learner.language}-why`, "workbench");
  await page.locator(".grant .stmt-foot button").click();
  await page.locator("#menu-user .who-name", { hasText: /^admin$/ }).waitFor({ state: "attached", timeout: SOON });
  await page.waitForFunction(() => document.querySelector(".editor-box .cm-content")?.innerText.includes("GRANT SELECT"));
  await learner.run("admin", "GRANT SELECT ON walk.notes TO walker;");
  await learner.run("walker", "SELECT id FROM walk.notes;");
  // The choice outlives the page.
  await learner.run("walker", "DELETE FROM walk.orders;", { refused: true });
  assert.equal(await why.getAttribute("aria-expanded"), "true");
}

// Models and what is outside are asked for like tables are: each with its chain, its holders and its smallest grant.
const ROLE = "arn:aws:iam::123456789012:role/Walk-ML";
const TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["redshift.amazonaws.com","sagemaker.amazonaws.com"]},"Action":"sts:AssumeRole"}]}';
const POLICIES = ["AmazonSageMakerFullAccess", "AmazonS3FullAccess", "AWSGlueConsoleFullAccess"];

async function otherObjects(page, learner, pictures) {
  const me = "learner";
  await learner.aws(me, "s3 mb s3://walk-models");
  await learner.aws(me, `iam create-role --role-name Walk-ML --assume-role-policy-document '${TRUST}'`);
  for (const policy of POLICIES) await learner.aws(me, `iam attach-role-policy --role-name Walk-ML --policy-arn arn:aws:iam::aws:policy/${policy}`);
  await learner.aws(me, `redshift modify-cluster-iam-roles --cluster-identifier course-cluster --add-iam-roles ${ROLE}`);
  await learner.run("admin", `CREATE GROUP walkers;
CREATE EXTERNAL SCHEMA walk_outside FROM DATA CATALOG DATABASE 'walk_outside' IAM_ROLE '${ROLE}' CREATE EXTERNAL DATABASE IF NOT EXISTS;
GRANT USAGE ON SCHEMA walk_outside TO GROUP walkers;
CREATE TABLE walk.points AS SELECT n % 10 AS a, (n * 7) % 13 AS b FROM generate_series(1, 600) AS s(n);`);
  await learner.run("admin", `CREATE MODEL walk.near FROM (SELECT a, b FROM walk.points) FUNCTION near_which IAM_ROLE '${ROLE}' AUTO OFF MODEL_TYPE KMEANS PREPROCESSORS 'none' HYPERPARAMETERS DEFAULT EXCEPT (K '3') SETTINGS (S3_BUCKET 'walk-models');`);
  await learner.run("admin", "GRANT EXECUTE ON MODEL walk.near TO GROUP walkers;");
  for (const [text, kind, grant] of [
    ["SELECT walk.near_which(1, 2);", "EXECUTE", "GRANT EXECUTE ON MODEL walk.near TO walker;"],
    ["SHOW MODEL walk.near;", "EXECUTE", "GRANT EXECUTE ON MODEL walk.near TO walker;"],
    ["SELECT COUNT(1) FROM walk_outside.nothing;", "USAGE", "GRANT USAGE ON SCHEMA walk_outside TO walker;"],
  ]) {
    await learner.run("walker", text, { refused: true });
    assert.match(await page.locator(".why .missing").innerText(), new RegExp(`${kind}[^]*walkers`), text);
    assert.equal((await page.locator(".grant .code").innerText()).trim(), grant);
    await pictures(page, `${learner.language}-why-${kind.toLowerCase()}`, "workbench");
  }
  await learner.run("admin", "DROP MODEL walk.near; DROP SCHEMA walk_outside DROP EXTERNAL DATABASE; DROP GROUP walkers;");
  await learner.aws(me, `redshift modify-cluster-iam-roles --cluster-identifier course-cluster --remove-iam-roles ${ROLE}`);
  for (const policy of POLICIES) await learner.aws(me, `iam detach-role-policy --role-name Walk-ML --policy-arn arn:aws:iam::aws:policy/${policy}`);
  await learner.aws(me, "iam delete-role --role-name Walk-ML");
  await learner.aws(me, "s3 rb s3://walk-models --force");
}

async function door(page, learner) {
  await learner.become("admin");
  await page.locator("#menu-user summary").click();
  await page.locator("#menu-user .menu-more button").click();
  await page.locator("#sign-in-user").fill("walker");
  await page.locator("#sign-in-password").fill("not it");
  await page.keyboard.press("Enter");
  await page.locator('dialog[open] [role="alert"] .callout-bad').waitFor({ timeout: SOON });
  assert.match(await page.locator("dialog[open] .callout-bad").innerText(), /password authentication failed for user "walker"/);
  await page.locator("#sign-in-password").fill("Walker123");
  await page.keyboard.press("Enter");
  await page.locator("#menu-user .who-name", { hasText: /^walker$/ }).waitFor({ state: "attached", timeout: SOON });
  assert.equal(await page.locator("dialog[open]").count(), 0);
}

async function rights(page, pictures) {
  await page.locator('.rooms a[href$="/users"]').click();
  await page.locator(".users-list button", { hasText: /^walker/ }).focus();
  await page.keyboard.press("Enter");
  const walk = page.locator(".rights-schema", { has: page.locator("h4", { hasText: /^walk/ }) });
  await walk.waitFor({ timeout: SOON });
  assert.equal(await walk.locator(".rights-of-schema .right-yes").count(), 1);
  assert.equal(await walk.locator("tbody .right-yes").count(), 2);
  assert.match(await walk.locator("tbody tr", { hasText: "orders" }).innerText(), /only_kr[^]*no_card/);
  await pictures(page, `${await page.locator("html").getAttribute("lang")}-users`, "workbench");
  await page.locator(".rooms a").first().click();
}

async function plan(page, learner, pictures) {
  await learner.run("admin", "EXPLAIN SELECT o.area, COUNT(1) FROM walk.orders o JOIN walk.orders p ON o.id = p.id GROUP BY 1;");
  assert.match(await page.locator(".plan-text").innerText(), /XN HashAggregate/);
  await page.locator('input[name="result-view"]').last().focus();
  await page.keyboard.press("Space");
  await page.locator(".plan-step").first().waitFor({ timeout: SOON });
  assert.equal(await page.locator(".plan-step", { hasText: "Seq Scan" }).count(), 2);
  assert.equal(await page.locator(".plan-move").count(), 1);
  await pictures(page, `${learner.language}-plan`, "workbench");
}

async function chart(page, learner, pictures) {
  const asked = () => page.evaluate(() => performance.getEntriesByType("resource").some((each) => /\/chart(\.\w+)?\.js$/.test(each.name)));
  await learner.run("admin", "SELECT area, COUNT(1) AS orders FROM walk.orders GROUP BY 1 ORDER BY 1;");
  await page.locator('input[name="result-view"]').first().check({ force: true });
  const before = await asked();
  await page.locator('input[name="result-view"]').last().check({ force: true });
  await page.waitForFunction(() => {
    const canvas = document.querySelector(".chart canvas");
    const ink = canvas?.width && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return ink && ink.some((value) => value !== 0);
  }, undefined, { timeout: SOON });
  assert.ok(!before && (await asked()), "the chart library came before it was wanted, or not at all");
  await pictures(page, `${learner.language}-chart`, "workbench");
  await page.locator('input[name="result-view"]').first().check({ force: true });
}
