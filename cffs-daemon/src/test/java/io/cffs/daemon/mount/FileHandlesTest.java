package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** name_to_handle_at(2) and open_by_handle_at(2), where the kernel of the second mount has never seen the inode. */
@Timeout(60)
class FileHandlesTest {
    private static final String CALLS = "import ctypes; c = ctypes.CDLL(None, use_errno=True);"
            + " H = type('H', (ctypes.Structure,), {'_fields_':"
            + " [('n', ctypes.c_uint), ('t', ctypes.c_int), ('b', ctypes.c_ubyte * 128)]})";
    private static final String HANDLE_OF = "name = lambda p: (lambda h, m: (c.name_to_handle_at(-100, p.encode(),"
            + " ctypes.byref(h), ctypes.byref(m), 0), bytes(h)[:8 + h.n].hex())[1])(H(128), ctypes.c_int())";
    private static final String OPEN = "opened = lambda x, flags=0: (lambda f: f if f >= 0 else"
            + " errno.errorcode[ctypes.get_errno()])(c.open_by_handle_at(top,"
            + " ctypes.byref(H.from_buffer_copy(bytes.fromhex(x).ljust(136, b'\\0'))), flags))";

    @TempDir
    Path dir;

    private final MemoryVolume store = new MemoryVolume();
    private TestMount mount;

    @BeforeEach
    void mount() throws IOException {
        TestMount.assumeMountsWork();
        assumeTrue("root".equals(System.getProperty("user.name")), "only root opens by handle");
        mount = new TestMount(store, dir.resolve("m"), CommitMode.MANUAL);
        mount.sh("mkdir -p a/b; echo content > a/b/f; echo > .cffs/commit");
    }

    @AfterEach
    void unmount() {
        mount.close();
    }

    private static PythonProcess python(Path root) throws IOException {
        PythonProcess python = new PythonProcess(root);
        for (String line : new String[] {CALLS, HANDLE_OF, OPEN, "top = os.open('.', os.O_RDONLY)"}) {
            assertEquals("ok", python.run(line), line);
        }
        return python;
    }

    private String handleOf(String path) throws IOException {
        try (PythonProcess python = python(mount.root)) {
            String hex = python.run("name('" + path + "')");
            assertFalse(hex.startsWith("E"), hex);
            return hex;
        }
    }

    @Test
    void aHandleOpensWhatThisKernelHasNeverSeen() throws IOException {
        String file = handleOf("a/b/f");
        String directory = handleOf("a/b");
        try (TestMount other = new TestMount(store, dir.resolve("other"), CommitMode.MANUAL);
                PythonProcess python = python(other.root)) {
            assertEquals("b'content\\n'", python.run("os.read(opened(" + file + ", os.O_RDONLY), 100)"));
            assertEquals("['f']", python.run("os.listdir(opened(" + directory + "))"));
            String path = python.run("os.readlink('/proc/self/fd/%d' % opened(" + directory + "))");
            assertEquals("'" + other.root.toRealPath().resolve("a/b") + "'", path);
            assertEquals("4", python.run("os.write(opened(" + file + ", os.O_WRONLY), b'CONT')"));
            other.sh("echo > .cffs/commit");
        }
        mount.sh("echo > .cffs/begin");
        assertEquals("CONTent\n", mount.sh("cat a/b/f"));
    }

    @Test
    void aHandleOfWhatIsGoneIsStale() throws IOException {
        String file = handleOf("a/b/f");
        String directory = handleOf("a/b");
        try (TestMount other = new TestMount(store, dir.resolve("other"), CommitMode.MANUAL);
                PythonProcess python = python(other.root)) {
            other.sh("rm -r a/b");
            assertEquals("'ESTALE'", python.run("opened(" + file + ")"));
            assertEquals("'ESTALE'", python.run("opened(" + directory + ")"));
            other.sh("echo > .cffs/commit");
            assertEquals("'ESTALE'", python.run("opened(" + file + ")"));
            assertEquals("'ESTALE'", python.run("opened(" + directory + ")"));
        }
    }

    /** A handle is bytes that a program gives: here those of a file with the number of the inode replaced. */
    @Test
    void aHandleThatNobodyMadeIsStale() throws IOException {
        String file = handleOf("a/b/f");
        try (TestMount other = new TestMount(store, dir.resolve("other"), CommitMode.MANUAL);
                PythonProcess python = python(other.root)) {
            for (String number : new String[] {"ff", "7f", "00", "80"}) {
                String made = "(lambda h: h[:16] + '" + number.repeat(8) + "' + h[32:])(" + file + ")";
                assertEquals("'ESTALE'", python.run("opened(" + made + ")"), number);
            }
            assertEquals("content\n", other.sh("cat a/b/f"));
            other.sh("echo y > new; echo > .cffs/commit");
        }
    }
}
