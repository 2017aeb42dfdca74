import { XstarError } from "@xstar/core";

/** Wraps pieces of work in spans of OpenTelemetry. */
export interface Tracing {
  /** Does a piece of work within a span that has these attributes, and its error. */
  span<T>(name: string, attributes: Readonly<Record<string, string | number>>, work: () => Promise<T>): Promise<T>;
  /** Sends what is left to send. */
  end(): Promise<void>;
}

const untraced: Tracing = { span: (_name, _attributes, work) => work(), end: async () => undefined };

/** Whether the usual variables of the environment ask for traces. */
function isAskedFor(environment: NodeJS.ProcessEnv): boolean {
  if (environment["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return false;
  const exporter = environment["OTEL_TRACES_EXPORTER"];
  if (exporter !== undefined && exporter !== "") return exporter !== "none";
  return ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].some((name) => environment[name]);
}

/**
 * Traces, where variables such as `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_TRACES_EXPORTER` ask for them: OpenTelemetry's own
 * packages read these, and all others. Throws `bad-argument` where they are missing.
 */
export async function startTracing(service: string, environment = process.env): Promise<Tracing> {
  if (!isAskedFor(environment)) return untraced;
  const [{ NodeSDK }, { SpanStatusCode, trace }] = await Promise.all([
    import("@opentelemetry/sdk-node"),
    import("@opentelemetry/api"),
  ]).catch((cause: unknown) => {
    throw new XstarError(
      "bad-argument",
      "Traces are asked for by the environment, and OpenTelemetry is not installed",
      {
        hint: "npm install @opentelemetry/sdk-node @opentelemetry/api, or set OTEL_SDK_DISABLED=true",
        cause,
      },
    );
  });
  const sdk = new NodeSDK({ serviceName: environment["OTEL_SERVICE_NAME"] ?? service, instrumentations: [] });
  sdk.start();
  const tracer = trace.getTracer("xstar");
  return {
    span: (name, attributes, work) =>
      tracer.startActiveSpan(name, { attributes }, async (span) => {
        try {
          return await work();
        } catch (error) {
          span.recordException(error as Error);
          span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
          throw error;
        } finally {
          span.end();
        }
      }),
    end: () => sdk.shutdown(),
  };
}
