import type { ExplainedPicture, Explanation, Tensor } from "@xstar/core";
import { planesOf } from "../image/drawing.js";
import { drawHeat, drawRamp, heatScale } from "../image/heat.js";
import { filledPicture, paste, type Picture, type Rgb } from "../image/picture.js";
import { fit, lineHeight, typeset, widthOf, wrap } from "../image/typeset.js";
import { validView } from "../image/view.js";
import { likeliestOf } from "../measure/likeliest.js";
import { formatNumber, formatPercent } from "./format.js";
import { describeMethod, nameOfClass } from "./explain-words.js";

/** What the one picture of an explanation shows. */
export interface ExplanationCard {
  readonly explained: ExplainedPicture;
  readonly explanation: Explanation;
  /** The picture at the size at which it is drawn, [channels, height, width]. */
  readonly photo: Tensor;
  readonly title: string;
  /** What the answer rests on. */
  readonly words: string;
  readonly labels?: readonly string[] | undefined;
  /** The picture's and the model's name. */
  readonly about: string;
}

const margin = 24;
const gap = 16;
const paper: Rgb = [255, 255, 255];
const quiet: Rgb = [95, 99, 104];
const track: Rgb = [236, 238, 240];
const own: Rgb = [207, 68, 70];
const other: Rgb = [154, 160, 166];
const rampHeight = 12;
const classes = 5;
const rowHeight = 22;

/** A photograph, the heat over it, a colour bar, the likeliest classes, and what the answer rests on, in one picture. */
export function drawExplanation(card: ExplanationCard): Picture {
  const { explained, explanation, photo, title, words, about } = card;
  const { map, isSigned } = explanation;
  const plain = validView(planesOf(photo)).picture;
  const heat = drawHeat(photo, map, { isSigned });
  const inner = plain.width + gap + heat.width;
  const width = inner + 2 * margin;
  const line = lineHeight() + 2;
  const lines = wrap(words, inner);
  const right = margin + plain.width + gap;
  const top = margin + lineHeight({ isBold: true }) + 4 + line + 10;
  const below = top + plain.height + 12;
  const shown = explained.probabilities ? classes : 0;
  const besides = Math.max(rampHeight + 4 + line, Math.min(shown, explained.probabilities?.length ?? 0) * rowHeight);
  const textTop = below + besides + 14;
  const whole = filledPicture(width, textTop + lines.length * line + margin - 4, paper);
  typeset(fit(title, inner, { isBold: true }), whole, margin, margin, { isBold: true });
  const method = `${describeMethod(explanation)}  ·  ${about}`;
  typeset(fit(method, inner), whole, margin, margin + lineHeight({ isBold: true }) + 4, { ink: quiet });
  paste(plain, whole, margin, top);
  paste(heat, whole, right, top);
  drawClasses(whole, card, { left: margin, top: below, width: plain.width });
  drawScale(whole, explanation, { left: right, top: below, width: heat.width });
  lines.forEach((text, i) => typeset(text, whole, margin, textTop + i * line));
  return whole;
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/** The likeliest classes with bars; the one that is explained in colour. */
function drawClasses(onto: Picture, { explained, labels }: ExplanationCard, { left, top, width }: Place): void {
  const { probabilities, class: chosen } = explained;
  if (!probabilities) return;
  const likeliest = likeliestOf(probabilities, labels, classes);
  const nameWidth = Math.round(width * 0.46);
  const numberWidth = widthOf("100.0 %") + 6;
  const barWidth = width - nameWidth - numberWidth;
  likeliest.forEach(({ class: index, probability }, i) => {
    const y = top + i * rowHeight;
    typeset(fit(nameOfClass(index, labels), nameWidth - 10), onto, left, y);
    paste(filledPicture(barWidth, 8, track), onto, left + nameWidth, y + 5);
    const filled = Math.max(1, Math.round(barWidth * probability));
    paste(filledPicture(filled, 8, index === chosen ? own : other), onto, left + nameWidth, y + 5);
    const number = formatPercent(probability);
    typeset(number, onto, left + width - widthOf(number), y);
  });
}

/** The colours from little to much, with their numbers. */
function drawScale(onto: Picture, { map, isSigned }: Explanation, { left, top, width }: Place): void {
  const { low, high } = heatScale(map, isSigned);
  paste(drawRamp(width, rampHeight, isSigned), onto, left, top);
  const y = top + rampHeight + 4;
  const [from, middle, to] = isSigned
    ? [`against (${formatNumber(low, 2)})`, "0", `for it (${formatNumber(high, 2)})`]
    : [`counts little (${formatNumber(low, 2)})`, "", `counts much (${formatNumber(high, 2)})`];
  typeset(from, onto, left, y, { ink: quiet });
  typeset(middle, onto, left + Math.round((width - widthOf(middle)) / 2), y, { ink: quiet });
  typeset(to, onto, left + width - widthOf(to), y, { ink: quiet });
}
