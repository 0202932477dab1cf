package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/**
 * Functions that do not depend on one another never abort one another. Every function waits inside its transaction
 * until all have begun, so that all of them overlap; each prints the number of the attempt that committed.
 */
class NoFalseAbortsMountTest extends StoreTest {
    private static final int FUNCTIONS = 16;

    @Test
    void differentNamesInOneDirectory() {
        cffs.runShell("mkdir d").expectExit(0);
        overlapping(i -> "echo " + i + " > d/file" + i);
        assertEquals("" + FUNCTIONS, cffs.runShell("ls d | wc -l").expectExit(0).out().strip());
        cffs.expectClean();
    }

    @Test
    void differentSubdirectoriesOfOneDirectory() {
        overlapping(i -> "mkdir sub" + i + " && echo " + i + " > sub" + i + "/file");
        assertEquals("" + FUNCTIONS, cffs.runShell("cat sub*/file | wc -l").expectExit(0).out().strip());
        cffs.expectClean();
    }

    @Test
    void differentPagesOfOneFile() {
        cffs.runShell("truncate -s " + FUNCTIONS * 4096 + " pages").expectExit(0);
        overlapping(i -> "head -c 4096 /dev/zero | tr '\\0' '" + letter(i)
                + "' | dd of=pages bs=4096 seek=" + i + " conv=notrunc status=none");
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < FUNCTIONS; i++) {
            expected.append("4096 ").append(letter(i)).append('\n');
        }
        assertEquals(expected.toString(), cffs.runShell("fold -w 1 pages | uniq -c | sed 's/^ *//'").expectExit(0)
                .out());
        cffs.expectClean();
    }

    @Test
    void blindAppendsToOneLog() {
        cffs.runShell("echo start > log").expectExit(0);
        overlapping(i -> "echo record " + i + " >> log");
        assertEquals("" + (FUNCTIONS + 1), cffs.runShell("sort -u log | wc -l").expectExit(0).out().strip());
        assertEquals("" + (FUNCTIONS + 1), cffs.runShell("wc -l < log").expectExit(0).out().strip());
        cffs.expectClean();
    }

    @Test
    void readingAFileWhileAnotherFunctionAppendsToIt() {
        cffs.runShell("head -c 1000000 /dev/zero > big").expectExit(0);
        overlapping(i -> i % 2 == 0
                ? "dd if=big of=/dev/null bs=4096 count=4 iflag=direct status=none; echo " + i + " > own" + i
                : "echo record " + i + " >> big");
        cffs.expectClean();
    }

    /** All functions begin, meet at a barrier outside of the mount, act, and must commit at their first attempt. */
    private void overlapping(IntFunction<String> action) {
        Path barrier = scratch.resolve("barrier-" + System.identityHashCode(action));
        List<Callable<String>> functions = new ArrayList<>();
        for (int i = 0; i < FUNCTIONS; i++) {
            String body = "mkdir -p " + barrier + " && : > " + barrier + "/" + i + "\n"
                    + "n=0; while [ $(ls " + barrier + " | wc -l) -lt " + FUNCTIONS + " ] && [ $n -lt 1200 ]; do"
                    + " sleep 0.1; n=$((n + 1)); done\n"
                    + "{ " + action.apply(i) + "; } && echo attempt $CFFS_ATTEMPT";
            functions.add(() -> cffs.runShell(body).expectExit(0).out());
        }
        for (String out : CffsCommand.together(functions)) {
            assertEquals("attempt 1\n", out);
        }
    }

    private static char letter(int i) {
        return (char) ('A' + i);
    }
}
