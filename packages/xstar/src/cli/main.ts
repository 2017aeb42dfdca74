import { Command, CommanderError } from "commander";
import { version } from "../version.js";

/** Every command, in a sentence; what its flags are, and what it does, is loaded only where it is asked for. */
const commands = {
  article: {
    usage: "article",
    does: "Does what the article that xstar comes from does, on real MNIST, and writes a report",
    fill: async (command: Command) => (await import("./commands/article.js")).addArticle(command),
  },
  train: {
    usage: "train",
    does: "Trains the article's network on MNIST or a folder of IDX files; the result is an ordinary ONNX file",
    fill: async (command: Command) => (await import("./commands/train.js")).addTrain(command),
  },
  inspect: {
    usage: "inspect <model>",
    does: "Lists a model's inputs and layers: names, shapes, units, and which can be differentiated",
    fill: async (command: Command) => (await import("./commands/inspect.js")).addInspect(command),
  },
  maximize: {
    usage: "maximize [model] [targets...]",
    does: "Changes a picture, or another input, until a layer, channel or neuron answers as strongly as possible",
    fill: async (command: Command) => (await import("./commands/maximize.js")).addMaximize(command),
  },
  explain: {
    usage: "explain <model> [words...]",
    does: "Shows which parts of a picture an answer rests on: a heat map, in words, and tested",
    fill: async (command: Command) => (await import("./commands/explain.js")).addExplain(command),
  },
  diagnose: {
    usage: "diagnose <model>",
    does: "Finds out why a network is wrong: its errors, its data, and what its answers rest on",
    fill: async (command: Command) => (await import("./commands/diagnose.js")).addDiagnose(command),
  },
  gradient: {
    usage: "gradient <model> <target>",
    does: "Writes the gradient of a target by the picture as an ONNX file, for input gradients at inference",
    fill: async (command: Command) => (await import("./commands/gradient.js")).addGradient(command),
  },
  examples: {
    usage: "examples <model> <targets...>",
    does: "Finds the pictures in a folder that excite a target most and least, and what in them does",
    fill: async (command: Command) => (await import("./commands/examples.js")).addExamples(command),
  },
  atlas: {
    usage: "atlas <model>",
    does: "Makes static pages of a whole network: every unit with its picture and the real pictures that excite it",
    fill: async (command: Command) => (await import("./commands/atlas.js")).addAtlas(command),
  },
  work: {
    usage: "work",
    does: "Does jobs that xstar atlas --queue sends, on as many machines as run it",
    fill: async (command: Command) => (await import("./commands/queue.js")).addWork(command),
  },
  queue: {
    usage: "queue",
    does: "Shows the jobs and workers of a queue",
    fill: async (command: Command) => (await import("./commands/queue.js")).addQueue(command),
  },
  convert: {
    usage: "convert <model> [out]",
    does: "Writes a model of Keras, TensorFlow, TensorFlow.js or TensorFlow Lite as ONNX",
    fill: async (command: Command) => (await import("./commands/convert.js")).addConvert(command),
  },
  studio: {
    usage: "studio [model]",
    does: "Opens the studio in a browser: see what makes a neuron fire, with a model of your own or the article's",
    fill: async (command: Command) => (await import("./commands/studio.js")).addStudio(command),
  },
  devices: {
    usage: "devices",
    does: "Lists what can run networks on this machine, how fast, and what the others would need",
    fill: async (command: Command) => (await import("./commands/devices.js")).addDevices(command),
  },
  cache: {
    usage: "cache",
    does: "Lists the graphs that are kept so that the next command begins sooner, or removes them",
    fill: async (command: Command) => (await import("./commands/cache.js")).addCache(command),
  },
  list: {
    usage: "list [kind]",
    does: "Lists what xstar maximize is made of, with all parameters",
    fill: async (command: Command) => (await import("./commands/list.js")).addList(command),
  },
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
    // help or the version was asked for
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const { explainError } = await import("./explain-error.js");
    const { text, exitCode } = explainError(error, { debug: argv.includes("--debug") });
    process.stderr.write(text);
    return exitCode;
  }
}

/** The command that a command line is for; none where help or the version is asked of the program itself. */
function commandsOf(argv: readonly string[]): readonly CommandName[] {
  const words = argv.filter((word) => !word.startsWith("-"));
  const asked = words[0] === "help" ? words[1] : words[0];
  return all.filter((name) => name === asked);
}

/** The command line with the flags of these commands; nothing is run before it parses. */
export async function createProgram(filled: readonly CommandName[] = all): Promise<Command> {
  const program = new Command("xstar")
    .description("Finds x*, the input that a neuron wants most, for any neural network: ONNX, Keras, TensorFlow")
    .version(version, "--version", "print the version")
    .option("--debug", "print stack traces")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (one) => `${one.name()} ${one.usage()}` })
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText(
      "after",
      `
Examples:
  xstar article
  xstar inspect model.onnx
  xstar maximize model.onnx conv2:7
  xstar studio model.onnx
  xstar maximize --help`,
    );
  for (const name of all) {
    const { usage, does, fill } = commands[name];
    const command = program.command(usage).description(does);
    if (filled.includes(name)) await fill(command);
  }
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
  void explainBrokenOutput(error);
}

async function explainBrokenOutput(error: NodeJS.ErrnoException): Promise<void> {
  const { explainSystemError } = await import("../files/system-error.js");
  const { explainError } = await import("./explain-error.js");
  const { text, exitCode } = explainError(explainSystemError("file-not-writable", "/dev/stdout", error), {
    debug: false,
  });
  process.stderr.write(text, () => process.exit(exitCode));
}
