package io.cffs.daemon.fuse;

import io.cffs.daemon.session.Attempt;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.vfs.Handle;
import io.cffs.fuse.DirectoryWriter;
import io.cffs.fuse.FuseReply;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Readdir;
import io.cffs.txn.port.DirectoryPage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Listings as the kernel wants them: with names alone (READDIR), or as if each name had been looked up
 * (READDIRPLUS).
 */
final class DirectoryReplies {
    /** A name of 8 bytes: more entries than this never fit, fewer are asked for again. */
    private static final int NAME_ENTRY_BYTES = 32;
    private static final int PLUS_ENTRY_BYTES = 160;
    private static final byte[] SELF = ".".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PARENT = "..".getBytes(StandardCharsets.US_ASCII);

    private final Session session;
    private final SharedNames names;

    DirectoryReplies(Session session, SharedNames names) {
        this.session = session;
        this.names = names;
    }

    void names(Credentials who, long handle, long cookie, int room, FuseReply out) throws FsException {
        DirectoryWriter writer = out.directoryWriter();
        for (Readdir.Entry entry : session.perform(at -> list(at, who, handle, cookie, room / NAME_ENTRY_BYTES))) {
            if (!writer.add(nameOf(entry), entry.ino().value(), entry.type().modeBits(), entry.cookie())) {
                break;
            }
        }
        out.directory();
    }

    /**
     * Written under the lock: what is counted as looked up must be what goes out, and nobody may change it in
     * between.
     */
    void entries(Credentials who, long handle, long cookie, int room, FuseReply out) throws FsException {
        session.perform(at -> {
            Ino directory = at.handles().directory(handle).ino();
            List<Readdir.Entry> found = list(at, who, handle, cookie, room / PLUS_ENTRY_BYTES);
            // The kernel goes on asking this way only when programs look up what they list.
            List<Entry> seen = new ArrayList<>();
            for (Readdir.Entry entry : found) {
                seen.add(seen(at, entry, cookie != 0));
            }
            DirectoryWriter writer = out.directoryWriter();
            for (Entry entry : seen) {
                if (!addPlus(at, directory, entry, writer)) {
                    break;
                }
            }
            return null;
        });
        out.directory();
    }

    private static List<Readdir.Entry> list(Attempt at, Credentials who, long handle, long cookie, int limit)
            throws FsException {
        Handle.OpenDirectory open = at.handles().directory(handle);
        int count = Math.clamp(limit, 1, DirectoryPage.ENTRIES_MAX);
        return Readdir.run(at.transaction(), who, open.ino(), open.stream(), cookie, count);
    }

    /** @param given whether the kernel may keep the attributes */
    private record Entry(Readdir.Entry listed, Inode inode, boolean given) {}

    private static Entry seen(Attempt at, Readdir.Entry entry, boolean wanted) throws FsException {
        boolean given = entry.name() != null && (wanted || at.nodes().wantsAttributes(entry.ino().value()));
        return new Entry(entry, given ? TreeHandler.attributes(at, entry.ino()) : entry.inode(), given);
    }

    private boolean addPlus(Attempt at, Ino directory, Entry entry, DirectoryWriter writer) throws FsException {
        Readdir.Entry listed = entry.listed();
        boolean named = listed.name() != null;
        long nodeId = named ? listed.ino().value() : 0;
        long validNanos = named ? names.validityNanos(at.transaction(), directory, entry.inode()) : 0;
        boolean added = writer.addPlus(nameOf(listed), listed.cookie(), nodeId, 0, validNanos,
                entry.given() ? FuseReply.FOREVER : 0, Attributes.of(entry.inode()));
        if (added && named) {
            at.nodes().countLookup(nodeId);
            at.nodes().giveName(directory.value(), listed.name(), nodeId);
        }
        return added;
    }

    private static byte[] nameOf(Readdir.Entry entry) {
        if (entry.name() != null) {
            return entry.name().toBytes();
        }
        return entry.cookie() == 1 ? SELF : PARENT;
    }
}
