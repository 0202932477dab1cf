package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.test.mount.CffsCommand.Finished;
import io.cffs.test.mount.CffsCommand.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Every mistake, and every host that lacks something, ends in one sentence that names it, and the right status. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MistakeMountTest extends StoreTest {
    @BeforeEach
    void makeStores() throws IOException {
        Files.writeString(scratch.resolve("file"), "no store");
        Files.createFile(Files.createDirectory(scratch.resolve("foreign")).resolve("thing"));
        Files.writeString(Files.createDirectory(scratch.resolve("newer")).resolve("FORMAT"), "cffs-store 99\n");
        Files.writeString(Files.createDirectory(scratch.resolve("damaged")).resolve("FORMAT"), "rubbish\n");
    }

    private record Mistake(int status, String named, String... arguments) {}

    private List<Mistake> mistakes() {
        String store = cffs.store().toString();
        List<Mistake> all = new ArrayList<>(List.of(
                new Mistake(64, "no command"),
                new Mistake(64, "frobnicate", "frobnicate"),
                new Mistake(64, "--frobnicate", "run", "--frobnicate", "--", "true"),
                new Mistake(64, "COMMAND", "run", "--store", store),
                new Mistake(64, "volume name", "run", "--volume", "No/Such", "--", "true"),
                new Mistake(64, "time span", "run", "--timeout", "soon", "--", "true"),
                new Mistake(64, "/no/such/mount", "run", "--store", store, "--mount", "/no/such/mount", "--", "true"),
                new Mistake(64, "is not a directory", "run", "--store", store, "--mount", in("file"), "--", "true"),
                new Mistake(64, "nosuchdir", "run", "--store", store, "--cwd", "nosuchdir", "--", "true"),
                new Mistake(64, "nonsense", "run", "--backend", "nonsense", "--", "true"),
                new Mistake(64, "107", "run", "--backend", "unix:/" + "x".repeat(120), "--", "true"),
                new Mistake(69, "unix:/no/such.sock", "run", "--backend", "unix:/no/such.sock", "--", "true"),
                new Mistake(127, "nosuchprogram", "run", "--store", store, "--", "nosuchprogram"),
                new Mistake(126, "/etc/passwd", "run", "--store", store, "--", "/etc/passwd"),
                new Mistake(64, "/no/such/dir", "mount", "--store", store, "/no/such/dir"),
                new Mistake(64, "commit=never", "mount", "-o", "commit=never", scratch.toString()),
                new Mistake(64, "interval", "mount", "-o", "interval=soon", scratch.toString()),
                new Mistake(64, "no volume is mounted", "umount", scratch.toString()),
                new Mistake(64, "DIR", "umount"),
                new Mistake(64, "nonsense", "backend", "--store", store, "--listen", "nonsense"),
                new Mistake(69, "can be reached", "status", "--backend", "unix:/no/such.sock"),
                new Mistake(16, "--level", "fsck", "--store", store, "--level", "deep"),
                new Mistake(8, "there is no store", "fsck", "--store", in("nowhere"))));
        for (String how : List.of("--retries=0", "--in-process")) {
            all.add(new Mistake(64, "is a file", "run", how, "--store", in("file"), "--", "true"));
            all.add(new Mistake(65, "something else", "run", how, "--store", in("foreign"), "--", "true"));
            all.add(new Mistake(65, "format 99", "run", how, "--store", in("newer"), "--", "true"));
            all.add(new Mistake(65, "damaged", "run", how, "--store", in("damaged"), "--", "true"));
            all.add(new Mistake(69, "/proc/nope", "run", how, "--store", "/proc/nope/store", "--", "true"));
        }
        return all;
    }

    private String in(String name) {
        return scratch.resolve(name).toString();
    }

    @TestFactory
    Stream<DynamicTest> everyMistakeEndsInOneSentence() {
        return mistakes().stream().map(mistake -> DynamicTest.dynamicTest(
                "cffs " + String.join(" ", mistake.arguments()),
                () -> expectSentence(cffs.cffs(mistake.arguments()), mistake.status(), mistake.named())));
    }

    private static void expectSentence(Finished finished, int status, String named) {
        finished.expectExit(status);
        assertEquals("", finished.out());
        assertEquals(1, finished.err().lines().count(), finished.err());
        assertTrue(finished.err().startsWith("cffs: "), finished.err());
        assertTrue(finished.err().contains(named), finished.err());
        assertFalse(finished.err().contains("Exception"), finished.err());
    }

    @Test
    void aStoreThatIsNoneIsLeftAsItIs() throws IOException {
        cffs.cffs("run", "--store", in("foreign"), "--", "true").expectExit(65);
        try (Stream<Path> entries = Files.list(scratch.resolve("foreign"))) {
            assertEquals(1, entries.count());
        }
    }

    @Test
    void aHostWithoutTheFuseDevice() throws Exception {
        String prepare = "mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 && mknod -m 666 /dev/urandom c 1 9";
        expectSentence(inNamespace(prepare, ""), 69, "/dev/fuse");
    }

    @Test
    void aUserWhoMayNotOpenTheFuseDevice() throws Exception {
        String prepare = "cp -a /dev/fuse " + scratch + "/fuse && chmod 600 " + scratch + "/fuse && mount --bind "
                + scratch + "/fuse /dev/fuse && cd /";
        expectSentence(inNamespace(prepare, nobody()), 69, "permission");
    }

    @Test
    void aUserWhoWantsDevices() throws Exception {
        String mount = " mount --in-process -o dev " + scratch.resolve("own");
        expectSentence(inNamespace("cd /", nobody(), mount), 69, "only root may mount with suid or dev");
    }

    /** How a command is run as a user without rights who has a home. */
    private String nobody() throws Exception {
        cffs.cffs("version").expectExit(0); // whatever is to be built is built by its owner
        Path own = Files.createDirectory(scratch.resolve("own"));
        new ProcessBuilder("chmod", "755", scratch.toString()).start().waitFor();
        new ProcessBuilder("chown", "65534:65534", own.toString()).start().waitFor();
        return "setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=" + own + " TMPDIR=" + own
                + " XDG_RUNTIME_DIR=" + own + " CFFS_STORE=" + own + "/store ";
    }

    /** Runs {@code cffs run -- true} where {@code prepare} has changed what the host looks like, as {@code user}. */
    private Finished inNamespace(String prepare, String user) throws IOException {
        String store = user.isEmpty() ? "--store " + cffs.store() : "--in-process";
        return inNamespace(prepare, user, " run " + store + " -- true");
    }

    private Finished inNamespace(String prepare, String user, String command) throws IOException {
        Path out = Files.createTempFile(scratch, "out", ".txt");
        Path err = Files.createTempFile(scratch, "err", ".txt");
        Process process = new ProcessBuilder("unshare", "--mount", "--propagation", "private", "sh", "-c",
                prepare + " && exec " + user + CffsCommand.launcher() + command)
                .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        return cffs.finish(new Started(process, out, err));
    }
}
