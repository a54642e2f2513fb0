import { expect, test } from "bun:test";
import { CachedLookUps, type CommitSign } from "../../../../src/store/sqlite/look-ups/cached-look-ups.ts";
import { HeldSnapshot } from "../../../../src/store/sqlite/look-ups/held-snapshot.ts";
import { digestOf } from "../../../../src/tokens/secret/secret.ts";
import { newToken } from "../../../support/new-token.ts";
import { useEach, useStore } from "../../../support/store/use.ts";

const context = useStore();
const opened = useEach(() => new DisposableStack());

/** Look-ups that learn of commits from `commits` alone. */
function lookUps(commits: CommitSign, tokensMax?: number) {
  const snapshot = HeldSnapshot.open(context.directory.database);
  opened.defer(() => snapshot.close());
  const cached = new CachedLookUps(commits, snapshot, tokensMax);
  const descriptionOf = (id: string) => cached.find(digestOf(id))?.token.description;
  return { cached, descriptionOf };
}

/** Reports a commit whenever there was one, after it ran `before`. */
function signThatRuns(before: () => void): CommitSign {
  const connection = context.connect();
  const version = connection.query<{ data_version: number }, []>("PRAGMA data_version");
  let last: number | undefined;
  return {
    hasChanged() {
      before();
      const previous = last;
      last = version.get()?.data_version;
      return last !== previous;
    },
  };
}

function describeAll(description: string): void {
  context.connect().run("UPDATE token SET description = ?", [description]);
}

test("a commit just before the question, or just after it, is seen by the next look-up", async () => {
  await context.add(newToken("atok_1"));
  const steps = ["before the first question", "before the second", "before the third"];
  let asked = 0;
  const { descriptionOf } = lookUps(signThatRuns(() => describeAll(steps[asked++] ?? "later")));
  for (const step of steps) expect(descriptionOf("atok_1")).toBe(step);
  const after = signThatRuns(() => undefined);
  let isDescribed = false;
  const hasChanged = () => {
    const answer = after.hasChanged();
    if (!isDescribed) describeAll("after the question");
    isDescribed = true;
    return answer;
  };
  const late = lookUps({ hasChanged });
  late.descriptionOf("atok_1");
  expect(late.descriptionOf("atok_1")).toBe("after the question");
});

test("without a commit, tokens come from memory, and from the snapshot that is held", async () => {
  await context.add(newToken("atok_1"));
  await context.add(newToken("atok_2"));
  let isQuiet = false;
  const { cached, descriptionOf } = lookUps({ hasChanged: () => !isQuiet });
  describeAll("old");
  expect(descriptionOf("atok_1")).toBe("old");
  isQuiet = true;
  describeAll("new");
  expect([descriptionOf("atok_1"), descriptionOf("atok_2")]).toEqual(["old", "old"]);
  isQuiet = false;
  expect([descriptionOf("atok_1"), descriptionOf("atok_2")]).toEqual(["new", "new"]);
  expect(
    cached.findAll(["atok_2", "atok_3", "atok_1"].map(digestOf)).map((stored) => stored?.token.id),
  ).toEqual(["atok_2", undefined, "atok_1"]);
});

test("no more tokens stay in memory than may", async () => {
  for (const id of ["atok_1", "atok_2", "atok_3"]) await context.add(newToken(id));
  const { cached, descriptionOf } = lookUps({ hasChanged: () => false }, 2);
  const descriptions = () => ["atok_1", "atok_2", "atok_3"].map(descriptionOf);
  describeAll("old");
  expect(descriptions()).toEqual(["old", "old", "old"]);
  describeAll("new");
  cached.endSnapshot();
  expect(descriptions()).toEqual(["old", "old", "new"]);
});
