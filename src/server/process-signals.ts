import { closeSync, openSync, readFileSync } from "node:fs";
import type { Log } from "../log/log.ts";

/** Each ends a process that does not handle it. */
type Signal = "SIGTERM" | "SIGINT" | "SIGHUP" | "SIGUSR1" | "SIGUSR2";

/** Ctrl+C reaches a program that a script started twice: from the terminal, and from the script, which passes it on. */
const SAME_SIGNAL_MS = 1000;

/**
 * Resolves with the first signal to stop; another, a second or more later, ends the process at once. SIGHUP stops a
 * server that a terminal started: it comes as that closes. Without a terminal it asks for a reload, as SIGUSR1 and
 * SIGUSR2 may. These are logged and change nothing.
 */
export function stopSignal(log: Log): Promise<Signal> {
  const hangup = hangupMeaning();
  ignore(hangup === "reload" ? ["SIGHUP", "SIGUSR1", "SIGUSR2"] : ["SIGUSR1", "SIGUSR2"], log);
  return firstOf(hangup === "stop" ? ["SIGTERM", "SIGINT", "SIGHUP"] : ["SIGTERM", "SIGINT"]);
}

function firstOf(signals: readonly Signal[]): Promise<Signal> {
  return new Promise((resolve) => {
    const stop = (signal: Signal) => {
      resolve(signal);
      setTimeout(stopHandling, SAME_SIGNAL_MS).unref();
    };
    const stopHandling = () => {
      for (const name of signals) process.off(name, stop);
    };
    for (const name of signals) process.on(name, stop);
  });
}

function ignore(signals: readonly Signal[], log: Log): void {
  const logIgnored = (signal: Signal) =>
    log.info({ signal }, "signal ignored: there are no settings to reload, and no log file to open again");
  for (const name of signals) process.on(name, logIgnored);
}

/** "nothing" under nohup, which ignores SIGHUP for the program that it starts: a handler would undo that. */
function hangupMeaning(): "stop" | "reload" | "nothing" {
  if (isHangupIgnored()) return "nothing";
  return hasTerminal() ? "stop" : "reload";
}

/** The lowest bit of the ignored signals is SIGHUP. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function isHangupIgnored(): boolean {
  try {
    const [, ignored = "0"] = /^SigIgn:\s*([\da-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    // Systems other than Linux have no such file. nohup leaves neither output on the terminal there.
    return !process.stdout.isTTY && !process.stderr.isTTY;
  }
}

/** Whether the process has a controlling terminal: only then /dev/tty opens. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
