package io.cffs.txn.ops;

import io.cffs.model.Bytes;
import io.cffs.model.FsException;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Credentials;
import io.cffs.txn.FileBytesSource;
import io.cffs.txn.Mutation;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.apply.MapState;
import io.cffs.txn.apply.MutationRefused;
import io.cffs.txn.model.HeapFrames;
import io.cffs.txn.model.StateSnapshot;
import io.cffs.txn.port.BackendPort.InoRange;
import io.cffs.txn.port.Ticker;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A small tree in memory on which operations are tried: made by a transaction, committed, and labelled by paths. */
final class Volume {
    static final Credentials ROOT = Credentials.ROOT;
    static final Credentials USER = new Credentials(1000, 1000, new int[] {50}, false);
    static final Credentials STRANGER = new Credentials(1001, 1001, new int[0], false);
    /** The same user behind a mount where the kernel checks permissions. */
    static final Credentials TRUSTED = new Credentials(1000, 1000, new int[0], true);

    static final long FIRST_NEW_INO = 500;

    final MapState state = new MapState();
    final HeapFrames frames = new HeapFrames();
    final TestTicker ticker = new TestTicker();
    private final Map<Ino, String> labels = new HashMap<>();
    private long nextIno = 2;

    /** A clock that stands still until it is set. */
    static final class TestTicker implements Ticker {
        long now = 1_000_000_000_000_000_000L;

        @Override
        public long wallNanos() {
            return now;
        }

        @Override
        public long monotonicNanos() {
            return now;
        }
    }

    /** What is done in a transaction. */
    interface Body {
        void in(Transaction tx) throws FsException;
    }

    /**
     * /file 100 bytes 0644, /big three pages and 100 bytes, /one and /two the same file, /link, /fifo; /dir with inner
     * and sub, /empty; /sticky 01777 with mine, theirs and a directory; /shared 02775 of group 50. Everything belongs
     * to uid 1000, but the root, /sticky and /shared to uid 0, /sticky/theirs to uid 1001.
     */
    static Volume sample() {
        Volume volume = new Volume();
        volume.commit(tx -> {
            file(tx, Ino.ROOT, "file", 100);
            file(tx, Ino.ROOT, "big", 3 * 4096 + 100);
            Ino one = file(tx, Ino.ROOT, "one", 10);
            Link.run(tx, ROOT, one, Ino.ROOT, name("two"));
            Ino link = Symlink.run(tx, ROOT, Ino.ROOT, name("link"), Bytes.ofUtf8("file")).ino();
            Mknod.run(tx, ROOT, Ino.ROOT, name("fifo"), FileType.FIFO, 0666, 0);
            Ino dir = directory(tx, Ino.ROOT, "dir", 0755);
            file(tx, dir, "inner", 10);
            directory(tx, dir, "sub", 0755);
            directory(tx, Ino.ROOT, "empty", 0755);
            Ino sticky = directory(tx, Ino.ROOT, "sticky", 01777);
            file(tx, sticky, "mine", 10);
            Ino theirs = file(tx, sticky, "theirs", 10);
            directory(tx, sticky, "place", 0777);
            Ino shared = directory(tx, Ino.ROOT, "shared", 0775);
            for (Ino system : List.of(sticky, shared)) {
                Setattr.run(tx, ROOT, system, SetattrRequest.chown(0, 50));
            }
            Setattr.run(tx, ROOT, shared, SetattrRequest.chmod(02775));
            Setattr.run(tx, ROOT, theirs, SetattrRequest.chown(1001, 1001));
            Setattr.run(tx, ROOT, link, SetattrRequest.chown(1000, 1000));
        });
        volume.nextIno = FIRST_NEW_INO;
        return volume;
    }

    static Name name(String name) {
        return Name.of(name);
    }

    private static Ino file(Transaction tx, Ino parent, String name, int length) throws FsException {
        Ino ino = Create.run(tx, ROOT, parent, name(name), 0644, OpenFlags.READ_WRITE).ino();
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + i % 26);
        }
        WriteRange.run(tx, ROOT, ino, 0, ByteBuffer.wrap(bytes));
        Setattr.run(tx, ROOT, ino, SetattrRequest.chown(1000, 1000));
        return ino;
    }

    private static Ino directory(Transaction tx, Ino parent, String name, int permissions) throws FsException {
        Ino ino = Mkdir.run(tx, ROOT, parent, name(name), permissions).ino();
        Setattr.run(tx, ROOT, ino, SetattrRequest.chown(1000, 1000));
        return ino;
    }

    Transaction begin() {
        return begin(TransactionOptions.DEFAULT);
    }

    Transaction begin(TransactionOptions options) {
        Transaction tx = new Transaction(new StateSnapshot(state.objects), frames, ticker, options);
        tx.giveInos(new InoRange(nextIno, 100));
        return tx;
    }

    /** Runs a body as uid 0 and commits it. */
    void commit(Body body) {
        Transaction tx = begin();
        try {
            body.in(tx);
            commit(tx);
        } catch (FsException e) {
            throw new AssertionError(e.toString(), e);
        }
    }

    void commit(Transaction tx) throws FsException {
        try {
            nextIno = Math.max(nextIno, tx.unusedInos().first());
            state.commit(request(tx).writes());
            state.check();
            tx.discard();
            label(Ino.ROOT, "/");
        } catch (MutationRefused e) {
            throw new AssertionError(e.toString(), e);
        }
    }

    static CommitRequest request(Transaction tx) throws FsException {
        FileBytesSource inline = run -> {
            ByteBuffer bytes = ByteBuffer.allocate((int) run.lengthBytes());
            tx.readDirty(run, 0, bytes);
            return List.of(new Mutation.FileBytes.Inline(Bytes.owning(bytes.array())));
        };
        return tx.toCommitRequest(VolumeName.DEFAULT, new TxnId(1, 1), 1, null, 1, inline);
    }

    /** The inode that has this path. */
    Ino ino(String path) {
        Ino ino = Ino.ROOT;
        for (String part : path.substring(1).split("/")) {
            if (!part.isEmpty()) {
                StoredObject.DentryObject dentry = state.dentry(ino, name(part));
                if (dentry == null) {
                    throw new AssertionError("no " + path);
                }
                ino = dentry.ino();
            }
        }
        return ino;
    }

    /** The first path of an inode; "new" and "new2" for what a transaction has created. */
    String label(Ino ino) {
        if (ino.value() >= FIRST_NEW_INO) {
            long nth = ino.value() - FIRST_NEW_INO + 1;
            return nth == 1 ? "new" : "new" + nth;
        }
        return labels.get(ino);
    }

    String label(Ino parent, Name name) {
        String directory = label(parent);
        return directory.equals("/") ? "/" + name : directory + "/" + name;
    }

    private void label(Ino ino, String path) {
        labels.putIfAbsent(ino, path);
        state.objects.keySet().stream()
                .filter(key -> key instanceof ObjectKey.DentryKey dentry && dentry.parent().equals(ino))
                .map(key -> (ObjectKey.DentryKey) key)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(key -> label(state.dentry(ino, key.name()).ino(), label(ino, key.name())));
    }
}
