import { type Field, flag, number } from "../field.ts";

const days = 7;

/** When the request came, in UTC. */
export const timeFields: readonly Field[] = [
  number("time.hour", "Hour of the day in UTC, 0 to 23.", { read: ({ at }) => Math.floor(at / 3_600_000) % 24 }),
  number("time.minute", "Minute of the hour, 0 to 59.", { read: ({ at }) => Math.floor(at / 60_000) % 60 }),
  number("time.second", "Second of the minute, 0 to 59.", { read: ({ at }) => Math.floor(at / 1_000) % 60 }),
  number("time.weekday", "Day of the week in UTC: 1 Monday to 7 Sunday.", {
    // The epoch was a Thursday.
    read: ({ at }) => ((Math.floor(at / 86_400_000) + 3) % days) + 1,
  }),
  flag("time.weekend", "Saturday or Sunday in UTC.", {
    read: ({ at }) => (Math.floor(at / 86_400_000) + 3) % days >= 5,
  }),
];
