package io.cffs.daemon.cli;

import io.cffs.backend.store.StoreDirectory;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Connects to the backend of a store, and starts one when there is none.
 *
 * <p>Functions that start together all find no backend. One of them gets the lock and starts it, the others wait for
 * the lock and then connect. A backend that is just going away for want of work refuses or hangs up: then the same
 * begins again, a bounded number of times.
 */
final class BackendStarter {
    /** For a store that was left in the middle of something and replays its log. */
    static final long START_NANOS_MAX = 60_000_000_000L;
    private static final long LOCK_NANOS_MAX = START_NANOS_MAX + 10_000_000_000L;
    private static final long POLL_NANOS = 5_000_000L;
    private static final long LOG_BYTES_MAX = 1024 * 1024;
    private static final int LOG_TAIL_BYTES = 4096;

    private final Surroundings around;
    private final Connector connector;
    private final BackendCommandLine commandLine;

    /** Connects to an address. */
    interface Connector {
        /** @throws BackendException UNREACHABLE or CLOSED when nobody listens there, or not for long any more */
        BackendPort connect(String address);
    }

    /** The words that start a backend process. */
    interface BackendCommandLine {
        List<String> of(StorePlaces places);
    }

    BackendStarter(Surroundings around, Connector connector, BackendCommandLine commandLine) {
        this.around = around;
        this.connector = connector;
        this.commandLine = commandLine;
    }

    /** The caller closes what it gets. */
    BackendPort connect(StorePlaces places) throws InterruptedException {
        BackendPort running = tryConnect(places);
        if (running != null) {
            return running;
        }
        try {
            StoreDirectory.requireStoreOrEmpty(places.store());
            Files.createDirectories(places.store());
            try (FileChannel channel = FileChannel.open(places.startLock(), StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
                    FileLock lock = lock(channel, places)) {
                assert lock.isValid();
                running = tryConnect(places);
                return running == null ? start(places) : running;
            }
        } catch (IOException e) {
            throw new Failure(Exit.UNAVAILABLE, "cannot use " + places.store() + " as a store: "
                    + Sentences.sentenceOf(e)
                    + "; name another directory with --store", e);
        }
    }

    private BackendPort tryConnect(StorePlaces places) {
        if (!Files.exists(places.socket())) {
            return null;
        }
        try {
            return connector.connect(places.address());
        } catch (BackendException e) {
            if (e.kind() == BackendException.Cause.UNREACHABLE || e.kind() == BackendException.Cause.CLOSED) {
                return null; // left behind by a backend that was killed, or about to go
            }
            throw e;
        }
    }

    private FileLock lock(FileChannel channel, StorePlaces places) throws IOException, InterruptedException {
        long giveUpNanos = around.ticker().monotonicNanos() + LOCK_NANOS_MAX;
        for (;;) {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
            if (around.ticker().monotonicNanos() - giveUpNanos >= 0) {
                throw new Failure(Exit.UNAVAILABLE, "another process has been starting the backend of " + places.store()
                        + " for " + TimeUnit.NANOSECONDS.toSeconds(LOCK_NANOS_MAX) + " s: look at " + places.log());
            }
            around.pause().nanos(POLL_NANOS);
        }
    }

    private BackendPort start(StorePlaces places) throws IOException, InterruptedException {
        long logStart = cutLog(places.log());
        Process process = spawn(places);
        long giveUpNanos = around.ticker().monotonicNanos() + START_NANOS_MAX;
        while (around.ticker().monotonicNanos() - giveUpNanos < 0) {
            BackendPort started = tryConnect(places);
            if (started != null) {
                return started;
            }
            if (!process.isAlive()) {
                throw failed(process.exitValue(), places, logStart);
            }
            around.pause().nanos(POLL_NANOS);
        }
        process.destroy();
        throw new Failure(Exit.UNAVAILABLE, "the backend of " + places.store() + " did not start within "
                + TimeUnit.NANOSECONDS.toSeconds(START_NANOS_MAX) + " s: look at " + places.log());
    }

    private Process spawn(StorePlaces places) throws IOException {
        List<String> words = new ArrayList<>(List.of("setsid"));
        String outer = around.variable(FunctionEnvironment.OUTER_NAMESPACE_FD);
        if (outer != null) {
            words.addAll(List.of("nsenter", "--mount=/proc/" + ProcessHandle.current().pid() + "/fd/" + outer, "--"));
        }
        words.addAll(commandLine.of(places));
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(places.store().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(places.log().toFile()));
        strip(builder.environment());
        return builder.start();
    }

    /** The options of the function that happens to be first are not the backend's. */
    static void strip(Map<String, String> environment) {
        FunctionEnvironment.restore(environment);
        environment.keySet().removeIf(name -> name.startsWith("CFFS_") && !name.equals("CFFS_JAVA_HOME")
                && !name.equals("CFFS_HEAP") && !name.equals("CFFS_DEBUG"));
    }

    private static long cutLog(Path log) throws IOException {
        if (Files.exists(log) && Files.size(log) > LOG_BYTES_MAX) {
            Files.delete(log);
        }
        return Files.exists(log) ? Files.size(log) : 0;
    }

    /** The backend has said its own sentence, in its log; it is the reason here too. */
    private static Failure failed(int status, StorePlaces places, long logStart) throws IOException {
        String said = tail(places.log(), logStart);
        String sentence = said.lines().filter(line -> line.startsWith("cffs: ")).reduce((first, last) -> last)
                .map(line -> line.substring("cffs: ".length()))
                .orElse("the backend of " + places.store() + " ended with status " + status + ": look at "
                        + places.log());
        int own = status == Exit.USAGE || status == Exit.BAD_STORE ? status : Exit.UNAVAILABLE;
        return new Failure(own, sentence);
    }

    private static String tail(Path log, long from) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(from, file.length() - LOG_TAIL_BYTES));
            byte[] bytes = new byte[(int) (file.length() - file.getFilePointer())];
            file.readFully(bytes);
            return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
