package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatelyReadTest {
    private final LatelyRead lately = new LatelyRead();

    @Test
    void whatWasNotedIsKnownUntilItsPlaceIsTaken() {
        Ino ino = new Ino(7);
        assertNull(lately.inode(ino));
        assertEquals(LatelyRead.UNKNOWN, lately.block(ino, 0));
        lately.note(ino, 3, new CommitTs(0));
        lately.note(ino, 5, null);
        assertEquals(new CommitTs(0), LatelyRead.versionOf(lately.block(ino, 3)));
        assertEquals(LatelyRead.HOLE, lately.block(ino, 5));
        assertEquals(LatelyRead.UNKNOWN, lately.block(ino, 4));
        assertNull(lately.inode(ino));
        lately.note(new Ino(7 + LatelyRead.FILES_MAX), 3, new CommitTs(9));
        assertEquals(LatelyRead.UNKNOWN, lately.block(ino, 3));
    }

    @Test
    void farBlocksAreNotRemembered() {
        Ino ino = new Ino(1);
        lately.note(ino, LatelyRead.BLOCKS_MAX, new CommitTs(1));
        lately.note(ino, Long.MAX_VALUE, new CommitTs(1));
        assertEquals(LatelyRead.UNKNOWN, lately.block(ino, LatelyRead.BLOCKS_MAX));
        assertEquals(LatelyRead.UNKNOWN, lately.block(ino, Long.MAX_VALUE));
        lately.note(ino, LatelyRead.BLOCKS_MAX - 1, new CommitTs(1));
        assertEquals(2, lately.block(ino, LatelyRead.BLOCKS_MAX - 1));
    }

    /** Forgets, but never says what was not noted last. */
    @Test
    void neverWrong() {
        SplittableRandom random = new SplittableRandom(5);
        long[][] right = new long[50][100];
        for (int round = 0; round < 20_000; round++) {
            int file = random.nextInt(50);
            int block = random.nextInt(100);
            long known = lately.block(new Ino(1 + file), block);
            assertEquals(true, known == LatelyRead.UNKNOWN || known == right[file][block]);
            right[file][block] = 1 + random.nextInt(9);
            lately.note(new Ino(1 + file), block, LatelyRead.versionOf(right[file][block]));
        }
    }
}
