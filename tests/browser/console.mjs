// The console as a learner finds it: a bucket with a file of their own, a role on the cluster, a refusal explained, what
// the log says of it, and each button's line taken to the terminal. Leaves the account as it was.
import assert from "node:assert/strict";

const SOON = 20_000;
const POLICY = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" },
    { "Sid": "NoReading", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::walk-data/*" }
  ]
}`;

/** Drives the console of the lab that is open. */
export class Console {
  constructor(page) {
    this.page = page;
  }

  /** Goes to a place and waits until its answers are there. */
  async go(place) {
    const hash = await this.page.evaluate((to) => {
      location.hash = `${location.hash.split("/").slice(0, 3).join("/")}/console/${to}`;
      return location.hash;
    }, place);
    await this.page.waitForFunction((to) => location.hash === to, hash);
    await this.page.locator(".room-title").waitFor({ timeout: SOON });
    await this.page.waitForTimeout(250);
  }

  button(name) {
    return this.page.locator(".room button, .room label.btn", { hasText: name });
  }

  /** Opens a dialog, fills its fields, sends it, and waits until it is gone. */
  async do(opener, fields = {}, { confirm, refused, lines: wanted = true } = {}) {
    await opener.click();
    const dialog = this.page.locator("dialog.deed[open]");
    await dialog.waitFor({ timeout: SOON });
    for (const [id, value] of Object.entries(fields)) {
      const field = dialog.locator(`#deed-${id}`);
      await field.waitFor({ timeout: SOON });
      if (Array.isArray(value)) {
        for (const text of value) await field.locator("label", { hasText: text }).click();
      } else if ((await field.evaluate((node) => node.tagName)) === "SELECT") {
        await field.selectOption(typeof value === "number" ? { index: value } : value);
      } else {
        await field.fill(value);
      }
    }
    if (confirm) await dialog.locator("#deed-confirm").fill(confirm);
    // It may depend on what is there, which is asked for first. What is empty already takes no call to empty.
    if (wanted) await dialog.locator(".cli .code").first().waitFor({ timeout: SOON });
    const lines = await dialog.locator(".cli .code").allInnerTexts();
    await dialog.locator(".dialog-foot [type=submit]").click();
    if (refused) {
      await dialog.locator(".refusal").waitFor({ timeout: SOON });
      assert.match(await dialog.locator(".refusal").innerText(), refused);
      await this.page.keyboard.press("Escape");
    }
    await dialog.waitFor({ state: "detached", timeout: SOON });
    return lines.map((line) => line.replace(/^\$ /, ""));
  }

  row(text) {
    return this.page.locator(".room tbody tr", { hasText: text });
  }

  async become(principal) {
    await this.page.locator("#menu-principal summary").click();
    await this.page.locator("#menu-principal .menu-item", { hasText: principal }).first().click();
    await this.page.locator("#menu-principal .who-name", { hasText: principal }).waitFor();
    await this.page.waitForTimeout(250);
  }
}

/** All of it, one after another. `pictures` takes pictures of what is on the screen. */
export async function consoleOfTheAccount(page, learner, pictures) {
  const console_ = new Console(page);
  const name = (part) => `${learner.language}-console-${part}`;
  await page.locator('.rooms a[href*="/console"]').first().click();
  await page.locator(".room-title").waitFor({ timeout: SOON });

  // A bucket, a folder, and a file of the learner's own.
  await console_.go("s3/buckets");
  const [create] = await console_.do(page.locator(".room-head .btn-primary"), { Bucket: "walk-data" });
  assert.equal(create, "aws s3api create-bucket --bucket walk-data --create-bucket-configuration '{\"LocationConstraint\":\"ap-northeast-2\"}'");
  await page.locator(".room-title", { hasText: "walk-data" }).waitFor({ timeout: SOON });
  await page.locator(".upload input").setInputFiles([
    { name: "users.csv", mimeType: "text/csv", buffer: Buffer.from("id,name\n1,미나\n2,joon\n") },
    { name: "large.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(9_000_000, 7) },
  ]);
  await console_.row("large.bin").waitFor({ timeout: SOON });
  assert.match(await console_.row("large.bin").innerText(), /8\.6 MB/);
  await pictures(page, name("bucket"), "workbench");
  await console_.row("users.csv").locator("a").click();
  await page.locator(".room pre", { hasText: "1,미나" }).waitFor({ timeout: SOON });
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".room-head .btn-primary").click()]);
  assert.equal(download.suggestedFilename(), "users.csv");
  await console_.go("s3/bucket/walk-data~tab2");
  await console_.do(page.locator(".card-head button").first(), { Policy: '{"Version": "2012-10-17", "Statement": [{}]}' }, { refused: /MalformedPolicy/ });

  // A role that Redshift may assume, on the cluster.
  await console_.go("iam/roles");
  await console_.do(page.locator(".room-head .btn-primary"), { Policies: ["AmazonS3ReadOnlyAccess"], RoleName: "walk.read" });
  await page.locator(".room-title", { hasText: "walk.read" }).waitFor({ timeout: SOON });
  await page.locator("#console-tab-0").focus();
  await page.keyboard.press("ArrowRight");
  await page.locator(".room pre", { hasText: "redshift.amazonaws.com" }).waitFor({ timeout: SOON });
  await pictures(page, name("role"), "workbench");
  await console_.go("redshift/cluster/course-cluster");
  await page.locator("#console-actions summary").click();
  await console_.do(page.locator("#console-actions .menu-item").last(), { AddIamRoles: ["walk.read"] });
  await console_.row("walk.read").waitFor({ timeout: SOON });
  await pictures(page, name("cluster"), "workbench");
  await console_.do(console_.row("walk.read").locator(".btn-danger"));
  await console_.row("walk.read").waitFor({ state: "detached", timeout: SOON });

  // Somebody who may do nothing, and then one thing: the refusal says why.
  await console_.go("iam/users");
  await console_.do(page.locator(".room-head .btn-primary"), { UserName: "walker" });
  await console_.become("walker");
  await console_.go("s3/buckets");
  await page.locator(".room .refusal .code", { hasText: "s3:ListAllMyBuckets" }).waitFor({ timeout: SOON });
  await pictures(page, name("refusal"), "workbench");
  await console_.become("learner");
  await console_.go("iam/user/walker");
  await console_.do(page.locator(".card-head button").nth(1), { PolicyName: "some", PolicyDocument: POLICY });
  await console_.row("some").waitFor({ timeout: SOON });
  await page.locator("#console-tab-3").click();
  await page.locator("#trial-ResourceArns").fill("arn:aws:s3:::walk-data/users.csv");
  await page.locator(".trial [type=submit]").click();
  await page.locator(".trial tbody tr").nth(1).waitFor({ timeout: SOON });
  await pictures(page, name("simulator"), "workbench");
  await console_.become("walker");
  await console_.go("s3/object/walk-data/users.csv");
  await page.locator(".room .refusal", { hasText: "403" }).first().waitFor({ timeout: SOON });
  assert.match(await page.locator(".room .refusal").first().innerText(), /NoReading/);
  await console_.become("learner");
  await console_.go("activity/events");
  await page.locator(".room tbody tr", { hasText: "NoReading" }).first().waitFor({ timeout: SOON });
  await pictures(page, name("activity"), "workbench");

  // The page's own lines run in the terminal.
  await console_.go("s3/buckets");
  await page.locator(".cli-dock summary").click();
  await page.locator(".cli-dock .cli button").last().click();
  await page.locator(".terminal-line .btn-primary").click();
  await page.locator(".call pre", { hasText: "walk-data" }).waitFor({ timeout: SOON });

  // What it has cost.
  await console_.go("billing/costs");
  await page.locator(".fig.bars").waitFor({ timeout: SOON });
  await pictures(page, name("costs"), "workbench");

  // The place is kept over a reload, and everything made here goes again.
  await console_.go("iam/user/walker");
  await page.waitForTimeout(1000);
  await page.reload();
  await page.locator(".room-title", { hasText: "walker" }).waitFor({ timeout: 60_000 });
  await page.locator(".under", { hasText: "user/walker" }).waitFor({ timeout: SOON });
  await console_.do(page.locator(".room-head .btn-danger"), {}, { confirm: "walker" });
  await console_.go("iam/role/walk.read");
  await console_.do(page.locator(".room-head .btn-danger"), {}, { confirm: "walk.read" });
  await console_.go("s3/buckets");
  const empty = await console_.do(console_.row("walk-data").locator("button").nth(0), {}, { confirm: "walk-data" });
  assert.equal(empty.length, 2, "one line an object");
  await console_.do(console_.row("walk-data").locator("button").nth(1), {}, { confirm: "walk-data" });
  await console_.row("walk-data").waitFor({ state: "detached", timeout: SOON });
  await page.locator(".rooms a").first().click();
  await learner.waitForEngine();
}
