package io.cffs.daemon.cli;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the arguments of {@code cffs run} without picocli when there is nothing special about them: describing the
 * command from its annotations and parsing with it is a third of what a start costs. Whatever it does not know for
 * certain, help and mistakes above all, it leaves to picocli, which then says what there is to say.
 */
final class PlainRun {
    /** Options whose variables may be set. */
    private static final List<String> FROM_VARIABLES = List.of("--store", "--backend", "--volume");
    private static final List<String> VARIABLES_OF_OTHERS = List.of("CFFS_MOUNT", "CFFS_CWD", "CFFS_RETRIES",
            "CFFS_TIMEOUT", "CFFS_READ_ONLY", "CFFS_INVOCATION_ID", "CFFS_HOLD_OUTPUT", "CFFS_JSON", "CFFS_HOST",
            "CFFS_KEEP", "CFFS_IN_PROCESS", "CFFS_HELP");

    private PlainRun() {}

    /**
     * Fills in a command.
     *
     * @param command as it was made; left half filled in when the answer is no
     * @return whether picocli would have made the same of the arguments
     */
    static boolean fill(RunCommand command, String[] arguments, Surroundings around) {
        if (arguments.length == 0 || !arguments[0].equals("run")) {
            return false;
        }
        for (String variable : VARIABLES_OF_OTHERS) {
            if (around.variable(variable) != null) {
                return false;
            }
        }
        Set<String> given = new HashSet<>();
        int at = 1;
        while (at < arguments.length && arguments[at].startsWith("-") && !arguments[at].equals("--")) {
            String argument = arguments[at++];
            int sign = argument.indexOf('=');
            String option = sign < 0 ? argument : argument.substring(0, sign);
            if (!given.add(option)) {
                return false;
            }
            if (sign < 0 && command.takeFlag(option)) {
                continue;
            }
            String value = sign >= 0 ? argument.substring(sign + 1) : at < arguments.length ? arguments[at++] : "";
            if (!isPlain(value) || !command.take(option, value)) {
                return false;
            }
        }
        for (String option : FROM_VARIABLES) {
            String value = around.variable(OptionDefaults.variableOf(option));
            if (value != null && !given.contains(option) && !(isPlain(value) && command.take(option, value))) {
                return false;
            }
        }
        boolean marked = at < arguments.length && arguments[at].equals("--");
        List<String> rest = List.copyOf(Arrays.asList(arguments).subList(marked ? at + 1 : at, arguments.length));
        return !rest.isEmpty() && (marked || !rest.contains("--")) && command.takeCommand(rest);
    }

    private static boolean isPlain(String value) {
        return !value.isEmpty() && value.charAt(0) != '-' && value.charAt(0) != '"';
    }
}
