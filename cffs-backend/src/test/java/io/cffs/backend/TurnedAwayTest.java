package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.begin;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.cffs.backend.commit.MemoryCommitLog;
import io.cffs.backend.commit.SoleLeader;
import io.cffs.backend.store.OrderedVersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Quota;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A refusal says that nothing of the transaction has taken effect and nothing will: that has to be true. */
final class TurnedAwayTest {
    private final VolumeParts parts = VolumeParts.inMemory(5);
    private final MemoryCommitLog log = (MemoryCommitLog) parts.log();
    private final OrderedVersionedStore store = (OrderedVersionedStore) parts.store();
    private final LocalBackend backend = new LocalBackend(name -> parts, new SoleLeader(), new FakeTicker(),
            BackendSettings.DEFAULT, null, Runnable::run, () -> { });
    private final Volume volume = backend.volume(VOLUME);
    private final CommitRequest first = request(1, "a");

    private CommitRequest request(long number, String name) {
        return commit(txn(number), backend.begin(begin(txn(number))).join(), List.of(),
                create(9 + number, name, ""));
    }

    private CommitOutcome sequenced(CommitRequest request) {
        CompletableFuture<CommitOutcome> outcome = backend.commit(request);
        volume.sequence();
        return outcome.join();
    }

    private void assertCommittedBefore(CommitOutcome outcome) {
        assertEquals(new CommitOutcome.Committed(new CommitTs(1), true), outcome);
    }

    @Test
    void aResendOfWhatHasCommittedIsNotRefusedWhileTheStoreIsFull() {
        assertInstanceOf(CommitOutcome.Committed.class, sequenced(first));
        store.setFailing(true);
        volume.apply();
        assertInstanceOf(CommitOutcome.Refused.class, sequenced(request(2, "b")));
        assertCommittedBefore(sequenced(first));
    }

    @Test
    void aResendOfWhatHasCommittedIsNotRefusedWithAGroupThatTheLogRefuses() {
        assertInstanceOf(CommitOutcome.Committed.class, sequenced(first));
        CompletableFuture<CommitOutcome> other = backend.commit(request(2, "b"));
        CompletableFuture<CommitOutcome> resent = backend.commit(first);
        log.failNext(MemoryCommitLog.Failure.NO_SPACE);
        volume.sequence();
        assertInstanceOf(CommitOutcome.Refused.class, other.join());
        assertCommittedBefore(resent.join());
    }

    @Test
    void whatWasRefusedDoesNotCommitByALaterDelivery() {
        log.failNext(MemoryCommitLog.Failure.NO_SPACE);
        CommitOutcome refused = assertInstanceOf(CommitOutcome.Refused.class, sequenced(first));
        assertEquals(refused, sequenced(first));
        assertEquals(new CommitOutcome.Committed(new CommitTs(1), false), sequenced(request(2, "b")));
    }

    @Test
    void whatMetAQuotaDoesNotCommitByALaterDelivery() {
        sequenced(changed(3, new Mutation.SetQuota(Ino.ROOT, 1000, 0, Quota.Phase.COMPLETE)));
        CommitOutcome refused = assertInstanceOf(CommitOutcome.Refused.class, sequenced(first));
        sequenced(changed(4, new Mutation.SetQuota(Ino.ROOT, 1000, 5, Quota.Phase.COMPLETE)));
        assertEquals(refused, sequenced(first));
        CommitRequest again = new CommitRequest(VOLUME, first.txn(), 2, null, first.snapshot(), first.leaseId(),
                first.reads(), first.writes());
        assertEquals(new CommitOutcome.Committed(new CommitTs(3), false), sequenced(again));
    }

    private CommitRequest changed(long number, Mutation write) {
        return commit(txn(number), backend.begin(begin(txn(number))).join(), List.of(), List.of(write));
    }
}
