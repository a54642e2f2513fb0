/** After that long without a byte a connection is closed; longer than the pauses of a client that works. */
export const IDLE_TIMEOUT_SECONDS = 30;

/** How long a listener that ends goes on with open requests. */
export const DRAIN_LIMIT_MS = 5000;

/** The same where there is no room for a new connection. Longer than a client needs that does not wait. */
export const CROWDED_DRAIN_LIMIT_MS = 250;
