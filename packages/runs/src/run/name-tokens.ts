import { nearestTokens, pictureInput, type AscentResult } from "@xstar/core";
import { pictureOf, type NamedToken } from "@xstar/results";
import type { ModelFile } from "../plan/store.js";

/** The nearest real tokens of vectors that were climbed, by picture and place; undefined for other inputs. */
export function nameTokens(
  { source, files, words }: Pick<ModelFile, "source" | "files" | "words">,
  { picture, record }: Pick<AscentResult, "picture" | "record">,
): NamedToken[][][] | undefined {
  const { tokens } = pictureInput(source, Object.keys(record.inputs));
  if (!tokens) return undefined;
  return Array.from({ length: picture.shape[0]! }, (_, i) =>
    nearestTokens(tokens, files, pictureOf(picture, i)).map((some) =>
      some.map((token) => {
        const word = words?.[token.index];
        return { ...token, ...(word !== undefined && { word }) };
      }),
    ),
  );
}
