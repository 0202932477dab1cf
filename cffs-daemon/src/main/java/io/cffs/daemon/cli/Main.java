package io.cffs.daemon.cli;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of the {@code cffs} command. */
@Command(
        name = "cffs",
        description = "Runs functions as transactions over a shared POSIX file tree.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {VersionCommand.class},
        footer = {"", "Example:", "  cffs run -- sh -c 'date >> log.txt; cat log.txt'"})
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its status. */
    public static void main(String[] arguments) {
        System.exit(run(arguments, new PrintWriter(System.out, true), new PrintWriter(System.err, true)));
    }

    /** Runs one command in this process; returns its exit status. Writes what people read to {@code out} and {@code err}. */
    static int run(String[] arguments, PrintWriter out, PrintWriter err) {
        CommandLine line = new CommandLine(new Main()).setOut(out).setErr(err);
        line.addSubcommand("completion", new AutoComplete.GenerateCompletion());
        return line.execute(arguments);
    }
}
