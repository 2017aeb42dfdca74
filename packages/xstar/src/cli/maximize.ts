import { fields, objectives, optimizers, overrides, parameterizations, transforms } from "@xstar/core";
import type { Command } from "commander";
import { collect, valueOf } from "./flags.js";
import { addModelFlags } from "./model-flags.js";
import type { MaximizeFlags } from "./plan-ascent.js";
import { runMaximize } from "./run-maximize.js";
import { describeTable, flagName, paramsOf } from "./spec-flags.js";

export function addMaximize(program: Command): void {
  const command = program
    .command("maximize <model> <targets...>")
    .description("Changes a picture until a layer, channel or neuron answers as strongly as possible")
    .addHelpText("after", help)
    .action((path: string, targets: readonly string[], flags: MaximizeFlags) => runMaximize(path, targets, flags));

  command
    .optionsGroup("The ascent:")
    .option("--init <start>", "ones, zeros, random, normal, a number or a picture; several make a batch", collect)
    .option("--steps <count>", "steps to take", whole("--steps", 0), 64)
    .option("--optimizer <type>", oneOfThese(optimizers), "normalized")
    .option(
      "--lr <number>",
      "learning rate of the optimizer",
      valueOf("--lr", fields.fixed("", { min: 0, fallback: 0 })),
    )
    .option("--opt <name=value>", "another parameter of the optimizer, as in momentum=0.95", collect)
    .option("--transform <spec>", "change the picture before each look, as in jitter:pixels=4", collect)
    .option("--penalty <name=weight>", "subtract a penalty, as in tv=0.01", collect)
    .option("--override <name>", `rule in the place of the true gradient: ${oneOfThese(overrides)}`, collect)
    .option("--seed <number>", "decides every random number", whole("--seed", 0), 0)
    .optionsGroup("The picture:")
    .option("--parameterization <type>", oneOfThese(parameterizations), "pixel");
  for (const [name, field] of pictureParams) command.option(`${flagName(name)} <${placeholder(field)}>`, field.doc);
  addModelFlags(command);
  command
    .optionsGroup("What is written:")
    .option("--out <folder>", "default: out/<model>/<target>")
    .option("--scale <factor>", "enlargement of the pictures (default: to about 280 pixels)", whole("--scale", 1, 64))
    .option("--format <type>", "animation of the ascent: gif, webp or none", valueOf("--format", format), "gif")
    .option("--export", "also write the ascent as an ONNX file of its own, ascent.onnx")
    .option("--threads <count>", "threads of ONNX Runtime", whole("--threads", 1, 256));
}

const pictureParams = paramsOf(parameterizations);
const format = fields.choice("format", ["gif", "webp", "none"], "gif");

function whole(flag: string, min: number, max?: number): (text: string) => number {
  return valueOf(flag, fields.int("", max === undefined ? { min } : { min, max }));
}

function placeholder({ kind, choices }: fields.Field<unknown, unknown>): string {
  return choices?.join("|") ?? (kind === "range" ? "low,high" : kind);
}

function oneOfThese(table: Readonly<Record<string, unknown>>): string {
  return Object.keys(table).join(", ");
}

const penalties = Object.fromEntries(
  Object.entries(objectives).filter(([, { params }]) =>
    Object.values(params as fields.Fields).every(({ fallback }) => fallback !== undefined),
  ),
);

const help = `
A TARGET is
  LAYER              the whole layer (mean of its squared activations)
  LAYER:CHANNEL      the mean activation of a channel, or one unit of a dense layer
  LAYER:CHANNEL@Y,X  one neuron of a channel (@ alone: the one in the centre)
  logit:CLASS        the score of a class; also probability:CLASS, crossEntropy:CLASS
or sums and differences with weights: "0.5*conv2:7 - logit:3 - 0.01*tv". xstar inspect MODEL lists the layers.
Several targets, or several --init, give one picture each.

The picture is unbounded unless --range says otherwise; --range 0,1 keeps what a camera could send.

${describeTable("Optimizers (--lr is learningRate, --opt sets the others)", optimizers)}

${describeTable("Parameterizations", parameterizations)}

${describeTable("Transforms", transforms)}

${describeTable("Penalties", penalties)}

Overrides (better pictures in networks that start out silent, not true gradients):
${Object.entries(overrides)
  .map(([name, { doc }]) => `  ${name.padEnd(18)}${doc}`)
  .join("\n")}

Examples:
  xstar maximize mnist-8.onnx Plus214_Output_0:3
  xstar maximize squeezenet.onnx logit:130 --range 0,1 --mean 0.48,0.46,0.41 --std 0.004 --transform jitter:pixels=8
  xstar maximize net.onnx conv2:0 conv2:1 conv2:2 --steps 200 --optimizer adam --lr 0.05
  xstar maximize net.onnx "conv2:7 - 0.5*conv2:8" --init ones --init photo.jpg --penalty tv=0.01 --out out/seven`;
