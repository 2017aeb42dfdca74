import { labelsInMetadata, readModel } from "@xstar/core";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readCases } from "../testing/cases.js";
import { importTflite } from "./import.js";
import { pixelRange, readFacts } from "./metadata.js";

const text = (value: string) => new TextEncoder().encode(value);

describe("what a TFLite file tells besides its network", () => {
  const cases = readCases<{ name: string; file: string }>("tflite-operators.json.gz");
  const bytesOf = (name: string) => new Uint8Array(Buffer.from(cases.find((one) => one.name === name)!.file, "base64"));

  it("has labels in an archive behind the network", () => {
    const labelled = new Uint8Array(Buffer.concat([zipSync({ "labels.txt": text("cat\ndog\n") })]));
    expect(readFacts(labelled, undefined).labels).toEqual(["cat", "dog"]);
    expect(readFacts(bytesOf("CONV_2D"), undefined).labels).toBeUndefined();
  });

  it("keeps the labels in the ONNX file", () => {
    const network = bytesOf("CONV_2D");
    const archive = shifted(zipSync({ "labels.txt": text("cat\ndog") }, { level: 0 }), network.length);
    const { onnx, labels } = importTflite(new Uint8Array(Buffer.concat([network, archive])));
    expect(labels).toEqual(["cat", "dog"]);
    expect(labelsInMetadata(readModel(onnx))).toEqual(["cat", "dog"]);
  });

  it("says the range of its pixels by how they are quantized", () => {
    const { onnx } = importTflite(bytesOf("int8 throughout"));
    expect(readModel(onnx).metadata.get("Image.NominalPixelRange")).toBe("Normalized_1_1");
    expect(readModel(importTflite(bytesOf("CONV_2D")).onnx).metadata.size).toBe(0);
  });

  it.each([
    [0, 255, "NominalRange_0_255"],
    [-1, 0.992, "Normalized_1_1"],
    [0, 0.996, "Normalized_0_1"],
    [-2, 2.6, undefined],
  ] as const)("%d to %d is %s", (low, high, name) => {
    expect(pixelRange(low, high)).toBe(name);
  });
});

/** An archive whose places count from the start of the file that it is put behind, as TensorFlow Lite's tools do. */
function shifted(archive: Uint8Array, by: number): Uint8Array {
  const moved = archive.slice();
  const view = new DataView(moved.buffer);
  for (let at = 0; at + 4 <= moved.length; at++) {
    const signature = view.getUint32(at, true);
    if (signature === 0x02014b50) view.setUint32(at + 42, view.getUint32(at + 42, true) + by, true);
    if (signature === 0x06054b50) view.setUint32(at + 16, view.getUint32(at + 16, true) + by, true);
  }
  return moved;
}
