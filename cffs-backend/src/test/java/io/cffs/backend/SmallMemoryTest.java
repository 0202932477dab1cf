package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.absent;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.page;
import static io.cffs.backend.Requests.txn;
import static io.cffs.backend.Requests.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.cffs.backend.commit.MemoryLimits;
import io.cffs.backend.commit.PipelineLimits;
import io.cffs.backend.commit.SoleLeader;
import io.cffs.model.Blocks;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.Mutation;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A volume that keeps nothing in memory that it need not: what it does is the same. */
final class SmallMemoryTest extends VolumeBed {
    private static final long FILE = 10;
    private static final long OTHER = 20;
    private static final long BLOCK = Blocks.BLOCK_BYTES;

    @Override
    LocalBackend backend() {
        MemoryLimits nothing = new MemoryLimits(0, 1, 0, 0, 0, 0, 0, 0, 1 << 20, 1);
        PipelineLimits limits = new PipelineLimits(1000, 100, 1 << 20, 100, 100, 100, 1_000_000_000L, 1_000_000_000L,
                Long.MAX_VALUE, nothing);
        BackendSettings settings = new BackendSettings(Duration.ofSeconds(60), Duration.ofSeconds(30),
                Duration.ofDays(7), Duration.ofSeconds(30), 1 << 20, Duration.ofSeconds(30), limits);
        return new LocalBackend(name -> parts, new SoleLeader(), ticker, settings, null, Runnable::run, () -> { });
    }

    @Test
    void aCommitIsComparedWithWhatIsNeitherInTheIndexNorInTheStoreYet() {
        created(FILE, "f", "0");
        Begun begun = begun(txn(1));
        ordered(2, write(FILE, 0, "2"));
        ordered(3, create(OTHER, "g", "").toArray(Mutation[]::new));
        CompletableFuture<CommitOutcome> outcome = backend.commit(
                commit(txn(1), begun, List.of(page(FILE)), List.of(write(FILE, 0, "1"))));
        volume.sequence();
        run();
        assertInstanceOf(CommitOutcome.Conflicted.class, outcome.join());
    }

    /** Not applied. */
    private void ordered(long number, Mutation... writes) {
        backend.commit(commit(txn(number), begun(txn(number)), List.of(), List.of(writes)));
        volume.sequence();
    }

    private CommitOutcome alone(long number, Mutation... writes) {
        return done(commit(txn(number), begun(txn(number)), List.of(), List.of(writes)));
    }

    private static Mutation length(long ino, long cutTo, long extendTo) {
        return new Mutation.SetLength(new Ino(ino), cutTo, extendTo);
    }

    private Fetched block(long ino, long index) {
        return backend.fetch(VOLUME, begun(txn(99)).snapshot(),
                List.of(new FetchItem(new ObjectKey.BlockKey(new Ino(ino), index), null))).join().getFirst();
    }

    private String text(long ino, long index) {
        Fetched.Found found = assertInstanceOf(Fetched.Found.class, block(ino, index));
        return ((StoredObject.BlockObject) found.object()).raw().toUtf8();
    }

    private void twoFiles() {
        assertEquals(committed(1), created(OTHER, "other", "o"));
        List<Mutation> made = new ArrayList<>(create(FILE, "f", "x".repeat(Blocks.BLOCK_BYTES)));
        made.add(write(FILE, BLOCK, "aaaaaaaa"));
        assertEquals(committed(2), done(commit(txn(2), begun(txn(2)), List.of(absent("f")), made)));
    }

    /** Looking at the other file lets go of the block, which is applied; then the cut must not show in its place. */
    @Test
    void whatIsWrittenAfterACutIsNotTakenForAHole() {
        twoFiles();
        assertEquals(committed(3), alone(3, length(FILE, BLOCK, -1), write(FILE, BLOCK, "bbbbbbbb")));
        assertEquals(committed(4), alone(4, length(OTHER, -1, 5), length(FILE, BLOCK + 4, -1)));
        assertEquals("bbbb", text(FILE, 1));
    }

    /** The same for a range that was taken over by reference. */
    @Test
    void whatIsWrittenOverACopyIsNotTakenForTheCopy() {
        twoFiles();
        Mutation copied = new Mutation.CloneRange(new Ino(FILE), BLOCK, new Ino(FILE), 0, BLOCK);
        Mutation over = write(FILE, BLOCK, "y".repeat(Blocks.BLOCK_BYTES));
        CompletableFuture<CommitOutcome> copy = backend.commit(
                commit(txn(3), begun(txn(3)), List.of(), List.of(copied)));
        volume.sequence();
        CompletableFuture<CommitOutcome> change = backend.commit(
                commit(txn(4), begun(txn(4)), List.of(), List.of(over)));
        volume.sequence();
        assertEquals(List.of(committed(3), committed(4)), List.of(copy.getNow(null), change.getNow(null)));
        run();
        assertEquals(committed(5), alone(5, length(OTHER, -1, 5), length(FILE, BLOCK + 4, -1)));
        assertEquals("yyyy", text(FILE, 1));
    }
}
