package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Quotas as programs and people meet them. */
class QuotaMountTest extends StoreTest {
    private CffsCommand.Finished quota(String... arguments) {
        List<String> all = new ArrayList<>(List.of("quota", "--store", cffs.store().toString()));
        all.addAll(List.of(arguments));
        return cffs.cffs(all.toArray(String[]::new));
    }

    private String run(String script) {
        return cffs.runShell(script).expectExit(0).out();
    }

    @Test
    void programsGetEdquotWhenTheyWriteAndDfTellsTheQuota() throws IOException {
        run("mkdir -p box/sub out; head -c 100000 /dev/zero > box/old");
        assertEquals("/box  100.0K of 200.0K bytes, 3 of 5 inodes\n",
                quota("set", "/box", "--bytes", "200K", "--inodes", "5").expectExit(0).out());
        Path script = scratch.resolve("calls.py");
        Files.writeString(script, """
                import errno, os
                def no(call):
                    try: call()
                    except OSError as e: return errno.errorcode[e.errno]
                fd = os.open("box/old", os.O_RDWR | os.O_APPEND)
                print(no(lambda: os.write(fd, b"x" * 9000)), no(lambda: os.ftruncate(fd, 200000)),
                      no(lambda: os.posix_fallocate(fd, 0, 300000)), no(lambda: os.mkdir("box/d")),
                      no(lambda: os.symlink("x", "box/s")), no(lambda: os.link("box/old", "out/old")),
                      no(lambda: os.rename("out", "box/out")))
                os.ftruncate(fd, 99990)
                os.write(fd, b"x" * 10)
                """);
        String out = run("""
                echo df $(df --output=size,used,avail,itotal,iused box/sub | tail -1)
                dd if=/dev/zero of=box/sub/new bs=49152 count=3 status=none || echo size $(stat -c %s box/sub/new)
                echo avail $(df --output=avail box | tail -1)
                : > box/sub/last; (: > box/sub/toomany) || echo too many
                python3 SCRIPT
                rm box/sub/last && : > out/moved && mv out/moved box/ && echo $(ls box)
                """.replace("SCRIPT", script.toString()));
        assertEquals("""
                df 200 100 100 5 3
                size 98304
                avail 4
                too many
                EDQUOT None None EDQUOT EDQUOT EXDEV EXDEV
                moved old sub
                """, out);
        cffs.expectClean();
    }

    @Test
    void thoseWhoFitAloneAndNotTogetherDoNotExceedIt() {
        run("mkdir box");
        quota("set", "/box", "--bytes", "100K").expectExit(0);
        Path barrier = scratch.resolve("barrier");
        List<Callable<String>> functions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String body = "mkdir -p " + barrier + "; : > " + barrier + "/" + i + "; n=0\n"
                    + "while [ $(ls " + barrier
                            + " | wc -l) -lt 3 ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done\n"
                    + "head -c 60000 /dev/zero > box/f" + i + " || { rm box/f" + i + "; echo full; }\n"
                    + "echo attempt $CFFS_ATTEMPT";
            functions.add(() -> cffs.runShell(body).expectExit(0).out());
        }
        List<String> outs = CffsCommand.together(functions);
        assertEquals(1, outs.stream().filter(out -> out.equals("attempt 1\n")).count(), outs::toString);
        assertEquals(2, outs.stream().filter(out -> out.equals("attempt 1\nfull\nattempt 2\n")).count(),
                outs::toString);
        assertEquals("60000\n", run("cat box/* | wc -c"));
        assertTrue(quota("show", "/box", "--json").expectExit(0).out().contains("\"bytesUsed\":61440"));
        cffs.expectClean();
    }

    @Test
    void whatIsUsedIsWhatDuAddsUp() {
        run("mkdir -p box/sub");
        String told = quota("set", "/box", "--bytes", "1M").expectExit(0).out();
        assertTrue(told.matches("/box  \\S+ of 1.0M bytes, \\d+ inodes\n"), told);
        assertEquals("refused\n",
                run("truncate -s 1T box/image; for i in 1 7 900; do printf x | dd of=box/image bs=4096 "
                + "seek=$i conv=notrunc status=none; done; head -c 500000 /dev/urandom > box/sub/f; cp box/sub/f "
                        + "box/g; "
                + "cp box/g box/h 2> box/err || echo refused; rm box/h box/err; fallocate -p -o 100000 -l 100000 "
                        + "box/g"));
        String used = run("expr $(du -k -s box | cut -f1) \\* 1024").trim();
        assertTrue(quota("show", "/box", "--json").expectExit(0).out().contains("\"bytesUsed\":" + used + ","),
                () -> used + ": " + quota("show", "/box", "--json").out());
        cffs.expectClean();
    }

    @Test
    void mistakesAreNamed() {
        run("mkdir box; : > file");
        assertTrue(quota("set", "/box").expectExit(64).err().contains("neither --bytes nor --inodes"));
        assertTrue(quota("set", "--bytes", "1G").expectExit(64).err().contains("no PATH"));
        assertTrue(quota("set", "/file", "--bytes", "1G").expectExit(64).err().contains("/file is no directory"));
        assertTrue(quota("set", "/box", "--bytes", "1X").expectExit(64).err().contains("'1X' is no amount"));
        assertTrue(quota("remove", "/box").expectExit(64).err().contains("/box has no quota"));
        assertTrue(quota("grow", "/box").expectExit(64).err().contains("grow"));
    }
}
