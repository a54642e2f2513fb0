import type { Argument, Command, Option } from "commander";

/** The possible values: one of these words, the path of a file, or a text that no shell knows. */
export type Completable = readonly string[] | "path" | "unknown";

/** A possible next word with its description. */
export interface Word {
  readonly word: string;
  readonly about: string;
}

export interface Flag extends Word {
  /** The value of the flag; null for a flag without one. */
  readonly value: Completable | null;
}

/** The possible next words after one command. */
export interface Place {
  /** The words of the command, such as `token create`; empty for the program alone. */
  readonly command: string;
  readonly commands: readonly Word[];
  readonly flags: readonly Flag[];
  /** Its first argument; null for none. */
  readonly argument: Completable | null;
}

/** Every command of a program with its next words. The program alone also has the flags of the default command. */
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

/** The description of a flag is that of the help, with its default and its variable. */
function flagsOf(command: Command): readonly Flag[] {
  const help = command.createHelp();
  return help.visibleOptions(command).flatMap((option) => {
    const { long, required, optional } = option;
    const value = required || optional ? completable(option) : null;
    return long ? [{ word: long, about: help.optionDescription(option), value }] : [];
  });
}

/** The kind of a value, by the name between its angle brackets. */
function completable(taker: Option | Argument): Completable {
  if (taker.argChoices !== undefined) return taker.argChoices;
  const name = "flags" in taker ? (/[<[](\w+)/.exec(taker.flags)?.[1] ?? "") : taker.name();
  return ["path", "file"].includes(name.toLowerCase()) ? "path" : "unknown";
}

function unique(flags: readonly Flag[]): readonly Flag[] {
  return flags.filter(({ word }, index) => flags.findIndex((flag) => flag.word === word) === index);
}
