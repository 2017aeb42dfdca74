/** Bytes by key, wherever they lie. What is there is there as a whole, and the same whoever put it there. */
export interface BlobStore {
  has(key: string): Promise<boolean>;
  /** Undefined where there is nothing. */
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array): Promise<void>;
}

/** Where what comes of jobs is kept, by their ids. */
export interface ResultStore {
  has(id: string): Promise<boolean>;
  /** Undefined where there is none. */
  get(id: string): Promise<Uint8Array | undefined>;
  put(id: string, result: Uint8Array): Promise<void>;
  /** Why a job was given up; undefined where it was not. */
  failure(id: string): Promise<string | undefined>;
  /** Sets a job aside that nobody can do. */
  fail(id: string, reason: string): Promise<void>;
}

/** The key of what has this SHA-256: few names in each folder. */
export const keyOfContent = (sha256: string): string => `contents/${sha256.slice(0, 2)}/${sha256}`;

/** Results among other things. */
export function resultsIn(blobs: BlobStore): ResultStore {
  const result = (id: string) => `results/${id.slice(0, 2)}/${id}.safetensors`;
  const problem = (id: string) => `failed/${id.slice(0, 2)}/${id}.txt`;
  return {
    has: (id) => blobs.has(result(id)),
    get: (id) => blobs.get(result(id)),
    put: (id, bytes) => blobs.put(result(id), bytes),
    async failure(id) {
      const bytes = await blobs.get(problem(id));
      return bytes && new TextDecoder().decode(bytes);
    },
    fail: (id, reason) => blobs.put(problem(id), new TextEncoder().encode(reason)),
  };
}
