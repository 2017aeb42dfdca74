import { describe, expect, test } from "vitest";
import type { Picture } from "../image/picture.js";
import { html, page } from "./html.js";
import { timeline, timelineScript } from "./timeline.js";

const picture = (value: number): Picture => ({
  width: 2,
  height: 3,
  data: new Uint8ClampedArray(24).fill(value),
});
const steps = [0, 1, 5];
const pictures = steps.map((step) => picture(step * 10));
const options = {
  steps,
  valueLabel: 'sure of "1"',
  bars: { changes: html`<i>changes</i>`, pictures: html`<i>pictures</i>` },
  panes: [
    {
      name: "from zeros",
      pictures,
      changes: { light: pictures, dark: pictures },
      values: ["0.1", "0.5", "0.9"],
      alt: "Brighter in the middle",
    },
  ],
};

describe("a timeline", () => {
  test("stands at its last step, or where it is told, where there are no scripts", () => {
    expect(timeline(options).text).toContain("--at:2;--last:2");
    expect(timeline(options).text).toMatch(/<strong [^>]*>0.9<\/strong>/);
    const early = timeline({ ...options, at: 1 }).text;
    expect(early).toMatch(/<strong [^>]*>0.5<\/strong>/);
    expect(early).toContain("<output>step 1</output>");
    expect(early).toContain('class="transport" hidden');
  });

  test("says what there is to see, and escapes what it is given", () => {
    const { text } = timeline(options);
    expect(text).toContain('aria-label="Brighter in the middle"');
    expect(text).toContain("sure of &#34;1&#34;");
  });

  test("has one strip of pictures for each view", () => {
    expect(timeline(options).text.match(/background-image:url\(data:image\/png/g)).toHaveLength(3);
  });

  test("has a script that a page can hold", () => {
    const text = page({ title: "t", description: "d", body: timeline(options), script: timelineScript });
    expect(() => new Function(timelineScript)).not.toThrow();
    expect(text.match(/<\/script>/g)).toHaveLength(2);
  });
});
