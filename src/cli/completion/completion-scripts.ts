import type { Completable, Flag, Place, Word } from "./completion-words.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

type Shell = (typeof SHELLS)[number];

/** The script for a shell that completes the command line of Publisher. */
export function completionScript(shell: Shell, places: readonly Place[]): string {
  return SCRIPTS[shell](places);
}

const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = { bash, zsh, fish };

/** For bash 3.2 and later, without the package bash-completion. `=` is a word of its own there. */
function bash(places: readonly Place[]): string {
  return `# Completion of publisher for bash. Run: source <(publisher completion bash)
_publisher() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} at= i IFS=$'\\n'
  if [[ $current == = ]]; then current=
  elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${commandPattern(places)}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$at $before" in
${flagValues(places, bashValue)}
  esac
  case "$at" in
${places.map((place) => `    ${quoted(start(place))}) ${bashNext(place)} ;;`).join("\n")}
  esac
}
complete -F _publisher publisher
`;
}

function bashValue(value: Completable): string {
  if (value === "unknown") return "return";
  if (value === "path") return `${BASH_PATHS}; return`;
  return `${bashWords(value)}; return`;
}

const BASH_PATHS = 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current"))';

function bashWords(words: readonly string[]): string {
  return `COMPREPLY=($(compgen -W ${quoted(words.join("\n"))} -- "$current"))`;
}

function bashNext(place: Place): string {
  const words = bashWords(wordsAt(place).map(({ word }) => word));
  return place.argument === "path" ? `if [[ $current == -* ]]; then ${words}; else ${BASH_PATHS}; fi` : words;
}

function zsh(places: readonly Place[]): string {
  return `#compdef publisher
# Completion of publisher for zsh. Run: source <(publisher completion zsh)
_publisher() {
  local at= before=\${words[CURRENT - 1]} i
  local -a choices
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      ${commandPattern(places)}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at $before" in
${flagValues(places, zshValue)}
  esac
  case "$at" in
${places.map((place) => `    ${quoted(start(place))}) ${zshNext(place)} ;;`).join("\n")}
  esac
}
if [[ $funcstack[1] == _publisher ]]; then _publisher "$@"; else compdef _publisher publisher; fi
`;
}

function zshValue(value: Completable): string {
  if (value === "unknown") return "return";
  return value === "path" ? "_files; return" : `compadd -- ${value.map(quoted).join(" ")}; return`;
}

function zshNext(place: Place): string {
  const choices = wordsAt(place).map(({ word, about }) => quoted(`${word.replaceAll(":", "\\:")}:${about}`));
  const words = `choices=(${choices.join(" ")}); _describe -V publisher choices`;
  return place.argument === "path" ? `${words}; _files` : words;
}

function fish(places: readonly Place[]): string {
  return `# Completion of publisher for fish. Run: publisher completion fish | source
function __publisher_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${commands(places).map(fishQuoted).join(" ")}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
complete -c publisher -f
${places.flatMap(fishLines).join("\n")}
`;
}

function fishLines(place: Place): readonly string[] {
  const here = `complete -c publisher -n ${fishQuoted(`__publisher_at ${fishQuoted(start(place))}`)}`;
  const { argument } = place;
  return [
    ...[...place.commands, ...choicesOf(argument)].map(
      ({ word, about }) => `${here} -a ${fishQuoted(word)} -d ${fishQuoted(about)}`,
    ),
    ...(argument === "path" ? [`${here} -F`] : []),
    ...place.flags.map(
      ({ word, about, value }) => `${here} -l ${word.slice(2)}${fishValue(value)} -d ${fishQuoted(about)}`,
    ),
  ];
}

function fishValue(value: Completable | null): string {
  if (value === null) return "";
  if (value === "unknown") return " -x";
  return value === "path" ? " -r -F" : ` -x -a ${fishQuoted(value.join(" "))}`;
}

/** Every possible next word that is no value of a flag. */
function wordsAt({ commands, flags, argument }: Place): readonly Word[] {
  return [...commands, ...choicesOf(argument), ...flags];
}

function choicesOf(argument: Completable | null): readonly Word[] {
  return typeof argument === "object" && argument !== null
    ? argument.map((word) => ({ word, about: "" }))
    : [];
}

function commands(places: readonly Place[]): readonly string[] {
  return places.filter(({ command }) => command !== "").map(start);
}

function commandPattern(places: readonly Place[]): string {
  return commands(places).map(quoted).join("|");
}

/** A command as the scripts build it, word by word with a space before each. */
function start({ command }: Place): string {
  return command === "" ? "" : ` ${command}`;
}

/** The completion of values, a line of a `case` for each flag with a value. */
function flagValues(places: readonly Place[], follow: (value: Completable) => string): string {
  const lines = places.flatMap((place) =>
    place.flags.flatMap(({ word, value }: Flag) =>
      value === null ? [] : [`    ${quoted(`${start(place)} ${word}`)}) ${follow(value)} ;;`],
    ),
  );
  return lines.join("\n");
}

/** One word of bash or zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** One word of fish: https://fishshell.com/docs/current/language.html#quotes */
function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
