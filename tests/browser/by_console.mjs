// A learner who never opens the terminal: every `aws` line of a lab's solution is done, or looked at, in the console.
import assert from "node:assert/strict";
import { act } from "./account.mjs";
import { Console } from "./console.mjs";
import { Learner } from "./learner.mjs";

/** The value of a flag in a line. */
const flag = (line, name) => new RegExp(`--${name}[ =]("[^"]*"|\\S+)`).exec(line)?.[1]?.replace(/^"|"$/g, "");

/** What each line is in the console: its beginning, and where and how it is done there. */
const WAYS = [
  [/^iam attach-role-policy/, async (c, line) => {
    await c.go(`iam/role/${flag(line, "role-name")}`);
    await c.do(c.page.locator(".card-head button").first(), { Policies: [flag(line, "policy-arn").split("/").pop()] });
  }],
  [/^s3 cp \/data/, async (c, line) => {
    const [, file, bucket, folder] = /^s3 cp (\S+) s3:\/\/([^/]+)\/(\S*)/.exec(line);
    await c.go(`s3/bucket/${bucket}`);
    await c.do(c.page.locator(".card-head button").first(), { File: { label: file }, Key: folder + file.split("/").pop() });
  }],
  [/^iam create-role/, async (c, line) => {
    await c.go("iam/roles");
    const both = flag(line, "role-name") === "Redshift-ML";
    await c.do(c.page.locator(".room-head .btn-primary"), { Trust: both ? 3 : 0, RoleName: flag(line, "role-name") });
    await c.page.locator(".room-title", { hasText: flag(line, "role-name") }).waitFor();
  }],
  [/^redshift modify-cluster-iam-roles .*--add/, async (c, line) => {
    await c.go("redshift/cluster/course-cluster");
    await act(c, "IAM 역할|Manage IAM roles", { AddIamRoles: [flag(line, "add-iam-roles").split("/").pop()] });
  }],
  [/^redshift modify-cluster-iam-roles .*--remove/, async (c, line) => {
    await c.go("redshift/cluster/course-cluster");
    const row = c.row(flag(line, "remove-iam-roles").split("/").pop());
    await c.do(row.locator(".btn-danger"));
    await row.waitFor({ state: "detached" });
  }],
  [/^sagemaker list-auto-ml-jobs/, async (c) => {
    await c.go("sagemaker/autopilot");
    await c.page.locator(".room tbody a").first().click();
    await c.page.locator(".room dt").first().waitFor();
    // While the job is on its way its notebooks are there to be read; garbage collection takes them in the end.
    if (/FeatureEngineering|ModelTuning/.test(await c.page.locator("#console-room").innerText())) {
      await c.page.locator(".room dd a", { hasText: "DataExploration" }).click();
      await c.page.locator(".notebook h4", { hasText: "Data Exploration Report" }).waitFor();
      await c.page.locator(".notebook td", { hasText: /^2666$/ }).first().waitFor();
    }
  }],
  [/^sagemaker list-endpoints/, async (c) => c.go("sagemaker/endpoints")],
  [/^s3 rm .*--recursive/, async (c, line) => {
    const [, bucket, folder] = /s3:\/\/([^/]+)\/(\S*)\//.exec(line);
    await c.go(`s3/bucket/${bucket}`);
    await c.do(c.row(folder).locator(".btn-danger"));
    await c.row(folder).waitFor({ state: "detached" });
  }],
  [/^s3 ls/, async (c, line) => {
    const [, bucket, folder] = /s3:\/\/([^/]+)\/(\S*)/.exec(line);
    await c.go(`s3/bucket/${bucket}/${folder}`);
    await c.page.locator(".room tbody tr").first().waitFor();
  }],
  [/^glue get-table/, async (c, line) => {
    await c.go(`glue/table/${flag(line, "database-name")}/${flag(line, "name")}`);
    await c.row("varchar").first().waitFor();
  }],
  [/^athena start-query-execution/, async (c, line) => {
    await c.go("athena/queries");
    await c.do(c.page.locator(".room-head .btn-primary"), {
      Database: { label: /Database=(\w+)/.exec(line)[1] },
      QueryString: flag(line, "query-string"),
      OutputLocation: /OutputLocation=(\S+)/.exec(line)[1],
    });
    await c.page.locator(".room tbody .dot-ok").first().waitFor();
    await c.page.locator(".room tbody a").first().click();
    await c.page.locator(".room .card tbody tr").nth(1).waitFor();
  }],
  [/^redshift describe-clusters/, async (c) => c.go("redshift/clusters")],
  [/^redshift modify-cluster .*maintenance-window/, async (c, line) => {
    await c.go("redshift/cluster/course-cluster~tab1");
    await c.do(c.page.locator(".room .card").nth(2).locator(".card-head button").first(), { Window: flag(line, "preferred-maintenance-window") });
  }],
  [/^redshift modify-cluster .*automated-snapshot-retention/, async (c, line, refused) => {
    await c.go("redshift/cluster/course-cluster~tab1");
    const days = flag(line, "automated-snapshot-retention-period");
    const edit = c.page.locator(".room .card").first().locator(".card-head button");
    if (!refused) return c.do(edit, { Automated: days });
    // What is refused is not offered.
    await edit.click();
    await c.page.locator("#deed-Automated option").nth(34).waitFor({ state: "attached" });
    assert.equal(await c.page.locator(`#deed-Automated option[value="${days}"]`).count(), 0);
    await c.page.keyboard.press("Escape");
    await c.page.locator("dialog.deed[open]").waitFor({ state: "detached" });
  }],
  [/^redshift restore-table-from/, async (c, line) => {
    await c.go("redshift/cluster/course-cluster");
    const of = (field, name) => [field, flag(line, name)];
    await act(c, "테이블 복원|Restore table", { SnapshotIdentifier: 0, ...Object.fromEntries([
      of("SourceSchemaName", "source-schema-name"), of("SourceTableName", "source-table-name"),
      of("TargetSchemaName", "target-schema-name"), of("NewTableName", "new-table-name"),
    ]) });
  }],
  [/^redshift describe-table-restore-status/, async (c) => {
    await c.go("redshift/cluster/course-cluster~tab2");
    await c.page.locator(".room tbody tr").first().waitFor();
  }],
  [/^redshift create-cluster-snapshot/, async (c, line) => {
    await c.go("redshift/cluster/course-cluster");
    await act(c, "스냅샷 생성|Create snapshot", { SnapshotIdentifier: flag(line, "snapshot-identifier"), Retention: flag(line, "manual-snapshot-retention-period") });
  }],
  [/^redshift enable-snapshot-copy/, async (c, line) => {
    await c.go("redshift/cluster/course-cluster");
    await act(c, "리전 간|Configure cross-region", { DestinationRegion: flag(line, "destination-region"), RetentionPeriod: flag(line, "retention-period") });
  }],
  [/^redshift-data execute-statement/, async (c, line) => {
    await c.go("redshift/statements");
    const group = flag(line, "workgroup-name");
    const where = group ? { Where: 1, WorkgroupName: { label: group } } : { ClusterIdentifier: { label: flag(line, "cluster-identifier") }, DbUser: flag(line, "db-user") };
    await c.do(c.page.locator(".room-head .btn-primary"), { ...where, Sql: flag(line, "sql") });
  }],
  [/^redshift-data get-statement-result/, async (c) => {
    await c.go("redshift/statements");
    await c.page.locator(".room tbody a").first().click();
    await c.page.locator(".room .card tbody tr").first().waitFor();
  }],
  [/^redshift pause-cluster/, async (c) => { await c.go("redshift/cluster/course-cluster"); await act(c, "일시 중지|Pause"); }],
  [/^redshift resume-cluster/, async (c) => { await c.go("redshift/cluster/course-cluster"); await act(c, "재개|Resume"); }],
  [/^redshift delete-cluster .*--skip-final/, async (c, line) => {
    const name = flag(line, "cluster-identifier");
    await c.go(`redshift/cluster/${name}`);
    await act(c, "삭제|Delete", { Final: 1 }, { confirm: name });
  }],
  [/^redshift delete-cluster /, async (c, line) => {
    await c.go("redshift/cluster/course-cluster");
    await act(c, "삭제|Delete", { FinalClusterSnapshotIdentifier: flag(line, "final-cluster-snapshot-identifier") }, { confirm: "course-cluster" });
  }],
  [/^redshift describe-cluster-snapshots/, async (c) => c.go("redshift/snapshots")],
  [/^redshift restore-from-cluster-snapshot/, async (c, line) => {
    await c.go(`redshift/snapshot/${flag(line, "snapshot-identifier")}`);
    await c.do(c.page.locator(".room-head .btn-primary"), { ClusterIdentifier: flag(line, "cluster-identifier") });
  }],
  [/^redshift delete-cluster-snapshot/, async (c, line) => {
    const name = flag(line, "snapshot-identifier");
    await c.go(`redshift/snapshot/${name}`);
    await c.do(c.page.locator(".room-head .btn-danger"), {}, { confirm: name });
  }],
  [/^redshift-serverless create-namespace/, async (c, line) => {
    await c.go("redshift/namespaces");
    await c.do(c.page.locator(".room-head .btn-primary"), { namespaceName: flag(line, "namespace-name"), adminUsername: flag(line, "admin-username"), adminUserPassword: flag(line, "admin-user-password") });
  }],
  [/^redshift-serverless create-workgroup/, async (c, line) => {
    await c.go("redshift/workgroups");
    await c.do(c.page.locator(".room-head .btn-primary"), { workgroupName: flag(line, "workgroup-name") });
  }],
  [/^redshift-serverless list-recovery-points/, async (c) => c.go("redshift/backup")],
  [/^redshift-serverless list-snapshots/, async (c) => c.go("redshift/backup~tab1")],
  [/^redshift-serverless convert-recovery-point/, async (c, line) => {
    await c.go("redshift/backup");
    await c.do(c.page.locator(".room tbody tr").first().locator("button").first(), { snapshotName: flag(line, "snapshot-name"), retentionPeriod: flag(line, "retention-period") });
  }],
  [/^redshift-serverless restore-table-from-snapshot/, async (c, line) => {
    const name = flag(line, "source-table-name");
    await c.go("redshift/backup~tab1");
    await c.do(c.row(flag(line, "snapshot-name")).locator("button").nth(1), { sourceTableName: name, newTableName: flag(line, "new-table-name") });
  }],
  [/^redshift-serverless delete-snapshot/, async (c, line) => {
    const name = flag(line, "snapshot-name");
    await c.go("redshift/backup~tab1");
    await c.do(c.row(name).locator(".btn-danger").last(), {}, { confirm: name });
  }],
  [/^redshift disable-snapshot-copy/, async (c) => {
    await c.go("redshift/cluster/course-cluster");
    await act(c, "리전 간|Configure cross-region", { On: 1 });
  }],
  [/^redshift-serverless delete-workgroup/, async (c, line) => {
    const name = flag(line, "workgroup-name");
    await c.go(`redshift/workgroup/${name}`);
    await c.do(c.page.locator(".room-head .btn-danger"), {}, { confirm: name });
  }],
  [/^redshift-serverless delete-namespace/, async (c, line, refused) => {
    const name = flag(line, "namespace-name");
    await c.go(`redshift/namespace/${name}`);
    await c.do(c.page.locator(".room-head .btn-danger"), {}, { confirm: name, refused: refused ? /ConflictException/ : undefined });
  }],
  [/^s3 rb .*--force/, async (c, line) => {
    const bucket = /s3:\/\/([^/\s]+)/.exec(line)[1];
    await c.go("s3/buckets");
    await c.do(c.row(bucket).locator("button").nth(0), {}, { confirm: bucket, lines: false });
    await c.do(c.row(bucket).locator("button").nth(1), {}, { confirm: bucket });
  }],
  [/^ce get-cost/, async (c) => { await c.go("billing/costs"); await c.page.locator(".fig.bars").waitFor(); }],
];

export class ByConsole extends Learner {
  async enter(script) {
    if (script.door !== "aws") return super.enter(script);
    const line = script.input.replace(/\s*\n\s*/g, " ").trim();
    const way = WAYS.find(([begins]) => begins.test(line));
    assert.ok(way, `the console has no way to: ${line}`);
    await this.page.locator('.rooms a[href*="/console"]').first().click();
    await this.page.locator(".room-title").waitFor();
    await way[1](new Console(this.page), line, script.refused);
    await this.page.locator(".rooms a").first().click();
  }
}

/** Labs that are walked so, in English; in Korean the terminal is used. */
export const BY_CONSOLE = ["backup", "spectrum", "redshift-ml", "cleanup"];
