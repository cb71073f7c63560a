// The page of a model as a learner finds it after lab 4's trap: the leak is said, a threshold is moved, SQL comes of it.
import assert from "node:assert/strict";

const SOON = 20_000;

export async function whatTheModelsLearned(page, learner, pictures) {
  await page.locator('.rooms a[href$="/models"]').click();
  await page.locator(".model-matrix").waitFor({ timeout: SOON });
  // The newest is the one that had learned its exam.
  assert.match(await page.locator(".models .room-title").innerText(), /leaky_model/);
  assert.match(await page.locator(".model-leaks .callout-bad").innerText(), /667.*667/s);
  await page.locator(".model-list a", { hasText: "orange_telecom" }).click();
  await page.locator(".models .room-title", { hasText: "orange_telecom" }).waitFor({ timeout: SOON });
  assert.match(await page.locator(".model-leaks .callout-ok").innerText(), /667/);
  await page.locator(".model-chart canvas").nth(3).waitFor({ timeout: SOON });

  const caught = page.locator(".model-matrix tbody tr:last-child td:last-child b");
  const count = async () => Number(await caught.innerText());
  const before = await count();
  const slider = page.locator("#model-threshold");
  await slider.focus();
  for (let at = 0; at < 12; at += 1) await page.keyboard.press("ArrowLeft");
  assert.ok((await count()) > before, "a lower threshold catches more");
  const threshold = Number(await page.locator(".model-threshold output").innerText());
  assert.ok(threshold < 0.5, `the threshold is ${threshold}`);
  await page.locator("#model-miss").fill("200");
  const figures = await page.locator(".model-figure").count();
  assert.equal(await page.locator(".model-figure details table").count(), figures, "every chart has its table");
  await pictures(page, `${learner.language}-model`, "workbench");

  await page.locator(".models .btn-row .btn").last().click();
  await page.locator('.rooms a[aria-current="page"]:not([href*="/models"])').waitFor({ timeout: SOON });
  assert.match(await learner.editorText(), /chance >= 0\./);
}

/** A training says how far it is, and is stopped: nothing of it stays. */
export async function aTrainingIsStopped(page, learner) {
  // Every customer some ten times, so that it is not over before anybody has looked.
  await learner.become("admin");
  await learner.type(`CREATE MODEL given_up
FROM (SELECT state, account_length, total_day_minutes, total_day_charge, customer_service_calls, churn FROM raw_data.orange_telecom_customers,
(SELECT DISTINCT customer_service_calls AS again FROM raw_data.orange_telecom_customers) more)
TARGET churn FUNCTION ml_fn_given_up IAM_ROLE 'arn:aws:iam::123456789012:role/Redshift-ML' SETTINGS (S3_BUCKET 'course-bucket');`);
  await page.locator(".toolbar .btn-primary").click();
  await page.locator("#results-panel [role=progressbar]").waitFor({ timeout: SOON });
  assert.match(await page.locator(".progress-run").innerText(), /\d+%/);
  await page.locator(".toolbar .btn-danger").click();
  await learner.settled();
  await page.locator('[role="tab"] .pill').first().waitFor({ timeout: SOON });
  await learner.run("admin", "SELECT 'models: ' || COUNT(1) FROM svv_ml_model_info WHERE model_name = 'given_up';");
  assert.match(await page.locator("#results-panel").innerText(), /models: 0/);
}
