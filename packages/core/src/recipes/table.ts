import { auto } from "./auto.js";
import type { Table } from "../define/definition.js";
import type { RecipeDefinition } from "../define/recipe.js";
import { accentuation, caricature, deepdream } from "./from-image.js";
import { article, distill, lucid, macoRecipe } from "./published.js";

/** Every recipe, by type. */
export const recipes = {
  auto,
  article,
  lucid,
  distill,
  maco: macoRecipe,
  deepdream,
  caricature,
  accentuation,
} satisfies Table<RecipeDefinition>;
