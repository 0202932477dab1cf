package io.cffs.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.FuseSession;
import io.cffs.fuse.FuseStatfs;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.dev.DevSession;
import io.cffs.fuse.dev.Rings;
import io.cffs.fuse.mem.MemFs;
import io.cffs.fuse.mem.MemFsMain;
import io.cffs.fuse.serve.Negotiation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** All that a mount over /dev/fuse does, and more, with requests through io_uring. */
@EnabledIf(value = "io.cffs.fuse.mount.Privileges#canUseRings",
        disabledReason = "needs Linux 6.14, /sys/module/fuse/parameters/enable_uring to be writable, and io_uring")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingMountTest extends DevfuseMountTest {
    private static final int MANY = 12;

    private KernelRings rings;
    private MountedMemFs at;

    @BeforeEach
    void switchOn() throws IOException {
        rings = KernelRings.on();
    }

    @AfterEach
    void switchBack() throws IOException {
        rings.close();
        if (at != null) {
            at.close();
            assertTrue(at.fs.destroyed.get(), "the handler is told of the end");
        }
    }

    @Override
    MountOptions change(MountOptions options) {
        return options.withIoUring(true);
    }

    /** Where there are no control files to abort with, the kernel takes the rings down a moment after their end. */
    @Override
    List<String> ends() {
        return List.of("not connected", "abort", "canceled");
    }

    private MountedMemFs mounted(MemFs fs) throws IOException {
        at = new MountedMemFs(fs, this::change);
        assertTrue(fs.agreed.has(InitFlag.OVER_IO_URING));
        return at;
    }

    private static CompletableFuture<Shell.Ended> start(String script) {
        CompletableFuture<Shell.Ended> ended = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                ended.complete(Shell.run(Path.of("/"), script));
            } catch (IOException | AssertionError failed) {
                ended.completeExceptionally(failed);
            }
        });
        return ended;
    }

    private static List<CompletableFuture<Shell.Ended>> start(int count, String script) {
        List<CompletableFuture<Shell.Ended>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(start(script));
        }
        return all;
    }

    private static void assertAllEnd(int status, List<CompletableFuture<Shell.Ended>> all) throws Exception {
        for (CompletableFuture<Shell.Ended> each : all) {
            assertEquals(status, each.get(30, TimeUnit.SECONDS).status());
        }
    }

    /** Keeps the answers to statfs back. */
    private static final class Deferring extends MemFs {
        final BlockingQueue<FuseReply> kept = new LinkedBlockingQueue<>();

        Deferring() {
            super(0, false);
        }

        @Override
        public void statfs(FuseRequest in, FuseReply out) {
            out.later(thread -> out.error(Errno.EINTR));
            kept.add(out);
        }

        FuseReply next() throws InterruptedException {
            FuseReply reply = kept.poll(30, TimeUnit.SECONDS);
            assertNotEquals(null, reply);
            return reply;
        }
    }

    /** Waits inside statfs until it is let go, or the caller is interrupted. */
    private static final class Waiting extends MemFs {
        final CountDownLatch go = new CountDownLatch(1);
        final BlockingQueue<FuseReply.Waiting> waiting = new LinkedBlockingQueue<>();

        Waiting() {
            super(0, false);
        }

        @Override
        public void statfs(FuseRequest in, FuseReply out) {
            FuseReply.Waiting mine = FuseReply.waiting();
            waiting.add(mine);
            try {
                while (!go.await(5, TimeUnit.MILLISECONDS)) {
                    if (mine.interrupted().isDone()) {
                        out.error(Errno.EINTR);
                        return;
                    }
                }
            } catch (InterruptedException never) {
                throw new AssertionError(never);
            }
            super.statfs(in, out);
        }

        void await(int count) throws InterruptedException {
            for (int i = 0; i < count; i++) {
                assertNotEquals(null, waiting.poll(30, TimeUnit.SECONDS));
            }
        }
    }

    @Test
    void manyAnswersMayWaitWhileOthersAreServed() throws Exception {
        Deferring fs = new Deferring();
        mounted(fs);
        List<CompletableFuture<Shell.Ended>> slow = start(MANY, "taskset -c 0 stat -f " + at.path);
        List<FuseReply> replies = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            replies.add(fs.next());
        }
        assertEquals("x\n", at.sh("echo x > f && taskset -c 0 cat f"));
        for (FuseReply reply : replies.reversed()) {
            reply.statfs(new FuseStatfs(1, 1, 1, 1, 1, 4096, 255));
        }
        assertAllEnd(0, slow);
        assertEquals("x\n", at.sh("cat f"), "all places are in their queues again");
    }

    @Test
    void handlersThatWaitLeaveTheOthersServed() throws Exception {
        Waiting fs = new Waiting();
        mounted(fs);
        List<CompletableFuture<Shell.Ended>> slow = start(MANY, "taskset -c 0 stat -f " + at.path);
        fs.await(MANY);
        assertEquals("x\n", at.sh("echo x > f && taskset -c 0 cat f"));
        fs.go.countDown();
        assertAllEnd(0, slow);
    }

    @Test
    void aSignalEndsTheWaitOfAHandler() throws Exception {
        Waiting fs = new Waiting();
        mounted(fs);
        // Not INT, which whoever is started in the background ignores.
        for (String signal : List.of("TERM", "KILL")) {
            Process asking = new ProcessBuilder("stat", "-f", at.path.toString())
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            fs.await(1);
            Shell.ok(Path.of("/"), "kill -s " + signal + " " + asking.pid());
            assertTrue(asking.waitFor(30, TimeUnit.SECONDS), "it waits on");
            assertEquals(signal.equals("TERM") ? 128 + 15 : 128 + 9, asking.exitValue());
        }
        assertEquals("x\n", at.sh("echo x > f && cat f"));
    }

    @Test
    void theEndDoesNotWaitForAnswersThatNeverCome() throws Exception {
        Deferring fs = new Deferring();
        mounted(fs);
        CompletableFuture<Shell.Ended> slow = start("stat -f " + at.path);
        FuseReply reply = fs.next();
        at.session.abort();
        at.session.ended().toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertNotEquals(0, slow.get(30, TimeUnit.SECONDS).status());
        reply.statfs(new FuseStatfs(1, 1, 1, 1, 1, 4096, 255));
    }

    @Test
    void aKilledServerLeavesADeadMountThatCanBeReplaced() throws Exception {
        Path path = Files.createTempDirectory("cffs-mount-test");
        Process server = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED", "--add-opens=java.base/java.io=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), MemFsMain.class.getName(), path.toString(), "cached", "0", "2",
                "ring").redirectErrorStream(true).start();
        try {
            assertEquals('r', server.getInputStream().read());
            assertEquals("x\n", Shell.ok(path, "echo x > f && cat f"));
            server.destroyForcibly().waitFor();
            Shell.Ended ended = Shell.run(Path.of("/"), "ls " + path);
            assertNotEquals(0, ended.status());
            assertTrue(ends().stream().anyMatch(ended.output()::contains), ended.output());
            try (FuseSession second = FuseMount.mount(change(MountOptions.at(path)), new MemFs(0, false))) {
                second.awaitReady(MountedMemFs.READY_AT_MOST);
                assertEquals("y\n", Shell.ok(path, "echo y > f && cat f"));
            }
            assertFalse(Shell.isMounted(path));
        } finally {
            server.destroyForcibly();
            Unmount.lazily(path);
            Files.delete(path);
        }
    }

    @Test
    void threadsThatAHandlerStartsMayRunAnywhere() throws Exception {
        BlockingQueue<Integer> started = new LinkedBlockingQueue<>();
        CountDownLatch end = new CountDownLatch(1);
        MemFs fs = new MemFs(0, false) {
            @Override
            public void statfs(FuseRequest in, FuseReply out) {
                Thread.ofPlatform().daemon().start(() -> {
                    started.add(io.cffs.fuse.sys.ThreadWake.currentThread());
                    try {
                        end.await();
                    } catch (InterruptedException never) {
                        throw new AssertionError(never);
                    }
                });
                super.statfs(in, out);
            }
        };
        mounted(fs);
        String allowed = allowed(Path.of("/proc/self/status"));
        at.sh("stat -f .");
        Path status = Path.of("/proc/self/task/" + started.poll(30, TimeUnit.SECONDS) + "/status");
        at.sh("i=0; while [ $i -lt 1200 ]; do i=$((i+1)); echo > f; done");
        assertEquals(allowed, allowed(status));
        end.countDown();
    }

    private static String allowed(Path status) throws IOException {
        return Files.readString(status).lines().filter(line -> line.startsWith("Cpus_allowed:")).findFirst()
                .orElseThrow();
    }

    @Test
    void withoutTheKernelsSwitchTheDeviceIsRead() throws Exception {
        try (KernelRings off = KernelRings.off()) {
            assertNotEquals(null, off);
            at = new MountedMemFs(new MemFs(0, false), this::change);
        }
        assertFalse(at.fs.agreed.has(InitFlag.OVER_IO_URING));
        assertEquals("x\n", at.sh("echo x > f && cat f"));
    }

    @Test
    void aMountMayDoWithoutOrBeTooSmallForThem() throws Exception {
        at = new MountedMemFs(new MemFs(0, false), options -> options.withIoUring(false));
        assertFalse(at.fs.agreed.has(InitFlag.OVER_IO_URING));
        at.close();
        at = new MountedMemFs(new MemFs(0, false), options -> change(options).withTransfer(64 << 10, 64 << 10, 16));
        assertFalse(at.fs.agreed.has(InitFlag.OVER_IO_URING));
        assertEquals("x\n", at.sh("echo x > f && cat f"));
    }

    @Test
    void whereTheKernelRefusesARingTheDeviceIsRead() throws Exception {
        Path path = Files.createTempDirectory("cffs-mount-test");
        MemFs fs = new MemFs(0, false);
        int transfer = 1 << 20;
        Rings tooSmall = Rings.open(transfer / 2, 2);
        Negotiation negotiation = new Negotiation(Set.of(InitFlag.OVER_IO_URING, InitFlag.BIG_WRITES), transfer, 0, 16,
                0);
        try (DevSession session = new DevSession(SyscallMount.mount(MountOptions.at(path)), fs, negotiation, 2,
                Duration.ofSeconds(5), tooSmall)) {
            session.start();
            assertTrue(session.awaitReady(MountedMemFs.READY_AT_MOST).has(InitFlag.OVER_IO_URING));
            assertEquals("x\n", Shell.ok(path, "echo x > f && cat f"));
        }
        assertTrue(fs.destroyed.get());
        Files.delete(path);
    }

    @Test
    void closingAtOnceEndsEveryThread() throws Exception {
        for (int i = 0; i < 20; i++) {
            MemFs fs = new MemFs(0, false);
            Path path = Files.createTempDirectory("cffs-mount-test");
            try (FuseSession session = FuseMount.mount(
                    change(MountOptions.at(path)).withTimeouts(0, Duration.ofSeconds(1)), fs)) {
                if (i % 2 == 0) {
                    session.awaitReady(MountedMemFs.READY_AT_MOST);
                }
            }
            assertTrue(fs.destroyed.get());
            Files.delete(path);
        }
        Await.until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("fuse-ring")));
    }
}
