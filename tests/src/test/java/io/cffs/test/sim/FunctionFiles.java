package io.cffs.test.sim;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.test.history.AttemptRecord;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.FsResult;
import io.cffs.test.sim.workload.Files;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;
import io.cffs.txn.ops.AppendRange;
import io.cffs.txn.ops.CopyRange;
import io.cffs.txn.ops.Create;
import io.cffs.txn.ops.DirectoryStream;
import io.cffs.txn.ops.Fallocate;
import io.cffs.txn.ops.Getattr;
import io.cffs.txn.ops.Getxattr;
import io.cffs.txn.ops.Link;
import io.cffs.txn.ops.Listxattr;
import io.cffs.txn.ops.Lookup;
import io.cffs.txn.ops.Mkdir;
import io.cffs.txn.ops.Open;
import io.cffs.txn.ops.OpenFlags;
import io.cffs.txn.ops.ReadRange;
import io.cffs.txn.ops.Readdir;
import io.cffs.txn.ops.Readlink;
import io.cffs.txn.ops.Removexattr;
import io.cffs.txn.ops.Rename;
import io.cffs.txn.ops.Rmdir;
import io.cffs.txn.ops.Setattr;
import io.cffs.txn.ops.SetattrRequest;
import io.cffs.txn.ops.Setxattr;
import io.cffs.txn.ops.Symlink;
import io.cffs.txn.ops.Unlink;
import io.cffs.txn.ops.WriteRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A function's calls as the kernel would hand them on: a path is looked up name by name, then the operation runs. Every
 * call and answer goes into the attempt's record.
 */
final class FunctionFiles implements Files {
    private static final Credentials WHO = Credentials.ROOT;
    private static final int LISTED_AT_ONCE = 3;
    /** Refusals that no tree explains: the snapshot has gone, the backend is away or full, or a quota is in the way. */
    private static final Set<FsError> ENVIRONMENT = Set.of(FsError.STALE, FsError.ENVIRONMENT_FAILED,
            FsError.NO_SPACE, FsError.QUOTA_EXCEEDED, FsError.CROSSES_VOLUMES);

    private final Door door;
    private final AttemptRecord record;
    private final Map<String, Ino> heldDirectories;
    private final Map<Integer, Ino> opened = new HashMap<>();

    /** The way to the open attempt. */
    interface Door {
        /** Runs one operation; it may run again from its start. */
        <T> T perform(Step<T> step) throws FsException;
    }

    /** One operation on the transaction. */
    interface Step<T> {
        T run(Transaction transaction) throws FsException;
    }

    /** The attempt's snapshot is gone or the backend cannot be reached: the function cannot go on. */
    static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusable(FsError error) {
            super(error.name(), null, false, false);
        }
    }

    /** @param heldDirectories by last name; shared by all functions of a run */
    FunctionFiles(Door door, AttemptRecord record, Map<String, Ino> heldDirectories) {
        this.door = door;
        this.heldDirectories = heldDirectories;
        this.record = record;
    }

    @Override
    public FsResult call(FsCall call) {
        FsResult result;
        try {
            result = answer(call);
        } catch (FsException e) {
            if (ENVIRONMENT.contains(e.error())) {
                throw new Unusable(e.error());
            }
            result = FsResult.refused(e.error());
        }
        record.step(call, result);
        return result;
    }

    private FsResult answer(FsCall call) throws FsException {
        return switch (call) {
            case FsCall.Stat c -> stat(find(c.path()));
            case FsCall.Exists c -> done(find(c.path()));
            case FsCall.ListNames c -> list(find(c.path()));
            case FsCall.Read c -> read(open(c.path(), OpenFlags.READ), c.offset(), c.lengthBytes());
            case FsCall.ReadHandle c -> read(opened.get(c.handle()), c.offset(), c.lengthBytes());
            case FsCall.Readlink c -> readlink(find(c.path()));
            case FsCall.Write c -> write(open(c.path(), OpenFlags.WRITE), c.offset(), c.bytes());
            case FsCall.WriteHandle c -> write(opened.get(c.handle()), c.offset(), c.bytes());
            case FsCall.Append c -> append(open(c.path(), OpenFlags.APPEND), c.bytes());
            case FsCall.Truncate c -> set(find(c.path()), SetattrRequest.truncate(c.lengthBytes()));
            case FsCall.Chmod c -> set(find(c.path()), SetattrRequest.chmod(c.permissions()));
            case FsCall.PunchHole c -> punch(open(c.path(), OpenFlags.WRITE), c);
            case FsCall.CopyRange c -> copy(open(c.from(), OpenFlags.READ), open(c.to(), OpenFlags.WRITE), c);
            case FsCall.GetXattr c -> {
                Ino ino = find(c.path()).ino();
                yield new FsResult.Content(door.perform(tx -> Getxattr.run(tx, WHO, ino, Name.of(c.name()))));
            }
            case FsCall.ListXattrs c -> listXattrs(find(c.path()).ino());
            case FsCall.Open c -> keepOpen(c);
            default -> change(call);
        };
    }

    private FsResult change(FsCall call) throws FsException {
        switch (call) {
            case FsCall.Create c -> {
                Ino parent = parent(c.path());
                door.perform(tx -> Create.run(tx, WHO, parent, last(c.path()), 0644, OpenFlags.CREATE_NEW));
            }
            case FsCall.Mkdir c -> {
                Ino parent = parent(c.path());
                Inode made = door.perform(tx -> Mkdir.run(tx, WHO, parent, last(c.path()), 0755));
                heldDirectories.put(last(c.path()).toString(), made.ino());
            }
            case FsCall.Symlink c -> {
                Ino parent = parent(c.path());
                Bytes target = Bytes.ofUtf8(c.target());
                door.perform(tx -> Symlink.run(tx, WHO, parent, last(c.path()), target));
            }
            case FsCall.Rmdir c -> {
                Ino parent = parent(c.path());
                door.perform(tx -> nothing(() -> Rmdir.run(tx, WHO, parent, last(c.path()))));
            }
            case FsCall.Unlink c -> {
                Ino parent = parent(c.path());
                door.perform(tx -> nothing(() -> Unlink.run(tx, WHO, parent, last(c.path()))));
            }
            case FsCall.Rename c -> rename(c);
            case FsCall.MoveHeld c -> moveHeld(c);
            case FsCall.Link c -> {
                Ino existing = find(c.existing()).ino();
                Ino parent = parent(c.added());
                door.perform(tx -> Link.run(tx, WHO, existing, parent, last(c.added())));
            }
            case FsCall.SetXattr c -> {
                Ino ino = find(c.path()).ino();
                door.perform(tx -> Setxattr.run(
                        tx, WHO, ino, Name.of(c.name()), c.value(), Setxattr.Mode.SET, false));
            }
            case FsCall.RemoveXattr c -> {
                Ino ino = find(c.path()).ino();
                door.perform(tx -> Removexattr.run(tx, WHO, ino, Name.of(c.name())));
            }
            default -> throw new AssertionError("no such call: " + call);
        }
        return FsResult.DONE;
    }

    private FsResult listXattrs(Ino ino) throws FsException {
        List<Name> names = door.perform(tx -> Listxattr.run(tx, WHO, ino));
        return new FsResult.Names(
                names.stream().map(name -> new FsResult.Entry(name.toString(), FileType.REGULAR)).toList());
    }

    /** An operation without a result. */
    private interface Effect {
        void run() throws FsException;
    }

    private static Void nothing(Effect effect) throws FsException {
        effect.run();
        return null;
    }

    private void rename(FsCall.Rename c) throws FsException {
        Ino from = parent(c.from());
        Ino to = parent(c.to());
        Rename.Mode mode = Rename.Mode.valueOf(c.mode().name());
        door.perform(tx -> nothing(() -> Rename.run(tx, WHO, from, last(c.from()), to, last(c.to()), mode)));
    }

    private void moveHeld(FsCall.MoveHeld c) throws FsException {
        Ino moved = heldDirectories.get(c.directory());
        Ino into = heldDirectories.get(c.into());
        Name name = Name.of(c.directory());
        door.perform(tx -> nothing(() ->
                Rename.run(tx, WHO, tx.inode(moved).parent(), name, into, name, Rename.Mode.REPLACE)));
    }

    private Inode find(String path) throws FsException {
        Inode at = door.perform(tx -> tx.inode(Ino.ROOT));
        for (String part : path.substring(1).split("/")) {
            if (!part.isEmpty()) {
                Ino directory = at.ino();
                at = door.perform(tx -> Lookup.run(tx, WHO, directory, Name.of(part)));
            }
        }
        return at;
    }

    private Ino parent(String path) throws FsException {
        int slash = path.lastIndexOf('/');
        Inode parent = find(slash == 0 ? "/" : path.substring(0, slash));
        if (!parent.isDirectory()) {
            throw new FsException(FsError.NOT_A_DIRECTORY);
        }
        return parent.ino();
    }

    private static Name last(String path) {
        return Name.of(path.substring(path.lastIndexOf('/') + 1));
    }

    private Ino open(String path, OpenFlags flags) throws FsException {
        Ino ino = find(path).ino();
        return door.perform(tx -> Open.run(tx, WHO, ino, flags)).ino();
    }

    private FsResult keepOpen(FsCall.Open call) throws FsException {
        Ino ino = open(call.path(), OpenFlags.READ_WRITE);
        door.perform(tx -> nothing(() -> tx.retain(ino)));
        opened.put(call.handle(), ino);
        return FsResult.DONE;
    }

    private FsResult stat(Inode found) throws FsException {
        Inode inode = door.perform(tx -> Getattr.run(tx, found.ino()));
        return new FsResult.Stat(inode.type(), inode.permissions(), inode.links(), inode.sizeBytes());
    }

    private static FsResult done(Inode found) {
        return FsResult.DONE;
    }

    private FsResult list(Inode directory) throws FsException {
        if (directory.type() != FileType.DIRECTORY) {
            throw new FsException(FsError.NOT_A_DIRECTORY);
        }
        DirectoryStream stream = new DirectoryStream();
        List<FsResult.Entry> names = new ArrayList<>();
        long cookie = 0;
        for (;;) {
            long from = cookie;
            List<Readdir.Entry> entries =
                    door.perform(tx -> Readdir.run(tx, WHO, directory.ino(), stream, from, LISTED_AT_ONCE));
            if (entries.isEmpty()) {
                return new FsResult.Names(names);
            }
            for (Readdir.Entry entry : entries) {
                if (entry.name() != null) {
                    names.add(new FsResult.Entry(entry.name().toString(), entry.type()));
                }
                cookie = entry.cookie();
            }
        }
    }

    private FsResult read(Ino ino, long offset, int lengthBytes) throws FsException {
        byte[] bytes = new byte[lengthBytes];
        int count = door.perform(tx -> ReadRange.run(tx, ino, offset, ByteBuffer.wrap(bytes)));
        return new FsResult.Content(Bytes.owning(bytes).slice(0, count));
    }

    private FsResult readlink(Inode symlink) throws FsException {
        return new FsResult.Content(door.perform(tx -> Readlink.run(tx, symlink.ino())));
    }

    private FsResult write(Ino ino, long offset, Bytes bytes) throws FsException {
        door.perform(tx -> WriteRange.run(tx, WHO, ino, offset, bytes.asBuffer()));
        return FsResult.DONE;
    }

    private FsResult append(Ino ino, Bytes bytes) throws FsException {
        door.perform(tx -> AppendRange.run(tx, WHO, ino, bytes.asBuffer()));
        return FsResult.DONE;
    }

    private FsResult punch(Ino ino, FsCall.PunchHole c) throws FsException {
        door.perform(tx -> nothing(() -> Fallocate.run(
                tx, WHO, ino, Fallocate.Mode.PUNCH_HOLE, c.offset(), c.lengthBytes())));
        return FsResult.DONE;
    }

    private FsResult copy(Ino from, Ino to, FsCall.CopyRange c) throws FsException {
        long[] done = {0};
        long count;
        do {
            count = door.perform(tx -> CopyRange.run(tx, WHO, from, c.offset() + done[0], to, c.toOffset() + done[0],
                    c.lengthBytes() - done[0]));
            done[0] += count;
        } while (count > 0 && done[0] < c.lengthBytes());
        return FsResult.DONE;
    }

    private FsResult set(Inode inode, SetattrRequest request) throws FsException {
        door.perform(tx -> Setattr.run(tx, WHO, inode.ino(), request));
        return FsResult.DONE;
    }
}
