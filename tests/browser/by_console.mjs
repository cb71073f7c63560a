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
    await c.do(c.page.locator(".room .card").nth(2).locator(".card-head button"), { Window: flag(line, "preferred-maintenance-window") });
  }],
  [/^redshift pause-cluster/, async (c) => { await c.go("redshift/cluster/course-cluster"); await act(c, "일시 중지|Pause"); }],
  [/^redshift resume-cluster/, async (c) => { await c.go("redshift/cluster/course-cluster"); await act(c, "재개|Resume"); }],
  [/^redshift delete-cluster .*--skip-final/, async (c) => {
    await c.go("redshift/cluster/course-cluster");
    await act(c, "삭제|Delete", { Final: 1 }, { confirm: "course-cluster" });
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
export const BY_CONSOLE = ["spectrum", "redshift-ml", "cleanup"];
