package io.cffs.txn;

import io.cffs.model.AclNames;
import io.cffs.model.Bytes;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.InodeFlags;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.XattrObject;
import java.util.List;
import java.util.TreeSet;

/**
 * Extended attributes, and the flags of chattr, as one transaction sees and changes them; which of them somebody may
 * see or change, operations decide. An inode counts its attributes and knows its ACLs, so what is not there is mostly
 * known without the backend: the kernel asks for capabilities at every exec and first write, and for ACLs at every
 * {@code ls -l}.
 *
 * <p>As {@link Transaction}: restartable, own work is no read, not thread-safe.
 */
public final class Xattrs {
    private final TransactionCore core;
    private final WriteSet writes;
    private boolean protectionRead;

    Xattrs(TransactionCore core, WriteSet writes) {
        this.core = core;
        this.writes = writes;
    }

    /**
     * The value, or null when there is none; either is recorded. That there is no ACL is part of the identity.
     *
     * @param inode as {@link Transaction#inode} gave it
     */
    public Bytes get(Inode inode, Name name) {
        InodeOverlay overlay = writes.of(inode.ino());
        if (overlay != null && overlay.xattrs() != null && overlay.xattrs().has(name)) {
            return overlay.xattrs().value(name);
        }
        if (overlay != null && overlay.isCreated()) {
            return null;
        }
        int aclFlag = AclNames.flagOf(name);
        if (aclFlag != 0 && (inode.aclFlags() & aclFlag) == 0) {
            core.reads().identity(inode.ino());
            return null;
        }
        XattrObject stored = inode.xattrCount() == 0 ? null : core.snapshot().xattr(inode.ino(), name);
        core.reads().xattr(inode.ino(), name);
        return stored == null ? null : stored.value();
    }

    /**
     * All names in byte order; recorded.
     *
     * @param inode as {@link Transaction#inode} gave it
     */
    public List<Name> names(Inode inode) {
        InodeOverlay overlay = writes.of(inode.ino());
        TreeSet<Name> names = new TreeSet<>();
        if (overlay == null || !overlay.isCreated()) {
            if (inode.xattrCount() != 0) {
                names.addAll(core.snapshot().xattrNames(inode.ino()));
            }
            core.reads().xattrList(inode.ino());
        }
        if (overlay != null && overlay.xattrs() != null) {
            overlay.xattrs().applyTo(names);
        }
        return List.copyOf(names);
    }

    /** That the inode is not protected decides: {@link InodeFlags#PROTECTION} is recorded, once. */
    public void readProtection(Inode inode) {
        if (!protectionRead && !writes.isCreated(inode.ino())) {
            protectionRead = true;
            core.reads().xattr(Ino.ROOT, InodeFlags.PROTECTION);
        }
    }

    /**
     * chattr. Whoever sets flags has read the identity.
     *
     * @param flags of {@link InodeFlags}, all that the inode has then
     */
    public void setFlags(Inode inode, int flags) {
        writes.open(inode).setFlags(flags);
    }

    /** Sets or replaces, blindly. */
    public void set(Inode inode, Name name, Bytes value) {
        writes.open(inode).xattrsForWriting().set(name, value);
    }

    /** Removes one that was seen to be there. */
    public void remove(Inode inode, Name name) {
        writes.open(inode).xattrsForWriting().remove(name);
    }
}
