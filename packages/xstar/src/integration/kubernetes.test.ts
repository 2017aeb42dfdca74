import { readFile } from "node:fs/promises";
import { Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { Service } from "kubernetes-models/v1";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { addWork } from "../cli/commands/queue.js";
import { Command } from "commander";

const kinds = { Deployment, StatefulSet, Service };

async function manifests(name: string) {
  const text = await readFile(new URL(`../../../../examples/kubernetes/${name}`, import.meta.url), "utf8");
  return parseAllDocuments(text).map((one) => one.toJS() as { readonly kind: keyof typeof kinds });
}

test.each(["redis.yaml", "workers.yaml"])("a manifest is what Kubernetes takes: %s", async (name) => {
  const all = await manifests(name);
  expect(all.length).toBeGreaterThan(0);
  for (const one of all) {
    const Kind = kinds[one.kind] as unknown as new (data: unknown) => { validate(): void };
    expect(() => new Kind(one).validate()).not.toThrow();
    expect(() =>
      new Kind({ ...one, spec: { ...(one as { spec?: object }).spec, replicas: "many", ports: 1 } }).validate(),
    ).toThrow();
  }
});

test("the command line of the workers is one that xstar takes", async () => {
  const [worker] = (await manifests("workers.yaml")) as unknown as {
    spec: { template: { spec: { containers: { args: string[] }[] } } };
  }[];
  const words = worker!.spec.template.spec.containers[0]!.args[0]!.trim().split(/\s+/).slice(3);
  const command = new Command("work");
  addWork(command);
  let flags: object = {};
  command.exitOverride().action((given: object) => (flags = given));
  command.parse(words, { from: "user" });
  expect(flags).toMatchObject({ jobs: 1, metrics: 9464, log: "json", cache: "/cache" });
});
