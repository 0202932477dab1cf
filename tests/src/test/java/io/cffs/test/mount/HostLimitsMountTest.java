package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.test.mount.CffsCommand.Finished;
import io.cffs.test.mount.CffsCommand.Started;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many functions a host daemon serves, and whose. */
class HostLimitsMountTest {
    private static final String NOBODY_SPECIAL = "12345";

    @TempDir
    Path scratch;

    private HostDaemon host;

    @BeforeEach
    void startHost() throws Exception {
        host = new HostDaemon(scratch, "--mounts", "2", "--control-mode", "733");
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void stopHost() throws Exception {
        host.stop();
    }

    @Test
    void keptMountsMakeRoomAndMountsInUseDoNot() throws Exception {
        host.runShell("echo > a", "--keep", "one").expectExit(0);
        host.runShell("echo > b", "--keep", "two").expectExit(0);
        assertEquals(2, host.figure("mountsKept"));
        Path go = scratch.resolve("go");
        List<Started> functions = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            functions.add(host.startShell("n=0; until [ -e " + go + " ] || [ $n -ge 600 ]; do sleep 0.1;"
                    + " n=$((n + 1)); done"));
        }
        host.awaitFigure("mountsInUse", 2);
        Finished refused = host.runShell("true").expectExit(69);
        assertTrue(refused.err().startsWith("cffs: the host daemon has its 2 mounts in use"), refused::err);
        Files.createFile(go);
        for (Started function : functions) {
            host.finish(function).expectExit(0);
        }
        assertEquals("a\nb\n", host.runShell("ls").expectExit(0).out());
    }

    /** In a user name space of its own, with its files as its own; but only on a directory that is its. */
    @Test
    void anotherUserIsServedOnWhatIsHis() throws Exception {
        assumeTrue(new ProcessBuilder("setpriv", "--reuid", NOBODY_SPECIAL, "--regid", NOBODY_SPECIAL,
                "--clear-groups", "unshare", "--user", "--map-current-user", "--mount", "true").start().waitFor() == 0);
        host.runShell("chmod 777 .").expectExit(0);
        Path own = Files.createDirectory(scratch.resolve("own"));
        Path other = Files.createDirectory(scratch.resolve("other"));
        Files.setAttribute(own, "unix:uid", Integer.valueOf(NOBODY_SPECIAL));
        assertEquals(0, asAnother(own, "echo mine > mine; [ $(stat -c %u mine) = " + NOBODY_SPECIAL + " ]"));
        assertEquals(69, asAnother(other, "true"));
        assertEquals(NOBODY_SPECIAL + "\n", host.runShell("stat -c %u mine").expectExit(0).out());
    }

    private int asAnother(Path root, String script) throws Exception {
        Process client = new ProcessBuilder("setpriv", "--reuid", NOBODY_SPECIAL, "--regid", NOBODY_SPECIAL,
                "--clear-groups", CffsCommand.launcher().toString(), "run", "--host=" + host.control(), "--mount",
                root.toString(), "--", "sh", "-c", script)
                .redirectInput(Path.of("/dev/null").toFile()).redirectErrorStream(true).start();
        client.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        return client.waitFor();
    }

    /** A container that may not mount shares its name space with its functions; nothing stays mounted there. */
    @Test
    void aContainersNameSpaceIsLeftAsItWas() throws Exception {
        Path own = Files.createDirectory(scratch.resolve("own"));
        String run = "CFFS_HOST_INSIDE=shared " + CffsCommand.launcher() + " run --host=" + host.control() + " --mount "
                + own + " -- sh -c 'echo in > it; sleep 1000 & pwd' < /dev/null";
        Process container = new ProcessBuilder("unshare", "--mount", "sh", "-c", run + "; grep -c ' " + own
                + " ' /proc/self/mounts").redirectErrorStream(true).start();
        container.getOutputStream().close();
        assertEquals(own + "\n0\n", new String(container.getInputStream().readAllBytes()));
        assertEquals("in\n", host.runShell("cat it").expectExit(0).out());
        Process here = new ProcessBuilder("sh", "-c", run).redirectErrorStream(true).start();
        here.getOutputStream().close();
        String said = new String(here.getInputStream().readAllBytes());
        assertEquals(64, here.waitFor(), said);
    }
}
