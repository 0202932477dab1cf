package io.cffs.backend.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.VolumeParts;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.validate.WriteFootprint;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits to be applied is bounded by records and by bytes. */
class ApplyStageTest {
    private static final int MANY = 1_000_000;
    private static final long BLOCKS_MAX = MemoryLimits.DEFAULT.backlogBytesMax() / Blocks.BLOCK_BYTES;
    private final VersionedStore store = VolumeParts.inMemory(1).store();
    private ApplyStage stage = stage(MANY);
    private long position = store.progress().position();

    private ApplyStage stage(int recordsMax) {
        PipelineLimits limits = PipelineLimits.DEFAULT;
        return new ApplyStage(store, new OutcomeLedger(store), new PipelineLimits(limits.queueMax(), limits.groupMax(),
                limits.groupBytesMax(), recordsMax, limits.changesMax(), limits.inoBatch(), limits.holdNanos(),
                limits.turnNanos(), limits.commitWeightMax(), limits.memory()));
    }

    /** A record that is cheap to apply and brings effects of one whole block. */
    private void addBlock() {
        position++;
        ObjectKey.BlockKey key = new ObjectKey.BlockKey(new Ino(2), position);
        StoredObject block = new StoredObject.BlockObject(Bytes.owning(new byte[Blocks.BLOCK_BYTES]));
        Applied applied = new Applied(List.of(new Effect.Put(key, block)), WriteFootprint.EMPTY, 0, 0);
        stage.add(position, new Group.Ordered(new LogEntry.InoCeiling(position), applied));
    }

    @Test
    void effectsThatWaitAreBoundedInBytes() {
        int added = 0;
        while (!stage.holdsUp()) {
            addBlock();
            added++;
            assertTrue(added <= BLOCKS_MAX, "no bound");
        }
        assertTrue(added > BLOCKS_MAX - 10, "held up too early: " + added);
        int applied = 0;
        while (!stage.letsGo()) {
            assertTrue(stage.apply());
            applied++;
        }
        assertEquals(added / 2, applied, 2, "it goes on when half of the room is free");
        assertFalse(stage.holdsUp());
    }

    @Test
    void recordsThatWaitAreBoundedInNumber() {
        stage = stage(8);
        for (int i = 0; i < 8; i++) {
            assertFalse(stage.holdsUp());
            addBlock();
        }
        assertTrue(stage.holdsUp());
        for (int i = 0; i < 4; i++) {
            assertFalse(stage.letsGo());
            assertTrue(stage.apply());
        }
        assertTrue(stage.letsGo());
        assertFalse(stage.letsGo(), "once");
    }
}
