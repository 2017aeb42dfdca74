import type { Graph } from "../ir/graph.js";
import { inlineKnownBranches } from "./branches.js";
import { unrollLoops } from "./loops.js";
import { followSequences } from "./sequences.js";

/** The graph with known branches, loops and lists of tensors as what they come to; undefined when there are none. */
export const writeOutControlFlow = (graph: Graph, opset: number): Graph | undefined =>
  inlineKnownBranches(graph) ?? unrollLoops(graph, opset) ?? followSequences(graph, opset);
