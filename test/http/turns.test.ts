import { describe, expect, test } from "bun:test";
import { arrivalOf, Turns } from "../../src/http/turns.ts";

/** Requests, and which of them were handled so far. */
class Asked {
  readonly handled: string[] = [];
  #nowMs = 0;
  readonly turns = new Turns(() => this.#nowMs);

  /** As if the event loop had not turned for longer than requests are answered at once. */
  holdLoop(): void {
    this.#nowMs += 20;
  }

  ask(name: string, isCheap = false, signal = new AbortController().signal): Response | Promise<Response> {
    return this.turns.answer(new Request("http://localhost/", { signal }), isCheap, () => {
      this.handled.push(name);
      return new Response(name);
    });
  }
}

async function answersOf(answers: readonly (Response | Promise<Response>)[]): Promise<readonly string[]> {
  return await Promise.all(answers.map(async (answer) => await (await answer).text()));
}

describe("requests", () => {
  test("are answered at once while the event loop turns", async () => {
    const asked = new Asked();
    for (let count = 0; count < 3; count += 1) {
      expect(asked.ask(`request ${count}`)).toBeInstanceOf(Response);
      await Bun.sleep(0);
    }
    expect(asked.handled).toHaveLength(3);
  });

  test("wait once the loop has not turned, and are answered after other work of the loop", async () => {
    const asked = new Asked();
    asked.ask("first");
    asked.holdLoop();
    let handledBefore: readonly string[] = [];
    setImmediate(() => {
      handledBefore = [...asked.handled];
    });
    const waiting = asked.ask("second");
    expect(waiting).toBeInstanceOf(Promise);
    expect(await answersOf([waiting])).toEqual(["second"]);
    expect(handledBefore).toEqual(["first"]);
    // Longer than the loop needs for its sign.
    await Bun.sleep(50);
    expect(asked.ask("third")).toBeInstanceOf(Response);
  });

  test("that are cheap are answered before others, and in each turn there is one other", async () => {
    const asked = new Asked();
    asked.ask("first");
    asked.holdLoop();
    const others = ["list 1", "list 2"].map((name) => asked.ask(name));
    const names = Array.from({ length: 20 }, (_, index) => `cheap ${index}`);
    const cheap = names.map((name) => asked.ask(name, true));
    expect(await answersOf([...others, ...cheap])).toEqual(["list 1", "list 2", ...names]);
    expect(asked.handled).toEqual(["first", ...names.slice(0, 16), "list 1", ...names.slice(16), "list 2"]);
  });

  test("wait behind others that wait", async () => {
    const asked = new Asked();
    asked.ask("first");
    asked.holdLoop();
    const [one, two] = [asked.ask("second"), asked.ask("third")];
    await one;
    const late = asked.ask("fourth");
    await answersOf([two, late]);
    expect(asked.handled).toEqual(["first", "second", "third", "fourth"]);
  });

  test("go on to be answered after one whose handler throws", async () => {
    const turns = new Turns(() => nowMs);
    let nowMs = 0;
    const request = new Request("http://localhost/");
    turns.answer(request, false, () => new Response("first"));
    nowMs += 20;
    const thrown = turns.answer(request, false, () => {
      throw new Error("odd");
    });
    const next = turns.answer(request, false, () => new Response("next"));
    await expect(Promise.resolve(thrown)).rejects.toThrow("odd");
    expect(await answersOf([next])).toEqual(["next"]);
  });

  test("that waited came before they were handled", async () => {
    const asked = new Asked();
    asked.ask("first");
    asked.holdLoop();
    const request = new Request("http://localhost/");
    const before = performance.now();
    let handledAt = 0;
    let cameAt = 0;
    await asked.turns.answer(request, false, () => {
      [handledAt, cameAt] = [performance.now(), arrivalOf(request)];
      return new Response();
    });
    expect(cameAt).toBeGreaterThanOrEqual(before);
    expect(cameAt).toBeLessThan(handledAt);
  });

  test("of clients that left meanwhile are not handled", async () => {
    const asked = new Asked();
    const client = new AbortController();
    asked.ask("first");
    asked.holdLoop();
    const [left, stays] = [asked.ask("second", false, client.signal), asked.ask("third")];
    client.abort();
    await Promise.all([left, stays]);
    expect(asked.handled).toEqual(["first", "third"]);
  });
});
