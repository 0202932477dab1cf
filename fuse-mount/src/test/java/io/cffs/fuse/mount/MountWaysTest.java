package io.cffs.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** Each way to a mount, with a server that is a process of its own, in a mount name space that ends with it. */
@EnabledIf("io.cffs.fuse.mount.Privileges#canMount")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MountWaysTest {
    private static final String PRIVATE = "exec unshare --mount --propagation private sh -c '";
    private static final String OPENS = " --add-opens=java.base/java.io=ALL-UNNAMED";

    private Path mountPoint;

    @BeforeEach
    void makeMountPoint() throws IOException {
        mountPoint = Files.createTempDirectory("cffs-ways-test");
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertFalse(Shell.isMounted(mountPoint));
        Files.delete(mountPoint);
    }

    private String server(String jvmFlags, String arguments) {
        return ProcessHandle.current().info().command().orElseThrow() + " -Xmx128m --enable-native-access=ALL-UNNAMED"
                + jvmFlags + " -cp \"" + System.getProperty("java.class.path") + "\" io.cffs.fuse.mem.MemFsMain "
                + mountPoint + " " + arguments;
    }

    /** Waits until the mount shows in the table, for 20 seconds at most. */
    private String awaitMounted() {
        return awaitMounted(mountPoint);
    }

    private static String awaitMounted(Path at) {
        return "n=0; until grep -q \" " + at + " \" /proc/self/mountinfo; do n=$((n+1)); "
                + "test $n -lt 400 || exit 9; sleep 0.05; done; ";
    }

    private String use() {
        return "(cd " + mountPoint + " && echo hello > f && mv f g && cat g); ";
    }

    private String inherited(String flags) throws IOException {
        return Shell.ok(Path.of("/"), PRIVATE + "exec 9<>/dev/fuse; mount -i -t fuse.memfs "
                + "-o fd=9,rootmode=40000,user_id=0,group_id=0 memfs " + mountPoint + "; "
                + server(flags, "cached 0 2 devfuse 9") + " & exec 9<&-; " + use() + "umount " + mountPoint
                + "; wait $!; echo ended $?'");
    }

    @Test
    void anInheritedDescriptorIsServedWithoutNativeCalls() throws Exception {
        String said = inherited(OPENS + " -Xlog:class+load:file=" + mountPoint + ".classes");
        Path loaded = Path.of(mountPoint + ".classes");
        String classes = Files.readString(loaded);
        Files.delete(loaded);
        assertTrue(said.contains("hello\n"), said);
        assertTrue(said.contains("ended 0"), said);
        assertTrue(classes.contains("io.cffs.fuse.dev.ChannelIo"), "channels are used");
        // The end of the mount is an error without a number, for which the native call is made once.
        int firstRequest = classes.indexOf("io.cffs.fuse.mem.MemNode$Dentry");
        int firstNative = classes.indexOf("io.cffs.fuse.sys.NativeCall");
        assertTrue(firstRequest > 0, "requests were served");
        assertTrue(firstNative < 0 || firstNative > firstRequest, "no native call before the first request");
    }

    @Test
    void anInheritedDescriptorIsServedWithNativeCallsToo() throws Exception {
        String said = inherited("");
        assertTrue(said.contains("hello\n"), said);
        assertTrue(said.contains("ended 0"), said);
    }

    @Test
    void mountSystemCall() throws Exception {
        String said = Shell.ok(Path.of("/"), PRIVATE + server("", "cached 0 2") + " & " + awaitMounted() + use()
                + "umount " + mountPoint + "; wait $!; echo ended $?'");
        assertTrue(said.contains("hello\n"), said);
        assertTrue(said.contains("ended 0"), said);
    }

    @Test
    void userNameSpace() throws Exception {
        assumeTrue(Shell.run(Path.of("/"), "unshare -Urm true").status() == 0, "user name spaces are not allowed here");
        String said = Shell.ok(Path.of("/"), "exec unshare -Urm sh -c '" + server("", "cached 0 2") + " & "
                + awaitMounted() + use() + "umount " + mountPoint + "; wait $!; echo ended $?'");
        assertTrue(said.contains("hello\n"), said);
        assertTrue(said.contains("ended 0"), said);
    }

    @Test
    void fusermountForAUserWithoutPrivilege() throws Exception {
        assumeTrue(Shell.run(Path.of("/"), "command -v fusermount3 setpriv").status() == 0, "no fusermount3");
        String user = "setpriv --reuid 65534 --regid 65534 --clear-groups ";
        Path jars = readableClassPath();
        String server = user + server("", "cached 0 2 fusermount")
                .replace(System.getProperty("java.class.path"), jars + "/*");
        String said = Shell.ok(Path.of("/"), "chown -R 65534 " + mountPoint + " " + jars + "; " + PRIVATE
                // The program opens the device as its caller, so the device must let anybody in, as it usually does.
                + "mknod -m 666 " + jars + "/fuse c 10 229; mount --bind " + jars + "/fuse /dev/fuse; " + server + " & "
                + awaitMounted() + user + "sh -c \"" + use() + "\"; umount " + mountPoint
                + "; wait $!; echo ended $?'");
        Shell.ok(Path.of("/"), "rm -r " + jars);
        assertTrue(said.contains("hello\n"), said);
        assertTrue(said.contains("ended 0"), said);
    }

    /** Copies what the server needs to where another user can read it. */
    private static Path readableClassPath() throws IOException {
        Path jars = Files.createTempDirectory("cffs-ways-jars");
        for (String element : System.getProperty("java.class.path").split(":")) {
            Path from = Path.of(element);
            if (Files.isDirectory(from)) {
                Shell.ok(from, "jar=" + jars + "/$(echo " + from + " | tr / _).jar; "
                        + System.getProperty("java.home") + "/bin/jar cf $jar .");
            } else if (element.contains("slf4j")) {
                Files.copy(from, jars.resolve(from.getFileName()));
            }
        }
        return jars;
    }

    @Test
    void aServerThatIsKilledLeavesNothingThatStaysInTheWay() throws Exception {
        String said = Shell.ok(Path.of("/"), PRIVATE + server("", "cached 0 2") + " & " + awaitMounted()
                + "echo hello > " + mountPoint + "/f; kill -9 $!; wait $!; cat " + mountPoint + "/f; "
                + server("", "cached 0 2") + " > " + mountPoint + ".out & n=0; until grep -q ready " + mountPoint
                + ".out; do n=$((n+1)); test $n -lt 400 || exit 9; sleep 0.05; done; rm " + mountPoint + ".out; "
                + use()
                + "grep -c \" " + mountPoint + " \" /proc/self/mountinfo; umount " + mountPoint
                + "; wait $!; echo ended $?'");
        assertTrue(said.contains("not connected") || said.contains("abort"), said);
        assertTrue(said.contains("hello\n1\n"), "the dead mount is replaced: " + said);
        assertTrue(said.contains("ended 0"), said);
    }

    @Test
    void aGuardedServerThatIsKilledLeavesNoMount() throws Exception {
        String mounted = "grep -q \" " + mountPoint + " \" /proc/self/mountinfo";
        String said = Shell.ok(Path.of("/"), PRIVATE + server("", "cached 0 2 guarded") + " & " + awaitMounted() + use()
                + "kill -9 $!; wait $!; n=0; while " + mounted + "; do n=$((n+1)); test $n -lt 400 || exit 9; "
                + "sleep 0.05; done; echo gone'");
        assertTrue(said.contains("hello\n"), said);
        assertTrue(said.contains("gone\n"), said);
    }

    @Test
    void whoWaitsForAKilledServerThatCannotEndIsLetGo() throws Exception {
        String said = killedWithAThreadThatCannotEnd("stuck", mountPoint);
        assertTrue(said.contains("mkdir 1\n"), said);
        assertTrue(said.contains("gone\n"), said);
    }

    @Test
    void soAreThoseWhoWaitForAnotherMountOfThatServer() throws Exception {
        String[] linux = System.getProperty("os.version").split("[^0-9]+");
        assumeTrue(Integer.parseInt(linux[0]) * 1_000 + Integer.parseInt(linux[1]) >= 6_012,
                "Linux 6.12 tells of connections beside descriptors");
        Path beside = Files.createDirectory(Path.of(mountPoint + ".beside"));
        try {
            String said = killedWithAThreadThatCannotEnd("beside", beside);
            assertTrue(said.contains("mkdir 1\n"), said);
            assertTrue(said.contains("gone\n"), said);
        } finally {
            Files.delete(beside);
        }
    }

    /** @param waited the mount of which a directory is asked that is never made */
    private String killedWithAThreadThatCannotEnd(String kind, Path waited) throws Exception {
        String look = "do n=$((n+1)); test $n -lt 400 || { umount -f -c " + waited + "; exit 9; }; sleep 0.05; "
                + "done; ";
        return Shell.ok(Path.of("/"), PRIVATE + server("", "cached 0 2 " + kind) + " & server=$!; "
                + awaitMounted(waited) + "mkdir " + waited + "/d & made=$!; n=0; "
                + "until grep -qs \"^State:.D\" /dev/null $(grep -ls \"^Name:.ForkJoin\" /proc/$server/task/*/status); "
                + look + "kill -9 $server; n=0; "
                + "while grep -q \"^State:.[^Z]\" /proc/$made/status; " + look + "wait $made; echo mkdir $?; n=0; "
                + "while grep -q \" " + mountPoint + " \" /proc/self/mountinfo; " + look + "echo gone'");
    }

    @Test
    void withoutPrivilegeTheSentenceSaysWhy() throws Exception {
        Shell.Ended ended = Shell.run(Path.of("/"), PRIVATE + "setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "
                + server("", "cached 0 2") + "'");
        assertEquals(1, ended.status());
        assertTrue(ended.output().contains("mount(2) failed: not permitted"), ended.output());
        assertTrue(ended.output().contains("fusermount3"), ended.output());
    }
}
