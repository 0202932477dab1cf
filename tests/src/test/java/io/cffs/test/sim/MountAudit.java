package io.cffs.test.sim;

import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.test.history.HistoryViolation;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.DirectoryStream;
import io.cffs.txn.ops.Lookup;
import io.cffs.txn.ops.ReadRange;
import io.cffs.txn.ops.Readdir;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a mount's directory holds in the end, seen from another mount. */
final class MountAudit {
    private static final Credentials WHO = Credentials.ROOT;

    private MountAudit() {}

    /** @param states what the directory may hold */
    static void compare(SimMount mount, String directory, List<MountModel.State> states) {
        try {
            Map<String, byte[]> found = read(mount, directory);
            if (states.stream().noneMatch(state -> isThat(state, found))) {
                throw new HistoryViolation("a directory holds what its mount has committed last", directory + " holds "
                        + found.keySet() + ", not one of "
                        + states.stream().map(state -> state.names().keySet()).toList());
            }
        } catch (FsException e) {
            throw new AssertionError("nothing fails any more", e);
        }
    }

    private static boolean isThat(MountModel.State state, Map<String, byte[]> found) {
        if (!state.names().keySet().equals(found.keySet())) {
            return false;
        }
        return state.names().entrySet().stream()
                .allMatch(entry -> Arrays.equals(state.bytes().get(entry.getValue()), found.get(entry.getKey())));
    }

    private static Map<String, byte[]> read(SimMount mount, String directory) throws FsException {
        Map<String, byte[]> found = new HashMap<>();
        Ino ino;
        try {
            ino = mount.perform(tx -> Lookup.run(tx, WHO, Ino.ROOT, Name.of(directory))).ino();
        } catch (FsException e) {
            if (e.error() == FsError.NOT_FOUND) {
                return found;
            }
            throw e;
        }
        readFiles(mount, ino, found);
        return found;
    }

    private static void readFiles(SimMount mount, Ino ino, Map<String, byte[]> found) throws FsException {
        DirectoryStream stream = new DirectoryStream();
        List<Readdir.Entry> entries = mount.perform(tx -> Readdir.run(tx, WHO, ino, stream, 0, 100));
        for (Readdir.Entry entry : entries) {
            if (entry.name() != null && entry.type() == FileType.REGULAR) {
                long size = mount.perform(tx -> Lookup.run(tx, WHO, ino, entry.name())).sizeBytes();
                ByteBuffer bytes = ByteBuffer.allocate((int) size);
                Ino file = entry.ino();
                mount.perform(tx -> ReadRange.run(tx, file, 0, bytes.clear()));
                found.put(entry.name().toString(), bytes.array());
            }
        }
    }
}
