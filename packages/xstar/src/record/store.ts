import { dirname, join } from "node:path";
import type { Store } from "@xstar/runs";
import { openPictures } from "../data/pictures.js";
import { isFolder } from "../files/folder.js";
import { readImage } from "../files/image.js";
import { readFileOrExplain } from "../files/read.js";
import { loadModel } from "../load.js";
import { createSourceFiles, type KnownFiles } from "./file-reference.js";

/** The files of a run on this machine's disk. */
export function createStore(from?: KnownFiles): Store {
  return {
    ...createSourceFiles(from),
    isFolder,
    read: readFileOrExplain,
    beside: (path, name) => join(dirname(path), name),
    readImage,
    openPictures,
    loadModel: (place, runtime) => loadModel(place, { runtime }),
  };
}
