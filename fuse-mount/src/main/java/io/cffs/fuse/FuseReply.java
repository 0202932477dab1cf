package io.cffs.fuse;

import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.PieceSink;
import io.cffs.fuse.wire.ReplySink;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * The answer to one request. Exactly one of the methods that answer is to be called; a second answer throws {@link
 * IllegalStateException}. Used by one thread at a time. Validity times say how long the kernel may use what it was
 * told without asking again: nanoseconds, 0 for "ask each time", {@link #FOREVER} for "until told otherwise".
 */
public final class FuseReply {
    public static final long FOREVER = Long.MAX_VALUE;
    /** Most buffers that one answer may be given in. */
    public static final int PIECES_MAX = 128;

    private static final int HEAD_BYTES = Layout.OUT_HEADER + Layout.STATX_OUT;
    private static final int STATX_BASIC_AND_BIRTH = 0xfff;

    /** Whose method a thread is in, or was in last. */
    private static final ThreadLocal<FuseReply> SERVED = new ThreadLocal<>();

    private final ReplySink sink;
    private final ByteBuffer head = ByteBuffer.allocateDirect(HEAD_BYTES).order(Layout.ORDER);
    private final DirectoryWriter directory = new DirectoryWriter();
    private final AtomicBoolean open = new AtomicBoolean();
    private AnswerRoom room = new AnswerRoom();
    private AnswerRoom handedOn;
    private ByteBuffer listing; // what directoryWriter fills
    private final Interrupts interrupts;
    private long unique;
    private int sizeAsked;
    private boolean deferred;
    private int callerThread;
    private Waiting waiting; // null until somebody waits

    /** For transports: an answer that goes to {@code sink} each time it is given. */
    public FuseReply(ReplySink sink, Interrupts interrupts) {
        this.sink = sink;
        this.interrupts = interrupts;
    }

    /** Where answers that come later hear that their caller no longer waits. For transports. */
    public interface Interrupts {
        /** Runs {@code action} once if the request is interrupted before {@link #forget}, perhaps at once. */
        void watch(long unique, Runnable action);

        void forget(long unique);

        /** A thread that serves a request will not come back soon: others have to read what comes. */
        default void blocks() {}

        /** The end of {@link #blocks}. */
        default void goesOn() {}
    }

    /**
     * For transports: makes this the answer to a new request. @param sizeAsked bytes of directory that may be sent
     */
    public void begin(long requestUnique, int sizeAsked) {
        this.unique = requestUnique;
        this.sizeAsked = sizeAsked;
        this.deferred = false;
        room.begin();
        open.setPlain(true);
        if (SERVED.get() != this) {
            SERVED.set(this);
        }
    }

    /** For transports: whether an answer is still due. */
    public boolean isOpen() {
        return open.getPlain();
    }

    /** For transports: whether {@link #later} was called. */
    public boolean isDeferred() {
        return deferred;
    }

    /** For transports: for the requests after this one, which was deferred. Takes over room that this does not use. */
    public FuseReply next() {
        FuseReply next = new FuseReply(sink, interrupts);
        next.room = handedOn;
        return next;
    }

    // ------------------------------------------------------------------------------------------------ when

    /**
     * Keeps this answer open beyond the return of the handler method: it stays valid, for one thread at a time, until
     * it is given. To be called inside the method.
     *
     * @param interrupted runs at most once, on some thread, quickly, when the caller is interrupted by a signal, and is
     * told its {@link FuseRequest#pid}; answer EINTR then. May come as late as after the answer. Null when not wanted
     */
    public void later(IntConsumer interrupted) {
        if (deferred) {
            throw new IllegalStateException("later was called twice");
        }
        deferred = true;
        // Already here, where no other thread can be about to answer.
        handedOn = room.isUsed() ? new AnswerRoom() : room;
        room = handedOn == room ? new AnswerRoom() : room;
        if (interrupted != null) {
            int thread = callerThread;
            interrupts.watch(unique, () -> interrupted.accept(thread));
        }
    }

    /**
     * A request whose handler method waits on its own thread.
     *
     * @param callerThread {@link FuseRequest#pid}
     * @param interrupted completes when a signal has come for the caller, whatever it is. The kernel tells only once
     * @param over completes when the method has returned
     */
    public record Waiting(
            int callerThread, CompletableFuture<Void> interrupted, CompletableFuture<Void> over) {}

    /**
     * For a handler method that is about to wait for long on its own thread: how it hears that its caller is
     * interrupted. Costs more than most requests: to be asked for only where there is something to wait for.
     *
     * @return of the request that this thread is serving; null when it serves none
     */
    public static Waiting waiting() {
        FuseReply served = SERVED.get();
        return served == null || !served.isOpen() || served.deferred ? null : served.watched();
    }

    private Waiting watched() {
        if (waiting == null) {
            Waiting mine = new Waiting(callerThread, new CompletableFuture<>(), new CompletableFuture<>());
            waiting = mine;
            interrupts.blocks();
            interrupts.watch(unique, () -> mine.interrupted().complete(null));
        }
        return waiting;
    }

    /** For transports: who made the request. */
    public void caller(int thread) {
        callerThread = thread;
    }

    /** For transports: the handler method for this answer has returned. */
    public void end() {
        if (waiting != null) {
            waiting.over().complete(null);
            waiting = null;
            interrupts.forget(unique);
            interrupts.goesOn();
        }
    }

    // ------------------------------------------------------------------------------------------------ answers

    /** Success with nothing to tell. */
    public void ok() {
        claim();
        send(0, null);
    }

    /** @param errno positive, one of {@link Errno} */
    public void error(int errno) {
        if (errno <= 0 || errno > 511) {
            throw new IllegalArgumentException("not an error number: " + errno);
        }
        claim();
        head.putInt(Layout.OUT_ERROR, -errno);
        finish(0, null);
    }

    /** An inode and how long its name and its attributes may be kept. Counts one lookup for the node. */
    public void entry(long nodeId, long generation, long entryValidNanos, long attrValidNanos, FuseAttr attr) {
        claim();
        AttrForms.putEntry(head, Layout.OUT_HEADER, nodeId, generation, entryValidNanos, attrValidNanos, attr);
        send(Layout.ENTRY_OUT, null);
    }

    /** LOOKUP: there is no such name, and the kernel may remember that. */
    public void negative(long entryValidNanos) {
        claim();
        clear(Layout.OUT_HEADER, Layout.ENTRY_OUT);
        AttrForms.putValid(head, Layout.OUT_HEADER + 16, Layout.OUT_HEADER + 32, entryValidNanos);
        send(Layout.ENTRY_OUT, null);
    }

    public void attr(FuseAttr attr, long attrValidNanos) {
        claim();
        AttrForms.putValid(head, Layout.OUT_HEADER, Layout.OUT_HEADER + 8, attrValidNanos);
        head.putInt(Layout.OUT_HEADER + 12, 0);
        AttrForms.putAttr(head, Layout.OUT_HEADER + Layout.ATTR_OUT_ATTR, attr);
        send(Layout.ATTR_OUT, null);
    }

    /** @param openFlags bits of {@link FopenFlags} */
    public void opened(long fh, int openFlags) {
        openedBacked(fh, openFlags, 0);
    }

    /** @param backingId of a file registered with the kernel, with {@link FopenFlags#PASSTHROUGH} */
    public void openedBacked(long fh, int openFlags, int backingId) {
        claim();
        putOpen(Layout.OUT_HEADER, fh, openFlags, backingId);
        send(Layout.OPEN_OUT, null);
    }

    /** CREATE, TMPFILE: the inode and the open file at once. Counts one lookup. */
    public void created(long nodeId, long generation, long entryValidNanos, long attrValidNanos, FuseAttr attr, long fh,
            int openFlags) {
        claim();
        AttrForms.putEntry(head, Layout.OUT_HEADER, nodeId, generation, entryValidNanos, attrValidNanos, attr);
        putOpen(Layout.OUT_HEADER + Layout.ENTRY_OUT, fh, openFlags, 0);
        send(Layout.CREATE_OUT, null);
    }

    /**
     * READ, GETXATTR, LISTXATTR and other answers of plain bytes: what remains in {@code bytes}. Direct buffers are
     * sent from where they are. The buffer's position is undefined afterwards; its content may be changed at once.
     */
    public void data(ByteBuffer bytes) {
        claim();
        send(bytes.remaining(), bytes);
    }

    /** Whether an answer may be given in several buffers, which are then sent from where they are. */
    public boolean sendsPieces() {
        return sink instanceof PieceSink;
    }

    /**
     * As {@link #data(ByteBuffer)}, in several direct buffers, one after another: at most {@link #PIECES_MAX}. Only
     * where {@link #sendsPieces}.
     */
    public void data(ByteBuffer[] pieces) {
        claim();
        long total = 0;
        for (ByteBuffer piece : pieces) {
            total += piece.remaining();
        }
        begin((int) total, true);
        ((PieceSink) sink).sendPieces(head, pieces);
        head.clear();
    }

    /** As {@link #data(ByteBuffer)}. */
    public void data(byte[] bytes) {
        data(ByteBuffer.wrap(bytes));
    }

    /** READLINK. */
    public void readlink(byte[] target) {
        data(target);
    }

    /**
     * Room of this answer's own, reused from request to request: fill it and pass it to {@link #data}.
     *
     * @return position 0, limit {@code sizeBytes}, the host's byte order, undefined content
     */
    public ByteBuffer buffer(int sizeBytes) {
        ByteBuffer lent = sink.room(sizeBytes);
        return lent != null ? lent : room.of(sizeBytes);
    }

    /** WRITE, COPY_FILE_RANGE: how many bytes were taken. */
    public void written(long bytes) {
        claim();
        // Two 32-bit words, the second of which only the 64-bit copy reads: the layouts agree on little-endian hosts.
        head.putLong(Layout.OUT_HEADER, bytes);
        send(Layout.WRITE_OUT, null);
    }

    /** Starts a listing, no longer than the request allows. End it with {@link #directory}. */
    public DirectoryWriter directoryWriter() {
        listing = buffer(sizeAsked);
        directory.begin(listing, sizeAsked);
        return directory;
    }

    /** READDIR, READDIRPLUS: what {@link #directoryWriter} was given. */
    public void directory() {
        claim();
        send(directory.sizeBytes(), listing.position(0).limit(directory.sizeBytes()));
    }

    public void statfs(FuseStatfs figures) {
        claim();
        int at = Layout.OUT_HEADER;
        clear(at, Layout.STATFS_OUT);
        head.putLong(at, figures.blocks());
        head.putLong(at + 8, figures.blocksFree());
        head.putLong(at + 16, figures.blocksAvailable());
        head.putLong(at + 24, figures.files());
        head.putLong(at + 32, figures.filesFree());
        head.putInt(at + 40, figures.blockSizeBytes());
        head.putInt(at + 44, figures.nameBytesMax());
        head.putInt(at + 48, figures.blockSizeBytes());
        send(Layout.STATFS_OUT, null);
    }

    /** GETXATTR, LISTXATTR asked with size 0: bytes that the value, or the names, would take. */
    public void xattrSize(int bytes) {
        written(bytes);
    }

    public void lseek(long offset) {
        claim();
        head.putLong(Layout.OUT_HEADER, offset);
        send(Layout.LSEEK_OUT, null);
    }

    /** GETLK: the lock that is in the way. @param end inclusive @param type F_UNLCK (2) when there is none */
    public void lock(long start, long end, int type, int pid) {
        claim();
        head.putLong(Layout.OUT_HEADER, start);
        head.putLong(Layout.OUT_HEADER + 8, end);
        head.putInt(Layout.OUT_HEADER + 16, type);
        head.putInt(Layout.OUT_HEADER + 20, pid);
        send(Layout.LK_OUT, null);
    }

    /** STATX: attributes with the time of birth, nanoseconds since 1970. */
    public void statx(FuseAttr attr, long btimeNanos, long attrValidNanos) {
        claim();
        clear(Layout.OUT_HEADER, Layout.STATX_OUT);
        AttrForms.putValid(head, Layout.OUT_HEADER, Layout.OUT_HEADER + 8, attrValidNanos);
        int at = Layout.OUT_HEADER + Layout.STATX_OUT_STAT;
        head.putInt(at, STATX_BASIC_AND_BIRTH);
        head.putInt(at + 4, attr.blockSizeBytes());
        head.putInt(at + 16, attr.nlink());
        head.putInt(at + 20, attr.uid());
        head.putInt(at + 24, attr.gid());
        head.putShort(at + 28, (short) attr.mode());
        head.putLong(at + 32, attr.ino());
        head.putLong(at + 40, attr.sizeBytes());
        head.putLong(at + 48, attr.blocks());
        putStatxTime(at + 64, attr.atimeNanos());
        putStatxTime(at + 80, btimeNanos);
        putStatxTime(at + 96, attr.ctimeNanos());
        putStatxTime(at + 112, attr.mtimeNanos());
        // The kernel splits a 32-bit device number the same way: major in bits 8 to 19, the rest minor.
        head.putInt(at + 128, attr.rdev() >>> 8 & 0xfff);
        head.putInt(at + 132, attr.rdev() & 0xff | attr.rdev() >>> 12 & 0xfff00);
        send(Layout.STATX_OUT, null);
    }

    // ------------------------------------------------------------------------------------------------ encoding

    private void claim() {
        if (!open.compareAndExchange(true, false)) {
            throw new IllegalStateException("answered twice, or no request is being served");
        }
        head.putInt(Layout.OUT_ERROR, 0);
    }

    private void send(int bodyBytes, ByteBuffer body) {
        finish(bodyBytes, body);
    }

    private void finish(int bodyBytes, ByteBuffer body) {
        begin(bodyBytes, body != null);
        sink.send(head, body);
        head.clear();
    }

    /** @param apart whether the body is not in the head */
    private void begin(int bodyBytes, boolean apart) {
        int total = Layout.OUT_HEADER + bodyBytes;
        head.putInt(Layout.OUT_LEN, total);
        head.putLong(Layout.OUT_UNIQUE, unique);
        head.position(0).limit(apart ? Layout.OUT_HEADER : total);
        if (deferred) {
            interrupts.forget(unique);
        }
    }

    private void clear(int from, int bytes) {
        for (int at = from; at < from + bytes; at += 8) {
            head.putLong(at, 0);
        }
    }

    private void putOpen(int at, long fh, int openFlags, int backingId) {
        head.putLong(at, fh);
        head.putInt(at + 8, openFlags);
        head.putInt(at + 12, backingId);
    }

    private void putStatxTime(int at, long nanos) {
        AttrForms.putTime(head, at, at + 8, nanos);
        head.putInt(at + 12, 0);
    }
}
