import { auto } from "./auto.js";
import type { RecipeDefinition } from "./define-recipe.js";
import { accentuation, caricature, deepdream } from "./from-image.js";
import { article, distill, lucid, macoRecipe } from "./published.js";

/** Every recipe, by type. */
export const recipes: Readonly<Record<string, RecipeDefinition<any>>> = {
  auto,
  article,
  lucid,
  distill,
  maco: macoRecipe,
  deepdream,
  caricature,
  accentuation,
};
