import type { Model } from "../onnx/model.js";

/** The entry of that name, in whatever case, with the name as it is written. */
export function metadataEntry({ metadata }: Model, name: string): readonly [string, string] | undefined {
  return [...metadata].find(([key]) => key.toLowerCase() === name.toLowerCase());
}

export function isUltralytics({ metadata }: Model): boolean {
  return /ultralytics/i.test(metadata.get("author") ?? "");
}

const labelKeys = ["names", "labels", "classes", "class_names", "id2label"];

/**
 * Names of the classes that the model's metadata holds: a JSON list or table, or a table as Python prints it.
 *
 * @example
 * const labels = labelsInMetadata(model.source) ?? [];
 */
export function labelsInMetadata({ metadata }: Model): readonly string[] | undefined {
  for (const key of labelKeys) {
    const text = metadata.get(key);
    const found = text === undefined ? undefined : readLabels(text.trim());
    if (found) return found;
  }
  return undefined;
}

function readLabels(text: string): readonly string[] | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  if (text.startsWith("{")) {
    const pairs = [...text.matchAll(/["']?(\d{1,7})["']?\s*:\s*(["'])(.*?)\2/g)].map(([, at, , name]) => [+at!, name!]);
    return pairs.length > 0 && pairs.every(([at], i) => at === i) ? pairs.map(([, name]) => String(name)) : undefined;
  }
  const names = [...text.matchAll(/(["'])(.*?)\1/g)].map(([, , name]) => name!);
  return names.length > 0 ? names : undefined;
}
