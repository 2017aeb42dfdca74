import { renderBlocks, type CaptionedPicture } from "./blocks.js";
import { colorSupport } from "./color.js";
import { createProgress, createSpeed, type Progress, type ProgressOptions, type ProgressStream } from "./progress.js";

/** The part of a terminal that a live view needs (`process.stderr` has it). */
export interface LiveStream extends ProgressStream {
  readonly rows?: number;
}

export interface LiveViewOptions extends ProgressOptions {
  readonly stream: LiveStream;
  /** Environment variables, which tell what the terminal can show. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Whether there may be several pictures, which are then smaller. */
  readonly several?: boolean;
}

/** A progress line with pictures above it. */
export interface LiveView extends Progress {
  /**
   * `done` steps of the total are finished; `facts` is shown as it is, the speed behind it. `pictures` is only called when
   * they are drawn; of more than there is room for, the first ones are shown.
   */
  update(done: number, facts?: string, pictures?: () => readonly CaptionedPicture[]): void;
}

/** Pictures are drawn at most four times a second. */
const redrawMs = 250;
/** Characters that a picture takes at most; half as many lines. */
const [widthAlone, widthOfSeveral] = [48, 16];
/** Spaces between pictures, and rows of them. */
const [gap, mostRows] = [2, 2];
/** Lines besides the pictures: the progress, a caption, and one that stays free. */
const otherLines = 3;

const eraseBelow = "\r\x1b[J";
const up = (lines: number) => (lines > 0 ? `\x1b[${lines}A` : "");

/**
 * Shows what is being made: on a terminal with colours pictures above the progress line, redrawn in place; elsewhere the
 * progress alone, so that a log stays a list of lines. Never throws, so that a closed pipe does not stop the work.
 */
export function createLiveView(options: LiveViewOptions): LiveView {
  const { stream, env = process.env, several = false, now = () => performance.now() } = options;
  const color = colorSupport(env, stream.isTTY === true);
  const showsPictures = stream.isTTY === true && color !== "none";
  const speedOf = createSpeed();
  /** Lines of pictures above the progress line. */
  let height = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let line = "";

  // the line is kept, to be written again below new pictures
  const progress = createProgress({
    ...options,
    stream: {
      isTTY: stream.isTTY === true,
      get columns() {
        return stream.columns || 80;
      },
      write(text) {
        line = text;
        stream.write(text);
      },
    },
  });

  const draw = (pictures: readonly CaptionedPicture[]) => {
    const text = renderFitting(pictures, stream, several, color);
    try {
      stream.write(`${up(height)}${eraseBelow}${text}${text === "" ? "" : "\n"}${line.replace(/\n$/, "")}`);
    } catch {
      // Nobody is listening any more.
    }
    height = text === "" ? 0 : text.split("\n").length;
  };

  return {
    update(done, facts = "", pictures) {
      const at = now();
      const speed = speedOf(done, at);
      progress.update(done, [facts, speed && `${formatSpeed(speed)} steps/s`].filter(Boolean).join("  "));
      if (!showsPictures || !pictures || at - drawnAt < redrawMs) return;
      drawnAt = at;
      draw(pictures());
    },
    done: () => progress.done(),
  };
}

/** As many of the pictures as fit into the terminal, side by side. */
function renderFitting(
  pictures: readonly CaptionedPicture[],
  { columns: wide, rows: high }: LiveStream,
  several: boolean,
  color: ReturnType<typeof colorSupport>,
): string {
  const columns = wide || 80;
  const lines = (high || 24) - otherLines;
  const tallest = Math.max(1, ...pictures.map(({ picture }) => picture.height / picture.width));
  const maxWidth = Math.min(several ? widthOfSeveral : widthAlone, columns, Math.floor((2 * lines) / tallest));
  if (maxWidth < 4) return "";
  const inRow = Math.max(1, Math.floor((columns + gap) / (maxWidth + gap)));
  const linesOfRow = Math.ceil((maxWidth * tallest) / 2) + 2;
  const rows = Math.min(mostRows, Math.max(1, Math.floor((lines + 1) / linesOfRow)));
  return renderBlocks(pictures.slice(0, rows * inRow), { color, columns, maxWidth });
}

function formatSpeed(speed: number): string {
  return speed >= 10 ? speed.toFixed(0) : speed.toPrecision(2);
}
