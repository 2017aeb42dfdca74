import { fields, optimizers, overrides, parameterizations, standard, XstarError } from "@xstar/core";
import type { MaximizeFlags } from "@xstar/runs";
import { animationFormats } from "@xstar/results";
import type { Command } from "commander";
import { collect, listOf, readMemory, valueOf } from "../flags.js";
import { addModelFlags } from "../model-flags.js";

export function addMaximize(command: Command): void {
  command
    .addHelpText("after", help)
    .action(async (path: string | undefined, targets: readonly string[], flags: MaximizeFlags) => {
      const { runMaximize } = await import("../run-maximize.js");
      await runMaximize(path, targets, flags);
    });

  command
    .optionsGroup("The ascent (xstar list has every type with its parameters):")
    .option(
      "--recipe <spec>",
      "settings that go together, as in lucid:steps=256, or none; other flags change them (default: auto)",
    )
    .option(
      "--start <start>",
      "ones, zeros, random, normal, natural, a number, a picture, a .npy or .wav file, or picture N of a folder or of MNIST as in mnist#7; of several, each target begins at each",
      collect,
    )
    .option(
      "--batch <count>",
      "pictures of each target, that differ in their random numbers",
      integer("--batch", 1, 256),
    )
    .option(
      "--restarts <count>",
      "starts drawn at random, of which the best is maximized (default: 1; 256 for a generator)",
      integer("--restarts", 1),
    )
    .option("--steps <count>", "steps to take (default: the recipe's; 64 for none)", integer("--steps", 0))
    .option("--use <module>", "a module that exports definitions of your own, as in ./my-parts.js", collect)
    .option("--seed <number>", "decides every random number (default: 0)", integer("--seed", 0))
    .option("--optimizer <spec>", `${namesOf(optimizers)} (default: the recipe's)`)
    .option("--lr <number>", "learning rate of the optimizer", numberFrom("--lr", 0))
    .option("--opt <name=value>", "another parameter of the optimizer, as in momentum=0.95", collect)
    .option("--schedule <spec>", `how the learning rate changes: ${namesOf(standard.schedule)} (default: the recipe's)`)
    .option("--clip <norm>", "shortens longer gradients to this L2 norm", numberFrom("--clip", 0))
    .option("--keep <which>", "the picture that is the result: last or best (default: last)", valueOf("--keep", keep))
    .option("--patience <steps>", "ends the run when so many steps brought no more", integer("--patience", 1))
    .option(
      "--redirect-steps <steps>",
      "first steps in which a dead target gets redirected gradients (default: 16)",
      integer("--redirect-steps", 0),
    )
    .option("--override <name>", `rule in the place of the true gradient: ${namesOf(overrides)}`, collect)
    .option(
      "--gradient-free",
      "climb by forward passes alone, which is slow: for targets that cannot be differentiated",
    )
    .option(
      "--pairs <count>",
      "with --gradient-free: pairs of passes that estimate the gradient of a step (default: 64)",
      integer("--pairs", 1),
    )
    .option("--transform <spec>", "change the picture before each look, as in jitter:pixels=4, or none", collect)
    .option("--penalty <name=weight>", "subtract a penalty, as in tv=0.01", collect)
    .optionsGroup("The picture (or another input):")
    .option("--parameterization <spec>", `${namesOf(parameterizations)} (default: the recipe's)`)
    .option("--param <name=value>", "a parameter of the parameterization, as in decay=1.5", collect)
    .option("--range <low,high>", "values that the picture may take, where the parameterization bounds them")
    .option("--squash <how>", "how the range is kept")
    .option("--picture-size <size>", "its side, or height,width, in pixels (default: the model's)", pictureSize)
    .option("--image <name=file>", "a picture (or, for colours and spectra, a folder) that specs name", collect)
    .option("--second <name=file>", "a further model that targets name", collect)
    .option("--generator <name=file>", "a model that makes pictures, for parameterizations that name it", collect);
  addModelFlags(command);
  command
    .optionsGroup("What is written:")
    .option(
      "--dataset <folder>",
      "pictures (or .wav files, mnist) to compare with: percentile, nearest and most exciting ones",
    )
    .option(
      "--attribution",
      "also write the picture opaque only where it counts (the gradients of all steps, as in MaCo)",
    )
    .option("--out <folder>", "default: out/<model>/<target>, numbered where that holds another run")
    .option("--force", "write into the folder of --out even if it holds another run, which is lost")
    .option("--scale <factor>", "enlargement of the pictures (default: to about 280 pixels)", integer("--scale", 1, 64))
    .option(
      "--format <type>",
      "animation of the ascent: gif, webp or none (default: webp; none for many targets at once)",
      valueOf("--format", format),
    )
    .option("--export", "also write the ascent as an ONNX file of its own, ascent.onnx")
    .option("--profile", "also write where the time of the steps went, by operator: a table, and profile.json")
    .optionsGroup("How it is run:")
    .option("--from <file>", "run a picture that xstar made (or its run.json) again; other flags change the run")
    .option("--model <file>", "with --from: another model for the same settings, with its own input contract")
    .option(
      "--resume",
      "go on from the checkpoint of a run that was stopped, with its flags (many targets at once always go on)",
    )
    .option(
      "--checkpoint <steps>",
      "steps from one checkpoint to the next (default: every 10 s, less often where writing one takes more than a twentieth of the time)",
      integer("--checkpoint", 1),
    )
    .option(
      "--device <name>",
      "what runs the steps: cpu, webgpu, cuda, coreml, dml, or auto for the fastest (default: cpu; xstar devices says what is here)",
    )
    .option(
      "--precision <type>",
      "weights and activations on a device: float32 or float16 (default: float32)",
      valueOf("--precision", precision),
    )
    .option(
      "--threads <count>",
      "threads of ONNX Runtime (many targets at once: for each, 1 by default)",
      integer("--threads", 1, 256),
    );
  addManyFlags(command);
}

function addManyFlags(command: Command): void {
  command
    .optionsGroup("Many targets at once (LAYER:*, LAYER:0-63, LAYER:0,3,9):")
    .option("--jobs <count>", "targets at once (default: one for each core)", integer("--jobs", 1, 256))
    .option(
      "--memory <size>",
      "most that they, or a single run, may take, as in 2GB (default: half of what is free, all for a single run)",
      readMemory,
    );
}

const format = fields.choice("format", animationFormats, "webp");
const precision = fields.choice("precision", ["float32", "float16"], "float32");
const keep = fields.choice("keep", ["last", "best"], "last");
const side = fields.int("side", { min: 1, max: 8192 });

function integer(flag: string, min: number, max?: number): (text: string) => number {
  return valueOf(flag, fields.int("", max === undefined ? { min } : { min, max }));
}

function numberFrom(flag: string, min: number): (text: string) => number {
  return valueOf(flag, fields.fixed("", { min, fallback: min }));
}

function pictureSize(text: string): [number, number] {
  const [height, width = height, ...more] = listOf("--picture-size", side)(text) as [number, ...number[]];
  if (more.length === 0) return [height, width];
  throw new XstarError("bad-argument", `"--picture-size" must be a side, or height,width: current value is ${text}`);
}

function namesOf(table: Readonly<Record<string, unknown>>): string {
  return Object.keys(table).join(", ");
}

const help = `
A TARGET is
  LAYER              the whole layer (mean of its squared activations); with spaces or signs also "LAYER"
  LAYER:CHANNEL      the mean activation of a channel, or one unit of a dense layer
  LAYER:CHANNEL@Y,X  one neuron of a channel (@ alone: the one in the centre)
  LAYER@Y,X          all channels at one place
  LAYER:5@0-6,*      a region: numbers, ranges and * for the axes of places, such as @100 for a box, @4 for a time
  LAYER[axis=2]:5    the same, with the channels along another axis than xstar inspect says
  logit:CLASS        the score of a class, by its number or label (logit:"10" where that is a label); also
                     probability:CLASS, crossEntropy:CLASS
  TYPE:name=value    any objective of xstar list objectives, also as JSON: {"type":"lp","p":4}
  NAME::TARGET       one of the model that --second NAME=FILE adds
or sums, differences, products and powers: "0.5*conv2:7 - logit:3 - 0.01*tv". xstar inspect MODEL lists the layers.
Several targets give one picture each, and several --start one of each target from each start; --batch N gives several of
each. LAYER:*, LAYER:0-63 and logit:0,3,9 stand for many: they are made in threads, onto one sheet, and the same command goes
on where it was stopped. Each of their pictures carries its run: --from PICTURE makes what only single ones have, such as --format gif and
--export.

A SPEC is a type with its parameters behind it: adam, jitter:pixels=4, fourier:decay=1.5, or JSON; one inside another stands
in parentheses: alpha:inner=(fourier:decay=2). xstar list has them all.
Without flags the recipe auto chooses by what the model takes; the recipe none is plain pixels without bounds, 64 steps of
the normalized gradient.
Every PNG and WebP file and run.json hold what made them: --from runs it again and gives the same bytes. MODEL is then
where the model is now, if it has moved, and TARGETS are others to maximize with the same settings; --model OTHER.onnx runs them on
another model.

Flags may stand in xstar.config.json (or .js, .ts, or the file of --config) by their names: {"steps": 200, "transform": ["none"]}.
Those of the command line go before them, and --from repeats a run without the file unless it is named.

Examples:
  xstar maximize mnist-8.onnx Plus214_Output_0:3
  xstar maximize squeezenet.onnx logit:flamingo --mean 0.48,0.46,0.41 --std 0.004
  xstar maximize squeezenet.onnx 'fire8/squeeze1x1:*'
  xstar maximize squeezenet.onnx fire5/concat --recipe caricature:image=photo.jpg
  xstar maximize net.onnx conv2:0 conv2:1 conv2:2 --recipe lucid --steps 200 --lr 0.02
  xstar maximize net.onnx "conv2:7 - 0.5*conv2:8" --recipe none --start ones --start photo.jpg --range 0,1 --out out/seven
  xstar maximize speech.onnx logit:yes --rate 16000 --start word.wav
  xstar maximize net.onnx y:1 --input x=maximize --input noise=normal
  xstar maximize --from out/seven/conv2-7-0.5-conv2-8-from-ones.png --steps 500`;
