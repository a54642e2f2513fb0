/**
 * A process of its own with clients that open a connection for each request and read the whole answer. Says `ready` on
 * stdout after the first answers, and goes on until stdin ends.
 */
const CLIENTS = 4;

const [port = "", request = ""] = process.argv.slice(2);
let isOver = false;
let answers = 0;

/** Resolves once the server has closed the connection, or cannot be reached. */
function ask(): Promise<void> {
  return new Promise((resolve) => {
    const answered = () => {
      answers += 1;
      if (answers === CLIENTS) process.stdout.write("ready\n");
      resolve();
    };
    const socket = { data: () => undefined, close: answered, error: () => resolve() };
    const opened = Bun.connect({ hostname: "127.0.0.1", port: Number(port), socket });
    opened.then(
      (connection) => connection.write(request),
      () => resolve(),
    );
  });
}

async function askOn(): Promise<void> {
  while (!isOver) await ask();
}

const clients = Array.from({ length: CLIENTS }, askOn);
for await (const _ of process.stdin);
isOver = true;
await Promise.all(clients);
