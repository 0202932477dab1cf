package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.txn.CommitOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What programs do with files, each in a process of its own. */
@Timeout(120)
class ProgramsOnAMountTest {
    @TempDir
    Path dir;

    private final MemoryVolume store = new MemoryVolume();

    @BeforeEach
    void needsMounts() {
        TestMount.assumeMountsWork();
    }

    private TestMount mount(String name) throws IOException {
        TestMount mount = new TestMount(store, dir.resolve(name), CommitMode.INVOCATION);
        mount.begin();
        return mount;
    }

    @Test
    void aTreeIsTheSameAsOnALocalDirectory() throws Exception {
        String script = """
                git init -q -b main r && cd r && git config user.email a@b && git config user.name n
                mkdir -p src/deep/er; seq 1 20000 > src/big; printf 'x' > src/deep/er/x; ln -s ../big src/deep/link
                printf '#!/bin/sh\\necho ran' > run.sh; chmod 755 run.sh; ./run.sh > ran
                git add -A && GIT_AUTHOR_DATE='@1 +0000' GIT_COMMITTER_DATE='@1 +0000' git commit -qm one
                git gc -q; git fsck --strict; git clone -q . ../clone; cd ../clone; git log --format=%H
                dd if=/dev/zero of=sparse bs=1 count=1 seek=300000 status=none; truncate -s 100 src/big
                mv src/deep moved; rm -r moved/er; find . -path ./.git -prune -o -print | sort; cat ran
                find . -path ./.git -prune -o -type f -print | sort | xargs md5sum
                """;
        Path local = Files.createDirectory(dir.resolve("local"));
        try (TestMount mount = mount("m")) {
            String wanted = TestMount.run(local, script).output();
            assertTrue(wanted.contains("ran"), wanted);
            assertEquals(wanted, mount.sh(script));
            mount.commitMustSucceed();
            mount.begin();
            mount.sh("cd clone && git fsck --strict && git status --porcelain | grep -q big");
        }
    }

    @Test
    void aDatabaseIsSharedThroughItsOwnLocks() throws Exception {
        try (TestMount mount = mount("m")) {
            mount.sh("sqlite3 t.db 'create table t(n); insert into t values(1)'");
            mount.sh("for i in 1 2 3 4; do for j in 1 2 3 4 5; do "
                    + "sqlite3 -cmd '.timeout 20000' t.db 'update t set n = n + 1'; done & done; wait");
            assertEquals("21\nok\n", mount.sh("sqlite3 t.db 'select n from t; pragma integrity_check'"));
            mount.sh("sqlite3 t.db 'pragma journal_mode=wal; insert into t values(5)' > /dev/null");
            mount.commitMustSucceed();
            mount.begin();
            assertEquals("26\n", mount.sh("sqlite3 t.db 'select sum(n) from t'"));
        }
    }

    @Test
    void locksHoldBetweenProcessesOfOneMountAndAreElidedBetweenMounts() throws Exception {
        try (TestMount mount = mount("m")) {
            mount.sh("touch f");
            mount.commitMustSucceed();
            mount.begin();
            try (PythonProcess one = new PythonProcess(mount.root);
                    PythonProcess two = new PythonProcess(mount.root);
                    TestMount elsewhere = mount("elsewhere");
                    PythonProcess three = new PythonProcess(elsewhere.root)) {
                for (PythonProcess program : new PythonProcess[] {one, two, three}) {
                    program.run("f = os.open('f', os.O_RDWR)");
                }
                for (String lock : new String[] {"fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)",
                        "fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, 10)"}) {
                    assertEquals("None", one.run(lock));
                    assertEquals("EAGAIN", two.run(lock));
                    assertEquals("None", three.run(lock));
                }
                one.run("os.close(f)");
                assertEquals("None", two.run("fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)"));
                assertEquals("None", two.run("fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, 10)"));
            }
        }
    }

    @Test
    void appendsByFunctionsThatLookAtNothingAllArrive() throws Exception {
        String append = "printf 'record of %s\\n' | dd of=log oflag=append conv=notrunc status=none";
        try (TestMount one = mount("one"); TestMount two = mount("two")) {
            one.sh(": > log");
            one.commitMustSucceed();
            one.begin();
            two.abort();
            two.begin();
            one.sh(append.formatted("one"));
            two.sh(append.formatted("two"));
            one.commitMustSucceed();
            two.commitMustSucceed();
            one.begin();
            assertEquals("record of one\nrecord of two\n", one.sh("cat log"));
        }
    }

    @Test
    void anAppenderSeesItsOwnBytesWhereTheyWillBe() throws Exception {
        try (TestMount mount = mount("m"); PythonProcess program = new PythonProcess(mount.root)) {
            program.run("a = os.open('log', os.O_RDWR | os.O_CREAT | os.O_APPEND)");
            program.run("b = os.open('log', os.O_WRONLY | os.O_APPEND)");
            for (String line : new String[] {"os.write(a, b'1')", "os.write(b, b'2')", "os.pwrite(a, b'3', 0)"}) {
                assertEquals("1", program.run(line));
            }
            assertEquals("b'123'", program.run("os.pread(a, 10, 0)"));
            assertEquals("3", program.run("os.fstat(b).st_size"));
        }
    }

    @Test
    void functionsThatWriteDifferentPagesDoNotConflict() throws Exception {
        try (TestMount one = mount("one"); TestMount two = mount("two")) {
            one.sh("dd if=/dev/zero of=table bs=4096 count=64 status=none");
            one.commitMustSucceed();
            one.begin();
            two.abort();
            two.begin();
            String add = "python3 -c \"import os; f = os.open('table', os.O_RDWR); n = os.pread(f, 4, %d * 4096)[0]; "
                    + "os.pwrite(f, bytes([n + 1]), %d * 4096)\"";
            one.sh(add.formatted(3, 3));
            two.sh(add.formatted(4, 4));
            one.commitMustSucceed();
            two.commitMustSucceed();
            one.begin();
            two.begin();
            one.sh(add.formatted(3, 3));
            two.sh(add.formatted(3, 3));
            two.commitMustSucceed();
            assertInstanceOf(CommitOutcome.Conflicted.class, one.commit());
        }
    }

    @Test
    void anOpenFileWithoutANameLivesUntilItIsClosed() throws Exception {
        try (TestMount mount = mount("m"); PythonProcess program = new PythonProcess(mount.root)) {
            program.run("f = os.open('t', os.O_RDWR | os.O_CREAT)");
            program.run("os.write(f, b'temporary')");
            program.run("os.unlink('t')");
            assertEquals("b'temporary'", program.run("os.pread(f, 100, 0)"));
            assertEquals("0", program.run("os.fstat(f).st_nlink"));
            program.run("os.close(f)");
            mount.commitMustSucceed();
            mount.begin();
            assertEquals("", mount.sh("ls -A"));
        }
    }

    @Test
    void aDirectoryIsEmptiedWhileItIsListed() throws Exception {
        try (TestMount mount = mount("m")) {
            mount.sh("mkdir d; cd d; seq 1 3000 | xargs touch");
            mount.commitMustSucceed();
            mount.begin();
            assertEquals("3000\n", mount.sh("ls d | wc -l"));
            mount.sh("rm -r d");
            assertEquals("", mount.sh("ls"));
        }
    }

    @Test
    void spaceIsSetAsideByLengthening() throws Exception {
        try (TestMount mount = mount("m")) {
            mount.sh("fallocate -l 100000 f; test $(stat -c %s f) = 100000; fallocate -n -l 200000 f; "
                    + "test $(stat -c %s f) = 100000; cp f g; cmp f g; cat f > h; cmp f h");
            mount.sh("tr '\\0' x < f > g; fallocate -p -o 100 -l 9000 g; test $(tr -d '\\0' < g | wc -c) = 91000");
            assertNotEquals(0, mount.run("fallocate -c -l 4096 f").status(), "ranges are not collapsed");
            assertTrue(mount.run("setfattr -n user.a -v 1 f || getfattr f; df .").status() == 0);
        }
    }

    @Test
    void aReadOnlyInvocationMayNotWrite() throws Exception {
        try (TestMount mount = new TestMount(store, dir.resolve("m"), CommitMode.INVOCATION)) {
            mount.beginReadOnly();
            assertTrue(mount.run("echo > f").errors().contains("ead-only"), mount.run("echo > f").errors());
            assertTrue(mount.run("mkdir d").errors().contains("ead-only"));
            mount.sh("ls; test ! -e f");
            assertInstanceOf(CommitOutcome.Committed.class, mount.commit());
        }
    }
}
