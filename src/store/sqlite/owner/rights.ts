const ROOT = 0;

/** A user and a group of the system. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives this process of root the rights of another user. Returns a function that takes back the rights of root. Throws
 * where the system does not let this process change its user.
 */
export function takeRightsOf({ uid, gid }: Identity): () => void {
  const groups = process.getgroups?.() ?? [];
  const group = process.getegid?.() ?? ROOT;
  const giveBack = () => {
    process.seteuid?.(ROOT);
    process.setegid?.(group);
    process.setgroups?.(groups);
  };
  try {
    process.setgroups?.([]);
    process.setegid?.(gid);
    process.seteuid?.(uid);
    return giveBack;
  } catch (error) {
    giveBack();
    throw error;
  }
}
