package io.cffs.daemon.cli;

import java.util.List;

/** What two runs of the same function have in common on their command lines. */
final class FunctionName {
    private FunctionName() {}

    /**
     * The program; where that is one of the system's, as {@code python3 order.py 17}, {@code sh -c SCRIPT} and
     * {@code git status}, with its first argument that is no option. The launcher's {@code host-client} says the same.
     */
    static String of(List<String> command) {
        StringBuilder name = new StringBuilder(command.getFirst());
        boolean complete = command.getFirst().contains("/");
        for (int i = 1; i < command.size() && !complete; i++) {
            complete = !command.get(i).startsWith("-");
            name.append(' ').append(command.get(i));
        }
        return name.toString();
    }
}
