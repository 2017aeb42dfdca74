/** What a terminal can show: no colours, the 256 colours of xterm, or 24 bits. */
export type ColorSupport = "none" | "ansi256" | "truecolor";

/**
 * The colours to use for a stream, from its environment variables. FORCE_COLOR (0 to 3, as in Node) beats NO_COLOR
 * (no-color.org), and both beat what is known of the terminal.
 */
export function colorSupport(env: Readonly<Record<string, string | undefined>>, isTTY: boolean): ColorSupport {
  const { FORCE_COLOR: force, NO_COLOR: no, COLORTERM: colorTerm = "", TERM: term = "" } = env;
  if (force === "0" || force === "false") return "none";
  const isForced = force !== undefined;
  if (!isForced && (no || !isTTY || term === "dumb")) return "none";
  if (force === "3" || /truecolor|24bit/.test(colorTerm) || env["WT_SESSION"]) return "truecolor";
  return isForced || term.includes("256") ? "ansi256" : "none";
}
