import { XstarError, type ErrorCode } from "@xstar/core";
import { CommanderError } from "commander";
import { printable } from "../terminal/printable.js";

const usageMistake = 2;
const failure = 1;
/** What shells give for a program that Ctrl-C ended. */
const interrupted = 130;

const exitCodes: Partial<Record<ErrorCode, number>> = {
  aborted: interrupted,
  "bad-argument": usageMistake,
  "unknown-layer": usageMistake,
};

/** An error as text for the terminal, and the exit code that goes with it. */
export function explainError(error: unknown, { debug }: { debug: boolean }): { text: string; exitCode: number } {
  if (error instanceof CommanderError) return explainUsage(error);
  const stack = debug && error instanceof Error ? `${stackOf(error)}\n` : "";
  if (!XstarError.is(error)) {
    const hint = "This is a fault of xstar: please report it with what --debug prints";
    return { text: lines(`Error: ${error instanceof Error ? error.message : error}`, hint) + stack, exitCode: failure };
  }
  const prefix = error.code === "aborted" ? "" : "Error: ";
  return { text: lines(prefix + error.message, error.hint) + stack, exitCode: exitCodes[error.code] ?? failure };
}

/** Commander says `error: unknown option '--stepz'\n(Did you mean --steps?)`; help and version are no errors. */
function explainUsage({ message, exitCode }: CommanderError): { text: string; exitCode: number } {
  const [, problem, suggestion] = /^error: ([^\n]*?)\.?(?:\n\((.*)\))?$/s.exec(message) ?? [];
  if (problem === undefined) return { text: "", exitCode: exitCode === 0 ? 0 : usageMistake };
  const sentence = problem.charAt(0).toUpperCase() + problem.slice(1);
  const [, negated] = /^unknown option '-([^-].*[:@ ].*)'$/s.exec(problem) ?? [];
  const hint = negated === undefined ? suggestion : `A target does not begin with a minus: write "0 - ${negated}"`;
  return { text: lines(`Error: ${sentence}`, hint ?? "--help shows how it is used"), exitCode: usageMistake };
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : "";
  return (error.stack ?? String(error)) + cause;
}

function lines(problem: string, hint: string | undefined): string {
  return `${printable(problem)}\n${hint === undefined ? "" : `Hint: ${printable(hint)}\n`}`;
}
