/** The queue of jobs of a version: numbers of another version are other numbers. */
export const queueName = (version: string): string => `xstar-${version}`;

/** Where a worker says that it is there. */
export const workerKey = (version: string, id: string): string => `xstar:worker:${version}:${id}`;
export const workerKeys = "xstar:worker:*";

/** What a worker says of itself. */
export interface WorkerFacts {
  readonly version: string;
  readonly host: string;
  readonly pid: number;
  /** Jobs at once. */
  readonly jobs: number;
  readonly done: number;
  readonly failed: number;
  /** When it began, in milliseconds since 1970. */
  readonly since: number;
}

/** Where a sender says how far it is. */
export const senderKey = (version: string): string => `xstar:sender:${version}`;

/** What a sender says of what it sent. */
export interface SenderFacts {
  /** When it began, in milliseconds since 1970. */
  readonly since: number;
  /** Parts of the work, such as layers: jobs that are done, of all. */
  readonly parts: readonly { readonly name: string; readonly done: number; readonly of: number }[];
}

/** What a job is in the queue. */
export interface QueuedJob {
  readonly job: unknown;
}
