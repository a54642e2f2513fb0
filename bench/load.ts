/** How many requests a server answers in a second, asked over keep-alive connections that never wait. */
export interface Load {
  readonly port: number;
  /** One whole request, as it goes over the wire. */
  readonly request: string;
  /** The status of every answer. */
  readonly status: number;
  readonly connections: number;
  readonly seconds: number;
}

/**
 * Requests a second. Every answer must be as long as the first one, so that answers can be counted by their
 * bytes and the client costs little beside the server.
 */
export async function requestsPerSecond(load: Load): Promise<number> {
  const { port, request, connections, seconds } = load;
  const length = await answerLength(load);
  let answered = 0;
  let isOver = false;
  const open = await Promise.all(
    Array.from({ length: connections }, () => {
      let received = 0;
      return Bun.connect({
        hostname: "127.0.0.1",
        port,
        socket: {
          data(socket, chunk) {
            received += chunk.byteLength;
            if (received < length) return;
            received -= length;
            answered += 1;
            if (!isOver) socket.write(request);
          },
        },
      });
    }),
  );
  const startedAt = performance.now();
  for (const socket of open) socket.write(request);
  await Bun.sleep(seconds * 1000);
  isOver = true;
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  const counted = answered;
  for (const socket of open) socket.end();
  return counted / elapsedSeconds;
}

/** The bytes of one answer, which may come in several pieces. */
async function answerLength({ port, request, status }: Load): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let received = "";
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_, chunk) {
        received += chunk.toString("latin1");
        const [head = "", body] = received.split("\r\n\r\n", 2);
        if (body === undefined) return;
        if (!head.startsWith(`HTTP/1.1 ${status} `))
          reject(new Error(`not the answer that was to be measured: ${received}`));
        if (body.length === contentLength(head)) resolve(received.length);
      },
    },
  });
  socket.write(request);
  try {
    return await promise;
  } finally {
    socket.end();
  }
}

function contentLength(head: string): number {
  return Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
}
