import { describe, expect, test } from "vitest";
import { createAxis } from "./axis.js";
import { barChart } from "./bar-chart.js";
import { lineChart } from "./line-chart.js";
import { matrixChart } from "./matrix-chart.js";

const labels = (...args: Parameters<typeof createAxis>) => createAxis(...args).ticks.map(({ label }) => label);

describe("axes", () => {
  test.each([
    ["linear", [0, 3], ["0", "1", "2", "3"]],
    ["linear", [-0.31, 0.42], ["−0.4", "−0.2", "0", "0.2", "0.4", "0.6"]],
    ["linear", [12_000, 60_000], ["0", "20000", "40000", "60000"]],
    ["log", [0.003, 2], ["0.001", "0.01", "0.1", "1", "10"]],
    ["log", [2, 30], ["2", "5", "10", "20", "50"]],
    ["nines", [0.2, 0.97], ["0", "0.5", "0.9", "0.99"]],
    ["nines", [0.95, 0.99997], ["0.9", "0.99", "0.999", "0.9999", "0.99999"]],
  ] as const)("%s from %j has the ticks %j", (scale, values, expected) => {
    expect(labels(scale, values)).toEqual(expected);
  });

  test("a tight axis ends at its values and keeps only the ticks between them", () => {
    const axis = createAxis("linear", [3, 47], true);
    expect([axis.position(3), axis.position(47)]).toEqual([0, 1]);
    expect(axis.ticks.map(({ label }) => label)).toEqual(["20", "40"]);
  });

  test("every value lies on its axis, whatever its size", () => {
    for (const values of [
      [1e-9, 3e-9],
      [1e12, 9e12],
      [-5, -4.999],
      [7, 7],
      [0, 0],
      [0.1, 0.3],
    ]) {
      const axis = createAxis("linear", values);
      expect(axis.ticks.length).toBeGreaterThanOrEqual(2);
      expect(axis.ticks.length).toBeLessThanOrEqual(8);
      expect(new Set(axis.ticks.map(({ label }) => label)).size).toBe(axis.ticks.length);
      for (const value of values) {
        expect(axis.position(value)).toBeGreaterThanOrEqual(-1e-9);
        expect(axis.position(value)).toBeLessThanOrEqual(1 + 1e-9);
      }
    }
  });

  test("nines are equally far apart, and certainty is as far as float32 can see", () => {
    const { position } = createAxis("nines", [0, 1]);
    expect(position(0.99) - position(0.9)).toBeCloseTo(position(0.999) - position(0.99), 9);
    expect(position(1)).toBe(1);
  });

  test("what a scale cannot show has no place", () => {
    expect(createAxis("log", [0.1, 0, 10]).position(0)).toBeNaN();
    expect(createAxis("nines", [0.5]).position(1.5)).toBeNaN();
    expect(createAxis("linear", [1, Number.NaN, 2]).position(Number.NaN)).toBeNaN();
    expect(labels("log", [])).not.toEqual([]);
  });
});

describe("line charts", () => {
  const options = {
    title: "Loss & accuracy",
    xLabel: "batch",
    yLabel: "loss",
    series: [
      {
        name: "<a>",
        points: [
          [0, 1],
          [1, Number.NaN],
          [2, 3],
          [3, 2],
        ] as const,
      },
      {
        name: "b",
        points: [
          [0, 0.5],
          [2, 0.99999],
        ] as const,
      },
    ],
  };
  const { text } = lineChart(options);

  test("have a name, a summary and a legend, all escaped", () => {
    expect(text).toContain("<figcaption>Loss &#38; accuracy</figcaption>");
    expect(text).toContain('role="img" aria-label="Line chart of loss by batch. &#60;a&#62;: from 1 to 2; b: from 0.5');
    expect(text.match(/<li>/g)).toHaveLength(2);
    expect(text).not.toMatch(/NaN|undefined|<a>/);
  });

  test("interrupt the line where there is no value", () => {
    const [first] = [...text.matchAll(/class="curve"[^>]*d="(M[^"]*)"/g)]
      .map(([, d]) => d!)
      .filter((d) => !d.includes("H44"));
    expect(first).toMatch(/^M[\d. ]+M[\d. ]+L[\d. ]+$/);
  });

  test("tell curves apart by dashes and marks, not only by colour", () => {
    const curves = [...text.matchAll(/stroke-dasharray="([^"]*)" d="M[\d.]+ [\d.]+[ML]/g)].map(([, dash]) => dash);
    expect(new Set(curves).size).toBe(2);
    expect(new Set([...text.matchAll(/class="mark"[^>]* d="([^"]*)"/g)].map(([, d]) => d)).size).toBe(2);
  });

  test("say all their numbers in a table with one row for each x", () => {
    const rows = [...text.matchAll(/<th scope="row">([^<]*)<\/th>([^]*?)<\/tr>/g)];
    expect(rows.map(([, x]) => x)).toEqual(["0", "1", "2", "3"]);
    expect(rows[2]![2]).toContain("<td>0.99999</td>");
  });

  test("shorten the table of a long series, keep its ends and say so", () => {
    const points = Array.from({ length: 1000 }, (_, i) => [i, i] as const);
    const long = lineChart({ ...options, series: [{ name: "a", points }] }).text;
    const rows = [...long.matchAll(/<th scope="row">(\d+)/g)].map(([, x]) => Number(x));
    expect([rows[0], rows.at(-1)]).toEqual([0, 999]);
    expect(rows.length).toBeLessThan(130);
    expect(long).toContain(`(${rows.length} of 1000 rows)`);
  });

  test("of nothing are still charts", () => {
    expect(lineChart({ ...options, series: [] }).text).toContain("</svg>");
    expect(lineChart({ ...options, series: [{ name: "a", points: [] }] }).text).toContain("a: no points");
  });
});

describe("matrix charts", () => {
  const options = { title: "m", rows: ["a", "b"], columns: ["c", "d"] };

  test("give each cell its number and a colour for both themes", () => {
    const { text } = matrixChart({
      ...options,
      values: [
        [1, -1],
        [-0.001, 0.5],
      ],
      kind: "diverging",
    });
    expect(
      [...text.matchAll(/<td style="background:(#\w+)[^>]*>([^<]*)</g)].map(([, color, number]) => [color, number]),
    ).toEqual([
      ["#b2182b", "1.00"],
      ["#2166ac", "−1.00"],
      ["#f6f6f7", "0.00"],
      ["#f4a582", "0.50"],
    ]);
    expect(text).toContain("light-dark(#b2182b,#ff9e4a)");
  });

  test("show counts as whole numbers, from the colour of the page to blue", () => {
    const { text } = matrixChart({
      ...options,
      values: [
        [10, 0],
        [Number.NaN, 5],
      ],
    });
    expect(
      [...text.matchAll(/<td style="(?:background:(#\w+))?[^>]*>([^<]*)</g)].map(([, color, number]) => [
        color,
        number,
      ]),
    ).toEqual([
      ["#2166ac", "10"],
      ["#f7f7f7", "0"],
      [undefined, "–"],
      ["#92c5de", "5"],
    ]);
  });

  test("write in white on dark cells and in black on light ones", () => {
    const { text } = matrixChart({ ...options, values: [[1, 0.2]] });
    expect([...text.matchAll(/;color:(#\w+);color:light-dark/g)].map(([, color]) => color)).toEqual(["#fff", "#000"]);
  });
});

describe("bar charts", () => {
  const bars = [
    { name: "1", value: 74.33 },
    { name: "2", value: 144.73 },
    { name: "<", value: 0 },
  ];
  const options = { title: "Which digit varies most?", nameLabel: "digit", valueLabel: "sum", bars };

  test("begin at zero and reach to the largest value", () => {
    const widths = [...barChart(options).text.matchAll(/width:([\d.]+)%/g)].map(([, width]) => Number(width));
    expect(widths).toEqual([51.36, 100, 0]);
  });

  test("may have a full bar of their own", () => {
    expect(barChart({ ...options, max: 289.46 }).text).toContain("width:50.00%");
  });

  test("mark the best by a star when asked", () => {
    expect(barChart({ ...options, isBestMarked: true }).text.match(/★/g)).toHaveLength(1);
    expect(barChart({ ...options, isBestMarked: true }).text).toMatch(/class="best">\s*<th scope="row">2</);
    expect(barChart(options).text).not.toContain("★");
  });
});

test("a logarithmic x axis leaves out a point at 0, its height too, but not from the table", () => {
  const points = [
    [0, -50],
    [1, 1],
    [10, 2],
    [1000, 3],
  ] as const;
  const chart = lineChart({ title: "t", xLabel: "step", yLabel: "y", xScale: "log", series: [{ name: "a", points }] });
  const text = String(chart);
  expect(text).not.toContain("NaN");
  const curve = /class="curve"[^>]* d="(M[^"]*)"/.exec(text)![1]!;
  expect(curve.match(/[ML]/g)).toHaveLength(3);
  expect(text).toContain('text-anchor="middle">100</text>');
  expect(text).not.toContain('text-anchor="end">−60</text>');
  expect(text).toMatch(/<th scope="row">0<\/th>\s*<td>−50<\/td>/);
});
