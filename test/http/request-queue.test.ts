import { describe, expect, test } from "bun:test";
import { type ConnectionOf, RequestQueue } from "../../src/http/request-queue.ts";

/** A queue, and the names of the requests that were handled so far. */
class Asked {
  readonly handled: string[] = [];
  nowMs = 0;
  connectionOf: ConnectionOf = () => null;
  readonly queue = new RequestQueue(
    {
      connectionOf: (request) => this.connectionOf(request),
      isCheap: ({ url }) => url.endsWith("/cheap"),
      refuse: () => new Response("refused"),
    },
    () => this.nowMs,
  );

  /** One request is handled, then the event loop does not turn for some time. */
  static late(): Asked {
    const asked = new Asked();
    asked.ask("first");
    asked.holdLoop();
    return asked;
  }

  /** Lets time pass in which the event loop does not turn. */
  holdLoop(): void {
    this.nowMs += 60;
    // The first late request is handled at once: the loop may just have turned.
    this.queue.answer(new Request("http://localhost/"), () => new Response());
    this.nowMs += 60;
  }

  ask(name: string, isCheap = false): Response | Promise<Response> {
    const handle = () => {
      this.handled.push(name);
      return new Response(name);
    };
    return this.queue.answer(new Request(`http://localhost/${isCheap ? "cheap" : ""}`), handle);
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
    const asked = Asked.late();
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
    const asked = Asked.late();
    const others = ["list 1", "list 2"].map((name) => asked.ask(name));
    const names = Array.from({ length: 20 }, (_, index) => `cheap ${index}`);
    const cheap = names.map((name) => asked.ask(name, true));
    expect(await answersOf([...others, ...cheap])).toEqual(["list 1", "list 2", ...names]);
    expect(asked.handled).toEqual(["first", ...names.slice(0, 16), "list 1", ...names.slice(16), "list 2"]);
  });

  test("wait behind others that wait", async () => {
    const asked = Asked.late();
    const [one, two] = [asked.ask("second"), asked.ask("third")];
    await one;
    const late = asked.ask("fourth");
    await answersOf([two, late]);
    expect(asked.handled).toEqual(["first", "second", "third", "fourth"]);
  });

  test("are still answered after the handler of another one threw", async () => {
    const asked = Asked.late();
    const fail = () => {
      throw new Error("odd");
    };
    const thrown = asked.queue.answer(new Request("http://localhost/"), fail);
    const next = asked.ask("next");
    await expect(Promise.resolve(thrown)).rejects.toThrow("odd");
    expect(await answersOf([next])).toEqual(["next"]);
  });

  test("that waited came before they were handled", async () => {
    const asked = Asked.late();
    const before = asked.nowMs;
    let arrivedAt = 0;
    const answer = asked.queue.answer(new Request("http://localhost/"), (_, at) => {
      arrivedAt = at;
      return new Response();
    });
    asked.nowMs += 1;
    await answer;
    expect(arrivedAt).toBe(before);
  });

  test("of one connection that came in one piece do not wait, but not for ever", () => {
    const asked = new Asked();
    asked.connectionOf = () => "192.0.2.1 4711";
    asked.ask("first");
    for (let count = 0; count < 3; count += 1) {
      asked.holdLoop();
      expect(asked.ask(`request ${count}`)).toBeInstanceOf(Response);
    }
    for (let count = 0; count < 3; count += 1) asked.holdLoop();
    expect(asked.ask("last")).toBeInstanceOf(Promise);
  });

  test("are refused in turn where a thousand others wait", async () => {
    const asked = Asked.late();
    const others = Array.from({ length: 1000 }, (_, index) => asked.ask(`list ${index}`));
    const refused = asked.ask("one more");
    expect(asked.handled).toEqual(["first"]);
    expect(await answersOf([refused])).toEqual(["refused"]);
    const last = await answersOf(others.slice(-1));
    expect(last).toEqual(["list 999"]);
    expect(asked.handled).not.toContain("one more");
  });
});
