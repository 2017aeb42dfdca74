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

/** What a job is in the queue. */
export interface QueuedJob {
  readonly job: unknown;
}
