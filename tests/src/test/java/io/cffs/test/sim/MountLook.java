package io.cffs.test.sim;

import io.cffs.model.Bytes;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.test.history.HistoryViolation;
import io.cffs.test.sim.MountModel.Content;
import io.cffs.test.sim.MountProgram.Held;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Getattr;
import io.cffs.txn.ops.Getxattr;
import io.cffs.txn.ops.Lookup;
import io.cffs.txn.ops.ReadRange;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Looks at what the programs of a mount have open and at their names, and compares it with the model. */
final class MountLook {
    private static final Credentials WHO = Credentials.ROOT;
    private static final Name ATTRIBUTE = MountProgram.ATTRIBUTE;
    private static final List<String> NAMES = MountProgram.NAMES;

    private final SimMount mount;
    private final MountModel model;
    private final Ino directory;

    MountLook(SimMount mount, MountModel model, Ino directory) {
        this.mount = mount;
        this.model = model;
        this.directory = directory;
    }

    /** The environment has failed a call, which has done nothing. */
    boolean isEnvironment(FsException e) {
        return switch (e.error()) {
            case NO_SPACE -> true;
            case STALE, ENVIRONMENT_FAILED -> !isSound();
            default -> false;
        };
    }

    /** Whether the attempt answers anything at all. */
    private boolean isSound() {
        try {
            mount.perform(tx -> tx.inode(Ino.ROOT));
            return true;
        } catch (FsException e) {
            return false;
        }
    }

    void read(Held source) throws FsException {
        if (source == null) {
            return;
        }
        Ino ino = source.file().ino();
        Inode inode = mount.perform(tx -> Getattr.run(tx, ino));
        String facts = ino + ": " + inode.links() + " links, " + inode.sizeBytes() + " bytes";
        require(inode.links() == model.links(source.content()), source, "its links are right", facts);
        require(inode.sizeBytes() == source.content().bytes.length, source, "its length is right", facts);
        requireBytes(ino, source.content(), source);
    }

    private void requireBytes(Ino ino, Content content, Held source) throws FsException {
        byte[] bytes = new byte[content.bytes.length + 10];
        int count = mount.perform(tx -> ReadRange.run(tx, ino, 0, ByteBuffer.wrap(bytes)));
        int differs = Arrays.mismatch(Arrays.copyOf(bytes, Math.max(0, count)), content.bytes);
        require(differs < 0, source, "its bytes are right", ino + " at " + differs + " of " + content.bytes.length);
        Bytes attribute = attributeOf(ino);
        require(Objects.equals(attribute, content.attribute), source, "its attribute is right",
                ino + ": " + attribute + ", not " + content.attribute);
    }

    void require(boolean holds, Held source, String promise, String facts) {
        if (!holds) {
            String which = source == null ? "a named file" : model.links(source.content()) == 0
                    ? "an open file without a name" : "an open file";
            throw new HistoryViolation(which + ": " + promise, facts);
        }
    }

    private Bytes attributeOf(Ino ino) throws FsException {
        try {
            return mount.perform(tx -> Getxattr.run(tx, WHO, ino, ATTRIBUTE));
        } catch (FsException e) {
            if (e.error() == FsError.NO_ATTRIBUTE) {
                return null;
            }
            throw e;
        }
    }

    /** After the end of an attempt, in the next one: looks at everything. False when the environment is in the way. */
    boolean everything(List<Held> held) {
        try {
            for (Held file : List.copyOf(held)) {
                read(file);
            }
            for (String name : NAMES) {
                lookAt(name);
            }
            return true;
        } catch (FsException e) {
            if (isEnvironment(e)) {
                return false;
            }
            throw new HistoryViolation("what is there can be read", e.error().toString());
        }
    }

    private void lookAt(String name) throws FsException {
        Content content = model.named(name);
        try {
            Ino ino = mount.perform(tx -> Lookup.run(tx, WHO, directory, Name.of(name))).ino();
            require(content != null, null, "what has no name has none", name);
            requireBytes(ino, content, null);
        } catch (FsException e) {
            require(e.error() != FsError.NOT_FOUND || content == null, null, "its name is there", name);
            if (e.error() != FsError.NOT_FOUND) {
                throw e;
            }
        }
    }
}
