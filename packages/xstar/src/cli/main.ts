import { Command } from "commander";
import { version } from "../version.js";
import { addArticle } from "./article.js";
import { addExamples } from "./examples.js";
import { applyConfig } from "./config.js";
import { explain } from "./explain.js";
import { explainSystemError } from "../files/system-error.js";
import { addInspect } from "./inspect.js";
import { addList } from "./list.js";
import { addMaximize } from "./maximize.js";
import { addTrain } from "./train.js";

/** Every command; each adds itself to the program. */
const commands = [addArticle, addTrain, addInspect, addMaximize, addExamples, addList];

/** Runs a command line (without `node` and the script). Never throws; gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on("error", stopOnBrokenOutput);
  // nobody listens to the progress any more: the work goes on
  process.stderr.on("error", () => undefined);
  try {
    await createProgram().parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    const { text, exitCode } = explain(error, { debug: argv.includes("--debug") });
    process.stderr.write(text);
    return exitCode;
  }
}

/** The command line with all its commands; nothing is run before it parses. */
export function createProgram(): Command {
  const program = new Command("xstar")
    .description("Finds x*, the input that a neuron wants most, for any neural network in an ONNX file")
    .version(version, "--version", "print the version")
    .option("--debug", "print stack traces")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText(
      "after",
      `
Examples:
  xstar article
  xstar inspect model.onnx
  xstar maximize model.onnx conv2:7
  xstar maximize --help`,
    );
  for (const add of commands) add(program);
  program.hook("preAction", (_, command) => applyConfig(command, program.commands));
  return program;
}

/** `xstar inspect model.onnx | head` closes the pipe early: that is no error. A full disk behind it is one. */
function stopOnBrokenOutput(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  const { text, exitCode } = explain(explainSystemError("file-not-writable", "/dev/stdout", error), { debug: false });
  process.stderr.write(text, () => process.exit(exitCode));
}
