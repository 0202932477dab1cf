package io.cffs.test.sim;

import io.cffs.backend.commit.CommitLog;
import io.cffs.model.Epoch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Mistakes round a log. */
class PlantedLog implements CommitLog {
    final CommitLog log;

    PlantedLog(CommitLog log) {
        this.log = log;
    }

    @Override
    public long first() {
        return log.first();
    }

    @Override
    public long next() {
        return log.next();
    }

    @Override
    public Epoch epoch() {
        return log.epoch();
    }

    @Override
    public void fence(Epoch epoch) {
        log.fence(epoch);
    }

    @Override
    public long append(Epoch epoch, List<byte[]> records) {
        return log.append(epoch, records);
    }

    @Override
    public void replay(long from, RecordReader reader) {
        log.replay(from, reader);
    }

    @Override
    public void cut(long position) {
        log.cut(position);
    }

    @Override
    public void close() {
        log.close();
    }

    /** Says that records are durable and writes them with the next ones. */
    static final class Late extends PlantedLog {
        private final List<byte[]> waiting = new ArrayList<>();

        Late(CommitLog log) {
            super(log);
        }

        @Override
        public long next() {
            return log.next() + waiting.size();
        }

        @Override
        public long append(Epoch epoch, List<byte[]> records) {
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
    static final class CutTooFar extends PlantedLog {
        CutTooFar(CommitLog log) {
            super(log);
        }

        @Override
        public void cut(long position) {
            log.cut(log.next());
        }
    }

    /** Does not give the last record when it replays. */
    static final class ShortReplay extends PlantedLog {
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
