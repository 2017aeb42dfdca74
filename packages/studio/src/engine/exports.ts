import { exportAscent } from "@xstar/core";
import {
  encodeNpy,
  maximizeReport,
  measureAscent,
  pictureOf,
  viewResult,
  drawingOf,
  type RunFile,
} from "@xstar/results";
import { drawFiles, recordOfAscent, recordOfPicture, runFileOf } from "@xstar/runs";
import { canvasCodec } from "./decode.js";
import type { ExportKind, MadeFile } from "./protocol.js";
import { runOf, type MadeRun } from "./runs.js";

/** A file of a finished run, as the command line writes it. */
export async function exportRun(id: string, kind: ExportKind, picture: number): Promise<MadeFile> {
  const run = runOf(id);
  const { slug } = run.ascent.facts.pictures[picture]!;
  switch (kind) {
    case "png":
    case "change.png": {
      const files = drawn(run, picture);
      const found = files.find(({ name }) => name === `${slug}.${kind}`) ?? files[0]!;
      return { name: found.name, type: "image/png", bytes: found.bytes as Uint8Array<ArrayBuffer> };
    }
    case "npy":
      return made(`${slug}.npy`, "application/octet-stream", encodeNpy(pictureOf(run.ascent.result.picture, picture)));
    case "json":
      return made("run.json", "application/json", text(JSON.stringify(runFileIn(run), undefined, 2)));
    case "report":
      return made("report.html", "text/html", text(await reportOf(run)));
    case "onnx": {
      const { model, plan } = run;
      return made(
        "ascent.onnx",
        "application/octet-stream",
        await exportAscent(model.file, plan.objectives, plan.options),
      );
    }
    default:
      throw new Error(`There is no export "${kind}"`);
  }
}

const text = (content: string) => new TextEncoder().encode(content);
const made = (name: string, type: string, bytes: Uint8Array): MadeFile => ({
  name,
  type,
  bytes: bytes as Uint8Array<ArrayBuffer>,
});

function drawn({ ascent }: MadeRun, i: number) {
  const picture = pictureOf(ascent.result.picture, i);
  const start = pictureOf(ascent.frames.first, i);
  const one = { picture, step: ascent.result.steps[i]!, begun: ascent.result.curve[0]![i]!, start };
  return drawFiles(recordOfPicture(recordOfAscent(ascent), i, one), one);
}

export function runFileIn({ ascent }: MadeRun): RunFile {
  const files = ascent.facts.pictures.map(({ slug }) => [`${slug}.png`, `${slug}.change.png`, `${slug}.npy`]);
  return runFileOf(ascent, files);
}

async function reportOf(run: MadeRun): Promise<string> {
  const { ascent, plan } = run;
  const { result, frames, model } = ascent;
  const { shape, holds } = result.record;
  const pictures = ascent.facts.pictures;
  const channels = shape.length === 4 ? shape[1]! : 1;
  const views = await Promise.all(
    pictures.map((_, i) => {
      const [picture, start] = [pictureOf(result.picture, i), pictureOf(frames.first, i)];
      if (holds) return { holds, picture, start };
      return drawingOf(shape).isDrawable ? viewResult(picture, start, channels, canvasCodec) : undefined;
    }),
  );
  const targets = pictures.map(({ target }, i) => ({ target, objective: plan.targets[i]! }));
  const hasOpacity = result.picture.shape.length === 4 && result.picture.shape[1] === plan.shape[1]! + 1;
  const asked = { pictures: result.picture, targets, hasOpacity, options: plan.options };
  const measured = await measureAscent(model, asked, {}).catch((error: Error) => error.message);
  const file = runFileIn(run);
  return maximizeReport({
    run: typeof measured === "string" ? file : { ...file, metrics: measured.metrics },
    targets: plan.targets,
    views,
    examples: pictures.map(() => undefined),
    codec: canvasCodec,
    problem: typeof measured === "string" ? measured : undefined,
  });
}
