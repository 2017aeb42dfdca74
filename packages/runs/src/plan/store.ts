import type { Contract, LoadedModel, PartialContract, Runtime, Tensor } from "@xstar/core";
import type { FileReference, ModelReference, PictureSize, PictureSource } from "@xstar/results";

/** A model with what lies beside its file. */
export interface ModelFile extends LoadedModel {
  /** The file's name without its ending. */
  readonly name: string;
  readonly path: string | undefined;
  /** The class names: of the contract file, of `labels.txt` (one a line), or of the model's metadata. */
  readonly labels: readonly string[] | undefined;
  /** How pictures become inputs: as `<name>.contract.json` or `model.contract.json` says, with guesses for what it leaves out. */
  readonly contract: Contract | undefined;
  /** What that file says, and where it is. */
  readonly contractFile: ContractFile | undefined;
  /** Sentences about what is not as in the original, where the model is not one of ONNX. */
  readonly notes: readonly string[];
  /** Files beside `path` that an imported model was read from, too. */
  readonly parts: readonly string[];
}

/** What a contract file beside a model says; the rest is guessed. */
export interface ContractFile {
  readonly path: string;
  readonly contract: PartialContract;
  /** Names of the classes, or a file of the folder that has them. */
  readonly labels: readonly string[] | string | undefined;
  /** The output that holds the class scores. */
  readonly logits: string | undefined;
}

/** The files of a run: finds them, and notes what they held. */
export interface SourceFiles {
  /**
   * Where the file of a path that a command or a record has is; `mnist` is the packaged one. One of a record is looked for from
   * the current folder, then beside the record, then from each folder above the record: the run may have begun there. Throws
   * `bad-data` when a file is not the one that the record means, `file-not-readable` when it is not there.
   */
  locate(path: string): Promise<string>;
  reference(path: string): Promise<FileReference>;
  referenceModel(path: string, model: ModelFile): Promise<ModelReference>;
}

/** The files of a run, and what they hold. All throw `file-not-readable` and `bad-data`. */
export interface Store extends SourceFiles {
  isFolder(place: string): Promise<boolean>;
  read(place: string): Promise<Uint8Array>;
  /** The path of a file in the same folder as another. */
  beside(path: string, name: string): string;
  readImage(place: string, size: PictureSize): Promise<Tensor>;
  openPictures(folder: string): Promise<PictureSource>;
  loadModel(place: string, runtime: Runtime): Promise<ModelFile>;
}
