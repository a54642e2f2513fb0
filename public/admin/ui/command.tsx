import { CopyButton } from "./copy-button.tsx";

interface CommandProps {
  readonly name: string;
  readonly line: string;
  /** The name of the copied text, as in `Copy command`. */
  readonly what?: string;
}

/** A command for a shell, to be copied. */
export function Command({ name, line, what = "command" }: CommandProps) {
  return (
    <div class="field">
      <div class="field-head">
        <h3>{name}</h3>
        <CopyButton text={line} what={what} kind="small" />
      </div>
      <pre class="code">{line}</pre>
    </div>
  );
}
