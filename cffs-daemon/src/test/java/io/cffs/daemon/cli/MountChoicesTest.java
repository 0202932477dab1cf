package io.cffs.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.mount.CommitMode;
import io.cffs.fuse.mount.MountFlag;
import io.cffs.fuse.mount.MountOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class MountChoicesTest {
    private static final Path AT = Path.of("/mnt/data");

    private static MountChoices.Choice choice(String... arguments) {
        return CommandLine.populateCommand(new MountChoices(), arguments).read(AT);
    }

    @Test
    void whatIsUsual() {
        MountChoices.Choice usual = choice();
        assertEquals(CommitMode.CLOSE, usual.mode());
        assertEquals(Duration.ofSeconds(1), usual.interval());
        MountOptions kernel = usual.kernel();
        assertEquals(AT, kernel.mountPoint());
        assertFalse(kernel.readOnly());
        assertFalse(kernel.allowOther());
        assertFalse(kernel.defaultPermissions());
        assertFalse(kernel.ioUring());
        assertEquals(Set.of(MountFlag.NOSUID, MountFlag.NODEV), kernel.mountFlags());
        assertEquals(MountOptions.Transport.DEVFUSE, kernel.transport());
    }

    @Test
    void wordsMayComeTogetherOrApart() {
        MountChoices.Choice choice = choice("-o", "commit=interval,interval=5s", "-o", "allow_other,noatime,noexec",
                "-o", "transport=libfuse,io_uring,nosuid,nodev,nodiratime,defaults");
        assertEquals(CommitMode.INTERVAL, choice.mode());
        assertEquals(Duration.ofSeconds(5), choice.interval());
        MountOptions kernel = choice.kernel();
        assertTrue(kernel.allowOther());
        assertTrue(kernel.defaultPermissions());
        assertEquals(EnumSet.allOf(MountFlag.class), kernel.mountFlags());
        assertEquals(MountOptions.Transport.LIBFUSE, kernel.transport());
        assertTrue(kernel.ioUring());
    }

    @Test
    void theLaterWordWins() {
        MountChoices.Choice choice = choice("-o", "ro,rw,noatime,noexec,relatime,commit=fsync,commit=runs",
                "-o", "suid,dev,nodev");
        assertFalse(choice.kernel().readOnly());
        assertEquals(Set.of(MountFlag.NODEV, MountFlag.NOEXEC), choice.kernel().mountFlags());
        assertEquals(CommitMode.RUNS, choice.mode());
    }

    @Test
    void readOnlyEitherWay() {
        assertTrue(choice("-o", "ro").kernel().readOnly());
        assertTrue(choice("--read-only", "-o", "rw").kernel().readOnly());
    }

    @Test
    void mistakesGetOneSentence() {
        Failure unknown = assertThrows(Failure.class, () -> choice("-o", "ro,sync"));
        assertEquals("no such option: -o sync; see 'cffs mount --help'", unknown.getMessage());
        Failure interval = assertThrows(Failure.class, () -> choice("-o", "interval=soon"));
        assertEquals("-o interval: 'soon' is no time span: write 500ms, 30s, 5m or 2h", interval.getMessage());
    }
}
