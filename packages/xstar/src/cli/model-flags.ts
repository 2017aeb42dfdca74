import { fields, kinds, layouts, orders } from "@xstar/core";
import type { Command } from "commander";
import { collect, listOf, valueOf } from "./flags.js";

/** The flags of every command that runs a model: how pictures go into it. */
export function addModelFlags(command: Command): void {
  command
    .optionsGroup("The model's input (default: <model>.contract.json, else a guess that xstar inspect explains):")
    .option("--size <height,width>", "size of the picture, where the model leaves it free", listOf("--size", side))
    .option(
      "--shape <name=sizes>",
      "shape of an input that leaves sizes free, as in state=2,1,128; repeatable",
      collect,
    )
    .option("--mean <numbers>", "input = (picture - mean) / std, for all channels or each", listOf("--mean", anyNumber))
    .option("--std <numbers>", "what is divided by; the picture goes from 0 to 1", listOf("--std", divisor))
    .option(
      "--input-range <low,high>",
      "what black and white become, as in 0,255 or -1,1",
      listOf("--input-range", anyNumber),
    )
    .option("--layout <layout>", `where the input's channels lie: ${layouts.join(" or ")}`, oneIn("--layout", layouts))
    .option("--order <order>", `what the input's channels are: ${orders.join(", ")}`, oneIn("--order", orders))
    .option(
      "--kind <kind>",
      `what the input holds, where the guess is wrong: ${kinds.join(", ")}`,
      oneIn("--kind", kinds),
    )
    .option(
      "--rate <hertz>",
      "samples a second of a signal, for its spectrogram and .wav files",
      valueOf("--rate", rate),
    )
    .option(
      "--input <name=value>",
      "what another input holds: a number, numbers with commas, one-hot:INDEX, a .npy file, normal or uniform (drawn at random); NAME=maximize says which one is maximized, or which together",
      collect,
    )
    .option("--config <file>", "flags by their names (default: xstar.config.json, .js or .ts of this folder)")
    .option("--logits <output>", "the output with the class scores, where there are several");
}

const side = fields.int("side", { min: 1 });
const anyNumber = fields.fixed("number", { fallback: 0 });
const rate = fields.fixed("rate", { fallback: 16000, min: 1e-6 });
const divisor = fields.fixed("number", { fallback: 1, min: 1e-9 });

function oneIn<T extends string>(flag: string, choices: readonly T[]): (text: string) => T {
  return valueOf(flag, fields.choice(flag, choices, choices[0]!)) as (text: string) => T;
}
