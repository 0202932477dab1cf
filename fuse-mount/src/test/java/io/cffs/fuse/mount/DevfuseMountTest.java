package io.cffs.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.FuseSession;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.mem.MemFs;
import io.cffs.fuse.sys.Libc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** Real mounts over /dev/fuse, used by processes of their own. */
@EnabledIf("io.cffs.fuse.mount.Privileges#canMount")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DevfuseMountTest {
    private static final long FOREVER = FuseReply.FOREVER;

    private MountedMemFs mounted;

    /** What a subclass mounts otherwise. */
    MountOptions change(MountOptions options) {
        return options;
    }

    /** What programs hear of a connection that has ended. */
    java.util.List<String> ends() {
        return java.util.List.of("not connected", "abort");
    }

    private MountedMemFs mount(long validNanos, boolean directIo) throws IOException {
        mounted = new MountedMemFs(new MemFs(validNanos, directIo), this::change);
        return mounted;
    }

    @AfterEach
    void unmount() throws IOException {
        if (mounted != null) {
            mounted.close();
            assertTrue(mounted.fs.destroyed.get(), "the handler is told of the end");
            assertEquals(FuseSession.State.ENDED, mounted.session.state());
        }
    }

    @Test
    void filesWorkAsFilesDo() throws Exception {
        MountedMemFs at = mount(FOREVER, false);
        assertEquals("hello\n", at.sh("echo hello > a && cat a"));
        assertEquals("hello\nmore\n", at.sh("echo more >> a && cat a"));
        assertEquals("", at.sh("mkdir d && mv a d/b && ln d/b d/c && ln -s d/b l && test -h l && test ! -e a"));
        assertEquals("d/b\n2\n", at.sh("readlink l && stat -c %h d/b"));
        assertEquals("b\nc\n", at.sh("ls d"));
        assertEquals("11 640 7 8\n", at.sh("chmod 640 d/b && chown 7:8 d/b && stat -c '%s %a %u %g' d/b"));
        assertEquals("hel", at.sh("truncate -s 3 d/b && cat d/c"));
        assertEquals("2001-02-03\n", at.sh("touch -d 2001-02-03T04:05:06Z d/b && stat -c %y d/b | cut -c1-10"));
        assertEquals("l\n", at.sh("rm d/b d/c && rmdir d && ls"));
        assertEquals("memfs\n", at.sh("df --output=source . | tail -1"));
        assertEquals(1, Shell.run(at.path, "cat nothing").status());
        assertEquals(1, Shell.run(at.path, "mkdir x && mkdir x").status());
    }

    @Test
    void aTreeComesBackAsItWas() throws Exception {
        MountedMemFs at = mount(0, false);
        at.sh("cp -r /etc/default copy && diff -r /etc/default copy && tar cf t.tar copy && mkdir x "
                + "&& tar xf t.tar -C x && diff -r copy x/copy");
    }

    @Test
    void tenThousandNamesAreListedOnce() throws Exception {
        MountedMemFs at = mount(FOREVER, false);
        assertEquals("10000\n", at.sh("seq 10000 | xargs touch && ls -U | sort -u | wc -l"));
        assertEquals("10000\n", at.sh("ls -lU | grep -c root"));
        assertTrue(at.fs.agreed.has(InitFlag.READDIRPLUS));
    }

    @Test
    void largeTransfersAndMappedFiles() throws Exception {
        for (boolean direct : new boolean[] {false, true}) {
            MountedMemFs at = mount(FOREVER, direct);
            at.sh("head -c 5000000 /dev/urandom > /tmp/cffs-fuse-big.$$ && dd if=/tmp/cffs-fuse-big.$$ of=big bs=1M "
                    + "status=none && cmp /tmp/cffs-fuse-big.$$ big && dd if=big bs=1M status=none "
                    + "| cmp - /tmp/cffs-fuse-big.$$; status=$?; rm /tmp/cffs-fuse-big.$$; exit $status");
            String script = "import mmap,os; f=open('m','w+b'); f.write(b'x'*8192); f.flush(); "
                    + "m=mmap.mmap(f.fileno(),8192); m[4096:4100]=b'abcd'; m.flush(); m.close(); f.seek(4095); "
                    + "print(f.read(6))";
            assertEquals("b'xabcdx'\n", at.sh("python3 -c \"" + script + "\""));
            unmount();
            mounted = null;
        }
    }

    @Test
    void aMegabyteIsOneRequest() throws Exception {
        MountedMemFs at = mount(FOREVER, true);
        at.sh("head -c 4M /dev/zero > zeros");
        int before = at.fs.readsServed.get();
        at.sh("dd if=zeros of=/dev/null bs=1M count=4 status=none");
        int requests = at.fs.readsServed.get() - before;
        // dd asks once more than there is; a request of 1 MiB may be split where its buffer is not page-aligned.
        assertTrue(requests <= 9, "requests for 4 MiB: " + requests);
    }

    /** Needs /sys to be writable: the first exchange cannot raise what the kernel reads ahead. */
    @Test
    void sequentialReadsThroughThePageCacheComeInLargeRequestsAndRandomOnesDoNot() throws Exception {
        MountedMemFs at = mount(FOREVER, false);
        String bdi = "/sys/class/bdi/0:" + at.session.connectionId().getAsInt() + "/read_ahead_kb";
        assumeTrue(java.nio.file.Files.isWritable(Path.of(bdi)));
        assertEquals("1024\n", java.nio.file.Files.readString(Path.of(bdi)));
        at.sh("head -c 16M /dev/zero > zeros");
        assertTrue(at.session.notifier().invalInode(2, 0, 0));
        int before = at.fs.readsServed.get();
        at.sh("cat zeros > /dev/null");
        int requests = at.fs.readsServed.get() - before;
        assertTrue(requests <= 24, "requests for 16 MiB: " + requests);
        assertTrue(at.session.notifier().invalInode(2, 0, 0));
        long bytes = at.fs.bytesAsked.get();
        at.sh("for i in 3000 1000 2000 500; do dd if=zeros of=/dev/null bs=4096 skip=$i count=1 status=none; done");
        assertEquals(4 * 4096, at.fs.bytesAsked.get() - bytes, "bytes for four pages far from one another");
    }

    @Test
    void attributesBesideTheUsualOnes() throws Exception {
        MountedMemFs at = mount(FOREVER, false);
        String script = "import os; open('f','w'); os.setxattr('f','user.k',b'value'); "
                + "print(os.getxattr('f','user.k'))\ntry:\n os.getxattr('f','user.none')\n"
                + "except OSError as e: print(e.errno)";
        assertEquals("b'value'\n61\n", at.sh("python3 -c \"" + script + "\""));
    }

    @Test
    void aNotifiedNameAndPagesAreSeenAfresh() throws Exception {
        MountedMemFs at = mount(FOREVER, false);
        at.sh("echo first > f && cat f");
        long ino = at.fs.overwrite("f", "other\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals("first\n", at.sh("cat f"), "the kernel's pages are kept until it is told");
        assertTrue(at.session.notifier().invalInode(ino, 0, 0));
        assertEquals("other\n", at.sh("cat f"));

        at.fs.overwrite("f", "longer text\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals("6\n", at.sh("stat -c %s f"));
        assertTrue(at.session.notifier().invalAttributes(ino));
        assertEquals("12\n", at.sh("stat -c %s f"));

        at.sh("test ! -e g");
        at.fs.renameQuietly("f", "g");
        assertEquals(0, Shell.run(at.path, "test -e f && test ! -e g").status(), "names are kept until it is told");
        assertTrue(at.session.notifier().expireEntry(1, "f".getBytes(StandardCharsets.US_ASCII)));
        assertTrue(at.session.notifier().expireEntry(1, "g".getBytes(StandardCharsets.US_ASCII)));
        at.sh("test ! -e f && test -e g");
        assertTrue(at.session.notifier().expireEntry(1, "never seen".getBytes(StandardCharsets.US_ASCII)));
        assertTrue(at.session.notifier().invalInode(4711, 0, 0));
    }

    @Test
    void aNewEpochExpiresEveryName() throws Exception {
        MountedMemFs at = mount(FOREVER, false);
        at.sh("touch a b && test ! -e c");
        if (!at.session.notifier().supportsEpoch()) {
            assertFalse(at.session.notifier().incEpoch());
            return;
        }
        at.fs.renameQuietly("a", "c");
        at.sh("test -e a && test ! -e c");
        int before = at.fs.lookupsServed.get();
        assertTrue(at.session.notifier().incEpoch());
        at.sh("test ! -e a && test -e b && test -e c");
        assertTrue(at.fs.lookupsServed.get() >= before + 3);
    }

    @Test
    void noNotificationFromInsideARequestButOfItsAttributes() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicBoolean dropped = new AtomicBoolean();
        MemFs fs = new MemFs(0, false) {
            @Override
            public void statfs(FuseRequest in, FuseReply out) {
                dropped.set(notifier.invalAttributes(1));
                try {
                    notifier.invalInode(1, 0, 0);
                } catch (IllegalStateException refused) {
                    thrown.set(refused);
                }
                super.statfs(in, out);
            }
        };
        mounted = new MountedMemFs(fs, this::change);
        mounted.sh("df .");
        assertTrue(thrown.get() instanceof IllegalStateException);
        assertTrue(dropped.get());
        mounted.session.unmount();
        assertFalse(mounted.session.notifier().invalAttributes(1), "nothing is sent once the end has begun");
    }

    @Test
    void manyProcessesAtATime() throws Exception {
        MountedMemFs at = mount(0, true);
        at.sh("for p in 1 2 3 4 5 6 7 8; do (mkdir d$p; for i in $(seq 50); do echo $p-$i > d$p/f$i; "
                + "mv d$p/f$i d$p/g$i; cat d$p/g$i; done > /dev/null) & done; wait");
        assertEquals("400\n", at.sh("cat d*/g* | sort -u | wc -l"));
    }

    @Test
    void anAnswerMayWaitWhileOthersAreServed() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        AtomicReference<FuseReply> waiting = new AtomicReference<>();
        MemFs fs = new MemFs(0, false) {
            @Override
            public void statfs(FuseRequest in, FuseReply out) {
                out.later(thread -> out.error(io.cffs.fuse.Errno.EINTR));
                waiting.set(out);
                asked.countDown();
            }
        };
        mounted = new MountedMemFs(fs, options -> change(options).withReaders(1));
        CompletableFuture<Shell.Ended> slow = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                slow.complete(Shell.run(Path.of("/"), "df " + mounted.path));
            } catch (IOException failed) {
                slow.completeExceptionally(failed);
            }
        });
        assertTrue(asked.await(30, TimeUnit.SECONDS));
        assertEquals("x\n", mounted.sh("echo x > f && cat f"), "the only reader is free meanwhile");
        waiting.get().statfs(new io.cffs.fuse.FuseStatfs(1, 1, 1, 1, 1, 4096, 255));
        assertEquals(0, slow.get(30, TimeUnit.SECONDS).status());

        assertEquals(124, Shell.run(Path.of("/"), "timeout -s INT -k 20 1 df " + mounted.path).status(),
                "a signal ends the wait through an interrupt");
    }

    @Test
    void anAbortedMountFailsAtOnceAndCanBeReplaced() throws Exception {
        MountedMemFs at = mount(0, false);
        assertTrue(at.session.connectionId().isPresent());
        at.session.abort();
        at.session.ended().toCompletableFuture().get(20, TimeUnit.SECONDS);
        Shell.Ended ended = Shell.run(Path.of("/"), "ls " + at.path);
        assertNotEquals(0, ended.status());
        assertTrue(ends().stream().anyMatch(ended.output()::contains), ended.output());
        try (FuseSession second = FuseMount.mount(MountOptions.at(at.path), new MemFs(0, false))) {
            second.awaitReady(MountedMemFs.READY_AT_MOST);
            assertEquals("y\n", Shell.ok(at.path, "echo y > f && cat f"));
        }
        assertFalse(Shell.isMounted(at.path), "the dead mount is gone as well");
    }

    @Test
    void closingDoesNotWaitForWhoHoldsFilesOpen() throws Exception {
        mounted = new MountedMemFs(new MemFs(0, false),
                options -> change(options).withGuard(true).withTimeouts(0, java.time.Duration.ofMillis(200)));
        Process holder = new ProcessBuilder("/bin/sh", "-c", "exec 5> " + mounted.path + "/f; echo open; sleep 100")
                .start();
        try {
            assertEquals('o', holder.getInputStream().read());
            mounted.session.close();
            assertEquals(FuseSession.State.ENDED, mounted.session.state());
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void anInheritedMountCanBeClosedWhileItIsMounted() throws Exception {
        Path path = java.nio.file.Files.createTempDirectory("cffs-mount-test");
        int fd = Libc.open("/dev/fuse", Libc.O_RDWR | Libc.O_CLOEXEC);
        assertEquals(0, Libc.mount("memfs", path.toString(), "fuse.memfs", 0,
                "rootmode=40000,user_id=0,group_id=0,fd=" + fd));
        MemFs fs = new MemFs(0, false);
        try {
            FuseSession session = FuseMount.mount(MountOptions.at(path).withInheritedFd(fd), fs);
            session.awaitReady(MountedMemFs.READY_AT_MOST);
            assertEquals("x\n", Shell.ok(path, "echo x > f && cat f"));
            assertTrue(session.notifier().invalAttributes(1));
            session.close();
            assertEquals(FuseSession.State.ENDED, session.state());
            assertTrue(fs.destroyed.get());
            assertNotEquals(0, Shell.run(Path.of("/"), "ls " + path).status(), "nobody serves it, and nobody waits");
        } finally {
            Unmount.lazily(path);
            java.nio.file.Files.delete(path);
        }
    }

    @Test
    void whyAMountIsNotToBeHadIsOneSentence() {
        assertSentence("/nowhere/at/all", "there is no such file or directory");
        assertSentence("/etc/passwd", "it is not a directory");
        IOException closed = assertThrows(IOException.class,
                () -> FuseMount.mount(MountOptions.at(Path.of("/dev/fd/777")), new MemFs(0, false)));
        assertTrue(closed.getMessage().startsWith("descriptor 777 is not open"), closed.getMessage());
        IOException wrong = assertThrows(IOException.class,
                () -> FuseMount.mount(MountOptions.at(Path.of("/tmp")).withInheritedFd(1), new MemFs(0, false)));
        assertTrue(wrong.getMessage().contains("not /dev/fuse"), wrong.getMessage());
    }

    private static void assertSentence(String mountPoint, String reason) {
        IOException failed = assertThrows(IOException.class,
                () -> FuseMount.mount(MountOptions.at(Path.of(mountPoint)), new MemFs(0, false)));
        assertEquals("cannot mount on " + mountPoint + ": " + reason, failed.getMessage());
    }
}
