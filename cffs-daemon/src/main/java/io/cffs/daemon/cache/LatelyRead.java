package io.cffs.daemon.cache;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import java.util.Arrays;

/**
 * What one attempt has been answered about the few files that it reads just now: their inodes and the versions of their
 * blocks. A snapshot never changes, so neither does this; it is only forgotten. It makes a read of a block that was
 * read before independent of hash tables: no lookup, no object. Bounded: {@value #FILES_MAX} files of
 * {@value #BLOCKS_MAX} blocks (8 GiB) with 8 bytes each, 8 MiB at most. Not safe for use by many threads: the session
 * lock guards it.
 */
final class LatelyRead {
    /** A power of two. */
    static final int FILES_MAX = 16;
    /** What is beyond is not remembered here. */
    static final int BLOCKS_MAX = 1 << 16;

    static final long UNKNOWN = 0;
    static final long HOLE = -1;

    private final File[] files = new File[FILES_MAX];

    /** Null when it is not known here. */
    Inode inode(Ino ino) {
        File file = files[placeOf(ino)];
        return file != null && file.ino == ino.value() ? file.inode : null;
    }

    void note(Ino ino, Inode inode) {
        fileOf(ino).inode = inode;
    }

    /** {@link #UNKNOWN}, {@link #HOLE}, or what {@link #versionOf} takes. */
    long block(Ino ino, long index) {
        File file = files[placeOf(ino)];
        return file != null && file.ino == ino.value() && index < file.blocks.length
                ? file.blocks[(int) index]
                : UNKNOWN;
    }

    static CommitTs versionOf(long block) {
        return new CommitTs(block - 1);
    }

    /** @param version null for a hole */
    void note(Ino ino, long index, CommitTs version) {
        if (index >= BLOCKS_MAX) {
            return;
        }
        File file = fileOf(ino);
        int at = (int) index;
        if (at >= file.blocks.length) {
            file.blocks = Arrays.copyOf(file.blocks, Math.min(BLOCKS_MAX, Math.max(16, at * 2)));
        }
        file.blocks[at] = version == null ? HOLE : version.value() + 1;
    }

    private File fileOf(Ino ino) {
        int place = placeOf(ino);
        if (files[place] == null || files[place].ino != ino.value()) {
            files[place] = new File(ino.value());
        }
        return files[place];
    }

    private static int placeOf(Ino ino) {
        return (int) ino.value() & FILES_MAX - 1;
    }

    private static final class File {
        private static final long[] NONE = {};

        private final long ino;
        private Inode inode;
        private long[] blocks = NONE;

        File(long ino) {
            this.ino = ino;
        }
    }
}
