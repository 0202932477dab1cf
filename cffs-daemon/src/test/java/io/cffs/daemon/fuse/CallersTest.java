package io.cffs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.txn.Credentials;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallersTest {
    @TempDir
    Path proc;

    private long nowNanos;
    private final Ticker ticker = new Ticker() {
        @Override
        public long wallNanos() {
            return nowNanos;
        }

        @Override
        public long monotonicNanos() {
            return nowNanos;
        }
    };

    private void process(int pid, String groups) throws IOException {
        Files.createDirectories(proc.resolve(Integer.toString(pid)));
        Files.writeString(proc.resolve(pid + "/status"),
                "Name:\tx\nUid:\t7\t7\t7\t7\nGroups:\t" + groups + "\nX:\t1\n");
    }

    @Test
    void groupsComeFromTheProcess() throws Exception {
        process(12, "4 20 4294967294 ");
        Credentials who = new Callers(false, proc, ticker).of(12, 1000, 1000);
        assertTrue(who.isMemberOf(20));
        assertTrue(who.isMemberOf(-2));
        assertTrue(who.isMemberOf(1000));
        assertFalse(who.isMemberOf(21));
    }

    @Test
    void groupsAreReadAgainAfterAWhile() throws Exception {
        process(12, "4");
        Callers callers = new Callers(false, proc, ticker);
        Credentials first = callers.of(12, 1000, 1000);
        process(12, "5");
        nowNanos += 500_000_000L;
        assertSame(first, callers.of(12, 1000, 1000));
        nowNanos += 600_000_000L;
        assertTrue(callers.of(12, 1000, 1000).isMemberOf(5));
    }

    @Test
    void aProcessThatIsGoneHasItsOwnGroupOnly() {
        Callers callers = new Callers(false, proc, ticker);
        assertFalse(callers.of(99, 1000, 1000).isMemberOf(0));
        assertFalse(callers.of(0, 1000, 1000).isMemberOf(0));
    }

    @Test
    void rootIsNotLookedUp() {
        Callers callers = new Callers(true, proc, ticker);
        assertSame(callers.of(99, 0, 0), callers.of(98, 0, 0));
        assertTrue(callers.of(99, 0, 0).isPrivileged());
        assertTrue(callers.of(99, 0, 0).kernelChecksPermissions());
    }

    @Test
    void aLineWithoutGroupsIsNone() {
        assertArrayEquals(new int[0], Callers.groupsIn("Name:\tx\nGroups:\t\n"));
        assertArrayEquals(new int[0], Callers.groupsIn(""));
    }
}
