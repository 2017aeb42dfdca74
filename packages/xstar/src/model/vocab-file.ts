import { join } from "node:path";
import { XstarError } from "@xstar/core";
import { readTextIfThere } from "../files/read.js";

/**
 * The words of a model's tokens, by number: of `vocab.txt` (one a line), or of `tokenizer.json` or `vocab.json` (as tokenizers of
 * Hugging Face save them) in the same folder. Undefined without one; throws `bad-data` for one that cannot be read.
 */
export async function readVocabulary(folder: string): Promise<readonly string[] | undefined> {
  const lines = await readTextIfThere(join(folder, "vocab.txt"));
  if (lines !== undefined) return lines.trimEnd().split(/\r?\n/);
  for (const name of ["tokenizer.json", "vocab.json"]) {
    const path = join(folder, name);
    const text = await readTextIfThere(path);
    const words = text === undefined ? undefined : wordsIn(text, path);
    if (words) return words;
  }
  return undefined;
}

interface Tokenizer {
  readonly model?: { readonly vocab?: unknown };
  readonly added_tokens?: readonly { readonly id: number; readonly content: string }[];
}

function wordsIn(text: string, path: string): string[] | undefined {
  let held: unknown;
  try {
    held = JSON.parse(text);
  } catch (cause) {
    throw new XstarError("bad-data", `The vocabulary "${path}" is not JSON`, { cause });
  }
  const { model, added_tokens: added = [] } = held as Tokenizer;
  const words: string[] = [];
  const vocab = model?.vocab ?? held;
  // Unigram has a list of words with their scores
  if (Array.isArray(vocab)) vocab.forEach((entry, i) => (words[i] = String(Array.isArray(entry) ? entry[0] : entry)));
  else
    for (const [word, index] of Object.entries(vocab as Record<string, unknown>))
      if (Number.isSafeInteger(index) && (index as number) >= 0) words[index as number] = word;
  for (const { id, content } of added) words[id] = content;
  return words.length > 0 ? words : undefined;
}
