import { XstarError } from "@xstar/core";
import type { BlobStore } from "@xstar/runs";

/** What an address of an object store says. */
export interface S3Place {
  readonly bucket: string;
  /** Before every key. */
  readonly prefix: string;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
}

/** `s3://BUCKET/PREFIX?endpoint=https://HOST&region=NAME`; undefined for what is no such address. */
export function readS3Place(text: string): S3Place | undefined {
  if (!text.startsWith("s3://") || !URL.canParse(text)) return undefined;
  const { hostname, pathname, searchParams } = new URL(text);
  const prefix = pathname.replace(/^\/+|\/+$/g, "");
  return {
    bucket: hostname,
    prefix: prefix === "" ? "" : `${prefix}/`,
    endpoint: searchParams.get("endpoint") ?? undefined,
    region: searchParams.get("region") ?? undefined,
  };
}

/**
 * An object store that speaks as Amazon's S3 does. Its keys come from where the AWS client looks for them: the environment, the
 * shared files, the role of the machine. Throws `unreachable` where nobody answers or the bucket is missing.
 */
export async function openS3Store({ bucket, prefix, endpoint, region }: S3Place): Promise<BlobStore> {
  // which Node the client's later versions will need is nothing to say to those who use this one
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { GetObjectCommand, HeadBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } =
    await import("@aws-sdk/client-s3");
  const client = new S3Client({
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    region: region ?? process.env["AWS_REGION"] ?? "us-east-1",
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const place = (key: string) => ({ Bucket: bucket, Key: prefix + key });
  const failed = (key: string, error: unknown) => {
    const { name, message } = error as Error;
    return new XstarError(
      "unreachable",
      `The store s3://${bucket} does not give or take "${key}": ${name} ${message}`.trim(),
      {
        hint: "Look whether bucket, endpoint and keys are right",
        cause: error,
      },
    );
  };
  const isMissing = (error: unknown) => {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    return (
      name === "NoSuchKey" || name === "NotFound" || ($metadata?.httpStatusCode === 404 && name !== "NoSuchBucket")
    );
  };
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    // who may put and get objects need not be allowed to look at the bucket
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    if ($metadata?.httpStatusCode !== 403) {
      const reason = $metadata?.httpStatusCode === 404 ? "there is no such bucket" : message || name;
      throw new XstarError("unreachable", `The store s3://${bucket} does not answer: ${reason}`, {
        hint: "Look whether bucket, endpoint and keys are right",
        cause: error,
      });
    }
  }
  return {
    async has(key) {
      try {
        await client.send(new HeadObjectCommand(place(key)));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw failed(key, error);
      }
    },
    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand(place(key)));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw failed(key, error);
      }
    },
    async put(key, bytes) {
      try {
        // a whole object or none, and the same whoever puts it
        await client.send(new PutObjectCommand({ ...place(key), Body: bytes }));
      } catch (error) {
        throw failed(key, error);
      }
    },
  };
}
