/** Runs `work` under the mask 0, which takes nothing away from the modes that a program asks for. */
export function withoutUmask<T>(work: () => T): T {
  const mask = process.umask(0);
  try {
    return work();
  } finally {
    process.umask(mask);
  }
}
