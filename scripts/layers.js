/**
 * The layers of the code, from left to right: a file imports only from its own layer and from those to its left, and never from
 * one that stands `beside` its own. `npm run layers` writes them into .oxlintrc.json and AGENTS.md.
 */

/** @typedef {{ parts: string[], holds: string, not: string, beside?: string }} Layer */

/** @type {{ name: string, is: string, isomorphic: boolean, layers: Layer[] }[]} */
export const packages = [
  {
    name: "core",
    is: "@xstar/core, isomorphic (no node:, no DOM): ONNX graphs, their gradients, the ascent",
    isomorphic: true,
    layers: [
      {
        parts: ["errors", "rng", "tensor", "map-values", "ziggurat", "natural-noise"],
        holds: "one error class; one seeded generator and its noises; dtypes, shapes, arrays",
        not: "graphs",
      },
      {
        parts: ["ir/"],
        holds: "Graph, Node, Value; ops/ typed emitters; print; inline (copy a graph into another)",
        not: "bytes, gradients",
      },
      { parts: ["onnx/"], beside: "autodiff", holds: "bytes <-> Graph; external data", not: "what operators mean" },
      {
        parts: ["autodiff/"],
        beside: "onnx",
        holds: "gradients.ts the walker; vjp.ts what a rule is; rules/ a table by family, and its cases",
        not: "broadcasting or checks in a rule",
      },
      {
        parts: ["runtime", "keep-sessions"],
        holds: "what runs graphs, the only file that knows ONNX Runtime; one session for equal graphs",
        not: "models",
      },
      {
        parts: ["model/"],
        holds: "specialize (types, shapes, folding), normalize + upgrades (one canonical form), float64, inspect, vjp",
        not: "objectives",
      },
      {
        parts: ["define/"],
        holds:
          "fields (kinds of parameters), define (objective, parameterization, transform, optimizer, schedule, start)",
        not: "definitions",
      },
      {
        parts: ["objectives/"],
        beside: "definitions",
        holds: "what is made large, in a table; target.ts reads targets in words",
        not: "gradients: autodiff has them",
      },
      {
        parts: ["parameterizations/"],
        beside: "definitions",
        holds: "what a picture is made of, in a table; starts",
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
        holds: "how variables climb, and schedules, in tables",
        not: "signs: larger is better",
      },
      {
        parts: ["compile/"],
        holds:
          "prepare (models for a number of pictures), views (transforms -> one resampling), objective, compile (the step graph); observe and classify: forward only",
        not: "loops",
      },
      {
        parts: ["ascend/"],
        holds:
          "parse-options, compile-ascent (options -> step and record), step-runner, history, rows, fingerprint (resume only the same run), maximize (the loop), warnings",
        not: "graphs",
      },
      { parts: ["recipes/"], holds: "settings that go together; auto chooses by the model", not: "mechanisms" },
    ],
  },
  {
    name: "results",
    is: "@xstar/results, isomorphic: what comes of a run",
    isomorphic: true,
    layers: [
      { parts: ["image/"], holds: "pixels: views, colour maps, opacity, sheets", not: "files" },
      { parts: ["codecs/"], holds: "PNG, .npy, safetensors, XMP, SHA-256; the interface ImageCodec", not: "paths" },
      {
        parts: ["measure/"],
        holds: "metrics of pictures, real pictures to compare with, statistics",
        not: "words for a reader",
      },
      {
        parts: ["record/"],
        holds: "run.json, manifest.json, examples.json, and what a picture carries so that it can be made again",
        not: "reading and writing of them",
      },
      { parts: ["pages/"], holds: "charts, reports, sheets with captions; metrics in words", not: "measuring" },
    ],
  },
  {
    name: "runs",
    is: "@xstar/runs, isomorphic: how a run comes about",
    isomorphic: true,
    layers: [
      {
        parts: ["plan/"],
        holds: "options and specs in words, files behind the interface Store -> a Plan",
        not: "steps",
      },
      { parts: ["run/"], beside: "runs", holds: "frames, checkpoints, run.json; is it the same run?", not: "folders" },
      { parts: ["many/"], beside: "runs", holds: "many targets: batches, climbers, the manifest", not: "threads" },
    ],
  },
  {
    name: "xstar",
    is: "xstar, what a user installs: Node's half of all this, and the command line",
    isomorphic: false,
    layers: [
      { parts: ["version", "no-telemetry", "runtime"], holds: "this version; ONNX Runtime in Node", not: "files" },
      { parts: ["files/"], holds: "reading and atomic writing; sharp", not: "what files mean" },
      { parts: ["data/"], beside: "inputs", holds: "IDX files, MNIST, folders of pictures", not: "networks" },
      { parts: ["model/"], beside: "inputs", holds: "contract files, labels, external data", not: "planning" },
      { parts: ["load"], holds: "a model with what lies beside its file", not: "planning" },
      { parts: ["record/"], holds: "files of a record found again; this machine; the Store on disk", not: "formats" },
      { parts: ["threads/"], beside: "ways", holds: "a job in a thread of its own", not: "what the job is" },
      {
        parts: ["terminal/"],
        beside: "ways",
        holds: "progress, tables, pictures in the terminal",
        not: "what is shown",
      },
      {
        parts: ["train/"],
        beside: "work",
        holds: "the article's network, trained through the same autodiff",
        not: "gradients by hand",
      },
      {
        parts: ["run/"],
        beside: "work",
        holds:
          "the steps of a plan, checkpoints on disk, what is written; many/ threads, folder, sheet of many targets",
        not: "flags",
      },
      { parts: ["article/"], holds: "the experiment, its results, its report", not: "charts" },
      {
        parts: ["cli/"],
        holds: "argv and printing; main.ts joins the commands",
        not: "anything that a program may want",
      },
    ],
  },
];
