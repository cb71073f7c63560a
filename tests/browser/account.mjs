// The account without a lesson, by console alone: a warehouse lost and brought back, a table seen on disk, serverless, and
// the pages that no lab opens. Every dialog shows the line that does the same (`do` wants one), and failures are explained.
import assert from "node:assert/strict";
import { Console } from "./console.mjs";

const SOON = 20_000;

/** Chooses the warehouse that the editor talks to. */
export async function choose(page, name) {
  await page.locator(".rooms a").first().click();
  await page.locator("#menu-place summary").click();
  await page.locator("#menu-place .menu-item", { hasText: name }).first().click();
  await page.locator(".place-name", { hasText: new RegExp(`^${name}$`) }).waitFor({ timeout: SOON });
}

/** A deed of the Actions menu, by the operation's place in it. */
export async function act(console_, names, fields = {}, options = {}) {
  await console_.page.locator("#console-actions summary").click();
  const name = new RegExp(`^(${names})`);
  return console_.do(console_.page.locator("#console-actions .menu-item", { hasText: name }), fields, options);
}

const panel = async (page) => (await page.locator("#results-panel").innerText()).replace(/\s+/g, " ");
const count = (table) => `SELECT count(*) FROM ${table};`;

/** A cluster is copied, queried, paused, resumed and deleted; a table is lost and restored. */
export async function warehouses(page, learner, pictures) {
  const console_ = new Console(page);
  const at = (cluster) => console_.go(`redshift/cluster/${cluster}`);
  await page.locator('.rooms a[href*="/console"]').first().click();
  await page.locator(".room-title").waitFor({ timeout: SOON });
  await at("course-cluster");
  const [taken] = await act(console_, "스냅샷 생성|Create snapshot", { SnapshotIdentifier: "walk" });
  assert.match(taken, /^aws redshift create-cluster-snapshot .*--snapshot-identifier walk/);
  await learner.clock("advance 1h");
  await learner.run("admin", "DROP TABLE raw_data.user_session_channel CASCADE;");

  // One table out of the snapshot, as the course does it.
  await at("course-cluster");
  const table = { SourceDatabaseName: "dev", SourceSchemaName: "raw_data", SourceTableName: "user_session_channel", TargetSchemaName: "raw_data", NewTableName: "user_session_channel" };
  await act(console_, "테이블 복원|Restore table", table);
  await learner.clock("advance 1h");
  await learner.run("admin", count("raw_data.user_session_channel"));
  assert.match(await panel(page), /101,?520/);
  await at("course-cluster~tab2");
  await console_.row("user_session_channel").waitFor({ timeout: SOON });

  // A whole cluster out of it, asked from the editor.
  await console_.go("redshift/snapshot/walk");
  const [restored] = await console_.do(page.locator(".room-head .btn-primary"), { ClusterIdentifier: "rescue" });
  assert.match(restored, /^aws redshift restore-from-cluster-snapshot --cluster-identifier rescue --snapshot-identifier walk/);
  await choose(page, "rescue");
  await learner.run("admin", "SELECT 1;", { refused: true });
  await learner.clock("advance 1h");
  await learner.run("admin", count("raw_data.user_session_channel"));
  assert.match(await panel(page), /101,?520/);
  await at("rescue");
  await act(console_, "재부팅|Reboot");
  await learner.clock("advance 1h");
  await at("rescue");
  await act(console_, "크기 조정|Resize", { NumberOfNodes: "2" }, { refused: /classic/ });
  await act(console_, "크기 조정|Resize", { NumberOfNodes: "2", Way: 1 });
  await learner.clock("advance 8h");
  await at("rescue");
  assert.equal((await act(console_, "일시 중지|Pause"))[0], "aws redshift pause-cluster --cluster-identifier rescue");
  await learner.clock("advance 1h");
  await page.locator(".rooms a").first().click();
  await learner.run("admin", "SELECT 1;", { refused: true });
  await pictures(page, `${learner.language}-paused`, "workbench");
  await page.locator(".way-out .btn").click();
  await page.locator(".room-title", { hasText: "rescue" }).waitFor({ timeout: SOON });
  assert.equal((await act(console_, "재개|Resume"))[0], "aws redshift resume-cluster --cluster-identifier rescue");
  await learner.clock("advance 1h");
  await learner.run("admin", count("raw_data.user_session_channel"));
  await at("rescue");
  await act(console_, "삭제|Delete", { FinalClusterSnapshotIdentifier: "rescue-last" }, { confirm: "rescue" });
  await learner.clock("advance 1h");
  await page.locator(".rooms a").first().click();
  // Of a warehouse that is gone nobody is known; whoever worked there still does.
  await page.locator(".toolbar .btn-primary").click();
  await learner.settled();
  await page.locator(".refusal", { hasText: "08001" }).waitFor({ timeout: SOON });
  await page.locator(".way-out .btn").click();
  await console_.row("rescue-last").waitFor({ timeout: SOON });
  await choose(page, "course-cluster");
}

/** Ghosts and disorder are seen, and VACUUM's work beside what was before it. */
export async function inspected(page, learner, pictures) {
  await learner.run("admin", "CREATE TABLE adhoc.seen SORTKEY (userid) AS SELECT * FROM raw_data.user_session_channel;");
  await learner.run("admin", "DELETE FROM adhoc.seen WHERE channel = 'Naver';");
  await learner.run("admin", "INSERT INTO adhoc.seen SELECT * FROM raw_data.user_session_channel WHERE channel = 'Naver';");
  await learner.run("admin", "SELECT count(*) FROM adhoc.seen WHERE userid = 300;");
  await page.locator(".rooms a", { hasText: /^(들여다보기|Inspect)$/ }).click();
  await page.locator(".room tbody tr", { hasText: "adhoc.seen" }).locator("a").click();
  await page.locator(".disk-picture").first().waitFor({ timeout: SOON });
  const figure = (at) => page.locator(".disk-figures dd b").nth(at).innerText();
  assert.equal(await figure(0), "118,441");
  assert.equal(await figure(2), "16,921");
  await page.locator("#disk-sought").fill("300");
  await page.locator(".disk-zones .is-skipped").first().waitFor({ timeout: SOON });
  await pictures(page, `${learner.language}-inspect`, "workbench");
  await page.locator(".disk-clean .stmt button").first().click();
  await page.locator(".toolbar .btn-primary").click();
  await learner.settled();
  await page.locator(".rooms a", { hasText: /^(들여다보기|Inspect)$/ }).click();
  await page.locator(".room tbody tr", { hasText: "adhoc.seen" }).locator("a").click();
  await page.locator(".disk-picture").nth(1).waitFor({ timeout: SOON });
  assert.equal(await figure(2), "0");
  assert.equal(await page.locator(".disk-figures .is-new").count() >= 3, true, "what has changed is marked");
  await pictures(page, `${learner.language}-inspect-after`, "workbench");
}

/** Namespace before workgroup; a recovery point becomes a snapshot; deleted in the other order. */
export async function serverless(page, learner, pictures) {
  const console_ = new Console(page);
  await console_.go("redshift/namespaces");
  await console_.do(page.locator(".room-head .btn-primary"), { namespaceName: "trial", adminUsername: "admin", adminUserPassword: "Passw0rd1" });
  await console_.go("redshift/workgroups");
  await console_.do(page.locator(".room-head .btn-primary"), { workgroupName: "trial-group" });
  await learner.clock("advance 1h");
  await choose(page, "trial-group");
  await learner.run("admin", "CREATE TABLE public.kept AS SELECT 1 AS a;");
  await learner.clock("advance 1h");
  await console_.go("redshift/backup");
  const row = page.locator(".room tbody tr").first();
  await row.waitFor({ timeout: SOON });
  await pictures(page, `${learner.language}-serverless`, "workbench");
  await console_.do(row.locator("button").first(), { snapshotName: "point" });
  await console_.go("redshift/backup~tab1");
  await console_.row("point").waitFor({ timeout: SOON });
  await learner.run("admin", "DROP TABLE public.kept;");
  await learner.clock("advance 1h");
  await console_.go("redshift/backup~tab1");
  const table = { sourceDatabaseName: "dev", sourceSchemaName: "public", sourceTableName: "kept", newTableName: "kept_again" };
  await console_.do(console_.row("point").locator("button").nth(1), table);
  await learner.clock("advance 1h");
  await learner.run("admin", "SELECT a FROM public.kept_again;");
  await console_.go("redshift/workgroup/trial-group");
  await console_.do(page.locator(".room-head button").nth(1), { baseCapacity: 1 });
  await learner.clock("advance 1h");
  await console_.go("redshift/namespace/trial");
  await console_.do(page.locator(".room-head .btn-danger"), {}, { confirm: "trial", refused: /ConflictException/ });
  await console_.go("redshift/workgroup/trial-group");
  await console_.do(page.locator(".room-head .btn-danger"), {}, { confirm: "trial-group" });
  await learner.clock("advance 1h");
  await console_.go("redshift/namespace/trial");
  await console_.do(page.locator(".room-head .btn-danger"), {}, { confirm: "trial" });
  await learner.clock("advance 1h");
  await console_.go("redshift/namespaces");
  await console_.row("trial").waitFor({ state: "detached", timeout: SOON });
  await choose(page, "course-cluster");
}

/** A parameter group, a usage limit, maintenance and a schedule of a cluster, and the events that tell of it. */
export async function settings(page, learner, pictures) {
  const console_ = new Console(page);
  const cluster = (tab) => console_.go(`redshift/cluster/course-cluster${tab}`);
  const card = (at) => page.locator(".room .card").nth(at).locator(".card-head button").first();
  await console_.go("redshift/workload");
  await console_.do(page.locator(".room-head .btn-primary"), { Name: "walk-parameters" });
  await page.locator(".room-title", { hasText: "walk-parameters" }).waitFor({ timeout: SOON });
  const [changed] = await console_.do(console_.row("statement_timeout").locator("button"), { Value: "60000" });
  assert.equal(changed, `aws redshift modify-cluster-parameter-group --parameter-group-name walk-parameters --parameters '[{"ParameterName":"statement_timeout","ParameterValue":"60000"}]'`);
  await console_.row("60000").waitFor({ timeout: SOON });
  await pictures(page, `${learner.language}-parameters`, "workbench");
  await console_.do(page.locator(".room-head .btn-primary"), { Cluster: { label: "course-cluster" } });
  await cluster("");
  await act(console_, "사용량 제한 구성|Configure usage limit", { Amount: "5", Period: 1, Action: 1 });
  await cluster("~tab1");
  await console_.do(console_.row("Redshift Spectrum").locator("button").first(), { Amount: "7" });
  await console_.do(card(2), { Track: 1 });
  await console_.do(page.locator(".room .card").nth(2).locator(".card-head button").nth(1), { Days: "14" });
  await console_.go("redshift/snapshots");
  await console_.do(card(1), { ScheduleIdentifier: "walk-schedule" });
  await cluster("~tab1");
  await console_.do(card(3), { Schedule: { label: "walk-schedule" } });
  await pictures(page, `${learner.language}-maintenance`, "workbench");
  await cluster("");
  await act(console_, "크기 조정|Resize", { NumberOfNodes: "2", Way: 1 });
  await cluster("");
  await act(console_, "클래식 크기 조정 취소|Cancel resize");
  await learner.clock("advance 1h");
  await console_.go("redshift/events");
  await console_.row("walk-parameters").first().waitFor({ timeout: SOON });
  await pictures(page, `${learner.language}-events`, "workbench");
  // As it was before.
  await cluster("~tab1");
  await console_.do(card(3), { Schedule: 0 });
  await console_.do(console_.row("Redshift Spectrum").locator(".btn-danger"));
  await console_.do(page.locator(".room .card").nth(2).locator(".card-head button").nth(1), { Defer: 1 });
  await console_.do(card(2), { Track: 0 });
  await cluster("");
  await console_.do(card(2), { Group: 0 });
  await console_.go("redshift/snapshots");
  await console_.do(console_.row("walk-schedule").locator(".btn-danger"));
  await console_.go("redshift/parametergroup/walk-parameters");
  await console_.do(page.locator(".room-head .btn-danger"), {}, { confirm: "walk-parameters" });
}

/** Versions, tags and rules of a bucket; boundary and tags of a user. */
export async function rules(page, learner, pictures) {
  const console_ = new Console(page);
  const card = (name) => page.locator(".room .card", { hasText: name });
  await console_.go("s3/buckets");
  await console_.do(page.locator(".room-head .btn-primary"), { Bucket: "walk-rules" });
  await console_.go("s3/bucket/walk-rules");
  const [put] = await console_.do(card(/객체|Objects/).locator(".card-head button").first(), { File: 0, Key: "usc/user_session_channel.csv" });
  assert.match(put, /^aws s3api put-object --bucket walk-rules --key usc\/user_session_channel.csv --body \/data\/\S+$/);
  await console_.go("s3/bucket/walk-rules~tab1");
  await console_.do(page.locator(".room .card").nth(1).locator(".card-head button").first(), { Status: 0 });
  await page.locator(".room .card").nth(1).locator(".state").waitFor({ timeout: SOON });
  await console_.do(page.locator(".room .card").nth(2).locator(".card-head button").first(), { TagKey: "team", TagValue: "data" });
  await console_.do(page.locator(".room .card").nth(2).locator(".card-head button").first(), { TagKey: "course", TagValue: "sandshift" });
  await console_.row("sandshift").waitFor({ timeout: SOON });
  await pictures(page, `${learner.language}-bucket-properties`, "workbench");
  await console_.go("s3/bucket/walk-rules~tab3");
  await console_.do(page.locator(".room .card-head button").first(), { RuleId: "old", RulePrefix: "usc/", Days: "30" });
  await console_.row("usc/").waitFor({ timeout: SOON });
  await console_.go("s3/object/walk-rules/usc/user_session_channel.csv");
  await page.locator(".room tbody tr").first().waitFor({ timeout: SOON });
  await console_.go("s3/buckets");
  await console_.do(console_.row("walk-rules").locator("button").nth(0), {}, { confirm: "walk-rules" });
  await console_.do(console_.row("walk-rules").locator("button").nth(1), {}, { confirm: "walk-rules" });

  await console_.go("iam/users");
  await console_.do(page.locator(".room-head .btn-primary"), { UserName: "bound" });
  await console_.go("iam/user/bound");
  const cards = page.locator(".room .card");
  await console_.do(cards.nth(2).locator(".card-head button").first(), { Boundary: 0 });
  await cards.nth(2).locator(".card-head .btn-danger").waitFor({ timeout: SOON });
  await console_.do(cards.nth(3).locator(".card-head button").first(), { TagKey: "team", TagValue: "data" });
  await pictures(page, `${learner.language}-user`, "workbench");
  await console_.do(console_.row("team").locator(".btn-danger"));
  await console_.do(cards.nth(2).locator(".card-head .btn-danger"));
  await console_.do(page.locator(".room-head .btn-danger"), {}, { confirm: "bound" });
}

/** Every list of every service opens and says something, even where nothing has happened. */
export async function everyPage(page) {
  const console_ = new Console(page);
  const index = await (await page.request.get(new URL("console/index.json", page.url().split("#")[0]).href)).json();
  for (const service of index.services) {
    for (const { id } of service.pages) {
      await console_.go(`${service.id}/${id}`);
      await page.locator(".room .card").first().waitFor({ timeout: SOON });
      assert.equal(await page.locator(".room .refusal").count(), 0, `${service.id}/${id}`);
    }
  }
  await page.locator(".rooms a").first().click();
}
