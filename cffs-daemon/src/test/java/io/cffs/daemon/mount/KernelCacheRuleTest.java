package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.cffs.txn.CommitOutcome;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A second mount changes what the first has cached, opened and mapped: the first one's current transaction sees none of
 * it, its next one all of it.
 */
class KernelCacheRuleTest {
    @TempDir
    Path dir;

    private TestMount first;
    private TestMount second;
    private PythonProcess program;

    @BeforeEach
    void mountTwice() throws IOException {
        TestMount.assumeMountsWork();
        MemoryVolume store = new MemoryVolume();
        first = new TestMount(store, dir.resolve("first"), CommitMode.INVOCATION);
        second = new TestMount(store, dir.resolve("second"), CommitMode.INVOCATION);
        first.begin();
        first.sh("""
                printf 'old!%8188s' > content; printf 12345 > sized; echo x > moded; echo y > named; echo z > removed
                mkdir sub; echo s > sub/inner; echo l > linked
                """);
        first.commitMustSucceed();
        first.begin();
        program = new PythonProcess(first.root);
        program.run("def head(fd): return os.pread(fd, 4, 0)");
        program.run("def fresh(p): return open(p).read(4)");
    }

    @AfterEach
    void unmount() throws IOException {
        program.close();
        second.close();
        first.close();
    }

    private void bySecond(String script) {
        second.begin();
        second.sh(script);
        second.commitMustSucceed();
    }

    private void nextTransaction() {
        assertInstanceOf(CommitOutcome.Committed.class, first.commit());
        first.begin();
    }

    private void sees(String value, String expression) {
        assertEquals(value, program.run(expression), expression);
    }

    @Test
    void contentThatWasReadOpenedAndMapped() {
        program.run("ro = os.open('content', os.O_RDONLY)");
        program.run("shared = mmap.mmap(ro, 0, mmap.MAP_SHARED, mmap.PROT_READ)");
        program.run("private = mmap.mmap(ro, 0, mmap.MAP_PRIVATE, mmap.PROT_READ)");
        String[] views = {"head(ro)", "shared[:4]", "private[:4]"};
        for (String view : views) {
            sees("b'old!'", view);
        }
        sees("'old!'", "fresh('content')");
        bySecond("printf 'new!' | dd of=content conv=notrunc status=none");
        for (String view : views) {
            sees("b'old!'", view);
        }
        sees("'old!'", "fresh('content')");
        nextTransaction();
        for (String view : views) {
            sees("b'new!'", view);
        }
        sees("'new!'", "fresh('content')");
    }

    @Test
    void contentReadThroughADirectHandle() {
        program.run("rw = os.open('content', os.O_RDWR)");
        sees("b'old!'", "head(rw)");
        bySecond("printf 'new!' | dd of=content conv=notrunc status=none");
        sees("b'old!'", "head(rw)");
        nextTransaction();
        sees("b'new!'", "head(rw)");
    }

    @Test
    void contentMappedThroughADirectHandleAfterItsDescriptorIsClosed() {
        program.run("rw = os.open('content', os.O_RDWR)");
        program.run("shared = mmap.mmap(rw, 0)");
        program.run("os.close(rw)");
        sees("b'old!'", "shared[:4]");
        bySecond("printf 'new!' | dd of=content conv=notrunc status=none");
        sees("b'old!'", "shared[:4]");
        nextTransaction();
        sees("b'new!'", "shared[:4]");
    }

    @Test
    void size() {
        program.run("fd = os.open('sized', os.O_RDONLY)");
        String[] views = {"os.stat('sized').st_size", "os.fstat(fd).st_size", "os.lseek(fd, 0, 2)"};
        for (String view : views) {
            sees("5", view);
        }
        bySecond("printf 678 >> sized");
        for (String view : views) {
            sees("5", view);
        }
        sees("b'12345'", "os.pread(fd, 100, 0)");
        nextTransaction();
        for (String view : views) {
            sees("8", view);
        }
        sees("b'12345678'", "os.pread(fd, 100, 0)");
    }

    @Test
    void aShorterSizeOfAMappedFile() {
        program.run("fd = os.open('sized', os.O_RDONLY)");
        program.run("m = mmap.mmap(fd, 5, mmap.MAP_SHARED, mmap.PROT_READ)");
        sees("b'12345'", "m[:]");
        bySecond("truncate -s 2 sized");
        sees("b'12345'", "m[:]");
        nextTransaction();
        sees("b'12\\x00\\x00\\x00'", "m[:]");
        sees("2", "os.fstat(fd).st_size");
    }

    @Test
    void mode() {
        program.run("fd = os.open('moded', os.O_RDONLY)");
        String[] views = {"oct(os.stat('moded').st_mode)", "oct(os.fstat(fd).st_mode)"};
        for (String view : views) {
            sees("'0o100644'", view);
        }
        bySecond("chmod 600 moded");
        for (String view : views) {
            sees("'0o100644'", view);
        }
        nextTransaction();
        for (String view : views) {
            sees("'0o100600'", view);
        }
    }

    @Test
    void modeOfTheRootAndOfAWorkingDirectory() {
        program.run("os.chdir('sub')");
        sees("'0o40755'", "oct(os.stat('.').st_mode)");
        sees("'0o40755'", "oct(os.stat('..').st_mode)");
        bySecond("chmod 700 . sub");
        sees("'0o40755'", "oct(os.stat('.').st_mode)");
        sees("'0o40755'", "oct(os.stat('..').st_mode)");
        nextTransaction();
        sees("'0o40700'", "oct(os.stat('.').st_mode)");
        sees("'0o40700'", "oct(os.stat('..').st_mode)");
    }

    @Test
    void names() {
        program.run("def names(): return sorted(os.listdir('.'))");
        String before = "['content', 'linked', 'moded', 'named', 'removed', 'sized', 'sub']";
        sees(before, "names()");
        sees("True", "os.path.exists('named')");
        sees("False", "os.path.exists('renamed')");
        bySecond("mv named renamed");
        sees(before, "names()");
        sees("True", "os.path.exists('named')");
        sees("'y\\n'", "fresh('named')");
        sees("False", "os.path.exists('renamed')");
        nextTransaction();
        sees("False", "os.path.exists('named')");
        sees("'y\\n'", "fresh('renamed')");
        sees("['content', 'linked', 'moded', 'removed', 'renamed', 'sized', 'sub']", "names()");
    }

    @Test
    void absenceAndRemoval() {
        program.run("fd = os.open('removed', os.O_RDONLY)");
        sees("'z\\n'", "fresh('removed')");
        sees("ENOENT", "os.stat('absent')");
        bySecond("rm removed; echo here > absent");
        sees("'z\\n'", "fresh('removed')");
        sees("b'z\\n'", "os.pread(fd, 10, 0)");
        sees("ENOENT", "os.stat('absent')");
        nextTransaction();
        sees("ENOENT", "os.stat('removed')");
        sees("ESTALE", "os.pread(fd, 10, 0)");
        sees("'here'", "fresh('absent')");
    }

    @Test
    void aNameThatNamesAnotherFileAndADirectoryReplaced() {
        sees("'s\\n'", "fresh('sub/inner')");
        bySecond("rm -r sub; mkdir sub; echo other > sub/inner; echo t > tmp; mv tmp named");
        sees("'s\\n'", "fresh('sub/inner')");
        nextTransaction();
        sees("'othe'", "fresh('sub/inner')");
        sees("'t\\n'", "fresh('named')");
    }

    @Test
    void linkCount() {
        program.run("fd = os.open('linked', os.O_RDONLY)");
        sees("1", "os.fstat(fd).st_nlink");
        bySecond("ln linked again");
        sees("1", "os.fstat(fd).st_nlink");
        nextTransaction();
        sees("2", "os.fstat(fd).st_nlink");
        sees("2", "os.stat('again').st_nlink");
    }

    @Test
    void whatTheKernelServedFromItsCachesIsInTheReadSet() {
        sees("'old!'", "fresh('content')");
        sees("'old!'", "fresh('content')");
        program.run("open('result', 'w').write('derived from old')");
        bySecond("printf 'new!' | dd of=content conv=notrunc status=none");
        assertInstanceOf(CommitOutcome.Conflicted.class, first.commit());
        first.begin();
    }

    @Test
    void anAbsenceThatTheKernelRememberedIsInTheReadSet() {
        sees("False", "os.path.exists('absent')");
        sees("False", "os.path.exists('absent')");
        program.run("open('result', 'w').write('there was none')");
        bySecond("echo here > absent");
        assertInstanceOf(CommitOutcome.Conflicted.class, first.commit());
        first.begin();
    }

    @Test
    void pagesChangedThroughAMappingAreCommitted() {
        program.run("fd = os.open('content', os.O_RDWR)");
        program.run("m = mmap.mmap(fd, 0)");
        program.run("m[:4] = b'mine'");
        nextTransaction();
        second.begin();
        assertEquals("mine", second.sh("head -c 4 content"));
        second.commitMustSucceed();
        sees("b'mine'", "m[:4]");
    }

    @Test
    void pagesChangedThroughAMappingGoWithTheirAttempt() {
        program.run("fd = os.open('content', os.O_RDWR)");
        program.run("m = mmap.mmap(fd, 0)");
        program.run("m[:4] = b'mine'");
        first.abort();
        first.begin();
        sees("b'old!'", "m[:4]");
        nextTransaction();
        second.begin();
        assertEquals("old!", second.sh("head -c 4 content"));
        second.commitMustSucceed();
    }

    @Test
    void whatAnAbortedAttemptMadeIsGoneFromEveryCache() {
        program.run("open('made', 'w').write('x' * 10000)");
        program.run("open('content', 'r+').write('gone')");
        program.run("os.rename('named', 'other')");
        program.run("fd = os.open('made', os.O_RDONLY)");
        sees("10000", "os.fstat(fd).st_size");
        first.abort();
        first.begin();
        sees("ESTALE", "os.fstat(fd)");
        sees("ENOENT", "os.stat('made')");
        sees("'old!'", "fresh('content')");
        sees("'y\\n'", "fresh('named')");
        sees("ENOENT", "os.stat('other')");
    }
}
