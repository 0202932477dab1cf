package io.cffs.daemon.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says which build this is. */
@Command(
        name = "version",
        description = "Say which build this is.",
        footer = {"", "Example:", "  cffs version --json"})
final class VersionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        String version = version();
        spec.commandLine().getOut().println(json
                ? "{\"cffs\":\"" + version + "\",\"java\":\"" + Runtime.version() + "\"}"
                : "cffs " + version + " (java " + Runtime.version() + ")");
        return Exit.OK;
    }

    static String version() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
