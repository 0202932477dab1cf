package io.cffs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.txn.ops.OpenFlags;
import io.cffs.txn.ops.Rename;
import io.cffs.txn.ops.Setxattr;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class KernelFlagsTest {
    @Test
    void opens() {
        assertEquals(OpenFlags.READ, KernelFlags.open(0));
        assertEquals(OpenFlags.WRITE_TRUNCATE, KernelFlags.open(01 | 01000));
        assertEquals(OpenFlags.APPEND, KernelFlags.open(01 | 02000));
        assertEquals(OpenFlags.CREATE_NEW, KernelFlags.open(02 | 0100 | 0200));
    }

    @Test
    void whatIsReadAndWrittenOrAppendedBypassesThePageCache() {
        assertTrue(KernelFlags.isDirect(OpenFlags.READ_WRITE));
        assertTrue(KernelFlags.isDirect(OpenFlags.APPEND));
        assertEquals(false, KernelFlags.isDirect(OpenFlags.READ) || KernelFlags.isDirect(OpenFlags.WRITE_TRUNCATE));
    }

    @Test
    void renames() throws Exception {
        assertEquals(Rename.Mode.REPLACE, KernelFlags.rename(0));
        assertEquals(Rename.Mode.NO_REPLACE, KernelFlags.rename(1));
        assertEquals(Rename.Mode.EXCHANGE, KernelFlags.rename(2));
        assertEquals(Rename.Mode.WHITEOUT, KernelFlags.rename(4));
        assertEquals(Rename.Mode.NO_REPLACE_WHITEOUT, KernelFlags.rename(5));
        for (int unknown : new int[] {3, 6, 7, 8}) {
            FsException refusal = assertThrows(FsException.class, () -> KernelFlags.rename(unknown));
            assertEquals(FsError.INVALID_ARGUMENT, refusal.error());
        }
    }

    @Test
    void settingsOfAttributes() throws Exception {
        assertEquals(Setxattr.Mode.SET, KernelFlags.setxattr(0));
        assertEquals(Setxattr.Mode.CREATE, KernelFlags.setxattr(1));
        assertEquals(Setxattr.Mode.REPLACE, KernelFlags.setxattr(2));
        assertThrows(FsException.class, () -> KernelFlags.setxattr(3));
    }

    @Test
    void everyCauseHasANumberOfItsOwn() {
        long numbers = Arrays.stream(FsError.values()).mapToInt(Errnos::of).distinct().count();
        assertEquals(FsError.values().length, numbers);
        assertEquals(2, Errnos.of(FsError.NOT_FOUND));
        assertEquals(116, Errnos.of(FsError.STALE));
    }
}
