package io.cffs.daemon.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * The processes of functions whose clients are other processes. A function that has a mount name space with its client
 * is known by it, and nothing it starts can drop that by accident; one that shares the name space of a container is
 * known by the transaction id in its environment. Needs the right to look into other users' processes.
 *
 * <p>Helpers that the client itself runs beside the function (who feeds its standard input) are its children without
 * that mark in their environment; they live as long as the client does.
 */
final class HostProcesses {
    private static final int ROUNDS_MAX = 20;
    private static final long ROUND_WAIT_MILLIS = 500;

    private final Path proc;
    private final ProcessNumbers numbers;

    HostProcesses(Path proc) {
        this.proc = proc;
        this.numbers = new ProcessNumbers(proc);
    }

    /**
     * Whose processes.
     *
     * @param client its process id, as this process sees it
     * @param uid its user; what belongs to others is left alone unless that is root
     * @param namespace what its link {@code ns/mnt} says; null when others are in that name space too
     * @param clientIsGone then even its helpers are to end
     */
    record Family(long client, int uid, String namespace, String mark, boolean clientIsGone) {}

    /** What the mount name space of a process is called. */
    String namespaceOf(long pid) throws IOException {
        return Files.readSymbolicLink(proc.resolve(pid + "/ns/mnt")).toString();
    }

    /** The process that a thread belongs to. */
    int processOf(int thread) throws IOException {
        for (String line : Files.readAllLines(proc.resolve(thread + "/status"), StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("Tgid:")) {
                return Integer.parseInt(line.substring("Tgid:".length()).strip());
            }
        }
        throw new IOException("/proc does not tell whose thread " + thread + " is");
    }

    /** Asks them to end (TERM), or ends them (KILL). Waits for nothing. */
    void signal(Family family, boolean kill) {
        for (ProcessHandle process : find(family)) {
            if (kill) {
                process.destroyForcibly();
            } else {
                process.destroy();
            }
        }
    }

    /** Ends what is left and waits for it, bounded; false when something would not go. */
    boolean end(Family family) throws InterruptedException {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            List<ProcessHandle> left = find(family);
            if (left.isEmpty()) {
                return true;
            }
            left.forEach(ProcessHandle::destroyForcibly);
            for (ProcessHandle process : left) {
                await(process);
            }
        }
        return false;
    }

    private static void await(ProcessHandle process) throws InterruptedException {
        try {
            process.onExit().get(ROUND_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return; // looked at again in the next round
        }
    }

    List<ProcessHandle> find(Family family) {
        Predicate<Path> belongs = family.namespace() == null
                ? directory -> hasMark(directory, family.mark())
                : directory -> isIn(directory, family);
        List<ProcessHandle> found = new ArrayList<>();
        for (long pid : numbers.since(family.client())) {
            if (pid != family.client() && pid != ProcessHandle.current().pid()
                    && belongs.test(proc.resolve(Long.toString(pid)))) {
                ProcessHandle.of(pid).filter(ProcessHandle::isAlive).ifPresent(found::add);
            }
        }
        return found;
    }

    private boolean isIn(Path directory, Family family) {
        try {
            if (!Files.readSymbolicLink(directory.resolve("ns/mnt")).toString().equals(family.namespace())) {
                return false;
            }
            if (family.uid() != 0 && !Files.getAttribute(directory, "unix:uid").equals(family.uid())) {
                return false;
            }
            boolean child = Long.parseLong(statAfterName(directory)[1]) == family.client();
            return family.clientIsGone() || !child || hasMark(directory, family.mark());
        } catch (IOException e) {
            return false; // gone, or dead and not waited for
        }
    }

    private static boolean hasMark(Path directory, String mark) {
        try {
            byte[] environment = Files.readAllBytes(directory.resolve("environ"));
            return ("\0" + new String(environment, StandardCharsets.ISO_8859_1)).contains("\0" + mark + "\0");
        } catch (IOException e) {
            return false;
        }
    }

    /** State, parent, ... The name before them may hold anything, so it ends at the last parenthesis. */
    private static String[] statAfterName(Path directory) throws IOException {
        String stat = new String(Files.readAllBytes(directory.resolve("stat")), StandardCharsets.ISO_8859_1);
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    }
}
