package io.cffs.daemon.fuse;

import static io.cffs.daemon.fuse.Answers.answer;
import static io.cffs.daemon.fuse.Answers.ino;

import io.cffs.daemon.cache.Loan;
import io.cffs.daemon.content.ContentBuild;
import io.cffs.daemon.content.ContentKey;
import io.cffs.daemon.session.Attempt;
import io.cffs.daemon.session.Operation;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.vfs.Handle;
import io.cffs.fuse.Errno;
import io.cffs.fuse.FopenFlags;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.AppendRange;
import io.cffs.txn.ops.CopyRange;
import io.cffs.txn.ops.Create;
import io.cffs.txn.ops.Fallocate;
import io.cffs.txn.ops.Open;
import io.cffs.txn.ops.OpenFlags;
import io.cffs.txn.ops.ReadRange;
import io.cffs.txn.ops.ReadWhole;
import io.cffs.txn.ops.Seek;
import io.cffs.txn.ops.Tmpfile;
import io.cffs.txn.ops.WriteRange;
import java.nio.ByteBuffer;

/** Requests about open files and their bytes, each as one operation on the open attempt. */
final class FileHandler implements FuseHandler {
    private static final int WRITE_FROM_PAGE_CACHE = 1;
    /** Larger files are read again in each attempt: keeping their pages counts all of them as read. */
    private static final long KEPT_FILE_BYTES_MAX = 1 << 20;
    /** What an answer of 32 bits can say, in whole blocks. */
    private static final long COPY_BYTES_MAX = 1L << 30;

    /** Smaller reads are copied. */
    private static final int LENT_BYTES_MIN = 128 << 10;

    private final ThreadLocal<Loan> loans = ThreadLocal.withInitial(Loan::new);
    private final Session session;
    private final Callers callers;
    private final KernelNotices notices;
    private final SharedNames names;
    private final CommitTriggers triggers;
    private final WholeFiles whole;

    FileHandler(Session session, Callers callers, KernelNotices notices, SharedNames names, CommitTriggers triggers,
            WholeFiles whole) {
        this.session = session;
        this.callers = callers;
        this.notices = notices;
        this.names = names;
        this.triggers = triggers;
        this.whole = whole;
    }

    @Override
    public void open(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Ino ino = ino(in);
            Credentials who = callers.of(in);
            OpenFlags flags = KernelFlags.open(in.flags());
            boolean changes = flags.write() || flags.truncate() || flags.append();
            if (changes) {
                whole.beforeChange(ino);
            }
            Opened opened = session.perform(at -> open(at, ino, who, flags, changes));
            if (opened.wanted() != null) {
                whole.lookFor(opened.wanted());
                opened = session.perform(at -> open(at, ino, who, flags, changes));
            }
            out.openedBacked(opened.handle(), opened.kernelFlags(), opened.backingId());
        });
    }

    private Opened open(Attempt at, Ino ino, Credentials who, OpenFlags flags, boolean changes) throws FsException {
        at.handles().requireRoom();
        if (changes) {
            whole.requireUnseen(at, ino);
        }
        Inode inode = Open.run(at.transaction(), who, ino, flags);
        return switch (whole.wayOf(at, inode, flags)) {
            case WholeFiles.Way.Served _ -> opened(at, inode, 0, flags);
            case WholeFiles.Way.ByKernel(int backingId) -> openedByKernel(at, inode, flags, backingId);
            case WholeFiles.Way.Unknown(ContentKey key) -> new Opened(inode, 0, 0, 0, 0, key);
        };
    }

    @Override
    public void create(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Name name = Name.of(in.name());
            Credentials who = callers.of(in).withUmask(in.umask());
            Ino parent = ino(in);
            int permissions = in.mode() & Inode.PERMISSION_BITS;
            OpenFlags flags = KernelFlags.open(in.flags());
            Opened opened = session.perform(at -> {
                at.handles().requireRoom();
                Inode made = Create.run(at.transaction(), who, parent, name, permissions, flags);
                long validNanos = names.validityNanos(at.transaction(), parent, made);
                return openedFirst(at, TreeHandler.counted(at, parent, name, made), validNanos, flags);
            });
            created(opened, out);
        });
    }

    /** The kernel may keep the attributes: many programs ask for them next, and nobody else has changed them. */
    private static Opened openedFirst(Attempt at, Inode made, long nameValidNanos, OpenFlags flags)
            throws FsException {
        return opened(at, TreeHandler.attributes(at, made.ino()), nameValidNanos, flags);
    }

    private static void created(Opened opened, FuseReply out) {
        out.created(opened.inode().ino().value(), 0, opened.nameValidNanos(), FuseReply.FOREVER,
                Attributes.of(opened.inode()), opened.handle(), opened.kernelFlags());
    }

    @Override
    public void tmpfile(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Credentials who = callers.of(in).withUmask(in.umask());
            Ino parent = ino(in);
            int permissions = in.mode() & Inode.PERMISSION_BITS;
            OpenFlags flags = KernelFlags.open(in.flags());
            created(session.perform(at -> {
                at.handles().requireRoom();
                Inode made = Tmpfile.run(at.transaction(), who, parent, permissions);
                at.nodes().countLookup(made.ino().value());
                return openedFirst(at, made, 0, flags);
            }), out);
        });
    }

    /** @param wanted not open yet: a content that has to be looked for; else null */
    private record Opened(
            Inode inode, long nameValidNanos, long handle, int kernelFlags, int backingId, ContentKey wanted) {}

    private static Opened opened(Attempt at, Inode inode, long nameValidNanos, OpenFlags flags) throws FsException {
        boolean direct = KernelFlags.isDirect(flags);
        long nodeId = inode.ino().value();
        boolean stands = !direct && !flags.write() && inode.sizeBytes() <= KEPT_FILE_BYTES_MAX
                && at.nodes().pagesStand(nodeId, at.serial()) && ReadWhole.run(at.transaction(), inode.ino());
        if (!stands) {
            at.nodes().dropPages(nodeId);
        }
        long number = at.handles().add(new Handle.OpenFile(inode.ino(), flags.read(), flags.write(), direct));
        at.transaction().retain(inode.ino());
        boolean keep = at.nodes().open(nodeId, at.serial(), flags.write(), direct);
        int kernelFlags = (direct ? FopenFlags.DIRECT_IO : 0) | (keep ? FopenFlags.KEEP_CACHE : 0);
        return new Opened(inode, nameValidNanos, number, kernelFlags, 0, null);
    }

    /** The page cache of the mount has no part in it, as with direct files. */
    private Opened openedByKernel(Attempt at, Inode inode, OpenFlags flags, int backingId) {
        long number = at.handles().add(new Handle.OpenFile(inode.ino(), flags.read(), false, true));
        at.transaction().retain(inode.ino());
        at.nodes().open(inode.ino().value(), at.serial(), false, true);
        whole.opened(inode.ino(), number);
        return new Opened(inode, 0, number, FopenFlags.PASSTHROUGH, backingId, null);
    }

    @Override
    public void read(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            ContentBuild build = whole.buildOf(ino(in));
            boolean lends = build == null && in.size() >= LENT_BYTES_MIN && out.sendsPieces();
            if (!lends || !readLent(in, out)) {
                readCopied(in, out, build);
            }
        });
    }

    private void readCopied(FuseRequest in, FuseReply out, ContentBuild build) throws FsException {
        Ino ino = ino(in);
        long offset = in.offset();
        ByteBuffer bytes = out.buffer(in.size());
        boolean kept = session.perform(at -> {
            notices.read(in.nodeId(), offset, in.size());
            ReadRange.run(at.transaction(), ino, offset, bytes);
            return build != null && whole.isRight(at, build);
        });
        ByteBuffer read = bytes.flip().duplicate();
        out.data(bytes);
        if (kept) {
            whole.keep(build, offset, read);
        }
    }

    /** False when nothing was answered: what was lent is not there any more. */
    private boolean readLent(FuseRequest in, FuseReply out) throws FsException {
        Ino ino = ino(in);
        long offset = in.offset();
        ByteBuffer bytes = out.buffer(in.size());
        Loan loan = loans.get();
        session.perform(at -> {
            notices.read(in.nodeId(), offset, in.size());
            loan.begin();
            bytes.clear().limit(in.size());
            // What this transaction has written may lie over what is stored, in the same buffer.
            return at.transaction().isAsStored(ino)
                    ? at.lending(loan, () -> ReadRange.run(at.transaction(), ino, offset, bytes))
                    : ReadRange.run(at.transaction(), ino, offset, bytes);
        });
        bytes.flip();
        if (loan.isEmpty()) {
            out.data(bytes);
            return true;
        }
        return loan.send(bytes, out::data);
    }

    @Override
    public void write(FuseRequest in, FuseReply out) {
        boolean mapped = (in.writeFlags() & WRITE_FROM_PAGE_CACHE) != 0;
        if (mapped && session.dropsLateWrites()) {
            // Changed through a mapping in an attempt that left no trace.
            out.written(in.size());
            return;
        }
        boolean append = !mapped && KernelFlags.isAppend(in.flags());
        answer(out, () -> {
            Operation<Integer> writing = writing(in, append, mapped);
            Written written = session.perform(at -> {
                int count = writing.run(at);
                return new Written(count, !mapped && notices.leavesOldPages(in.nodeId(), in.offset(), count),
                        at.isWorthStaging(count) ? at : null);
            });
            if (written.leavesOldPages()) {
                notices.dropPages(in.nodeId(), in.offset(), written.count());
            }
            out.written(written.count());
            if (written.full() != null) {
                session.stageAhead(written.full());
            }
        });
        triggers.changed();
    }

    /** @param full has much to stage; else null */
    private record Written(int count, boolean leavesOldPages, Attempt full) {}

    private Operation<Integer> writing(FuseRequest in, boolean append, boolean mapped) {
        Ino ino = ino(in);
        ByteBuffer bytes = in.data();
        long offset = in.offset();
        if (mapped) {
            return at -> WriteRange.runMapped(at.transaction(), ino, offset, bytes);
        }
        Credentials who = callers.of(in);
        return append
                ? at -> AppendRange.run(at.transaction(), who, ino, bytes)
                : at -> WriteRange.run(at.transaction(), who, ino, offset, bytes);
    }

    @Override
    public void flush(FuseRequest in, FuseReply out) {
        triggers.flush(in.fh(), out);
    }

    @Override
    public void fsync(FuseRequest in, FuseReply out) {
        triggers.sync(out, () -> {});
    }

    @Override
    public void release(FuseRequest in, FuseReply out) {
        long number = in.fh();
        session.locked(() -> {
            if (session.handles().remove(number) instanceof Handle.OpenFile file) {
                session.nodes().release(file.ino().value(), file.writable(), file.direct());
                session.tell(transaction -> transaction.release(file.ino()));
                whole.released(number);
            }
            return null;
        });
        out.ok();
    }

    @Override
    public void fallocate(FuseRequest in, FuseReply out) {
        Fallocate.Mode mode = KernelFlags.fallocate(in.fallocateMode());
        if (mode == null) {
            out.error(Errno.EOPNOTSUPP);
            return;
        }
        Ino ino = ino(in);
        Credentials who = callers.of(in);
        long offset = in.offset();
        long length = in.length();
        answer(out, () -> {
            session.perform(at -> {
                Fallocate.run(at.transaction(), who, ino, mode, offset, length);
                return null;
            });
            triggers.changed();
            out.ok();
        });
    }

    /** The kernel has answered everything but SEEK_DATA and SEEK_HOLE itself. */
    @Override
    public void lseek(FuseRequest in, FuseReply out) {
        Seek.Whence whence = KernelFlags.whence(in.whence());
        if (whence == null) {
            out.error(Errno.EINVAL);
            return;
        }
        Ino ino = ino(in);
        long offset = in.offset();
        answer(out, () -> out.lseek(session.perform(at -> Seek.run(at.transaction(), ino, offset, whence))));
    }

    /** By reference where blocks lie alike; else a piece per request, and the caller asks for the rest. */
    @Override
    public void copyFileRange(FuseRequest in, FuseReply out) {
        Ino from = ino(in);
        Ino to = new Ino(in.outNodeId());
        Credentials who = callers.of(in);
        long offset = in.offset();
        long toOffset = in.outOffset();
        long length = Math.min(in.length(), COPY_BYTES_MAX);
        answer(out, () -> {
            long copied = session.perform(
                    at -> CopyRange.run(at.transaction(), who, from, offset, to, toOffset, length));
            triggers.changed();
            out.written(copied);
        });
    }
}
