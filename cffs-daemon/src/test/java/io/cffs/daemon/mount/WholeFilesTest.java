package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.daemon.content.ContentFiles;
import io.cffs.daemon.fuse.MountAdapter;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Large files that the kernel reads by itself, in two mounts that share a directory of contents. That it does is seen
 * by the backend failing: then nothing but what is on the host can be read.
 */
class WholeFilesTest {
    @TempDir
    Path dir;

    private MemoryVolume store;
    private TestMount first;
    private TestMount second;
    private PythonProcess program;

    @BeforeEach
    void mountTwice() throws IOException {
        TestMount.assumeMountsWork();
        assumeTrue(Files.isWritable(Path.of("/sys/fs")), "the kernel takes backing files from root alone");
        store = new MemoryVolume();
        first = mount("first");
        second = mount("second");
        first.begin();
        first.sh("seq 500000 > big; echo x > other");
        first.commitMustSucceed();
    }

    private TestMount mount(String name) throws IOException {
        ContentFiles files = ContentFiles.open(dir.resolve("contents"), 1 << 30, "boot", name, TestMount.CLOCK);
        return new TestMount(store, dir.resolve(name), CommitMode.INVOCATION, MountAdapter.Users.ONE, files);
    }

    @AfterEach
    void unmount() throws IOException {
        if (program != null) {
            program.close();
        }
        second.close();
        first.close();
        assertEquals(0, filesThatAre(true), "parts that stayed");
    }

    private long filesThatAre(boolean part) {
        try (Stream<Path> files = Files.list(dir.resolve("contents/boot"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("part-") == part).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(BooleanSupplier happened) {
        try {
            for (int round = 0; !happened.getAsBoolean(); round++) {
                assertTrue(round < 1000, "it did not happen within 20 s");
                new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One function reads all of the file; then its content lies on the host. */
    private void makeContent() {
        long before = filesThatAre(false);
        first.begin();
        assertEquals("500000\n", first.sh("tail -c +1 big | tail -1"));
        first.commitMustSucceed();
        await(() -> filesThatAre(false) == before + 1);
    }

    private void openBySecond() throws IOException {
        second.begin();
        program = new PythonProcess(second.root);
        program.run("fd = os.open('big', os.O_RDONLY)");
    }

    private void changeByFirst() {
        first.begin();
        first.sh("printf new | dd of=big conv=notrunc status=none");
        first.commitMustSucceed();
    }

    private void failReads(boolean failing) {
        store.readFailure = failing
                ? new BackendException(BackendException.Cause.UNREACHABLE, "switched off by the test", null) : null;
    }

    @Test
    void whatOneMountReadWholeTheKernelReadsInAnother() throws Exception {
        makeContent();
        openBySecond();
        failReads(true);
        assertEquals("b'500000\\n'", program.run("os.pread(fd, 1 << 24, 0)[-7:]"));
        program.run("m = mmap.mmap(fd, 0, prot=mmap.PROT_READ)");
        assertEquals("b'1\\n2\\n3\\n'", program.run("m[:6]"));
        failReads(false);
        second.commitMustSucceed();
    }

    @Test
    void itIsPartOfTheAttemptsViewAndOfItsReads() throws Exception {
        makeContent();
        openBySecond();
        changeByFirst();
        assertEquals("b'1\\n2'", program.run("os.pread(fd, 3, 0)"));
        second.sh("echo y > other");
        assertInstanceOf(CommitOutcome.Conflicted.class, second.commit());
        program.close();
        program = null;
        second.begin();
        assertEquals("new\n", second.sh("head -c 3 big; echo"));
        second.sh("echo y > other");
        second.commitMustSucceed();
    }

    @Test
    void aChangedFileGetsAnotherContent() throws Exception {
        makeContent();
        changeByFirst();
        first.begin();
        assertEquals("new\n", first.sh("head -c 3 big; echo"));
        first.sh("cat big > /dev/null");
        first.commitMustSucceed();
        await(() -> filesThatAre(false) == 2);
        openBySecond();
        failReads(true);
        assertEquals("b'new'", program.run("os.pread(fd, 1 << 24, 0)[:3]"));
        failReads(false);
        second.commitMustSucceed();
    }

    @Test
    void whoWritesWhatIsOpenLikeThatRunsAgain() throws Exception {
        makeContent();
        for (String change : new String[] {"os.open('big', os.O_RDWR)", "os.truncate('big', 5)",
            "os.open('big', os.O_WRONLY | os.O_TRUNC)", "open('big', 'ab').write(b'x')"}) {
            TestMount mount = mount("writer");
            mount.begin();
            try (PythonProcess writer = new PythonProcess(mount.root)) {
                writer.run("fd = os.open('big', os.O_RDONLY)");
                assertEquals("ESTALE", writer.run(change), change);
            }
            assertInstanceOf(CommitOutcome.SnapshotExpired.class, mount.commit(), change);
            mount.begin();
            try (PythonProcess writer = new PythonProcess(mount.root)) {
                writer.run("fd = os.open('big', os.O_RDONLY)");
                assertNotEquals("ESTALE", writer.run(change), change);
                writer.run("w = os.open('big', os.O_WRONLY)");
                assertEquals("3", writer.run("os.pwrite(w, b'abc', 0)"));
                assertEquals("b'abc'", writer.run("os.pread(fd, 3, 0)"));
            }
            mount.abort();
            mount.close();
        }
    }

    @Test
    void whoHasClosedItMayWrite() throws Exception {
        makeContent();
        second.begin();
        for (int round = 0; round < 20; round++) {
            second.sh("cat big > /dev/null; printf a | dd of=big conv=notrunc status=none");
            assertEquals("a", second.sh("head -c 1 big"));
            second.abort();
            second.begin();
        }
        second.commitMustSucceed();
    }

    @Test
    void whatStaysOpenIsReadByTheNextAttemptToo() throws Exception {
        makeContent();
        openBySecond();
        second.commitMustSucceed();
        second.begin();
        changeByFirst();
        assertEquals("b'1\\n2'", program.run("os.pread(fd, 3, 0)"));
        second.sh("echo y > other");
        assertInstanceOf(CommitOutcome.Conflicted.class, second.commit());
    }

    @Test
    void whatStaysOpenAndHasChangedStopsTheNextAttempt() throws Exception {
        makeContent();
        openBySecond();
        second.commitMustSucceed();
        changeByFirst();
        second.begin();
        BackendException refused = assertThrows(BackendException.class, second::commit);
        assertTrue(refused.getMessage().contains("outlived its attempt"), refused.getMessage());
        program.close();
        program = null;
        second.begin();
        assertEquals("new\n", second.sh("head -c 3 big; echo"));
        second.commitMustSucceed();
    }

    @Test
    void aProgramIsExecutedFromIt() throws Exception {
        first.begin();
        first.sh("cp /usr/bin/python3 program && chmod 755 program");
        first.commitMustSucceed();
        assumeTrue(Files.size(Path.of("/usr/bin/python3")) > 1 << 20);
        first.begin();
        first.sh("cat program > /dev/null");
        first.commitMustSucceed();
        await(() -> filesThatAre(false) == 1);
        second.begin();
        assertEquals("42\n", second.sh("./program -c 'print(6 * 7)'"));
        second.commitMustSucceed();
    }

    @Test
    void whatIsReadInPartIsNotKept() throws Exception {
        first.begin();
        first.sh("head -c 100000 big > /dev/null; tail -c 1000 big > /dev/null");
        first.commitMustSucceed();
        assertEquals(0, filesThatAre(false));
    }
}
