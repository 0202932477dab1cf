package io.cffs.backend.commit;

import io.cffs.backend.disk.DurableDirectory;
import io.cffs.model.Epoch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Finds where a log ends after whatever happened to it; cuts off a torn batch; refuses damage in the middle. */
final class LogRecovery {
    private final DurableDirectory directory;
    private final List<LogSegment> segments = new ArrayList<>();
    private long nextPosition = CommitLog.FIRST_POSITION;
    private long epoch;

    LogRecovery(DurableDirectory directory) throws IOException {
        this.directory = directory;
        List<String> names = directory.names().stream().filter(name -> name.endsWith(".log")).toList();
        for (int i = 0; i < names.size(); i++) {
            recover(names.get(i), i + 1 == names.size());
        }
        directory.sync();
    }

    private void recover(String name, boolean last) throws IOException {
        LogSegment segment = LogSegment.open(directory, name);
        if (segment == null) {
            // A segment takes records only after its header is durable, so a broken header of the last one is a crash.
            if (!last) {
                throw damaged(name, 0);
            }
            directory.delete(name);
            return;
        }
        boolean continues = segments.isEmpty() || segment.firstPosition == nextPosition;
        if (!continues) {
            throw damaged(segments.getLast().name, segments.getLast().tailBytes());
        }
        epoch = Math.max(epoch, segment.epochAtCreation());
        LogScan scan = LogScan.ofSegment(segment).forEach((frame, payload) -> { });
        if (scan.laterBatchFollows()) {
            throw damaged(name, scan.tailBytes());
        }
        segment.continueAt(scan.tailBytes(), scan.chain());
        nextPosition = scan.nextPosition();
        epoch = Math.max(epoch, scan.epoch());
        segments.add(segment);
        if (last) {
            segment.cutBehindTail();
        }
    }

    private IOException damaged(String name, long offset) {
        return new IOException("the commit log is damaged: " + name + " in " + directory.describe() + " at byte "
                + offset
                + " has no valid record, but later ones follow; restore the file from a copy");
    }

    List<LogSegment> segments() {
        return segments;
    }

    long nextPosition() {
        return nextPosition;
    }

    Epoch epoch() {
        return epoch == 0 ? null : new Epoch(epoch);
    }
}
