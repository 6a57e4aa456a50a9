package dev.weirpool.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code weirpool completion}: has the shell complete commands and options. */
@Command(
        name = "completion",
        description = "Prints what bash or zsh needs to complete commands and options at the tab key.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(weirpool completion)                                   # this shell",
            "  weirpool completion > ~/.local/share/bash-completion/completions/weirpool"
        })
final class Completion implements Callable<Integer> {
    @Override
    public Integer call() {
        System.out.print(AutoComplete.bash("weirpool", Main.commandLine(new Main())));
        return ExitCode.DONE;
    }
}
