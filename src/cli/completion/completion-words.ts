import type { Argument, Command, Option } from "commander";

/** What can stand in place of a value: one of these words, the path of a file, or something that no shell knows. */
export type Completable = readonly string[] | "path" | "unknown";

/** A word that can come next, and what it is. */
export interface Word {
  readonly word: string;
  readonly about: string;
}

export interface Flag extends Word {
  /** What follows the flag; null where nothing does. */
  readonly value: Completable | null;
}

/** What can follow one command. */
export interface Place {
  /** The words of the command, such as `token create`; empty for the program alone. */
  readonly command: string;
  readonly commands: readonly Word[];
  readonly flags: readonly Flag[];
  /** Its first argument; null where it has none. */
  readonly argument: Completable | null;
}

/** Every command of a program, with what can follow it. The flags of the default command can follow the program too. */
export function placesOf(program: Command, defaultCommand: string): readonly Place[] {
  const isDefault = (command: Command) => command.name() === defaultCommand;
  const [root, ...others] = placesFrom(program, "");
  const flags = program.commands.filter(isDefault).flatMap(flagsOf);
  return root === undefined ? [] : [{ ...root, flags: unique([...root.flags, ...flags]) }, ...others];
}

function placesFrom(command: Command, name: string): readonly Place[] {
  const [argument] = command.registeredArguments;
  const place: Place = {
    command: name,
    commands: command.commands.map((child) => ({ word: child.name(), about: child.description() })),
    flags: flagsOf(command),
    argument: argument === undefined ? null : completable(argument),
  };
  return [place, ...command.commands.flatMap((child) => placesFrom(child, `${name} ${child.name()}`.trim()))];
}

function flagsOf(command: Command): readonly Flag[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap((option) => (option.long ? [flagOf(option, option.long)] : []));
}

function flagOf(option: Option, word: string): Flag {
  const takesValue = option.required || option.optional;
  return { word, about: option.description, value: takesValue ? completable(option) : null };
}

/** The name between the angle brackets tells what a value is. */
function completable(taker: Option | Argument): Completable {
  if (taker.argChoices !== undefined) return taker.argChoices;
  const name = "flags" in taker ? (/[<[](\w+)/.exec(taker.flags)?.[1] ?? "") : taker.name();
  return ["path", "file"].includes(name.toLowerCase()) ? "path" : "unknown";
}

function unique(flags: readonly Flag[]): readonly Flag[] {
  return flags.filter(({ word }, index) => flags.findIndex((flag) => flag.word === word) === index);
}
