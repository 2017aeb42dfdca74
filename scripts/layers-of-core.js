/** The layers of @xstar/core, for layers.js. */
export const core = {
  name: "core",
  is: "@xstar/core, isomorphic (no node:, no DOM): ONNX graphs, their gradients, the ascent",
  isomorphic: true,
  layers: [
    {
      parts: ["errors", "tensor", "map-values", "families"],
      holds: "one error class; dtypes, shapes, arrays; tables of which parts are loaded on demand",
      not: "graphs",
    },
    { parts: ["math/"], holds: "numbers on the host: Fourier transform, matrices, resizing", not: "randomness" },
    { parts: ["rng"], holds: "one seeded generator, split into streams", not: "a clock" },
    {
      parts: ["ir/"],
      holds: "Graph, Node, Value; ops/ typed emitters; print; inline (copy a graph into another); windows",
      not: "bytes, gradients",
    },
    {
      parts: ["onnx/"],
      beside: "graphs",
      holds: "bytes <-> Graph; weights and external data",
      not: "what operators mean",
    },
    {
      parts: ["autodiff/"],
      beside: "graphs",
      holds: "gradients.ts the walker; vjp.ts what a rule is; rules/ a table by family; overrides",
      not: "broadcasting or checks in a rule",
    },
    {
      parts: ["runtime/"],
      holds: "what runs graphs, the only place that knows ONNX Runtime; one session for equal graphs",
      not: "models",
    },
    {
      parts: ["specialize/"],
      holds: "a model made concrete: types and shapes by a trial run, folded constants and branches",
      not: "numbers changed",
    },
    {
      parts: ["normalize/"],
      holds: "a concrete model in one form: one opset, fewer operators, the same numbers",
      not: "shapes guessed",
    },
    {
      parts: ["model/"],
      holds:
        "an opened model and what can be told of it: layers, units, input contract, receptive fields, float64, vjp",
      not: "objectives",
    },
    {
      parts: ["law/"],
      holds: "for development: cases of every rule, the check against central differences, docs/operators.md",
      not: "anything that is published",
    },
    {
      parts: ["define/"],
      holds: "what a spec, a field, a definition of each kind and a vocabulary of them are; walks over specs",
      not: "definitions",
    },
    {
      parts: ["objectives/"],
      beside: "definitions",
      holds: "what is made large, in a table",
      not: "gradients: autodiff has them",
    },
    {
      parts: ["explanations/"],
      beside: "definitions",
      holds: "which parts of a picture speak for a target, in a table",
      not: "passes of a network",
    },
    { parts: ["starts/"], holds: "how first pictures are filled, in a table", not: "variables of a method" },
    {
      parts: ["parameterizations/"],
      beside: "definitions",
      holds: "what a picture is made of, in a table",
      not: "steps",
    },
    {
      parts: ["transforms/"],
      beside: "definitions",
      holds: "what is done to a picture in a step, in a table",
      not: "randomness of its own",
    },
    {
      parts: ["optimizers/"],
      beside: "definitions",
      holds: "how variables go uphill, and schedules, in tables",
      not: "signs: larger is better",
    },
    {
      parts: ["forward/"],
      holds: "models made ready for a number of pictures: contract, further inputs, named pictures and models",
      not: "objectives",
    },
    { parts: ["words/"], holds: "targets and specs as words, read and printed", not: "flags" },
    {
      parts: ["compile/"],
      holds: "the one idea: variables, views, model, objective, gradient and optimizer as one step graph",
      not: "loops",
    },
    { parts: ["probe/"], holds: "looking at given pictures: forward only, and by gradient", not: "steps" },
    {
      parts: ["explain/"],
      holds: "one pass, or many variants of a picture, as graphs; the layer that a map is made of",
      not: "how a map is drawn",
    },
    { parts: ["recipes/"], holds: "settings that go together; auto chooses by the model", not: "mechanisms" },
    {
      parts: ["ascend/"],
      holds: "options -> step and record; the loop, its history, checkpoints, identity and warnings",
      not: "graphs",
    },
    {
      parts: ["ascents", "standard"],
      holds: "the standard vocabulary, without explanations and whole, and the calls that take it",
      not: "definitions",
    },
  ],
};
