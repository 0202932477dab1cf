package io.cffs.daemon.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point of the {@code cffs} command. */
@Command(
        name = "cffs",
        description = "Runs functions as transactions over a shared POSIX file tree.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  cffs run -- sh -c 'date >> log.txt; cat log.txt'", "",
            "'cffs COMMAND --help' tells more. Every option --NAME can also be given as the variable CFFS_NAME."})
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    private boolean help;

    private static final OptionSpec HELP = OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .description("Show this help.")
            .build();

    private Main() {}

    /** Runs one command and ends the process with its status. */
    public static void main(String[] arguments) {
        System.exit(run(arguments, RealSurroundings.ofThisProcess()));
    }

    /** Runs one command in this process; returns its exit status. */
    static int run(String[] arguments, Surroundings around) {
        RunCommand plain = run(around);
        if (!PlainRun.fill(plain, arguments, around)) {
            return commandLine(arguments, around).execute(arguments);
        }
        try {
            return plain.call();
        } catch (Exception failure) {
            return new Sentences(around).failed(failure);
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command is given");
    }

    /** Describes only the command that is called: reading the annotations of all would cost every start its time. */
    static CommandLine commandLine(String[] arguments, Surroundings around) {
        CommandLine line = new CommandLine(new Main());
        Map<String, Supplier<Object>> commands = commands(around);
        String first = arguments.length == 0 ? "" : arguments[0];
        commands.forEach((name, command) -> {
            if (name.equals(first) || !commands.containsKey(first) || first.equals("completion")) {
                line.addSubcommand(name, command.get());
            }
        });
        line.getSubcommands().values().forEach(command -> command.getCommandSpec().addOption(HELP));
        Sentences sentences = new Sentences(around);
        line.setOut(around.out()).setErr(around.err());
        line.setParameterExceptionHandler(sentences).setExecutionExceptionHandler(sentences);
        line.setDefaultValueProvider(new OptionDefaults(around));
        // An argument of the function is the function's, even one that begins with '@' or looks like an option of ours.
        line.setExpandAtFiles(false);
        line.setStopAtPositional(true);
        CommandLine quota = line.getSubcommands().get("quota");
        if (quota != null) {
            quota.setStopAtPositional(false);
        }
        line.setUsageHelpWidth(100);
        return line;
    }

    private static RunCommand run(Surroundings around) {
        return new RunCommand(around, new VolumeMounts(around, new Backends(around)));
    }

    private static Map<String, Supplier<Object>> commands(Surroundings around) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        Backends backends = new Backends(around);
        commands.put("run", () -> run(around));
        commands.put("mount", () -> new MountCommand(around, new VolumeMounts(around, backends)));
        commands.put("umount", () -> new UmountCommand(around));
        commands.put("backend", () -> new BackendCommand(around, backends));
        commands.put("host", () -> new HostCommand(around, backends));
        commands.put("status", () -> new StatusCommand(around, backends));
        commands.put("quota", () -> new QuotaCommand(around, backends));
        commands.put("fsck", () -> new FsckCommand(around, backends));
        commands.put("version", VersionCommand::new);
        commands.put("completion", () -> new CompletionCommand(around));
        return commands;
    }
}
