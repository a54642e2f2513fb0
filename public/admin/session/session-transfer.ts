import { randomName } from "./secret-halves.ts";

/*
 * A link that is opened in another tab takes the session along. The tab with the link makes a ticket, and puts it
 * into the address that is opened. The new tab shows it on a channel that is named after it, and gets the session
 * there. Nobody else can ask or listen: another page of the same origin does not know the ticket, which is random,
 * good once, and good for a minute. The secret is in the memory of both tabs alone.
 * https://html.spec.whatwg.org/multipage/web-messaging.html#broadcasting-to-other-browsing-contexts
 */

const TICKET_LIFE_MS = 60_000;

/** How long a new tab waits. The other tab may be busy. */
const ANSWER_MS = 5000;

/** The session that one tab sends to another. */
export interface SessionTransfer {
  readonly secret: string;
  /** Whether the tab stores the secret, so that a reload does not sign out. */
  readonly staysSignedIn: boolean;
  /** Names the tabs that were opened from one another. */
  readonly group: string;
}

/** At the end of an address, behind its query if it has one. */
const TICKET = /[?&]tab=([0-9a-f]{32})$/;

/** The address with a ticket, as `#/tokens/atok_1?tab=…`. */
export function withTicket(address: string, ticket: string): string {
  return `${address}${address.includes("?") ? "&" : "?"}tab=${ticket}`;
}

/** The ticket of an address, and the address without it. */
export function splitTicket(address: string): { readonly ticket: string | null; readonly address: string } {
  const [, ticket = null] = TICKET.exec(address) ?? [];
  return { ticket, address: address.replace(TICKET, "") };
}

/** Returns a new ticket. Sends the result of `current` to the first tab that shows the ticket. */
export function issueTicket(current: () => SessionTransfer | null): string {
  const ticket = randomName();
  const channel = channelOf(ticket);
  setTimeout(() => channel.close(), TICKET_LIFE_MS);
  channel.onmessage = () => {
    channel.postMessage(current());
    channel.close();
  };
  return ticket;
}

/** Shows a ticket to the tab that issued it. Returns null if no tab answers, or nobody is signed in there. */
export async function redeem(ticket: string): Promise<SessionTransfer | null> {
  const channel = channelOf(ticket);
  const { promise, resolve } = Promise.withResolvers<SessionTransfer | null>();
  const timer = setTimeout(() => resolve(null), ANSWER_MS);
  channel.onmessage = ({ data }: MessageEvent<SessionTransfer | null>) => resolve(data);
  channel.postMessage(null);
  const transfer = await promise;
  clearTimeout(timer);
  channel.close();
  return transfer;
}

function channelOf(ticket: string): BroadcastChannel {
  return new BroadcastChannel(`publisher.ticket.${ticket}`);
}
