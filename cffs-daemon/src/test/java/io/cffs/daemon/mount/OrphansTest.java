package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What programs of a long-lived mount have open, and no name leads to, from one transaction to the next. */
@Timeout(60)
class OrphansTest {
    private static final String STAT = "(lambda s: (s.st_nlink, s.st_size))(os.fstat(f))";

    private static final String LINK = "(lambda f: os.link('/proc/self/fd/%%d' %% f, '%2$s', src_dir_fd=f))(%1$s)";

    @TempDir
    Path dir;

    private final MemoryVolume store = new MemoryVolume();
    private TestMount mount;
    private PythonProcess python;

    @BeforeEach
    void mount() throws IOException {
        TestMount.assumeMountsWork();
        mount = new TestMount(store, dir.resolve("m"), CommitMode.MANUAL);
        python = new PythonProcess(mount.root);
    }

    @AfterEach
    void unmount() throws IOException {
        python.close();
        mount.close();
    }

    /** Something is always changed, so that each is a commit. */
    private void commit(int number) {
        mount.sh("echo x > other" + number + "; echo > .cffs/commit");
    }

    private void is(String wanted, String expression) {
        assertEquals(wanted, python.run(expression), expression);
    }

    private void does(String statement) {
        String answer = python.run(statement);
        assertFalse(answer.startsWith("E"), () -> statement + ": " + answer);
    }

    @Test
    void aFileThatWasMadeAndUnlinkedIsReadWrittenAndGrown() {
        does("f = os.open('t', os.O_RDWR | os.O_CREAT)");
        is("10000", "os.write(f, b'a' * 10000)");
        does("os.unlink('t')");
        for (int i = 1; i <= 3; i++) {
            commit(i);
            is("(0, " + (9999 + i) + ")", STAT);
            is("b'aa'", "os.pread(f, 2, 4095)");
            is("1", "os.pwrite(f, b'" + i + "', " + (9999 + i) + ")");
            is("1", "os.pwrite(f, b'" + i + "', " + i + ")");
        }
        is("b'a123a'", "os.pread(f, 5, 0)");
        is("b'a123'", "os.pread(f, 50, 9999)");
        does("os.ftruncate(f, 2)");
        commit(4);
        is("b'a1'", "os.pread(f, 50, 0)");
        assertEquals("other1\nother2\nother3\nother4\n", mount.sh("ls"));
        does("os.close(f)");
    }

    @Test
    void aStoredFileThatIsUnlinkedKeepsItsBytesHolesAndAttributes() {
        mount.sh("head -c 300000 /dev/urandom > t; truncate -s 10G t; printf end >> t;"
                + " chmod 640 t; echo > .cffs/commit");
        String sum = mount.sh("head -c 400000 t | md5sum");
        does("f = os.open('t', os.O_RDWR)");
        does("os.setxattr(f, 'user.a', b'1')");
        commit(1);
        does("os.setxattr(f, 'user.b', b'2')");
        is("1", "os.pwrite(f, b'z', 1 << 20)");
        does("os.unlink('t')");
        for (int i = 2; i <= 4; i++) {
            commit(i);
            is("(0, " + ((10L << 30) + 3) + ")", STAT);
            is("'0o100640'", "oct(os.fstat(f).st_mode)");
            is("b'\\x00z\\x00'", "os.pread(f, 3, (1 << 20) - 1)");
            is("b'\\x00end'", "os.pread(f, 10, (10 << 30) - 1)");
            is("[b'1', b'2']", "[os.getxattr(f, 'user.' + c) for c in 'ab']");
            is("'" + sum.substring(0, 32) + "'",
                    "__import__('hashlib').md5(os.pread(f, 400000, 0)).hexdigest()");
        }
    }

    @Test
    void aStoredFileThatIsReplacedByRenameStaysWhatItWas() {
        mount.sh("echo old > t; echo > .cffs/commit");
        does("f = os.open('t', os.O_RDONLY)");
        mount.sh("echo new > n; mv n t");
        commit(1);
        is("b'old\\n'", "os.pread(f, 9, 0)");
        commit(2);
        is("b'old\\n'", "os.pread(f, 9, 0)");
        is("(0, 4)", STAT);
        assertEquals("new\n", mount.sh("cat t"));
    }

    @Test
    void aFileWithoutANameGetsItsFirstInALaterTransaction() {
        does("f = os.open('.', os.O_TMPFILE | os.O_RDWR, 0o600)");
        is("200000", "os.write(f, b'x' * 200000)");
        commit(1);
        is("1", "os.pwrite(f, b'y', 5)");
        commit(2);
        is("None", LINK.formatted("f", "named"));
        assertEquals("xxxxxyx\n", mount.sh("head -c 7 named; echo"));
        commit(3);
        is("(1, 200000)", STAT);
        is("1", "os.pwrite(f, b'z', 6)");
        assertEquals("xxxxxyz\n", mount.sh("head -c 7 named; echo; echo > .cffs/commit"));
        does("os.unlink('named')");
        commit(4);
        is("b'xxxxxyz'", "os.pread(f, 7, 0)");
        is("ENOENT", LINK.formatted("f", "n"));
    }

    @Test
    void whatIsMappedStaysMapped() {
        does("f = os.open('t', os.O_RDWR | os.O_CREAT)");
        does("os.ftruncate(f, 8192)");
        does("m = mmap.mmap(f, 8192)");
        does("m[5000] = 7");
        does("os.unlink('t'); os.close(f)");
        for (int i = 1; i <= 3; i++) {
            commit(i);
            is("7", "m[5000]");
            is(Integer.toString(i - 1), "m[100]");
            does("m[100] = " + i);
        }
    }

    @Test
    void aRemovedDirectoryStaysOpen() {
        mount.sh("mkdir d; echo > .cffs/commit");
        does("f = os.open('d', os.O_RDONLY)");
        does("os.rmdir('d')");
        for (int i = 1; i <= 2; i++) {
            commit(i);
            is("0", "os.fstat(f).st_nlink");
            is("ENOENT", "os.open('x', os.O_CREAT | os.O_WRONLY, dir_fd=f)");
        }
        does("os.mkdir('e'); os.chdir('e'); os.rmdir('../e')");
        commit(3);
        is("ENOENT", "os.getcwd()");
        is("0", "os.stat('.').st_nlink");
    }

    /** The programs did not run again, and only they ever saw the file. The kernel lets nobody name it twice. */
    @Test
    void whatHasNoNameSurvivesAnAbort() {
        does("f = os.open('t', os.O_RDWR | os.O_CREAT)");
        is("3", "os.write(f, b'one')");
        does("os.unlink('t')");
        mount.sh("echo > .cffs/abort");
        is("b'one'", "os.pread(f, 9, 0)");
        does("g = os.open('.', os.O_TMPFILE | os.O_RDWR, 0o600)");
        commit(1);
        is("None", LINK.formatted("g", "named"));
        mount.sh("echo > .cffs/abort");
        assertEquals("other1\n", mount.sh("ls"));
        is("0", "os.fstat(g).st_nlink");
        is("ENOENT", LINK.formatted("g", "named"));
        mount.sh("echo kept > u; echo > .cffs/commit");
        does("h = os.open('u', os.O_RDONLY)");
        mount.sh("rm u; echo > .cffs/abort");
        is("1", "os.fstat(h).st_nlink");
        is("b'kept\\n'", "os.pread(h, 9, 0)");
    }

    @Test
    void whatItTookOverByReferenceIsKept() {
        mount.sh("head -c 400000 /dev/urandom > a; echo > .cffs/commit");
        String sum = mount.sh("md5sum < a").substring(0, 32);
        does("s = os.open('a', os.O_RDONLY); f = os.open('.', os.O_TMPFILE | os.O_RDWR, 0o600)");
        is("True", "sum(iter(lambda: os.copy_file_range(s, f, 1 << 20), 0)) == 400000");
        commit(1);
        mount.sh("rm a");
        commit(2);
        is("'" + sum + "'", "__import__('hashlib').md5(os.pread(f, 500000, 0)).hexdigest()");
        is("(0, 400000)", STAT);
    }

    @Test
    void whatItTookOverByReferenceSurvivesAnAbortAndAConflict() throws IOException {
        mount.sh("head -c 400000 /dev/urandom > a; echo > .cffs/commit");
        String sum = "'" + mount.sh("md5sum < a").substring(0, 32) + "'";
        String read = "__import__('hashlib').md5(os.pread(f, 500000, 0)).hexdigest()";
        does("s = os.open('a', os.O_RDONLY); f = os.open('.', os.O_TMPFILE | os.O_RDWR, 0o600)");
        is("True", "sum(iter(lambda: os.copy_file_range(s, f, 1 << 20), 0)) == 400000");
        mount.sh("echo > .cffs/abort");
        is(sum, read);
        does("os.ftruncate(f, 0); os.lseek(f, 0, 0); os.lseek(s, 0, 0)");
        commit(1);
        is("True", "sum(iter(lambda: os.copy_file_range(s, f, 1 << 20), 0)) == 400000");
        is("None", LINK.formatted("f", "named"));
        mount.sh("cat other1");
        try (TestMount other = new TestMount(store, dir.resolve("o"), CommitMode.MANUAL)) {
            other.sh("echo changed > other1; echo > .cffs/commit");
        }
        mount.sh("! echo > .cffs/commit");
        assertEquals("changed\n", mount.sh("cat other1"));
        is(sum, read);
        is("(0, 400000)", STAT);
    }

    @Test
    void itIsNoLeak() {
        does("fs = [os.open('.', os.O_TMPFILE | os.O_RDWR, 0o600) for i in range(100)]");
        is("100", "len([os.pwrite(f, b'x' * 5000, 0) for f in fs])");
        commit(1);
        assertEquals(200, mount.volume.status().writtenPages());
        does("[os.close(f) for f in fs]");
        commit(2);
        assertEquals(0, mount.volume.status().writtenPages());
        assertTrue(mount.volume.status().knownInodes() < 20);
    }

    /** Both sort and pack in files that they have unlinked, or replace what they have open, while others commit. */
    @ParameterizedTest
    @EnumSource(value = CommitMode.class, names = {"FSYNC", "CLOSE", "INTERVAL"})
    void databasesAndGitWorkWhileTheMountCommits(CommitMode mode) throws IOException {
        try (TestMount busy = new TestMount(store, dir.resolve(mode.name()), mode)) {
            busy.sh("""
                    export SQLITE_TMPDIR=. HOME=. GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.fsync GIT_CONFIG_VALUE_0=all
                    (while test ! -e done; do echo x > tick; sync tick; done) &
                    python3 -c "
                    import sqlite3
                    d = sqlite3.connect('db', isolation_level=None)
                    for p in ('temp_store=1', 'cache_size=20', 'cache_spill=1'):
                        d.execute('pragma ' + p)
                    d.execute('create table t(a, b)')
                    d.execute('begin')
                    d.executemany('insert into t values (?, ?)', ((i * 7919 % 20011, 'x' * 100) for i in range(20011)))
                    d.execute('commit')
                    d.execute('create temp table s as select a, b from t order by b, a desc')
                    assert [r[0] for r in d.execute('select a from s order by a')] == list(range(20011))
                    assert d.execute('pragma integrity_check').fetchall() == [('ok',)]
                    "
                    git init -q -b main r && cd r && seq 20000 > f && git add f
                    git -c user.name=n -c user.email=e commit -q -m one && git gc -q && git fsck --strict
                    touch ../done; wait""");
        }
    }
}
