package io.cffs.backend;

import static io.cffs.backend.Requests.absent;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.txn;
import static io.cffs.backend.Requests.write;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.model.Blocks;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.txn.Mutation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A file that a function copies by reference and changes before it commits. */
final class CopiedFilesTest extends VolumeBed {
    private void copyAndChange(int lengthBytes, int changes) {
        String content = "x".repeat(lengthBytes);
        assertEquals(committed(1), created(10, "f", content));
        List<Mutation> writes = new ArrayList<>(create(11, "g", ""));
        writes.add(new Mutation.CloneRange(new Ino(11), 0, new Ino(10), 0, lengthBytes));
        StringBuilder expected = new StringBuilder(content);
        for (int i = 0; i < changes; i++) {
            writes.add(write(11, 2L * i + 1, "y"));
            expected.setCharAt(2 * i + 1, 'y');
        }
        assertEquals(committed(2), done(commit(txn(2), begun(txn(2)), List.of(absent("g")), writes)));
        assertEquals(expected.toString(), content(new CommitTs(2), 11));
        assertEquals(content, content(new CommitTs(2), 10));
        crash();
        assertEquals(expected.toString(), content(new CommitTs(2), 11));
    }

    @Test
    void aSmallOneIsCopiedAndChangedInOneCommit() {
        copyAndChange(4, 1);
    }

    /** So many parts that the block is written as a whole. */
    @Test
    void aBlockOfManyPartsIsCopiedAndChangedInOneCommit() {
        copyAndChange(Blocks.BLOCK_BYTES, 200);
    }

    /** The version that the change lies over has been trimmed when the block is looked at again. */
    @Test
    void aChangeOfACopyIsStillTheCopyWhenOldVersionsHaveGone() {
        assertEquals(committed(1), created(10, "f", "x".repeat(Blocks.BLOCK_BYTES)));
        assertEquals(committed(2), created(20, "g", "old"));
        Mutation copied = new Mutation.CloneRange(new Ino(20), 0, new Ino(10), 0, Blocks.BLOCK_BYTES);
        backend.commit(commit(txn(3), begun(txn(3)), List.of(), List.of(copied)));
        volume.sequence();
        backend.commit(commit(txn(4), begun(txn(4)), List.of(), List.of(write(20, 5000, "y"))));
        volume.sequence();
        run();
        for (int seconds = 0; seconds < 200; seconds++) {
            ticker.advanceMillis(1000);
            volume.keep();
            run();
        }
        Mutation hole = new Mutation.PunchHole(new Ino(20), 0, 4096);
        assertEquals(committed(5), done(commit(txn(5), begun(txn(5)), List.of(), List.of(hole))));
        String content = content(new CommitTs(5), 20);
        assertEquals("\0x", content.substring(4095, 4097));
        assertEquals("xyx", content.substring(4999, 5002));
    }
}
