package io.cffs.daemon.vfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.ops.DirectoryStream;
import org.junit.jupiter.api.Test;

class HandleTableTest {
    private final HandleTable handles = new HandleTable();

    @Test
    void numbersAreNeverUsedAgain() {
        long first = handles.add(new Handle.OpenFile(new Ino(5), true, false, false));
        handles.remove(first);
        assertNotEquals(first, handles.add(new Handle.OpenFile(new Ino(5), true, false, false)));
        assertNull(handles.remove(first));
    }

    @Test
    void filesOpenForWritingAreCounted() {
        long reading = handles.add(new Handle.OpenFile(new Ino(5), true, false, false));
        long writing = handles.add(new Handle.OpenFile(new Ino(5), true, true, true));
        assertTrue(handles.isWritable(writing));
        assertFalse(handles.isWritable(reading));
        assertEquals(1, handles.openForWriting());
        handles.remove(writing);
        handles.remove(writing);
        handles.remove(reading);
        assertEquals(0, handles.openForWriting());
    }

    @Test
    void aFileIsNoDirectory() throws Exception {
        long file = handles.add(new Handle.OpenFile(new Ino(5), true, false, false));
        long directory = handles.add(new Handle.OpenDirectory(new Ino(6), new DirectoryStream()));
        assertEquals(new Ino(6), handles.directory(directory).ino());
        assertEquals(FsError.BAD_HANDLE, assertThrows(FsException.class, () -> handles.directory(file)).error());
        assertEquals(FsError.BAD_HANDLE, assertThrows(FsException.class, () -> handles.directory(99)).error());
    }
}
