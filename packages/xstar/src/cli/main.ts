import { Command } from "commander";
import { version } from "../version.js";
import { explainSystemError } from "../files/system-error.js";
import { explainError } from "./explain-error.js";

/** Every command; each adds itself to the program, and is loaded only where it is asked for. */
const commands = {
  article: async (program: Command) => (await import("./article.js")).addArticle(program),
  train: async (program: Command) => (await import("./train.js")).addTrain(program),
  inspect: async (program: Command) => (await import("./inspect.js")).addInspect(program),
  maximize: async (program: Command) => (await import("./maximize.js")).addMaximize(program),
  explain: async (program: Command) => (await import("./explain.js")).addExplain(program),
  diagnose: async (program: Command) => (await import("./diagnose.js")).addDiagnose(program),
  gradient: async (program: Command) => (await import("./gradient.js")).addGradient(program),
  examples: async (program: Command) => (await import("./examples.js")).addExamples(program),
  convert: async (program: Command) => (await import("./convert.js")).addConvert(program),
  list: async (program: Command) => (await import("./list.js")).addList(program),
};

type CommandName = keyof typeof commands;
const all = Object.keys(commands) as CommandName[];

/** Runs a command line (without `node` and the script). Never throws; gives the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on("error", stopOnBrokenOutput);
  // nobody listens to the progress any more: the work goes on
  process.stderr.on("error", () => undefined);
  try {
    const program = await createProgram(commandsOf(argv));
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    const { text, exitCode } = explainError(error, { debug: argv.includes("--debug") });
    process.stderr.write(text);
    return exitCode;
  }
}

/** The commands that an answer needs: that of the first word, none for the version, else all. */
function commandsOf(argv: readonly string[]): readonly CommandName[] {
  const [first] = argv.filter((word) => word !== "--debug");
  if (first === "--version") return [];
  const named = all.filter((name) => name === first);
  return named.length > 0 ? named : all;
}

/** The command line with these commands; nothing is run before it parses. */
export async function createProgram(names: readonly CommandName[] = all): Promise<Command> {
  const program = new Command("xstar")
    .description("Finds x*, the input that a neuron wants most, for any neural network: ONNX, Keras, TensorFlow")
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
  for (const name of names) await commands[name](program);
  program.hook("preAction", async (_, command) => {
    if (!command.options.some((option) => option.attributeName() === "config")) return;
    const { applyConfig } = await import("./config.js");
    await applyConfig(command, async () => (await createProgram()).commands);
  });
  return program;
}

/** `xstar inspect model.onnx | head` closes the pipe early: that is no error. A full disk behind it is one. */
function stopOnBrokenOutput(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  const { text, exitCode } = explainError(explainSystemError("file-not-writable", "/dev/stdout", error), {
    debug: false,
  });
  process.stderr.write(text, () => process.exit(exitCode));
}
