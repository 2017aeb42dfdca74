import { XstarError, type ErrorCode } from "@xstar/core";

/** An error as it goes from one thread to another, whole. */
export interface SentError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly stack?: string;
}

export function toSent(error: unknown): SentError {
  const { code = "runtime-failure", hint, details } = XstarError.is(error) ? error : {};
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return {
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(details && { details }),
    ...(stack !== undefined && { stack }),
  };
}

/** The error again; its cause is the stack that it had. */
export function toError({ code, message, hint, details, stack }: SentError): XstarError {
  return new XstarError(code, message, {
    ...(hint !== undefined && { hint }),
    ...(details && { details }),
    cause: stack,
  });
}
