import type { Check } from "./check.js";

/** Says what cannot be checked where pictures have no classes, or all the same. */
export const missingLabels: Check = {
  name: "labels",
  needsLabels: false,
  find({ observed }) {
    const classes = new Set(observed.labels.filter((label) => label !== null)).size;
    if (classes >= 2) return [];
    return [
      {
        check: "labels",
        severity: "warning",
        title:
          classes === 0
            ? "The pictures have no classes, so nothing can be said about right and wrong"
            : "All pictures are of one class, so nothing can be said about right and wrong",
        detail:
          "What needs no classes was checked: pictures that are there twice, units that do nothing, whether answers depend on other pictures.",
        advice: "Give one folder for each class, or a CSV or JSONL file of paths and labels",
        numbers: { classes },
      },
    ];
  },
};
