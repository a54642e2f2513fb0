import { namesIn, targetOf, textOf } from "../proc-files.ts";

const TABLES = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
const OWN_DESCRIPTORS = "/proc/self/fd";

/** The state of a socket that listens. */
const LISTEN = "0A";

/**
 * Whether another process listens on an address and port on which this one does. Two programs of one user that start at
 * the same moment can both find the port free, and then share it. Only Linux shows that: proc_pid_net(5).
 */
export function isShared(port: number): boolean {
  const own = ownSockets();
  const listening = TABLES.flatMap(linesOf).filter(({ address }) => portOf(address) === port);
  const ours = listening.filter(({ inode }) => own.has(inode));
  const others = listening.filter(({ inode }) => !own.has(inode));
  return ours.some(({ address }) => others.some((other) => overlap(address, other.address)));
}

/** Whether two addresses of one port are the same, or one of the same family stands for all. */
function overlap(one: string, other: string): boolean {
  return one.length === other.length && (one === other || [one, other].some((each) => /^0+:/.test(each)));
}

interface Listening {
  /** The address and the port, in hexadecimal digits. */
  readonly address: string;
  readonly inode: string;
}

function linesOf(table: string): readonly Listening[] {
  return textOf(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === LISTEN)
    .map(([, address = "", , , , , , , , inode = ""]) => ({ address, inode }));
}

function portOf(address: string): number {
  return Number.parseInt(address.split(":")[1] ?? "", 16);
}

/** The inodes of the sockets of this process. */
function ownSockets(): ReadonlySet<string> {
  const links = namesIn(OWN_DESCRIPTORS).map((name) => targetOf(`${OWN_DESCRIPTORS}/${name}`));
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}
