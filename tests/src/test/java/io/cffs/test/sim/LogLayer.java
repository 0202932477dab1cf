package io.cffs.test.sim;

import io.cffs.backend.commit.CommitLog;
import io.cffs.model.Epoch;
import io.cffs.txn.codec.Pieces;
import java.util.List;

/** A log that does what the one behind it does: for those that differ in a point or two. */
class LogLayer implements CommitLog {
    final CommitLog log;

    LogLayer(CommitLog log) {
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
    public long append(Epoch epoch, List<Pieces> records) {
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
}
