import type { Log } from "../log/log.ts";
import type { DataDirectory } from "../store/sqlite/file/data-directory.ts";
import { BackgroundCheck } from "./background-check.ts";
import { ConnectionLimit } from "./listening/connection-limit.ts";
import type { HttpServer } from "./listening/http-server.ts";
import { OpenFiles } from "./listening/open-files.ts";
import type { RevocationLogging } from "./revocation-logging.ts";
import type { ServedStore } from "./served-store.ts";
import { StoreRecovery } from "./store-recovery.ts";
import { UsageFlushing } from "./usage-flushing.ts";
import { WalTidying } from "./wal-tidying.ts";

/** The jobs of a server beside its requests. */
export class BackgroundJobs {
  readonly #check: BackgroundCheck | null;
  readonly #connectionLimit: ConnectionLimit | null;
  readonly #usageFlushing: UsageFlushing;
  readonly #walTidying: WalTidying;
  readonly #storeRecovery: StoreRecovery;
  readonly #revocations: RevocationLogging | null;

  constructor(opened: ServedStore, directory: DataDirectory, server: HttpServer, log: Log) {
    const { tokens, usage, store, checked } = opened;
    const onDamage = () => store.markDamaged();
    const files = OpenFiles.ofThisProcess();
    const clock = () => performance.now();
    this.#check = checked.isWhole ? null : BackgroundCheck.start({ directory, log, onDamage });
    this.#connectionLimit = files && new ConnectionLimit({ server, files, log, clock });
    this.#usageFlushing = new UsageFlushing(usage, log);
    this.#walTidying = new WalTidying(store, log);
    this.#storeRecovery = new StoreRecovery({ store, tokens }, log);
    this.#revocations = opened.revocations;
  }

  /** To be called before the listeners close: the limit would open them again. */
  stopConnectionLimit(): void {
    this.#connectionLimit?.stop();
  }

  /** Writes all that is only in memory, as far as possible. To be called once no request is under way. */
  async stop(): Promise<void> {
    this.#walTidying.stop();
    await this.#storeRecovery.stop();
    await this.#usageFlushing.stop();
    this.#check?.stop();
    this.#revocations?.stop();
  }
}
