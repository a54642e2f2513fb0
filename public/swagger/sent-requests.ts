/** A request of Swagger UI, as far as it says how it is sent. */
interface SentRequest {
  readonly userFetch?: (url: string, options: RequestInit) => Promise<Response>;
}

const NO_ANSWER = "Publisher does not answer. Start it again, or check the connection.";

/** Lets this page send a request of Swagger UI. */
export function sentByPage<Sent extends object>(request: Sent): Sent & SentRequest {
  return { ...request, userFetch: answered };
}

/** Throws `NO_ANSWER` if no answer comes. Swagger UI itself would blame CORS, which plays no part here. */
async function answered(url: string, options: RequestInit): Promise<Response> {
  // Throws an error of its own for a request that no browser can send, such as a header with "…".
  const request = new Request(url, options);
  try {
    return await fetch(request);
  } catch (cause) {
    // Swagger UI shows the name of an error, too, unless it is empty.
    throw Object.assign(new Error(NO_ANSWER, { cause }), { name: "" });
  }
}
