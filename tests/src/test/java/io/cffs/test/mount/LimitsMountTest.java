package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Programs at the limits that SEMANTICS.md names. {@code -Dcffs.names=N} says how many names the large directory gets,
 * {@code -Dcffs.open=N} how many files are open at a time.
 */
class LimitsMountTest extends StoreTest {
    private static final int NAMES = Integer.getInteger("cffs.names", 20_000);
    private static final int NAMES_PER_TRANSACTION = 100_000;
    private static final int OPEN = Integer.getInteger("cffs.open", 20_000);

    /** Runs a program with {@code errno}, {@code os} and {@code no(call)}, which names the error that a call gives. */
    private String python(String program) throws IOException {
        Path script = Files.createTempFile(scratch, "limits", ".py");
        Files.writeString(script, """
                import errno, os, sys, resource
                def no(call, *arguments):
                    try: call(*arguments)
                    except OSError as e: return errno.errorcode[e.errno]
                """ + program);
        return cffs.runShell("exec python3 " + script).expectExit(0).out();
    }

    @Test
    void aDirectoryOfManyNamesIsListedWholeWhileNamesComeAndGo() throws IOException {
        for (int from = 0; from < NAMES; from += NAMES_PER_TRANSACTION) {
            int to = Math.min(NAMES, from + NAMES_PER_TRANSACTION);
            python("""
                    os.makedirs("d", exist_ok=True)
                    for i in range(%d, %d): os.close(os.open("d/%%09d" %% i, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
                    """.formatted(from, to));
        }
        assertEquals(NAMES + 2 + "\n", cffs.runShell("ls -f d | wc -l").expectExit(0).out());
        String out = python("""
                n, seen, came, gone = %d, set(), 0, 0
                with os.scandir("d") as entries:
                    for i, entry in enumerate(entries):
                        assert entry.name not in seen, entry.name
                        seen.add(entry.name)
                        if i %% 500 == 0:
                            os.close(os.open("d/%%09d-new" %% i, os.O_CREAT | os.O_EXCL | os.O_WRONLY)); came += 1
                            os.unlink("d/%%09d" %% (n - 1 - gone)); gone += 1
                stayed = ["%%09d" %% i for i in range(n - gone)]
                print(len([name for name in stayed if name not in seen]), len(os.listdir("d")) == n + came - gone)
                """.formatted(NAMES));
        assertEquals("0 True\n", out);
        cffs.expectClean();
    }

    /** telldir(3) and seekdir(3), which Python has not, through the C library. */
    @Test
    void aPlaceInALongListingKeepsItsMeaning() throws IOException {
        assertEquals("ok\n", python("""
                import ctypes
                c = ctypes.CDLL(None, use_errno=True)
                class Dirent(ctypes.Structure):
                    _fields_ = [("ino", ctypes.c_uint64), ("off", ctypes.c_int64), ("len", ctypes.c_uint16),
                                ("type", ctypes.c_uint8), ("name", ctypes.c_char * 256)]
                c.opendir.restype = c.readdir.restype = ctypes.c_void_p
                c.readdir.argtypes = c.telldir.argtypes = [ctypes.c_void_p]
                c.telldir.restype = ctypes.c_long
                c.seekdir.argtypes = [ctypes.c_void_p, ctypes.c_long]
                os.mkdir("p")
                for i in range(5000): os.close(os.open("p/%05d" % i, os.O_CREAT | os.O_WRONLY))
                d = c.opendir(b"p")
                places, start = [], c.telldir(d)
                def read():
                    e = c.readdir(d)
                    return ctypes.cast(e, ctypes.POINTER(Dirent)).contents.name if e else None
                while (name := read()): places.append((c.telldir(d), name))
                for i in range(0, 5000, 3): os.unlink("p/%05d" % i)
                for i in range(4000): os.close(os.open("p/%05d-new" % i, os.O_CREAT | os.O_WRONLY))
                there = {name for _, name in places if name[:1] != b"." and int(name) % 3}
                for at in (4000, 17, 2500, 4999):
                    c.seekdir(d, start)
                    assert read() == b"."
                    c.seekdir(d, places[at][0])
                    after = [name for _, name in places[at + 1:] if name in there]
                    found = [name for name in iter(read, None) if name in there]
                    assert found == after, (at, after[:3], found[:3])
                print("ok")
                """));
    }

    /** By several processes: one alone may not be allowed that many. */
    @Test
    void manyFilesAreOpenAtATime() throws IOException {
        assertEquals(OPEN + " open, right: True\n", python("""
                n, hard = %d, resource.getrlimit(resource.RLIMIT_NOFILE)[1]
                resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
                each = min(hard - 100, 15000)
                def body(first, last, opened, go):
                    fds = [os.open("f%%d" %% (i %% 5000), os.O_CREAT | os.O_RDWR) for i in range(first, last)]
                    os.write(opened, b"x" * len(fds))
                    os.read(go, 1)
                    for i, fd in enumerate(fds): os.pwrite(fd, b"%%5d" %% ((first + i) %% 5000), 0)
                    return all(os.pread(fd, 9, 0) == b"%%5d" %% ((first + i) %% 5000) for i, fd in enumerate(fds))
                opened, go, children = os.pipe(), os.pipe(), []
                for first in range(0, n, each):
                    child = os.fork()
                    if child == 0:
                        os.close(go[1])
                        os._exit(0 if body(first, min(n, first + each), opened[1], go[0]) else 1)
                    children.append(child)
                left = n
                while left: left -= len(os.read(opened[0], left))
                print(n - left, "open, right: ", end="", flush=True)
                os.close(go[1])
                print(all([os.waitpid(child, 0)[1] == 0 for child in children]))
                """.formatted(OPEN)));
    }

    @Test
    void namesAndPathsAsLongAsTheyMayBe() throws IOException {
        assertEquals("None ENAMETOOLONG\nNone ENAMETOOLONG\nNone 4095 ENAMETOOLONG\nELOOP ELOOP\nlast\n",
                python("""
                open("n" * 255, "w").close()
                print(no(os.stat, "n" * 255), no(open, "n" * 256, "w"))
                deep = "/".join(["d" * 63] * 63)
                os.makedirs(deep)
                longest = deep + "/" + "f" * (4095 - len(deep) - 1)
                print(no(lambda: os.close(os.open(longest, os.O_CREAT | os.O_WRONLY))), no(os.stat, longest + "x"))
                print(no(os.symlink, "t" * 4095, "link"), len(os.readlink("link")), no(os.symlink, "t" * 4096, "link2"))
                os.symlink("loop", "loop"); os.symlink("b", "a"); os.symlink("a", "b")
                print(no(os.stat, "loop"), no(os.stat, "a/x"))
                os.symlink("chain39", "chain40")
                for i in range(39, 0, -1): os.symlink("chain%d" % (i - 1), "chain%d" % i)
                open("chain0", "w").write("last")
                print(open("chain39").read())
                """));
    }

    @Test
    void namesAreAnyBytesButSlashAndNul() throws IOException {
        assertEquals("253 253 True\n", python("""
                os.mkdir(b"bytes")
                names = [bytes([b]) for b in range(1, 256) if b not in (0x2f, 0x2e)] + [b"\\xff\\xfe\\x80\\n "]
                for name in names: open(b"bytes/" + name, "wb").write(name)
                back = os.listdir(b"bytes")
                print(len(names) - 1, len(back) - 1, all(open(b"bytes/" + n, "rb").read() == n for n in back))
                """));
        cffs.expectClean();
    }

    @Test
    void aThousandDirectoriesDeep() throws IOException {
        assertEquals("['bottom'] ['deep', 'top']\n", python("""
                open("top", "w").close()
                for i in range(1000):
                    os.mkdir("deep"); os.chdir("deep")
                open("bottom", "w").close()
                bottom = os.listdir(".")
                for i in range(1000): os.chdir("..")
                print(bottom, sorted(os.listdir(".")))
                """));
        assertEquals("1\n", cffs.runShell("find . -name bottom | wc -l; rm -r deep").expectExit(0).out());
        cffs.expectClean();
    }

    /** A mount asks a backend with a small heap what it can bear, and refuses before that. */
    @Test
    void aTransactionThatTheBackendsHeapCannotHoldIsTold() throws IOException, InterruptedException {
        Path script = fillingScript("");
        Path socket = scratch.resolve("small");
        ProcessBuilder small = new ProcessBuilder(CffsCommand.launcher().toString(), "backend", "--store",
                scratch.resolve("small-store").toString(), "--listen", "unix:" + socket);
        small.environment().put("CFFS_HEAP", "64m");
        Process backend = small.redirectErrorStream(true).redirectOutput(scratch.resolve("small-log").toFile()).start();
        try {
            for (int tries = 0; !Files.exists(socket) && tries < 3000; tries++) {
                assertFalse(backend.waitFor(20, TimeUnit.MILLISECONDS));
            }
            String out = cffs.cffs("run", "--backend", "unix:" + socket, "--", "python3", script.toString())
                    .expectExit(0).out();
            assertEquals("ENOSPC True\n", out);
        } finally {
            backend.destroy();
            assertTrue(backend.waitFor(60, TimeUnit.SECONDS));
        }
    }

    /** Makes files until it may not, then does {@code more}. */
    private Path fillingScript(String more) throws IOException {
        return Files.writeString(scratch.resolve("fill.py"), """
                import errno, os
                os.mkdir("d")
                made = 0
                try:
                    while made < 100_000:
                        os.close(os.open("d/%06d" % made, os.O_CREAT | os.O_WRONLY)); made += 1
                except OSError as e: print(errno.errorcode[e.errno], 5_000 < made < 50_000)
                """ + more);
    }

    /** With 64 MiB mount and backend have room for some 15,000 new files; both live on, and they are committed. */
    @Test
    void aTransactionThatTheHeapCannotHoldIsTold() throws IOException, InterruptedException {
        Path script = fillingScript("""
                for i in range(100): os.unlink("d/%06d" % i)
                print(len(os.listdir("d")) == made - 100)
                """);
        ProcessBuilder run = new ProcessBuilder(CffsCommand.launcher().toString(), "run", "--store",
                cffs.store().toString(), "--", "python3", script.toString()).redirectErrorStream(true);
        run.environment().put("CFFS_HEAP", "64m");
        Process process = run.start();
        String out = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), out);
        assertTrue(out.contains("ENOSPC True\nTrue\n") && out.contains("CFFS_HEAP"), out);
        assertEquals("True\n", cffs.runShell("[ $(ls d | wc -l) -gt 5000 ] && echo True").expectExit(0).out());
        cffs.expectClean();
    }

    @Test
    void oneTransactionMakesAndRemovesManyFiles() throws IOException {
        assertEquals(NAMES + "\n", python("""
                n = %d
                for i in range(0, n, 1000):
                    os.mkdir("m%%d" %% i)
                    for j in range(1000): os.close(os.open("m%%d/%%d" %% (i, j), os.O_CREAT | os.O_WRONLY))
                print(n)
                """.formatted(NAMES)));
        assertEquals(NAMES + "\n", cffs.runShell("find m* -type f | wc -l; rm -r m*").expectExit(0).out());
        assertEquals("", cffs.runShell("ls").expectExit(0).out());
        cffs.expectClean();
    }
}
