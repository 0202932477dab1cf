package io.cffs.daemon.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** Writes the script by which a shell completes commands and options. */
@Command(
        name = "completion",
        description = "Print a script for bash and zsh that completes commands and options.",
        footer = {"", "Example:", "  source <(cffs completion)"})
final class CompletionCommand implements Callable<Integer> {
    private final Surroundings around;

    CompletionCommand(Surroundings around) {
        this.around = around;
    }

    @Override
    public Integer call() {
        around.out().print(AutoComplete.bash("cffs", Main.commandLine(new String[] {"completion"}, around)));
        around.out().flush();
        return Exit.OK;
    }
}
