package io.cffs.daemon.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds out before anything is mounted that a program cannot be started, so that the sentence is ours and no
 * transaction was begun for it. What lies in the volume cannot be looked at yet and passes.
 */
final class Programs {
    private Programs() {}

    /**
     * @param word the first word of the command
     * @param searchPath the value of PATH; null when not set
     * @param root where the volume will be mounted
     * @throws Failure with the shell's statuses 126 and 127
     */
    static void require(String word, String searchPath, Path root) {
        if (word.isEmpty()) {
            throw new Failure(Exit.USAGE, "the command after -- is empty: name a program");
        }
        if (word.indexOf('/') >= 0) {
            Path program = Path.of(word);
            if (program.isAbsolute() && !program.startsWith(root)) {
                requireExecutable(program);
            }
            return;
        }
        for (String entry : (searchPath == null ? "/usr/bin:/bin" : searchPath).split(":", -1)) {
            Path directory = Path.of(entry);
            if (!directory.isAbsolute() || directory.startsWith(root)) {
                return; // depends on the volume
            }
            Path program = directory.resolve(word);
            if (Files.isExecutable(program) && !Files.isDirectory(program)) {
                return;
            }
        }
        throw new Failure(Exit.NOT_FOUND, word + ": no such command in PATH; nothing was run");
    }

    private static void requireExecutable(Path program) {
        if (!Files.exists(program)) {
            throw new Failure(Exit.NOT_FOUND, program + " does not exist; nothing was run");
        }
        if (Files.isDirectory(program) || !Files.isExecutable(program)) {
            throw new Failure(Exit.NOT_EXECUTABLE, program + " is not a program that can be executed; nothing was run");
        }
    }
}
