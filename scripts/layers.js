/**
 * The layers of the code, from left to right: a file imports only from its own layer and from those to its left, and never from
 * one that stands `beside` its own. `npm run layers` writes them into .oxlintrc.json and AGENTS.md.
 */
import { core } from "./layers-of-core.js";

/** @typedef {{ parts: string[], holds: string, not: string, beside?: string }} Layer */

/** `leaves` are imports that are for other packages. */
/** @type {{ name: string, is: string, isomorphic: boolean, layers: Layer[], leaves?: string[] }[]} */
export const packages = [
  core,
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
        parts: ["stray", "foreign", "recognize", "import-model"],
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
        parts: ["redis-store", "s3-store", "patient"],
        holds: "stores of bytes that many machines reach",
        not: "what the bytes are",
      },
      {
        parts: ["serve-text", "tracing", "queue-page"],
        holds: "serving of texts, spans, the page of the queue",
        not: "jobs",
      },
      {
        parts: ["runners", "sender", "status", "send-jobs", "serve-facts", "work", "event-log", "serve-queue"],
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
