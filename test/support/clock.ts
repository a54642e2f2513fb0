import type { UnixMilliseconds, UnixSeconds } from "../../src/tokens/time.ts";

/** A clock that stands still until a test moves it, forwards or backwards. */
export class TestClock {
  nowMs: UnixMilliseconds = Date.parse("2026-06-01T12:00:00.500Z");

  /** The clock as the domain takes it. */
  readonly read = (): UnixMilliseconds => this.nowMs;

  get now(): UnixSeconds {
    return Math.floor(this.nowMs / 1000);
  }

  /** Goes to that second and so many milliseconds into it. */
  set(second: UnixSeconds, ms = 0): void {
    this.nowMs = second * 1000 + ms;
  }

  /** Moves by so many seconds; below zero is back. */
  step(seconds: number): void {
    this.nowMs += seconds * 1000;
  }
}
