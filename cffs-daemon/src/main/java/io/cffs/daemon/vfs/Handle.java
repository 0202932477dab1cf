package io.cffs.daemon.vfs;

import io.cffs.model.Ino;
import io.cffs.txn.ops.DirectoryStream;

/** What the kernel has open. */
public sealed interface Handle {
    Ino ino();

    /** @param direct reads and writes bypass the page cache */
    record OpenFile(Ino ino, boolean readable, boolean writable, boolean direct) implements Handle {}

    /** An open directory and how far it has been listed. */
    record OpenDirectory(Ino ino, DirectoryStream stream) implements Handle {}
}
