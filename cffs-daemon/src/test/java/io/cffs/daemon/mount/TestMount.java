package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.daemon.buffer.FrameBuffer;
import io.cffs.daemon.cache.CacheLimits;
import io.cffs.daemon.cache.KeptFootprints;
import io.cffs.daemon.cache.MemoryBlockCache;
import io.cffs.daemon.cache.RealTicker;
import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.daemon.content.ContentFiles;
import io.cffs.daemon.fuse.MountAdapter;
import io.cffs.daemon.session.AttemptTicket;
import io.cffs.daemon.session.Attempts;
import io.cffs.daemon.session.Invocation;
import io.cffs.daemon.session.Staging;
import io.cffs.fuse.mount.MountOptions;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.Mutation;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.WriteLimits;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A real mount in this process whose files only other processes touch: a process that uses its own mount can wait for
 * itself.
 */
final class TestMount implements AutoCloseable {
    private static final SplittableRandom DICE = new SplittableRandom(7);
    private static final long MIB = 1024 * 1024;

    /** All bytes travel in the request: tests write little. */
    static final Staging INLINE = (transaction, ticket) -> run -> {
        byte[] bytes = new byte[(int) run.lengthBytes()];
        transaction.readDirty(run, 0, ByteBuffer.wrap(bytes));
        return List.of(new Mutation.FileBytes.Inline(Bytes.owning(bytes)));
    };

    static final Ticker CLOCK = new RealTicker();

    final Path root;
    final MountedVolume volume;
    private final FrameBuffer frames;
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private AttemptTicket ticket;

    TestMount(BackendPort backend, Path root, CommitMode mode) throws IOException {
        this(backend, root, mode, MountAdapter.Users.ONE);
    }

    TestMount(BackendPort backend, Path root, CommitMode mode, MountAdapter.Users users) throws IOException {
        this(backend, root, mode, users, null);
    }

    TestMount(BackendPort backend, Path root, CommitMode mode, MountAdapter.Users users, ContentFiles contents)
            throws IOException {
        this(backend, root, mode, users, contents, null);
    }

    TestMount(BackendPort backend, Path root, CommitMode mode, MountAdapter.Users users, ContentFiles contents,
            KeptFootprints footprints) throws IOException {
        this(backend, root, mode, users, contents, footprints, TransactionOptions.DEFAULT);
    }

    /** One whose transactions may grow only so large. */
    TestMount(BackendPort backend, Path root, CommitMode mode, WriteLimits limits) throws IOException {
        this(backend, root, mode, MountAdapter.Users.ONE, null, null,
                new TransactionOptions(false, false, true, limits));
    }

    private TestMount(BackendPort backend, Path root, CommitMode mode, MountAdapter.Users users,
            ContentFiles contents, KeptFootprints footprints, TransactionOptions options) throws IOException {
        this.root = root;
        Files.createDirectories(root);
        frames = new FrameBuffer(32 * MIB, 256 * MIB, root.getParent());
        MountSettings settings = new MountSettings(
                MountOptions.at(root)
                        .withAllowOther(users != MountAdapter.Users.ONE)
                        .withDefaultPermissions(users == MountAdapter.Users.KERNEL_CHECKED),
                new VolumeIdentity(1, 2),
                new MemoryBlockCache(16 * MIB), contents, new CacheLimits(8 * MIB, 8 * MIB, 8, 200), footprints, frames,
                INLINE,
                options, mode, Duration.ofMillis(50), Duration.ofSeconds(10), Path.of("/proc"),
                CLOCK, TestMount::nextLong, background, Thread.ofPlatform().daemon().factory());
        volume = MountedVolume.open(backend, VolumeName.DEFAULT, settings);
    }

    /** Skips the test where this process may not mount. */
    static void assumeMountsWork() {
        assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no access to /dev/fuse");
    }

    private static long nextLong() {
        synchronized (DICE) {
            return DICE.nextLong();
        }
    }

    AttemptTicket begin() {
        return begin(Invocation.anonymous());
    }

    AttemptTicket beginReadOnly() {
        return begin(new Invocation(null, true, CommitTs.ZERO, Long.MAX_VALUE));
    }

    private AttemptTicket begin(Invocation invocation) {
        Attempts.Ask ask = new Attempts.Ask(new TxnId(nextLong(), nextLong()), 1, invocation, List.of());
        ticket = assertInstanceOf(Attempts.Opening.Opened.class, volume.attempts().begin(ask)).ticket();
        return ticket;
    }

    CommitOutcome commit() {
        return volume.attempts().commit(ticket);
    }

    void commitMustSucceed() {
        assertInstanceOf(CommitOutcome.Committed.class, commit());
    }

    void abort() {
        volume.attempts().abort(ticket);
    }

    /** Runs a shell script in the mount; it must succeed. Returns what it wrote to standard output. */
    String sh(String script) {
        Outcome outcome = run(script);
        assertEquals(0, outcome.status(), () -> script + "\n" + outcome.output() + outcome.errors());
        return outcome.output();
    }

    /** Runs a shell script in the mount. */
    Outcome run(String script) {
        return run(root, script);
    }

    static Outcome run(Path directory, String script) {
        try {
            Process process = start(directory, script);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output, errors);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A shell that stays; speak to it line by line. */
    static Process start(Path directory, String script) throws IOException {
        // The working directory is entered by the shell: this process must not touch the mount.
        return new ProcessBuilder("sh", "-c", "cd \"$1\" || exit 99; " + script, "sh", directory.toString()).start();
    }

    record Outcome(int status, String output, String errors) {}

    @Override
    public void close() {
        volume.close();
        background.close();
        frames.close();
    }
}
