export { openRedis, withoutPassword } from "./connection.js";
export type { WorkerFacts } from "./names.js";
export { openRedisStore } from "./redis-store.js";
export { openS3Store, readS3Place, type S3Place } from "./s3-store.js";
export { sendJobs, type SendOptions } from "./send-jobs.js";
export { queueStatus, type QueueStatus } from "./status.js";
export { work, type WorkEvent, type WorkOptions } from "./work.js";
