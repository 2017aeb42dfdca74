import { fieldBox } from "@xstar/core";
import { findExamples, openTargets } from "@xstar/results";
import { inputOf } from "./look.js";
import { modelOf } from "./models.js";
import type { Calls, ExcitingPicture } from "./protocol.js";

/** The dropped pictures, those first that excite a target the most, with what the place that answers most sees of each. */
export async function findExcitingPictures(
  id: string,
  target: string,
  tell: (news: Calls["examples"]["news"]) => void,
  signal: AbortSignal,
): Promise<ExcitingPicture[]> {
  const model = modelOf(id);
  const pictures = await model.files.openPictures("");
  const options = { ...(await inputOf(model)), batch: 1, labels: model.facts.labels };
  const opened = await openTargets(model.file, [{ target, objective: target }], options);
  try {
    const onPicture = (seen: number) => tell({ done: seen, of: pictures.names.length });
    const { targets } = await findExamples(opened, pictures, { signal, onPicture });
    const { field, examples } = targets[0]!;
    return examples
      .toSorted((a, b) => b.activation - a.activation || a.index - b.index)
      .map(({ index, activation, peak }) => ({
        path: pictures.names[index]!,
        value: activation,
        box: field && peak && opened.size ? fieldBox(field, [peak.y, peak.x], opened.size) : null,
      }));
  } finally {
    await opened.probe.release();
  }
}
