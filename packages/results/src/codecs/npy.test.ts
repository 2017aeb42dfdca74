import { type Tensor, tensor } from "@xstar/core";
import { describe, expect, test } from "vitest";
import { decodeNpy, encodeNpy } from "./npy.js";

const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);

/** A file as NumPy writes it, with any header. */
function npy(header: string, data: Uint8Array = new Uint8Array(), version = 1): Uint8Array {
  const head = `\x93NUMPY${String.fromCharCode(version)}\0${String.fromCharCode(header.length, 0)}${header}`;
  return Uint8Array.from([...Array.from(head, (character) => character.charCodeAt(0)), ...data]);
}

describe("NumPy files", () => {
  test.each(["float32", "float64", "int64", "int32", "uint8"] as const)("keep %s numbers and their shape", (dtype) => {
    const original = tensor(dtype, [0, 1, 2, 3, 100, 255], [2, 3]);
    expect(decodeNpy(encodeNpy(original))).toEqual(original);
  });

  test.each([
    [[], "()"],
    [[1], "(1,)"],
    [[1, 1], "(1, 1)"],
  ])("write the shape %j as NumPy does", (shape, tuple) => {
    const bytes = encodeNpy(tensor("uint8", [7], shape));
    expect(text(bytes.subarray(0, 8))).toBe("\x93NUMPY\x01\x00");
    expect(text(bytes)).toContain(`{'descr': '|u1', 'fortran_order': False, 'shape': ${tuple}, }`);
    expect((bytes.length - 1) % 64).toBe(0);
    expect(bytes.at(-2)).toBe(10);
    expect(decodeNpy(bytes).shape).toEqual(shape);
  });

  test("with no elements are fine", () => {
    const empty: Tensor = { dtype: "float32", shape: [0, 3], data: new Float32Array() };
    expect(decodeNpy(encodeNpy(empty))).toEqual(empty);
  });

  test("are read from the middle of a larger buffer", () => {
    const bytes = encodeNpy(tensor("float64", [1.5, 2.5]));
    const shifted = new Uint8Array([9, ...bytes, 9]).subarray(1, -1);
    expect(decodeNpy(shifted).data).toEqual(new Float64Array([1.5, 2.5]));
  });

  test("write only what is seen of a larger buffer", () => {
    const data = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
    expect(decodeNpy(encodeNpy({ dtype: "float32", shape: [2], data })).data).toEqual(new Float32Array([2, 3]));
  });

  test.each([
    ["other magic bytes", new Uint8Array([1, 2, 3]), "x.npy is not a NumPy file"],
    ["version 2", npy("{}", new Uint8Array(), 2), "x.npy has version 2 of the NumPy format"],
    ["a header that is none", npy("{'descr': '<f4'}"), "x.npy has a damaged header"],
    [
      "a header that is cut off",
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }").subarray(0, 40),
      "damaged header",
    ],
    ["Fortran order", npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }"), "x.npy is in Fortran order"],
    ["big-endian numbers", npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }"), "elements of type >f4"],
    [
      "missing numbers",
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", new Uint8Array(5)),
      "x.npy is cut off: it has 5 of the 8 bytes that its shape [2] needs",
    ],
  ])("with %s are refused", (_, bytes, message) => {
    expect(() => decodeNpy(bytes, "x.npy")).toThrow(
      expect.objectContaining({ code: "bad-data", message: expect.stringContaining(message) }),
    );
  });

  test("cannot hold strings", () => {
    expect(() => encodeNpy({ dtype: "string", shape: [1], data: ["a"] })).toThrow('not "string"');
  });
});
