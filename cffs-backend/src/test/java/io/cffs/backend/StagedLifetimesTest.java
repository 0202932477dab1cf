package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.page;
import static io.cffs.backend.Requests.txn;
import static io.cffs.backend.Requests.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.cffs.backend.store.BlockStore;
import io.cffs.backend.store.StagedObjects;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.LedgerAnswer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A staged object is referred to by a commit, or belongs to a transaction with a lease, or goes. */
final class StagedLifetimesTest extends VolumeBed {
    private static final long LEASE_MILLIS = BackendSettings.DEFAULT.lease().toMillis();

    @Test
    void aCommitKeepsWhatItRefersTo() {
        Begun begun = begunLate(txn(1));
        StagedId used = staged(txn(1), 0);
        staged(txn(1), 1);
        assertEquals(committed(1), done(refersTo(used, begun)));
        assertEquals(Set.of(used), left());
        assertEquals("staged 0", content(new CommitTs(1), 10));
    }

    @Test
    void whatIsAbortedGoes() {
        Begun begun = begunLate(txn(1));
        staged(txn(1), 0);
        staged(txn(1), 1);
        assertEquals(2, left().size());
        backend.end(VOLUME, begun.leaseId()).join();
        assertEquals(Set.of(), left());
    }

    @Test
    void whatASessionThatDiedHadStagedGoesWithItsLease() {
        begunLate(txn(1));
        staged(txn(1), 0);
        ticker.advanceMillis(LEASE_MILLIS - 1);
        assertEquals(1, left().size());
        ticker.advanceMillis(1);
        assertEquals(Set.of(), left());
    }

    @Test
    void lateRequestsLeaveNothing() {
        Begun one = begunLate(txn(1));
        StagedId used = staged(txn(1), 0);
        done(refersTo(used, one));
        // The same again, and one that nobody heard of; nothing of the commit may suffer.
        assertRefused(used);
        assertRefused(new StagedId(txn(1), 7));
        Begun two = begun(txn(2));
        staged(txn(2), 0);
        backend.end(VOLUME, two.leaseId()).join();
        // Before and after what was staged in time has gone.
        assertRefused(new StagedId(txn(2), 0));
        assertRefused(new StagedId(txn(2), 1));
        assertEquals(Set.of(used), left());
        assertRefused(new StagedId(txn(2), 0));
        assertRefused(new StagedId(txn(3), 0));
        assertEquals(Set.of(used), left());
        assertEquals("staged 0", content(new CommitTs(1), 10));
    }

    @Test
    void aSecondLeaseOfACommittedTransactionTakesNothingEither() {
        Begun lost = begunLate(txn(1));
        Begun used = begun(txn(1));
        StagedId id = staged(txn(1), 0);
        done(refersTo(id, used));
        assertRefused(id);
        assertRefused(new StagedId(txn(1), 1));
        backend.end(VOLUME, lost.leaseId()).join();
        assertEquals(Set.of(id), left());
    }

    @Test
    void anotherLeaseOfTheTransactionKeepsWhatItStaged() {
        Begun lost = begunLate(txn(1));
        Begun used = begun(txn(1));
        StagedId id = staged(txn(1), 0);
        backend.end(VOLUME, lost.leaseId()).join();
        assertEquals(Set.of(id), left());
        assertEquals(committed(1), done(refersTo(id, used)));
    }

    @Test
    void whatALoserStagedGoesAlsoWhenItsLeaseEndedWhileTheCommitWaited() {
        created(10, "f", "0");
        Begun loser = begunLate(txn(1));
        StagedId id = staged(txn(1), 0);
        done(commit(txn(2), begun(txn(2)), List.of(page(10)), List.of(write(10, 0, "2"))));
        CompletableFuture<CommitOutcome> outcome = backend.commit(commit(
                txn(1), loser, List.of(page(10)), List.of(write(10, 0, "1"), staged(10, id))));
        backend.end(VOLUME, loser.leaseId()).join();
        run();
        assertInstanceOf(CommitOutcome.Conflicted.class, outcome.join());
        assertEquals(Set.of(), left());
    }

    @Test
    void whatTheLedgerRefusesForEverGoes() {
        Begun begun = begunLate(txn(1));
        staged(txn(1), 0);
        CompletableFuture<LedgerAnswer> answer = backend.outcomeOf(VOLUME, txn(1));
        run();
        assertEquals(new LedgerAnswer(null), answer.join());
        backend.end(VOLUME, begun.leaseId()).join();
        assertEquals(Set.of(), left());
    }

    @Test
    void aCommitThatComesTooLateForItsObjectsRunsAgain() {
        Begun begun = begunLate(txn(1));
        StagedId id = staged(txn(1), 0);
        ticker.advanceMillis(LEASE_MILLIS);
        volume.keep();
        run();
        // Condemned, and not deleted yet.
        assertInstanceOf(CommitOutcome.SnapshotExpired.class, done(refersTo(id, begun)));
        assertEquals(Set.of(), left());
        assertInstanceOf(CommitOutcome.SnapshotExpired.class, done(refersTo(id, begun)));
    }

    @Test
    void aMissingObjectOfALivingTransactionIsRefused() {
        Begun begun = begunLate(txn(1));
        CommitOutcome refused = done(refersTo(new StagedId(txn(1), 3), begun));
        assertEquals(CommitOutcome.RefusalCause.STAGED_BLOCK_MISSING,
                assertInstanceOf(CommitOutcome.Refused.class, refused).cause());
    }

    @Test
    void whatAProcessLeftGoesWhenItsLeasesMustHaveEnded() {
        Begun one = begunLate(txn(1));
        StagedId used = staged(txn(1), 0);
        Begun running = begun(txn(2));
        staged(txn(2), 0);
        begun(txn(4));
        staged(txn(4), 0);
        done(refersTo(used, one));
        // The process died between the commit and the deletion of what it does not refer to.
        new StagedObjects(parts.blocks()).put(new StagedId(txn(1), 5), Bytes.ofUtf8("unused"));
        crash();
        // Its sessions do not know: they upload more, and one of them commits.
        StagedId more = staged(txn(2), 1);
        staged(txn(4), 1);
        List<Mutation> writes = new ArrayList<>(create(11, "b", ""));
        writes.add(staged(11, more));
        assertEquals(committed(2), done(commit(txn(2), running, List.of(), writes)));
        assertEquals(6, left().size());
        ticker.advanceMillis(LEASE_MILLIS);
        checkpointed();
        checkpointed();
        assertEquals(Set.of(used, more), left());
        assertRefused(new StagedId(txn(4), 2));
        assertEquals("staged 1", content(new CommitTs(2), 11));
    }

    @Test
    void whatAReplayReadsStaysUntilACheckpointHoldsTheCommit() {
        created(20, "b", "");
        ticker.advanceMillis(LEASE_MILLIS - 1);
        volume.keep(); // a checkpoint, and no other for half a minute
        Begun begun = begun(txn(1));
        assertEquals(committed(2), done(copiesFrom(staged(txn(1), 0), begun)));
        // Now it looks for what an earlier process left. The store has copied the few bytes and refers to nothing.
        ticker.advanceMillis(1);
        volume.keep();
        crash();
        run();
        assertEquals("..staged 0", content(new CommitTs(2), 10));
    }

    @Test
    void whatTheStoreHasCopiedGoesWithACheckpoint() {
        Begun begun = begunLate(txn(1));
        StagedId used = staged(txn(1), 0);
        assertEquals(committed(1), done(copiesFrom(used, begun)));
        checkpointed();
        checkpointed();
        assertEquals(Set.of(), left());
        crash();
        assertEquals("..staged 0", content(new CommitTs(1), 10));
    }

    @Test
    void whatARedeliveredInvocationStagedGoesToo() {
        Begun first = begunLate(txn(1));
        Begun second = begun(txn(2));
        done(Requests.named(copiesFrom(staged(txn(1), 0), first), "invocation"));
        StagedId id = staged(txn(2), 0);
        assertEquals(new CommitOutcome.Committed(new CommitTs(1), true),
                done(Requests.named(copiesFrom(id, second), "invocation")));
        checkpointed();
        checkpointed();
        assertEquals(Set.of(), left());
        assertEquals("..staged 0", content(new CommitTs(1), 10));
    }

    @Test
    void whatAProcessLeftToATransactionThatGoesOnEndsWithIt() {
        begun(txn(1));
        staged(txn(1), 0);
        crash();
        Begun begun = begun(txn(1));
        ticker.advanceMillis(LEASE_MILLIS - 1);
        backend.renew(VOLUME, begun.leaseId()).join();
        ticker.advanceMillis(1);
        assertEquals(1, left().size());
        backend.end(VOLUME, begun.leaseId()).join();
        assertEquals(Set.of(), left());
    }

    private void checkpointed() {
        ticker.advanceMillis(BackendSettings.DEFAULT.checkpointPeriod().toMillis());
        volume.keep();
        run();
    }

    @Test
    void whatIsBeingWrittenWhenItShouldGoIsDeletedByItsWriter() {
        List<Runnable> meanwhile = new ArrayList<>();
        BlockStore blocks = parts.blocks();
        parts = new VolumeParts(parts.identity(), parts.log(), parts.store(), new Interrupted(blocks, meanwhile),
                parts.usableBytes());
        backend = backend();
        volume = backend.volume(VOLUME);
        Begun begun = begunLate(txn(1));
        Begun second = begun(txn(2));
        StagedId twice = staged(txn(2), 0);
        meanwhile.add(() -> backend.end(VOLUME, begun.leaseId()).join());
        meanwhile.add(this::left);
        staged(txn(1), 0);
        assertEquals(Set.of(twice), left());
        // An earlier delivery of a request that has been answered ends after the commit.
        meanwhile.add(() -> done(refersTo(twice, second)));
        meanwhile.add(this::left);
        staged(txn(2), 0);
        assertEquals(Set.of(twice), left());
        assertEquals("staged 0", content(new CommitTs(1), 10));
    }

    /** Begins when nothing that is without a lease is taken any more for what an earlier process gave out. */
    private Begun begunLate(TxnId txn) {
        ticker.advanceMillis(LEASE_MILLIS);
        volume.keep();
        return begun(txn);
    }

    private StagedId staged(TxnId txn, int sequence) {
        StagedId id = new StagedId(txn, sequence);
        backend.stage(VOLUME, id, Bytes.ofUtf8("staged " + sequence)).join();
        return id;
    }

    private void assertRefused(StagedId id) {
        assertEquals(BackendException.Cause.SNAPSHOT_EXPIRED,
                failure(backend.stage(VOLUME, id, Bytes.ofUtf8("late"))).kind());
    }

    private static Mutation staged(long ino, StagedId id) {
        return new Mutation.WriteBytes(new Ino(ino), 0, new Mutation.FileBytes.Staged(id, 0, 8));
    }

    private static CommitRequest refersTo(StagedId id, Begun begun) {
        List<Mutation> writes = new ArrayList<>(create(10, "a", ""));
        writes.add(staged(10, id));
        return commit(id.txn(), begun, List.of(), writes);
    }

    /** So little in the middle of a block that the store keeps it in its own records. */
    private static CommitRequest copiesFrom(StagedId id, Begun begun) {
        List<Mutation> writes = new ArrayList<>(create(10, "a", ".."));
        writes.add(new Mutation.WriteBytes(new Ino(10), 2, new Mutation.FileBytes.Staged(id, 0, 8)));
        return commit(id.txn(), begun, List.of(), writes);
    }

    /** The objects that are there when all threads have had their turn. */
    private Set<StagedId> left() {
        volume.keep();
        run();
        volume.keep();
        Set<StagedId> ids = new HashSet<>();
        new StagedObjects(parts.blocks()).list(ids::add);
        return ids;
    }

    /** Runs what is to happen while the next object is being written. */
    private record Interrupted(BlockStore blocks, List<Runnable> meanwhile) implements BlockStore {
        @Override
        public boolean putIfAbsent(String name, List<ByteBuffer> parts) {
            List<Runnable> now = List.copyOf(meanwhile);
            meanwhile.clear();
            now.forEach(Runnable::run);
            return blocks.putIfAbsent(name, parts);
        }

        @Override
        public Bytes get(String name, long offset, int length) {
            return blocks.get(name, offset, length);
        }

        @Override
        public long length(String name) {
            return blocks.length(name);
        }

        @Override
        public void delete(String name) {
            blocks.delete(name);
        }

        @Override
        public void list(Consumer<String> reader) {
            blocks.list(reader);
        }

        @Override
        public void close() {
            blocks.close();
        }
    }
}
