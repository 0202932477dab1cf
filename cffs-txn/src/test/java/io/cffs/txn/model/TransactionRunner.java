package io.cffs.txn.model;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Orphan;
import io.cffs.txn.SnapshotMiss;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.ops.Access;
import io.cffs.txn.ops.AppendRange;
import io.cffs.txn.ops.CopyRange;
import io.cffs.txn.ops.Create;
import io.cffs.txn.ops.Fallocate;
import io.cffs.txn.ops.DirectoryStream;
import io.cffs.txn.ops.Getattr;
import io.cffs.txn.ops.Link;
import io.cffs.txn.ops.Lookup;
import io.cffs.txn.ops.Mkdir;
import io.cffs.txn.ops.Mknod;
import io.cffs.txn.ops.Open;
import io.cffs.txn.ops.OpenFlags;
import io.cffs.txn.ops.ReadRange;
import io.cffs.txn.ops.Readdir;
import io.cffs.txn.ops.Readlink;
import io.cffs.txn.ops.Rename;
import io.cffs.txn.ops.Rmdir;
import io.cffs.txn.ops.Setattr;
import io.cffs.txn.ops.SetattrRequest;
import io.cffs.txn.ops.Symlink;
import io.cffs.txn.ops.Tmpfile;
import io.cffs.txn.ops.Unlink;
import io.cffs.txn.ops.WriteRange;
import io.cffs.txn.port.BackendPort.InoRange;
import io.cffs.txn.port.Ticker;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs steps on a transaction the way a session does: an operation that misses is run again after a fetch. */
public final class TransactionRunner {
    private static final int RUNS_MAX = 10_000;

    public final HeapFrames frames = new HeapFrames();
    public Transaction transaction;
    private StateSnapshot snapshot;
    private final Ticker ticker = new StepTicker();
    private final Map<String, Ino> handles = new HashMap<>();
    private final Runnable onMiss;
    private long nextIno;

    /** @param firstIno inode numbers from here on are free; they are handed out one by one */
    public TransactionRunner(StateSnapshot snapshot, long firstIno, Runnable onMiss) {
        this.nextIno = firstIno;
        this.onMiss = onMiss;
        open(snapshot);
    }

    private void open(StateSnapshot next) {
        snapshot = next;
        transaction = new Transaction(next, frames, ticker, TransactionOptions.DEFAULT);
    }

    /** Open handles. */
    List<String> slots() {
        return List.copyOf(handles.keySet());
    }

    /** Before a commit: what is open and has no name becomes this runner's own. */
    void keepOrphans() throws FsException {
        for (Ino ino : transaction.orphans().toKeep(false)) {
            while (until(() -> transaction.orphans().keep(ino))) {
                snapshot.forget();
            }
        }
        if (!transaction.orphans().toKeep(false).isEmpty()) {
            throw new AssertionError("something is kept for ever");
        }
    }

    /** After a commit: what is open stays open. */
    void goOn(StateSnapshot next) {
        List<Orphan> orphans = transaction.orphans().take(true, handles::containsValue);
        transaction.discard();
        open(next);
        handles.values().forEach(transaction::retain);
        orphans.forEach(transaction.orphans()::adopt);
    }

    /** A clock that ticks when it is looked at. */
    private static final class StepTicker implements Ticker {
        private long now = 1_000_000_000_000L;

        @Override
        public long wallNanos() {
            return now += 1000;
        }

        @Override
        public long monotonicNanos() {
            return now;
        }
    }

    /** What an operation is: it may miss, it may be refused. */
    private interface Operation<T> {
        T run() throws FsException;
    }

    public long nextIno() {
        return nextIno;
    }

    public String run(ModelStep step) {
        try {
            return step.kind().compareTo(ModelStep.Kind.OPEN) < 0 ? runOnPath(step) : runOnHandle(step);
        } catch (FsException e) {
            return e.error().name();
        } finally {
            snapshot.forget();
        }
    }

    /** Runs one operation until it has all it wants. */
    private <T> T until(Operation<T> operation) throws FsException {
        for (int run = 0; run < RUNS_MAX; run++) {
            try {
                return operation.run();
            } catch (SnapshotMiss miss) {
                if (miss.wanted() instanceof SnapshotMiss.Wanted.Inos) {
                    transaction.giveInos(new InoRange(nextIno++, 1));
                } else {
                    snapshot.fetch(miss.wanted());
                }
                onMiss.run();
            }
        }
        throw new AssertionError("an operation does not come to its end");
    }

    private Ino lookup(Credentials who, String path) throws FsException {
        Ino ino = Ino.ROOT;
        for (String name : path.substring(1).split("/")) {
            Ino parent = ino;
            ino = name.isEmpty() ? ino : until(() -> Lookup.run(transaction, who, parent, Name.of(name))).ino();
        }
        return ino;
    }

    private Ino parent(Credentials who, String path) throws FsException {
        int slash = path.lastIndexOf('/');
        Ino ino = lookup(who, slash == 0 ? "/" : path.substring(0, slash));
        until(() -> transaction.directory(ino));
        return ino;
    }

    private static Name last(String path) {
        return Name.of(path.substring(path.lastIndexOf('/') + 1));
    }

    private String runOnPath(ModelStep step) throws FsException {
        Credentials who = step.who();
        String path = step.path();
        return switch (step.kind()) {
            case CREATE, MKNOD, MKDIR, SYMLINK, LINK, UNLINK, RMDIR, RENAME, TMPFILE -> changeNames(step);
            case SEEK, MEASURE, SETXATTR, GETXATTR, LISTXATTR, REMOVEXATTR, SETACL, GETACL -> {
                Ino ino = lookup(who, path);
                yield until(() -> XattrSteps.run(transaction, ino, step));
            }
            case WRITE, READ, APPEND, TRUNCATE, OPEN_TRUNCATE -> content(step);
            case PUNCH, ZERO, ALLOCATE -> allocate(step);
            case COPY -> copy(step);
            case STAT -> stat(lookup(who, path));
            case LIST -> list(who, lookup(who, path), step.length());
            case CHMOD -> {
                Ino ino = lookup(who, path);
                until(() -> Setattr.run(transaction, who, ino, SetattrRequest.chmod(step.number())));
                yield "ok";
            }
            case CHOWN -> {
                Ino ino = lookup(who, path);
                until(() -> Setattr.run(transaction, who, ino, SetattrRequest.chown(step.number(), step.length())));
                yield "ok";
            }
            case READLINK -> {
                Ino ino = lookup(who, path);
                yield until(() -> Readlink.run(transaction, ino)).toUtf8();
            }
            case ACCESS -> {
                Ino ino = lookup(who, path);
                until(() -> {
                    Access.run(transaction, who, ino, step.number());
                    return null;
                });
                yield "ok";
            }
            default -> throw new AssertionError(step);
        };
    }

    private String changeNames(ModelStep step) throws FsException {
        Credentials who = step.who();
        boolean link = step.kind() == ModelStep.Kind.LINK;
        Ino source = link ? lookup(who, step.path()) : null;
        String place = link ? step.other() : step.path();
        Ino parent = parent(who, place);
        Name name = last(place);
        Ino toParent = step.kind() == ModelStep.Kind.RENAME ? parent(who, step.other()) : null;
        until(() -> switch (step.kind()) {
            case CREATE -> Create.run(transaction, who.withUmask(step.length()), parent, name, step.number(),
                    OpenFlags.READ_WRITE);
            case TMPFILE -> tmpfile(step, parent, name);
            case MKNOD -> Mknod.run(transaction, who, parent, name,
                    step.length() == 0 ? FileType.FIFO : FileType.CHARACTER_DEVICE, step.number(), 7);
            case MKDIR -> Mkdir.run(transaction, who.withUmask(step.length()), parent, name, step.number());
            case SYMLINK -> Symlink.run(transaction, who, parent, name, Bytes.ofUtf8(step.other()));
            case LINK -> Link.run(transaction, who, source, parent, name);
            case UNLINK -> {
                Unlink.run(transaction, who, parent, name);
                yield null;
            }
            case RMDIR -> {
                Rmdir.run(transaction, who, parent, name);
                yield null;
            }
            case RENAME -> {
                Rename.run(transaction, who, parent, name, toParent, last(step.other()), ModelRunner.modeOf(step));
                yield null;
            }
            default -> throw new AssertionError(step);
        });
        return "ok";
    }

    /** Opens a file without a name, links it and closes it. */
    private Inode tmpfile(ModelStep step, Ino parent, Name name) throws FsException {
        Credentials who = step.who().withUmask(step.length());
        Ino made = until(() -> Tmpfile.run(transaction, who, parent, step.number())).ino();
        transaction.retain(made);
        try {
            return until(() -> Link.run(transaction, who, made, parent, name));
        } finally {
            transaction.release(made);
        }
    }

    private String content(ModelStep step) throws FsException {
        Credentials who = step.who();
        Ino ino = lookup(who, step.path());
        switch (step.kind()) {
            case READ -> {
                until(() -> Open.run(transaction, who, ino, OpenFlags.READ));
                return read(ino, step);
            }
            case WRITE -> {
                until(() -> Open.run(transaction, who, ino, OpenFlags.WRITE));
                write(who, ino, step);
            }
            case APPEND -> {
                until(() -> Open.run(transaction, who, ino, OpenFlags.APPEND));
                append(who, ino, step);
            }
            case TRUNCATE -> until(() ->
                    Setattr.run(transaction, who, ino, SetattrRequest.truncate(step.number())));
            case OPEN_TRUNCATE -> until(() -> Open.run(transaction, who, ino, OpenFlags.WRITE_TRUNCATE));
            default -> throw new AssertionError(step);
        }
        return "ok";
    }

    private String allocate(ModelStep step) throws FsException {
        Ino ino = lookup(step.who(), step.path());
        until(() -> Open.run(transaction, step.who(), ino, OpenFlags.WRITE));
        Fallocate.Mode mode = switch (step.kind()) {
            case PUNCH -> step.number() % 2 == 0
                    ? Fallocate.Mode.PUNCH_HOLE : Fallocate.Mode.ZERO_RANGE_KEEPING_SIZE;
            case ZERO -> Fallocate.Mode.ZERO_RANGE;
            default -> Fallocate.Mode.ALLOCATE;
        };
        until(() -> {
            Fallocate.run(transaction, step.who(), ino, mode, step.number(), step.length());
            return null;
        });
        return "ok";
    }

    private String copy(ModelStep step) throws FsException {
        Credentials who = step.who();
        Ino from = lookup(who, step.path());
        until(() -> Open.run(transaction, who, from, OpenFlags.READ));
        Ino to = lookup(who, step.other());
        until(() -> Open.run(transaction, who, to, OpenFlags.WRITE));
        long done = 0;
        long count = -1;
        // A file that is copied to behind its own end grows on the way.
        boolean one = from.equals(to) && until(() -> transaction.inode(from)).type() == FileType.REGULAR;
        long there = one ? until(() -> Getattr.run(transaction, from)).sizeBytes() - step.number() : step.length();
        long wanted = Math.clamp(there, 0, step.length());
        if (wanted == 0) {
            until(() -> CopyRange.run(transaction, who, from, step.number(), to, step.copyTo(), step.length()));
        }
        while (count != 0 && done < wanted) {
            long before = done;
            count = until(() -> CopyRange.run(transaction, who, from, step.number() + before, to,
                    step.copyTo() + before, wanted - before));
            done += count;
        }
        return "copied " + done;
    }

    private String runOnHandle(ModelStep step) throws FsException {
        Credentials who = step.who();
        if (step.kind() == ModelStep.Kind.OPEN) {
            Ino ino = lookup(who, step.path());
            OpenFlags flags = step.number() == 4 ? OpenFlags.READ : OpenFlags.READ_WRITE;
            until(() -> Open.run(transaction, who, ino, flags));
            if (handles.putIfAbsent(step.other(), ino) != null) {
                return "slot taken";
            }
            transaction.retain(ino);
            return "ok";
        }
        Ino ino = handles.get(step.path());
        if (ino == null) {
            return "no handle";
        }
        switch (step.kind()) {
            case CLOSE -> transaction.release(handles.remove(step.path()));
            case HREAD -> {
                return read(ino, step);
            }
            case HWRITE -> write(who, ino, step);
            case HAPPEND -> append(who, ino, step);
            case HTRUNCATE -> until(() ->
                    Setattr.run(transaction, who, ino, SetattrRequest.ftruncate(step.number())));
            case HSTAT -> {
                return stat(ino);
            }
            default -> throw new AssertionError(step);
        }
        return "ok";
    }

    private String read(Ino ino, ModelStep step) throws FsException {
        ByteBuffer target = ByteBuffer.allocate(step.length());
        int count = until(() -> ReadRange.run(transaction, ino, step.number(), target));
        if (count != target.position()) {
            return "said " + count + " and put " + target.position();
        }
        byte[] bytes = new byte[count];
        target.flip().get(bytes);
        return ModelRunner.text(bytes);
    }

    private void write(Credentials who, Ino ino, ModelStep step) throws FsException {
        ByteBuffer source = ByteBuffer.wrap(step.bytes());
        until(() -> WriteRange.run(transaction, who, ino, step.number(), source));
    }

    private void append(Credentials who, Ino ino, ModelStep step) throws FsException {
        ByteBuffer source = ByteBuffer.wrap(step.bytes());
        until(() -> AppendRange.run(transaction, who, ino, source));
    }

    private String stat(Ino ino) throws FsException {
        Inode inode = until(() -> Getattr.run(transaction, ino));
        String identity = inode.type() + " 0" + Integer.toOctalString(inode.permissions()) + " " + inode.uid() + ":"
                + inode.gid();
        return switch (inode.type()) {
            case DIRECTORY -> identity;
            case REGULAR -> identity + " links " + inode.links() + " size " + inode.sizeBytes();
            default -> identity + " links " + inode.links();
        };
    }

    private String list(Credentials who, Ino ino, int limit) throws FsException {
        DirectoryStream stream = new DirectoryStream();
        StringBuilder names = new StringBuilder();
        long cookie = 0;
        while (true) {
            long from = cookie;
            List<Readdir.Entry> entries =
                    until(() -> Readdir.run(transaction, who, ino, stream, from, limit));
            if (entries.isEmpty()) {
                return names.toString();
            }
            for (Readdir.Entry entry : entries) {
                cookie = entry.cookie();
                if (entry.name() != null) {
                    names.append(entry.name()).append(' ').append(entry.type()).append(", ");
                }
            }
        }
    }
}
