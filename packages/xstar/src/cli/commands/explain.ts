import type { Command } from "commander";
import { fields } from "@xstar/core";
import type { ModelFlags } from "@xstar/runs";
import { collect, listOf, valueOf } from "../flags.js";
import { addModelFlags } from "../model-flags.js";

/** The flags of `xstar explain`. */
export interface ExplainFlags extends ModelFlags {
  readonly method?: readonly string[];
  readonly layer?: string;
  readonly all?: boolean;
  readonly units?: string;
  readonly images?: string;
  readonly box?: readonly number[];
  readonly seed?: number;
  readonly out?: string;
  readonly export?: string;
  readonly use?: readonly string[];
  readonly threads?: number;
}

export function addExplain(command: Command): void {
  command
    .option(
      "--method <name>",
      "how, as in occlusion:window=0.2; the first makes the picture (default: what fits the model); repeatable",
      collect,
    )
    .option("--layer <name>", "the layer whose places are weighed (default: chosen by the model)")
    .option("--all", "every method, and for each the tests of how true its map is")
    .option("--units <layer>", "which units of a layer speak for the answer, each with the picture that it wants")
    .option(
      "--images <folder>",
      "real pictures: expectedGradients starts from them, and --units shows those that excite a unit most",
    )
    .option(
      "--box <left,top,width,height>",
      "where the thing is, in shares of the picture, for the pointing game",
      listOf("--box", fields.fixed("", { fallback: 0, min: 0, max: 1 })),
    )
    .option(
      "--seed <number>",
      "decides what is random in a method (default: 0)",
      valueOf("--seed", fields.int("", { min: 0 })),
    )
    .option("--out <folder>", "default: out/<model>/explain/<picture>")
    .option("--export <file>", "write the explanation as an ONNX file of its own, without a picture")
    .option("--use <module>", "a module with definitions of your own", collect)
    .option("--threads <count>", "threads of ONNX Runtime", valueOf("--threads", fields.int("", { min: 1, max: 256 })))
    .addHelpText("after", help)
    .action(async (model: string, words: readonly string[], flags: ExplainFlags) => {
      const { runExplain } = await import("../run-explain.js");
      await runExplain(model, words, flags);
    });
  addModelFlags(command);
}

const help = `
WORDS are pictures (files or folders of them) and then, if you like, a target as for xstar maximize: logit:CLASS,
"logit:A - logit:B" for why this and not that, LAYER:CHANNEL, LAYER:CHANNEL@Y,X. Without one the likeliest class is explained.

Written are explanation.png (the picture, the heat, the likeliest classes, and in words what the answer rests on), report.html
with the methods side by side, the maps as .npy files, and explanation.json. Of a folder a sheet of all pictures is written.

Examples:
  xstar explain squeezenet.onnx cat.jpg
  xstar explain squeezenet.onnx cat.jpg "logit:tabby - logit:lynx"
  xstar explain squeezenet.onnx cat.jpg --all
  xstar explain squeezenet.onnx cat.jpg --units fire9/concat --images photos
  xstar explain squeezenet.onnx photos
  xstar explain squeezenet.onnx cat.jpg --method integratedGradients:baseline=blurred
  xstar explain squeezenet.onnx --export heatmap.onnx
  xstar list explanations`;
