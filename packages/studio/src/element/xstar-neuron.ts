import { changeView, diverging, formatNumber, rawView, type Planes } from "@xstar/results";
import { Engine } from "../engine/client.js";
import type { MaximizeFlags } from "@xstar/runs";
import { readWithProgress } from "../engine/read.js";
import { planesAt } from "../picture/planes.js";
import { recordedRace } from "../run/recorded.js";

/**
 * `<xstar-neuron>`: a recorded run, or a live one, in any page. Attributes: `target` (`logit:3`), `model` (address of an ONNX
 * file; the article's network when left out), `start`, `steps`, `view` (`change`, `raw`), `live` (runs here; without it the recorded race
 * of the article is shown). Its files are those of the studio: the script's own folder.
 */
class XstarNeuron extends HTMLElement {
  static readonly observedAttributes = ["target", "model", "start", "steps", "view", "live"];
  private readonly root = this.attachShadow({ mode: "open" });
  private frames: { data: Float32Array; shape: readonly number[] }[] = [];
  private controller: AbortController | undefined;
  private step = 0;
  private timer = 0;
  private label = "";

  connectedCallback(): void {
    this.root.innerHTML = `<style>
      :host { display: inline-grid; gap: 6px; width: 224px; font: 14px system-ui, sans-serif; color-scheme: light dark; }
      canvas { width: 100%; image-rendering: pixelated; outline: 1px solid #8888; }
      input { width: 100%; margin: 0; }
    </style><div role="img"><canvas></canvas></div><input type="range" min="0" aria-label="Step" /><output></output>`;
    this.slider.oninput = () => this.go(Number(this.slider.value));
    this.begin();
  }

  disconnectedCallback(): void {
    this.controller?.abort();
    clearInterval(this.timer);
  }

  attributeChangedCallback(): void {
    if (this.isConnected && this.root.childElementCount > 0) this.begin();
  }

  private get slider(): HTMLInputElement {
    return this.root.querySelector("input")!;
  }

  private begin(): void {
    this.controller?.abort();
    this.frames = [];
    this.step = 0;
    if (this.hasAttribute("live")) void this.runHere().catch((error: Error) => this.say(error.message));
    else this.play();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return this.go(this.frames.length - 1);
    clearInterval(this.timer);
    this.timer = window.setInterval(() => this.step + 1 < this.frames.length && this.go(this.step + 1), 80);
  }

  /** The article's race, as it was recorded: the start that is asked for. */
  private play(): void {
    const race = recordedRace();
    const names = ["ones", "0.5", "zeros", "random"];
    const at = Math.max(0, names.indexOf(this.getAttribute("start") ?? "zeros"));
    this.label = `recorded: a 1 from ${names[at]}`;
    this.frames = race.frames.map((frame) => {
      const { data, shape } = planesAt(frame, race.shape, at);
      return { data: data as Float32Array, shape };
    });
    this.go(0);
  }

  private async runHere(): Promise<void> {
    const controller = (this.controller = new AbortController());
    const target = this.getAttribute("target") ?? "logit:3";
    this.say("the engine starts …");
    const engine = new Engine();
    const steps = Number(this.getAttribute("steps")) || undefined;
    const start = this.getAttribute("start");
    const flags: MaximizeFlags = { ...(steps && { steps }), ...(start !== null && { start: [start] }) };
    await engine.call("start", {});
    const model = await this.open(engine);
    await engine.call(
      "run",
      { id: "neuron", model, targets: [target], flags },
      {
        signal: controller.signal,
        onNews: (news) => {
          if (!("step" in news)) return;
          const { pictures, pictureShape, objective } = news.step;
          const { data, shape } = planesAt(pictures, pictureShape, 0);
          this.label = `${target}: ${formatNumber(objective[0]!, 4)}`;
          this.frames.push({ data: data as Float32Array, shape });
          if (this.frames.length === 1) this.go(0);
        },
      },
    );
  }

  private async open(engine: Engine): Promise<string> {
    const address = this.getAttribute("model");
    if (address === null) {
      const bytes = await readWithProgress(new URL(/* @vite-ignore */ "article.onnx.gz", import.meta.url).href);
      return (await engine.call("openArticle", { bytes })).id;
    }
    const bytes = await readWithProgress(address);
    const received = await engine.call("receive", { files: [{ path: address.split("/").at(-1)!, bytes }] });
    if (received.kind !== "model") throw new Error(`${address} is no model`);
    return received.model.id;
  }

  private go(step: number): void {
    const frame = this.frames[step];
    const [begun] = this.frames;
    if (!frame || !begun) return;
    this.step = step;
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now: Planes = frame;
    const isRaw = (this.getAttribute("view") ?? (frame.shape[0] === 1 ? "change" : "raw")) === "raw";
    const drawn = isRaw ? rawView(now) : changeView(now, begun, { map: isDark ? diverging.dark : diverging.light });
    const canvas = this.root.querySelector("canvas")!;
    [canvas.width, canvas.height] = [drawn.picture.width, drawn.picture.height];
    canvas.getContext("2d")!.putImageData(new ImageData(drawn.picture.data, canvas.width, canvas.height), 0, 0);
    this.slider.max = String(Math.max(1, this.frames.length - 1));
    this.slider.value = String(step);
    this.say(`${this.label} · step ${step}`);
  }

  private say(text: string): void {
    this.root.querySelector("output")!.textContent = text;
    this.root.querySelector("[role=img]")!.setAttribute("aria-label", text);
  }
}

if (!customElements.get("xstar-neuron")) customElements.define("xstar-neuron", XstarNeuron);
