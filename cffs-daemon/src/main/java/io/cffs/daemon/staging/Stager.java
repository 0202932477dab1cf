package io.cffs.daemon.staging;

import io.cffs.daemon.staging.StagingPlan.Piece;
import io.cffs.model.Bytes;
import io.cffs.model.FsException;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.DirtyRun;
import io.cffs.txn.FileBytesSource;
import io.cffs.txn.Mutation.FileBytes;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings a transaction's written bytes to the backend before its commit. One per transaction, over all its attempts,
 * because the numbers of staged objects must not come again.
 *
 * <p>{@link #stage} is the part that must happen. {@link #stageAhead} is a hope: called now and then while the function
 * runs, it uploads 4 MiB windows that have been written wholly and have not changed since the call before, and {@link
 * #stage} uses those that still have not changed.
 *
 * <p>Lock order: {@link #turn}, then the session lock, which is held only while bytes are copied out. Uploads run with
 * {@link #turn} held: it keeps the two methods apart, and nothing else waits for it. Safe for use by many threads.
 */
public final class Stager {
    /** Written bytes that travel in the request when there are no more. A quarter of what a request may carry. */
    public static final long INLINE_BYTES_MAX = 1024 * 1024;
    /** Uploads that one call of stageAhead begins at most. */
    static final int AHEAD_UPLOADS_MAX = 16;
    /** A window that changes again and again is left for the commit. */
    static final int AHEAD_TRIES_MAX = 2;

    private final BackendPort backend;
    private final VolumeName volume;
    private final TxnId txn;
    private final long inlineBytesMax;
    private final LaidFiles files; // @GuardedBy("turn")
    private final ReentrantLock turn = new ReentrantLock();
    private final Map<StagedWindow, Ahead> ahead = new HashMap<>(); // @GuardedBy("turn")
    private int nextSequence; // @GuardedBy("turn")

    public Stager(BackendPort backend, VolumeName volume, TxnId txn) {
        this(backend, volume, txn, INLINE_BYTES_MAX);
    }

    /** @param inlineBytesMax written bytes that travel in the request when there are no more, 0 and up */
    Stager(BackendPort backend, VolumeName volume, TxnId txn, long inlineBytesMax) {
        this.backend = backend;
        this.volume = volume;
        this.txn = txn;
        this.inlineBytesMax = inlineBytesMax;
        this.files = new LaidFiles(backend, volume);
    }

    /** A new attempt has begun: what earlier ones staged is not what this one writes. */
    public void newAttempt() {
        turn.lock();
        try {
            ahead.clear();
        } finally {
            turn.unlock();
        }
    }

    /**
     * Uploads what the commit request shall only refer to. When it returns, all of that is durable. The transaction
     * must not change from here on.
     *
     * @return for {@link io.cffs.txn.Transaction#toCommitRequest}
     * @throws BackendException when an upload fails; nothing has been committed
     */
    public FileBytesSource stage(DirtyBytes bytes, Lock sessionLock) throws FsException {
        turn.lock();
        try {
            List<DirtyRun> runs;
            StagingPlan plan;
            sessionLock.lock();
            try {
                runs = bytes.runs();
                plan = new StagingPlan(runs, inlineBytesMax, window -> stagedAsIs(window, bytes));
            } finally {
                sessionLock.unlock();
            }
            List<StagedId> ids = new ArrayList<>();
            Uploads uploads = new Uploads(backend, volume, files);
            try {
                for (int object = 0; object < plan.objectCount(); object++) {
                    ids.add(new StagedId(txn, nextSequence++));
                    uploads.throwFailure();
                    List<Piece> content = plan.contentOf(object);
                    uploads.send(ids.getLast(), plan.lengthOf(object),
                            (from, target) -> copyOut(content, bytes, sessionLock, from, target));
                }
            } finally {
                uploads.awaitAll();
            }
            uploads.finish();
            return sourceOf(plan, runs, ids, bytes);
        } finally {
            turn.unlock();
        }
    }

    /**
     * Uploads windows that were written and then left alone for as long as between this call and the one before. Waits
     * for the uploads; a failed one is forgotten. Reading what is written costs time in proportion to it under the
     * session lock: call it after some mebibytes have been written, not after each write.
     */
    public void stageAhead(DirtyBytes bytes, Lock sessionLock) throws FsException {
        turn.lock();
        Uploads uploads = new Uploads(backend, volume, files);
        Map<StagedWindow, Ahead> sent = new HashMap<>();
        try {
            for (Idle idle : idleWindows(bytes, sessionLock)) {
                StagedId id = new StagedId(txn, nextSequence++);
                if (uploads.send(id, StagedId.BYTES_MAX,
                        (from, target) -> copyIfUnchanged(idle, bytes, sessionLock, from, target))) {
                    Ahead before = ahead.get(idle.window());
                    sent.put(idle.window(), new Ahead(idle.changedAt(), id, before.tries() + 1));
                }
            }
        } finally {
            uploads.awaitAll();
            sent.forEach((window, upload) -> ahead.put(window, uploads.hasFailed(upload.object())
                    ? new Ahead(upload.changedAt(), null, upload.tries())
                    : upload));
            turn.unlock();
        }
    }

    private List<Idle> idleWindows(DirtyBytes bytes, Lock sessionLock) {
        List<Idle> idle = new ArrayList<>();
        sessionLock.lock();
        try {
            for (DirtyRun run : bytes.runs()) {
                for (StagedWindow window : StagedWindow.within(run)) {
                    long changedAt = window.changedAt(bytes);
                    Ahead before = ahead.get(window);
                    if (before == null) {
                        ahead.put(window, new Ahead(changedAt, null, 0));
                    } else if (before.changedAt() != changedAt) {
                        ahead.put(window, new Ahead(changedAt, null, before.tries()));
                    } else if (before.object() == null
                            && before.tries() < AHEAD_TRIES_MAX
                            && idle.size() < AHEAD_UPLOADS_MAX) {
                        idle.add(new Idle(run, window, changedAt));
                    }
                }
            }
        } finally {
            sessionLock.unlock();
        }
        return idle;
    }

    private static boolean copyIfUnchanged(
            Idle idle, DirtyBytes bytes, Lock sessionLock, int from, ByteBuffer target) throws FsException {
        sessionLock.lock();
        try {
            // The stamp is 0 again when the window was cut off meanwhile.
            if (idle.window().changedAt(bytes) != idle.changedAt()) {
                return false;
            }
            bytes.read(idle.run(), idle.window().offset() - idle.run().offset() + from, target);
            return true;
        } finally {
            sessionLock.unlock();
        }
    }

    private StagedId stagedAsIs(StagedWindow window, DirtyBytes bytes) {
        Ahead staged = ahead.get(window);
        return staged != null && staged.object() != null && staged.changedAt() == window.changedAt(bytes)
                ? staged.object()
                : null;
    }

    /** What lies between pieces is zeros. */
    private static boolean copyOut(
            List<Piece> pieces, DirtyBytes bytes, Lock sessionLock, int from, ByteBuffer target) throws FsException {
        int start = target.position();
        int end = target.limit();
        sessionLock.lock();
        try {
            for (Piece piece : pieces) {
                long offset = ((Piece.InObject) piece).offset();
                long first = Math.max(offset, from);
                long stop = Math.min(offset + piece.lengthBytes(), (long) from + end - start);
                if (first < stop) {
                    putZeros(target, start + (int) (first - from));
                    target.limit(start + (int) (stop - from));
                    bytes.read(piece.run(), piece.from() + first - offset, target);
                    target.limit(end);
                }
            }
            putZeros(target, end);
            return true;
        } finally {
            sessionLock.unlock();
        }
    }

    private static void putZeros(ByteBuffer target, int upTo) {
        while (target.position() < upTo) {
            target.put((byte) 0);
        }
    }

    private static FileBytesSource sourceOf(
            StagingPlan plan, List<DirtyRun> runs, List<StagedId> ids, DirtyBytes bytes) {
        Map<DirtyRun, Integer> numbers = new HashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            numbers.put(runs.get(i), i);
        }
        return run -> {
            Integer number = numbers.get(run);
            if (number == null) {
                throw new AssertionError("written after it was staged: " + run);
            }
            List<FileBytes> parts = new ArrayList<>();
            for (Piece piece : plan.piecesOf(number)) {
                parts.add(switch (piece) {
                    case Piece.Inline inline -> {
                        byte[] content = new byte[(int) inline.lengthBytes()];
                        bytes.read(run, inline.from(), ByteBuffer.wrap(content));
                        yield new FileBytes.Inline(Bytes.owning(content));
                    }
                    case Piece.InObject placed ->
                            new FileBytes.Staged(ids.get(placed.object()), placed.offset(), placed.lengthBytes());
                    case Piece.Ahead staged -> new FileBytes.Staged(staged.object(), 0, staged.lengthBytes());
                });
            }
            return parts;
        };
    }

    /**
     * What is known of a window: uploaded as {@code object} when its newest change was {@code changedAt}, or not
     * (null).
     */
    private record Ahead(long changedAt, StagedId object, int tries) {}

    private record Idle(DirtyRun run, StagedWindow window, long changedAt) {}
}
