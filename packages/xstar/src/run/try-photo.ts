import {
  classify,
  contractOfRange,
  prepareModel,
  XstarError,
  type BatchOptions,
  type ContractGuess,
  type PartialContract,
} from "@xstar/core";
import type { ModelFile } from "@xstar/runs";
import { formatPercent, likeliestOf, pictureSizeOf, type ClassShare } from "@xstar/results";
import { readImage } from "../files/image.js";
import { renderTable } from "../terminal/table.js";

/** What a model sees in a photograph. */
export interface Trial {
  readonly photo: string;
  /** The five likeliest classes, best first. */
  readonly top: readonly ClassShare[];
  /** Where the value range is only a guess: the likeliest class with each usual one, by the flags that choose it. */
  readonly others: readonly (ClassShare & { readonly flags: string })[];
}

/** Normalizations that networks are usually trained with, those of three channels last. */
const usual: readonly { readonly flags: string; readonly contract: PartialContract; readonly channels?: number }[] = [
  { flags: "--input-range 0,1", contract: contractOfRange(0, 1) },
  { flags: "--input-range -1,1", contract: contractOfRange(-1, 1) },
  { flags: "--input-range 0,255", contract: contractOfRange(0, 255) },
  {
    flags: "--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225",
    contract: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    channels: 3,
  },
  {
    flags: "--mean 0.408,0.459,0.482 --std 0.00392 --order BGR",
    contract: { mean: [0.408, 0.459, 0.482], std: [0.00392], order: "BGR" },
    channels: 3,
  },
];

/**
 * Shows a model a photograph, cut to the form of its picture. Throws `bad-argument` for a model without pictures or
 * without class scores, and what reading the file does.
 */
export async function tryPhoto(
  model: ModelFile,
  options: BatchOptions,
  guess: ContractGuess | null,
  photo: string,
): Promise<Trial> {
  const { shape, inputShape } = await prepareModel(model, 1, options);
  const size = pictureSizeOf(shape.slice(1));
  if (!size)
    throw new XstarError(
      "bad-argument",
      `"--try" needs a model of pictures: its input of shape [${inputShape}] is none`,
    );
  const { dtype, data } = await readImage(photo, size);
  const look = async (given: PartialContract, count: number) => {
    const contract = { mean: [0], std: [1], ...options.contract, ...given };
    const shares = await classify(model, { dtype, shape, data }, { ...options, contract });
    if (shares) return likeliestOf(shares[0]!, model.labels, count);
    throw new XstarError("bad-argument", '"--try" needs class scores, but no output of the model is a list of them', {
      hint: "Name the output that has them with --logits",
    });
  };
  const top = await look({}, 5);
  const others: (ClassShare & { flags: string })[] = [];
  if (guess?.because.some(({ field, sure }) => field === "range" && !sure)) {
    for (const { flags, contract, channels: needs } of [...otherOrder(guess), ...usual]) {
      if (needs === undefined || needs === size.channels) others.push({ flags, ...(await look(contract, 1))[0]! });
    }
  }
  return { photo, top, others };
}

/** The guess with its colours the other way round, where their order is only a guess too. */
function otherOrder({ contract, because }: ContractGuess): (typeof usual)[number][] {
  const { mean, std, order } = contract;
  const isOpen = because.some(({ field, sure }) => field === "order" && !sure) && mean.length > 1;
  if (!isOpen || (order !== "RGB" && order !== "BGR")) return [];
  const other = { mean: mean.toReversed(), std: std.toReversed(), order: order === "RGB" ? "BGR" : "RGB" } as const;
  const list = (values: readonly number[]) => values.map((x) => Number(x.toPrecision(3))).join(",");
  const flags = `--mean ${list(other.mean)} --std ${list(other.std)} --order ${other.order}`;
  const isUsual = usual.some(
    ({ contract: one }) => one.order === other.order && one.mean?.every((x, i) => Math.abs(x - other.mean[i]!) < 0.005),
  );
  return isUsual ? [] : [{ flags, contract: other, channels: 3 }];
}

export function describeTrial({ photo, top, others }: Trial): string {
  const cells = ({ class: index, label, probability }: ClassShare) => [
    formatPercent(probability),
    String(index),
    label ?? "",
  ];
  const five = renderTable([["probability", "class", "label"], ...top.map(cells)]);
  const rows = others.map((other) => [other.flags, ...cells(other)]);
  return [
    `The likeliest classes of ${photo}:`,
    five,
    ...(others.length > 0
      ? [
          "",
          "The value range is only a guess. The likeliest class with the usual ones, to be chosen by these flags:",
          renderTable([["flags", "probability", "class", "label"], ...rows]),
        ]
      : []),
  ].join("\n");
}
