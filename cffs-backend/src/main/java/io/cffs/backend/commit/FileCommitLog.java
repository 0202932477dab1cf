package io.cffs.backend.commit;

import io.cffs.backend.disk.DurableDirectory;
import io.cffs.backend.disk.DurableWriter;
import io.cffs.backend.disk.FullDisk;
import io.cffs.model.Epoch;
import io.cffs.txn.codec.Pieces;
import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The commit log in files of one directory, for one process: {@link LogSegment segments} of {@link LogFrame frames}.
 *
 * <p>An append is one write that syncs, so everything that waits shares one sync. Room is written ahead as
 * zeros: a full disk shows while only zeros are being written, and the batch is refused with nothing of it stored. The
 * files of segments that have been cut off are {@link SpareSegments written again}, so a log that has been in use for a
 * while writes no zeros any more. A failed write of frames, or a failed sync, leaves us not knowing what is stored; the
 * log then accepts nothing until it is opened again (a sync that is tried again after a failure may report success for
 * pages that the kernel has dropped).
 *
 * <p>On opening, the frames are read to the first invalid one. When nothing valid follows, or only frames of the same
 * batch, the batch was torn by a crash before it was acknowledged: the invalid rest is cut off. When a frame of a later
 * batch follows, an acknowledged one is damaged; that is reported, never cut.
 *
 * <p>Thread-safety: all state is guarded by "this"; file deletions of {@link #cut} happen outside of it.
 */
public final class FileCommitLog implements CommitLog {
    /** When a segment has this many bytes the next batch starts a new one. */
    public static final long SEGMENT_BYTES_DEFAULT = 32L * 1024 * 1024;

    private final DurableDirectory directory;
    private final long segmentBytesMax;
    private final long secret;
    // All guarded by "this".
    private final List<LogSegment> segments = new ArrayList<>();
    private final SpareSegments spares;
    private long next = FIRST_POSITION;
    private Epoch epoch;
    private boolean broken;
    private boolean closed;
    private ByteBuffer scratch = blocks(64 * 1024);

    private FileCommitLog(DurableDirectory directory, long segmentBytesMax, long secret) {
        this.directory = directory;
        this.segmentBytesMax = segmentBytesMax;
        this.secret = secret;
        this.spares = new SpareSegments(directory, segmentBytesMax);
    }

    /**
     * Opens the log of a directory, or creates it in an empty one. The caller holds the lock that makes it the only
     * one.
     *
     * @param secret what nobody knows who chooses the content of records; any number, another one each time if need be
     * @throws BackendException {@code STORE_FAILED} with a sentence that names the file when it is damaged
     */
    public static FileCommitLog open(DurableDirectory directory, long secret) {
        return open(directory, secret, SEGMENT_BYTES_DEFAULT);
    }

    /** As {@link #open(DurableDirectory, long)}, with shorter or longer segments. */
    public static FileCommitLog open(DurableDirectory directory, long secret, long segmentBytesMax) {
        FileCommitLog log = new FileCommitLog(directory, segmentBytesMax, secret);
        try {
            LogRecovery recovery = new LogRecovery(directory);
            log.spares.find();
            log.segments.addAll(recovery.segments());
            log.next = recovery.nextPosition();
            log.epoch = recovery.epoch();
            if (log.segments.isEmpty()) {
                log.segments.add(LogSegment.create(directory, log.next, log.epoch, secret, null));
            }
            return log;
        } catch (IOException failed) {
            throw failed("cannot open the commit log in " + directory.describe(), failed);
        }
    }

    @Override
    public synchronized long first() {
        return segments.getFirst().firstPosition;
    }

    @Override
    public synchronized long next() {
        return next;
    }

    @Override
    public synchronized Epoch epoch() {
        return epoch;
    }

    @Override
    public synchronized void fence(Epoch newEpoch) {
        if (epoch != null && newEpoch.compareTo(epoch) <= 0) {
            throw new LogFencedException(newEpoch, epoch);
        }
        write(newEpoch, List.of(Pieces.owning(new byte[0])), LogFrame.Kind.FENCE);
        epoch = newEpoch;
    }

    @Override
    public synchronized long append(Epoch writer, List<Pieces> records) {
        if (!writer.equals(epoch)) {
            throw new LogFencedException(writer, epoch);
        }
        long position = next;
        write(writer, records, LogFrame.Kind.RECORD);
        return position;
    }

    /** Called with the monitor held. */
    private void write(Epoch writer, List<Pieces> payloads, LogFrame.Kind kind) {
        requireUsable();
        long sizeBytes = 0;
        for (Pieces payload : payloads) {
            if (payload.length() > RECORD_BYTES_MAX) {
                throw new IllegalArgumentException("record of " + payload.length() + " bytes, more than "
                        + RECORD_BYTES_MAX);
            }
            sizeBytes += LogFrame.sizeBytes(payload.length());
        }
        LogSegment segment = segmentWithRoom(Math.toIntExact(sizeBytes));
        ByteBuffer frames = scratchOf((int) sizeBytes + 2 * DurableWriter.BLOCK_BYTES);
        int chain = segment.chain();
        long position = next;
        try {
            long start = segment.putTailBlock(frames);
            for (Pieces payload : payloads) {
                LogFrame frame = new LogFrame(position++, next, writer.value(), chain, kind, payload.length(), 0);
                chain = LogFrame.write(frames, start + frames.position(), segment.salt(), frame, payload);
            }
            segment.append(frames, chain);
        } catch (IOException unknown) {
            broken = true;
            throw failed("the commit log " + segment.name + " in " + directory.describe() + " could not be written",
                    unknown);
        }
        next = position;
    }

    /**
     * Only zeros and headers are written here, so a full disk leaves the log as it was. Any other failure breaks it, as
     * one of frames would.
     */
    private LogSegment segmentWithRoom(int sizeBytes) {
        LogSegment last = segments.getLast();
        try {
            boolean full = last.tailBytes() + sizeBytes > segmentBytesMax && last.tailBytes() > LogSegment.HEADER_BYTES
                    && next > last.firstPosition;
            if (full) {
                last = LogSegment.create(directory, next, epoch, secret, spares.take());
                segments.add(last);
            }
            last.makeRoom(sizeBytes);
            return last;
        } catch (IOException failed) {
            if (FullDisk.isWhy(failed)) {
                throw new BackendException(BackendException.Cause.NO_SPACE,
                        "no space left for the commit log in " + directory.describe()
                                + "; free some and commits go on", failed);
            }
            // The log is whole, but its disk is not: whether a sync means anything from now on is not known.
            broken = true;
            throw failed("the commit log in " + directory.describe() + " could not be lengthened", failed);
        }
    }

    private static ByteBuffer blocks(int sizeBytes) {
        return ByteBuffer.allocateDirect(sizeBytes + DurableWriter.BLOCK_BYTES).alignedSlice(DurableWriter.BLOCK_BYTES)
                .limit(sizeBytes).slice();
    }

    private ByteBuffer scratchOf(int sizeBytes) {
        if (sizeBytes > scratch.capacity()) {
            if (sizeBytes > 4 * 1024 * 1024) {
                return ByteBuffer.allocate(sizeBytes);
            }
            scratch = blocks(Integer.highestOneBit(sizeBytes - 1) * 2);
        }
        return scratch.clear();
    }

    @Override
    public void replay(long from, RecordReader reader) {
        List<LogSegment> wanted = new ArrayList<>();
        long end;
        synchronized (this) {
            requireUsable();
            if (from < segments.getFirst().firstPosition) {
                throw failed("the commit log in " + directory.describe() + " starts at position "
                        + segments.getFirst().firstPosition + ", after the wanted " + from, null);
            }
            end = next;
            for (int i = 0; i < segments.size(); i++) {
                if (i + 1 == segments.size() || segments.get(i + 1).firstPosition > from) {
                    wanted.add(segments.get(i));
                }
            }
        }
        try {
            for (LogSegment segment : wanted) {
                LogScan.ofSegment(segment).forEach((frame, payload) -> {
                    if (frame.kind() == LogFrame.Kind.RECORD && frame.position() >= from && frame.position() < end) {
                        reader.record(frame.position(), new Epoch(frame.epoch()), payload);
                    }
                });
            }
        } catch (IOException unreadable) {
            throw failed("the commit log in " + directory.describe() + " cannot be read", unreadable);
        }
    }

    @Override
    public void cut(long position) {
        List<LogSegment> gone = new ArrayList<>();
        synchronized (this) {
            if (broken || closed) {
                return;
            }
            // The last segment stays, so that the epoch and the next position are always known.
            while (segments.size() > 1 && segments.get(1).firstPosition <= position) {
                gone.add(segments.removeFirst());
            }
        }
        try {
            // Oldest first, so that a crash in between leaves a run without a gap.
            for (LogSegment segment : gone) {
                spares.retire(segment);
            }
        } catch (IOException failed) {
            throw failed("an old segment of the commit log in " + directory.describe() + " cannot be put away", failed);
        }
    }

    private void requireUsable() {
        if (closed) {
            throw new BackendException(BackendException.Cause.CLOSED, "the commit log is closed", null);
        }
        if (broken) {
            throw failed("the commit log in " + directory.describe() + " has failed before and must be opened again",
                    null);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (LogSegment segment : segments) {
            try {
                segment.close();
            } catch (IOException ignored) {
                // What was acknowledged is durable already; a descriptor that will not close changes nothing.
            }
        }
    }

    private static BackendException failed(String sentence, IOException cause) {
        String reason = cause == null ? "" : ": " + cause.getMessage();
        return new BackendException(BackendException.Cause.STORE_FAILED, sentence + reason, cause);
    }
}
