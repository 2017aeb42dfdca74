import { defineSchedule, type ScheduleDefinition } from "../define/define.js";

export const constant = defineSchedule({
  type: "constant",
  doc: "The same learning rate at every step",
  params: {},
  build: (_, { op }) => op.scalar(1),
});

/** Every schedule, by type. */
export const schedules: Readonly<Record<string, ScheduleDefinition<any>>> = { constant };
