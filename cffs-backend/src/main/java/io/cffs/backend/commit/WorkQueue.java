package io.cffs.backend.commit;

import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.port.BackendException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What waits to be ordered, up to a bound, until the pipeline stops. Any thread adds; the sequencing thread takes. */
final class WorkQueue {
    private final VolumeName volume;
    private final int queueMax;
    private final ConcurrentLinkedQueue<Work> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    /** Why nothing is ordered any more; null while things are well. Never goes back to null. */
    private volatile RuntimeException stopped;

    WorkQueue(VolumeName volume, int queueMax) {
        this.volume = volume;
        this.queueMax = queueMax;
    }

    /** Takes the work, or refuses it at once. */
    void add(Work work) {
        if (stopped != null) {
            refuse(work, stopped);
            return;
        }
        if (count.incrementAndGet() > queueMax) {
            count.decrementAndGet();
            refuseForToday(work);
            return;
        }
        queue.add(work);
        if (stopped != null) {
            // It may have stopped, and emptied the queue, just before.
            refuseAll();
        }
    }

    private void refuseForToday(Work work) {
        String sentence = "more than " + queueMax + " requests wait for volume " + volume;
        if (work instanceof Work.Commit commit) {
            // No refusal: an earlier delivery may be in the queue, or have committed.
            commit.outcome.complete(new CommitOutcome.Unknown(sentence));
        } else {
            refuse(work, new BackendException(BackendException.Cause.REFUSED, sentence, null));
        }
    }

    /** Null when nothing waits. */
    Work poll() {
        Work work = queue.poll();
        if (work != null) {
            count.decrementAndGet();
        }
        return work;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** From now on everything is refused, what waits too; the first reason stays. */
    void stop(RuntimeException why) {
        synchronized (this) {
            stopped = stopped == null ? why : stopped;
        }
        refuseAll();
    }

    private void refuseAll() {
        for (Work work = poll(); work != null; work = poll()) {
            refuse(work, stopped);
        }
    }

    /** What those are told whom a bug leaves without an outcome. */
    BackendException stoppedBy(Throwable bug) {
        return new BackendException(BackendException.Cause.STORE_FAILED,
                "volume " + volume + " has stopped because of a bug: " + bug, bug);
    }

    RuntimeException stopped() {
        return stopped;
    }

    static void refuse(Work work, RuntimeException why) {
        switch (work) {
            case Work.Task task -> { }
            case Work.Commit commit -> commit.outcome.complete(outcomeOf(why));
            case Work.Ask ask -> ask.answer().completeExceptionally(Group.asBackendException(why));
            case Work.ReserveInos inos -> inos.range().completeExceptionally(Group.asBackendException(why));
        }
    }

    /** What a session is told when its commit could not be logged. */
    static CommitOutcome outcomeOf(RuntimeException why) {
        if (why instanceof LogFencedException) {
            return new CommitOutcome.Refused(RefusalCause.FENCED, why.getMessage());
        }
        boolean full = why instanceof BackendException known && known.kind() == BackendException.Cause.NO_SPACE;
        return full
                ? new CommitOutcome.Refused(RefusalCause.NO_SPACE, why.getMessage())
                : new CommitOutcome.Unknown(why.getMessage());
    }
}
