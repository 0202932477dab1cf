package io.cffs.daemon.cli;

import io.cffs.daemon.host.ProcessNumbers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Processes that the function has started and left behind. They would go on reading and writing in the next attempt,
 * or in none, so they end with the function. They are known by the transaction id in their environment, by the
 * session that the function led, or by the mount name space where nobody but the function is in this process's own.
 */
final class Leftovers {
    /** Rounds of looking: a process may start another one while it is being ended. */
    private static final int ROUNDS_MAX = 20;
    private static final long ROUND_WAIT_MILLIS = 500;

    private final Path proc;
    private final ProcessNumbers numbers;
    private final String namespace;

    /** @param alone nobody but the function is in the mount name space of this process */
    Leftovers(Path proc, boolean alone) {
        this.proc = proc;
        this.numbers = new ProcessNumbers(proc);
        this.namespace = alone ? namespaceOf(proc.resolve("self")) : null;
    }

    /** Null when it cannot be known. */
    private static String namespaceOf(Path process) {
        try {
            return Files.readSymbolicLink(process.resolve("ns/mnt")).toString();
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * Ends what is left, and waits for it.
     *
     * @param leader the function's process id
     * @param mark {@code NAME=value} in the environment of everything it has started
     * @return how many were ended
     */
    int end(long leader, String mark) throws InterruptedException {
        int ended = 0;
        for (int round = 0; round < ROUNDS_MAX; round++) {
            List<ProcessHandle> left = find(leader, mark);
            if (left.isEmpty()) {
                break;
            }
            for (ProcessHandle process : left) {
                process.destroyForcibly();
            }
            for (ProcessHandle process : left) {
                await(process);
                ended++;
            }
        }
        return ended;
    }

    /** Those that still run. */
    List<ProcessHandle> find(long leader, String mark) {
        List<ProcessHandle> found = new ArrayList<>();
        for (long pid : numbers.since(leader)) {
            if (pid != leader && !isThisProcess(pid) && isMarked(pid, leader, mark)) {
                Optional<ProcessHandle> process = ProcessHandle.of(pid);
                process.filter(ProcessHandle::isAlive).ifPresent(found::add);
            }
        }
        return found;
    }

    /** The kernel also answers to the numbers of threads. */
    private boolean isThisProcess(long pid) {
        return pid == ProcessHandle.current().pid() || Files.exists(proc.resolve("self/task").resolve("" + pid));
    }

    private boolean isMarked(long pid, long leader, String mark) {
        Path directory = proc.resolve(Long.toString(pid));
        try {
            String[] stat = statAfterName(directory);
            boolean dead = stat[0].equals("Z") || stat[0].equals("X");
            // Children of this process that do not bear the mark are its own: who guards the function.
            boolean stranger = Long.parseLong(stat[1]) != ProcessHandle.current().pid();
            return !dead && (Long.parseLong(stat[3]) == leader || hasInEnvironment(directory, mark)
                    || namespace != null && stranger && namespace.equals(namespaceOf(directory)));
        } catch (IOException e) {
            return false; // gone, or somebody else's
        }
    }

    /**
     * State, parent, group, session, ... The name before them may hold anything, so it ends at the last parenthesis.
     */
    private static String[] statAfterName(Path directory) throws IOException {
        String stat = new String(Files.readAllBytes(directory.resolve("stat")), StandardCharsets.ISO_8859_1);
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }

    private static boolean hasInEnvironment(Path directory, String mark) throws IOException {
        String environment =
                "\0" + new String(Files.readAllBytes(directory.resolve("environ")), StandardCharsets.ISO_8859_1);
        return environment.contains("\0" + mark + "\0");
    }

    private static void await(ProcessHandle process) throws InterruptedException {
        try {
            process.onExit().get(ROUND_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // Looked at again in the next round.
            return;
        }
    }
}
