/**
 * The layers of the code, from left to right: a file imports only from its own layer and from those to its left, and never from
 * one that stands `beside` its own. `npm run layers` writes them into .oxlintrc.json and AGENTS.md.
 */

/** @typedef {{ parts: string[], holds: string, not: string, beside?: string }} Layer */

/** `leaves` are imports that are for other packages. */
/** @type {{ name: string, is: string, isomorphic: boolean, layers: Layer[], leaves?: string[] }[]} */
export const packages = [
  {
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
      { parts: ["standard"], holds: "the standard vocabulary, and the calls that take it", not: "definitions" },
    ],
  },
  {
    name: "import",
    is: "@xstar/import, isomorphic: models of Keras, TensorFlow, TensorFlow.js and TensorFlow Lite as ONNX",
    isomorphic: true,
    layers: [
      { parts: ["files"], holds: "what a model's files are behind", not: "paths" },
      {
        parts: ["build/"],
        holds: "Builder (layouts, names, constants), values while a network is built, what is cut off",
        not: "formats",
      },
      {
        parts: ["ops/"],
        holds: "what networks compute, in terms of ONNX: windows, products, shapes, normalizations",
        not: "names of layers",
      },
      {
        parts: ["formats/"],
        holds: "HDF5, zip, TF.js, protocol buffers, flatbuffers: bytes -> arrays and messages",
        not: "networks",
      },
      { parts: ["keras/"], beside: "readers", holds: "a reader, and tables: one row a layer", not: "ONNX by hand" },
      {
        parts: ["tensorflow/"],
        beside: "readers",
        holds: "a reader, and tables: one row an operation",
        not: "ONNX by hand",
      },
      { parts: ["tflite/"], holds: "a reader, and a table: one row an operator", not: "ONNX by hand" },
      {
        parts: ["foreign", "recognize", "import-model"],
        holds: "which format it is, and its reader; formats that are known and not read",
        not: "details",
      },
      { parts: ["law/"], holds: "for development: docs/formats.md", not: "anything that is published" },
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
      {
        parts: ["diagnose/"],
        holds: "what is wrong with a network and its data: one pass, a table of checks, findings, their report",
        not: "reading of data sets",
      },
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
      { parts: ["many/"], beside: "runs", holds: "many targets: batches, runners, the manifest", not: "threads" },
      {
        parts: ["directions/"],
        holds: "directions of a layer in its activations: a table of methods; a step of learning by the same autodiff",
        not: "jobs",
      },
      {
        parts: ["jobs/"],
        holds: "the one job protocol: a job as JSON that names contents by hash, what does it, the bytes of its result",
        not: "where jobs are done",
      },
      {
        parts: ["atlas/"],
        holds: "an atlas: from layers to jobs, and from what they gave to the files of its pages",
        not: "folders",
      },
    ],
  },
  {
    name: "studio",
    is: "@xstar/studio, the web app: static files that `xstar studio` serves",
    isomorphic: true,
    // what pictures, records and hashes are made with is for the packages that the command line uses, too
    leaves: [
      "fast-png",
      "iobuffer",
      "fflate",
      "@noble/**",
      "jsfive",
      "sharp",
      "pngjs",
      "upng-js",
      "d3-*",
      "@xstar/*/**",
      "**/core/src/**",
      "**/results/src/**",
      "**/runs/src/**",
      "**/import/src/**",
    ],
    layers: [
      { parts: ["picture/"], holds: "planes of batches, views and the scales that pictures share", not: "canvases" },
      { parts: ["address/"], holds: "what an address says, and the command that says the same", not: "screens" },
      {
        parts: ["engine/"],
        holds:
          "the worker: models, runs, what is asked of pictures, files; client.ts and protocol.ts are the page's side",
        not: "what is shown",
      },
      { parts: ["state/"], holds: "what all screens share: engine, models, theme, keys, drops", not: "runs" },
      {
        parts: ["run/"],
        holds: "a run as the page has it, the clock that plays it, the recorded race",
        not: "screens",
      },
      { parts: ["export/"], holds: "a run as a film: GIF, WebP, video", not: "what the engine writes" },
      {
        parts: ["parts/"],
        holds: "what several screens show: panes, transport, badge, bars",
        not: "what one screen is about",
      },
      { parts: ["screens/"], holds: "the screens, each with what it alone needs", not: "what two need: parts/" },
      { parts: ["element/"], holds: "<xstar-neuron>", not: "the studio around it" },
      { parts: ["main"], holds: "puts App.svelte into the page", not: "anything else" },
    ],
  },
  {
    name: "queue",
    is: "@xstar/queue, for Node: the same jobs through BullMQ on Redis, where a user installs it",
    isomorphic: false,
    layers: [
      { parts: ["connection", "names"], holds: "Redis by its address; what things are called there", not: "jobs" },
      {
        parts: ["redis-store", "s3-store"],
        holds: "stores of bytes that many machines reach",
        not: "what the bytes are",
      },
      {
        parts: ["status", "send-jobs", "work", "serve-facts"],
        holds: "both ends of the queue, and a look at them",
        not: "how a job is done",
      },
    ],
  },
  {
    name: "xstar",
    is: "xstar, what a user installs: Node's half of all this, and the command line",
    isomorphic: false,
    layers: [
      {
        parts: ["version", "no-telemetry", "runtime", "devices"],
        holds: "this version; ONNX Runtime in Node, and what it runs on",
        not: "files",
      },
      { parts: ["files/"], holds: "reading and atomic writing; sharp", not: "what files mean" },
      { parts: ["data/"], beside: "inputs", holds: "IDX files, MNIST, folders of pictures", not: "networks" },
      { parts: ["model/"], beside: "inputs", holds: "contract files, labels, external data", not: "planning" },
      {
        parts: ["load", "load-definitions"],
        holds: "a model with what lies beside its file; definitions of a user's own modules",
        not: "planning",
      },
      { parts: ["record/"], holds: "files of a record found again; this machine; the Store on disk", not: "formats" },
      { parts: ["threads/"], beside: "ways", holds: "a job in a thread of its own", not: "what the job is" },
      {
        parts: ["terminal/"],
        beside: "ways",
        holds: "progress, tables, pictures in the terminal; Ctrl-C",
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
          "the steps of a plan, checkpoints on disk, what is written; many/ threads, folder, sheet of many targets; atlas/; queue/",
        not: "flags",
      },
      {
        parts: ["api/"],
        holds: "the calls of the library where Node has more to give: images that save, records with files, threads",
        not: "flags",
      },
      { parts: ["browser"], holds: "the library in a browser: all that needs no Node", not: "node:" },
      { parts: ["article/"], holds: "the experiment, its results, its report", not: "charts" },
      {
        parts: ["studio/"],
        holds: "the studio's files, and a model's, served on this machine",
        not: "what the studio does",
      },
      {
        parts: ["cli/"],
        holds: "argv and printing; main.ts joins the commands, commands/ has one file for each",
        not: "anything that a program may want",
      },
    ],
  },
];
