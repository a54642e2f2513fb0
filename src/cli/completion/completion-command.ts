import { Argument, type Command } from "commander";
import { print } from "../../terminal/print.ts";
import { completionScript, SHELLS } from "./completion-scripts.ts";
import { placesOf } from "./completion-words.ts";

const INSTALLING = `
bash: add to ~/.bashrc:  source <(publisher completion bash)
zsh:  add to ~/.zshrc, after compinit:  source <(publisher completion zsh)
fish: run once:  publisher completion fish > ~/.config/fish/completions/publisher.fish`;

/** Adds `completion`, which knows every command of the program, also commands that are added later. */
export function addCompletion(program: Command, defaultCommand: string): void {
  program
    .command("completion")
    .description("print a script that lets a shell complete commands and flags with Tab")
    .addArgument(new Argument("<shell>", "your shell").choices(SHELLS))
    .addHelpText("after", INSTALLING)
    .action(async (shell: (typeof SHELLS)[number]) => {
      await print(completionScript(shell, placesOf(program, defaultCommand)));
    });
}
