import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { filesEnteredFrom } from "../testing/walk.js";

const source = fileURLToPath(new URL("../", import.meta.url));
const namesFrom = (file: string) => [...filesEnteredFrom(join(source, file))].map((one) => one.replaceAll("\\", "/"));

// decision 1 says what they are; what is needed later is imported where it is needed
test.each([
  { file: "cli/main.ts", most: 2 },
  { file: "cli/commands/maximize.ts", most: 202 },
  { file: "cli/run-maximize.ts", most: 299 },
])("$file enters at most $most files", ({ file, most }) => {
  expect(namesFrom(file).length).toBeLessThanOrEqual(most);
});

test.each(["results/src/pages/maximize-report", "xstar/src/run/many/", "xstar/src/article/", "import/src/"])(
  "a single run of an ONNX file does not enter %s",
  (part) => {
    expect(namesFrom("cli/run-maximize.ts").filter((file) => file.includes(part))).toEqual([]);
  },
);
