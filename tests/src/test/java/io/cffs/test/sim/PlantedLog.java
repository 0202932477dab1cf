package io.cffs.test.sim;

import io.cffs.backend.commit.CommitLog;
import io.cffs.model.Epoch;
import io.cffs.txn.codec.Pieces;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Mistakes round a log. */
final class PlantedLog {
    private PlantedLog() {}

    /** Says that records are durable and writes them with the next ones. */
    static final class Late extends LogLayer {
        private final List<Pieces> waiting = new ArrayList<>();

        Late(CommitLog log) {
            super(log);
        }

        @Override
        public long next() {
            return log.next() + waiting.size();
        }

        @Override
        public long append(Epoch epoch, List<Pieces> records) {
            if (!waiting.isEmpty()) {
                log.append(epoch, List.copyOf(waiting));
                waiting.clear();
            }
            long position = log.next();
            waiting.addAll(records);
            return position;
        }
    }

    /** Lets records go that the state does not hold durably. */
    static final class CutTooFar extends LogLayer {
        CutTooFar(CommitLog log) {
            super(log);
        }

        @Override
        public void cut(long position) {
            log.cut(log.next());
        }
    }

    /** Does not give the last record when it replays. */
    static final class ShortReplay extends LogLayer {
        ShortReplay(CommitLog log) {
            super(log);
        }

        @Override
        public void replay(long from, RecordReader reader) {
            AtomicReference<Runnable> held = new AtomicReference<>(() -> {});
            log.replay(from, (position, epoch, record) ->
                    held.getAndSet(() -> reader.record(position, epoch, record)).run());
        }
    }
}
