package io.cffs.model;

/**
 * An inode as stored at one commit timestamp, or as one attempt sees it.
 *
 * @param ino its number
 * @param type never changes
 * @param permissions the low 12 bits of the mode (07777)
 * @param uid unsigned 32 bit
 * @param gid unsigned 32 bit
 * @param links dentries that name it; for a directory 2 plus its subdirectories
 * @param sizeBytes length of a file or symlink target; for a directory the count of its entries
 * @param atimeNanos since 1970, as are the other times
 * @param mtimeNanos last change of the data, or of a directory's entries
 * @param ctimeNanos last change of anything
 * @param btimeNanos birth; never changes
 * @param rdev device number of a device node, else 0; never changes
 * @param parent the directory that holds this directory, null for everything that is not one. The root's is itself
 * @param symlinkTarget bytes of a symlink's target, else null; never changes
 * @param xattrCount extended attributes that it has, ACLs included; computed from their settings when a commit is
 *     applied. 0 answers every question about them without looking further
 * @param flagBits what one stored byte says: {@link #aclFlags()}, computed likewise, and {@link #flags()}. Both belong
 *     to the identity
 * @param quotaTree the directory at the top of the quota tree that it counts to, null for none. A new inode gets that
 *     of the directory that holds it when its commit is applied
 * @param allocatedBytes of a regular file the pages that are no holes, in bytes: a multiple of the page size, 0 and up.
 *     Of everything else 0. Computed when a commit is applied
 */
public record Inode(
        Ino ino,
        FileType type,
        int permissions,
        int uid,
        int gid,
        long links,
        long sizeBytes,
        long atimeNanos,
        long mtimeNanos,
        long ctimeNanos,
        long btimeNanos,
        long rdev,
        Ino parent,
        Bytes symlinkTarget,
        int xattrCount,
        int flagBits,
        Ino quotaTree,
        long allocatedBytes) {

    public static final int PERMISSION_BITS = 07777;
    /** In {@link #aclFlags()}: there is an attribute {@code system.posix_acl_access}. */
    public static final int ACCESS_ACL = 1;
    /** In {@link #aclFlags()}: there is an attribute {@code system.posix_acl_default}. */
    public static final int DEFAULT_ACL = 2;
    /** Every flag of an ACL. */
    public static final int ACL_FLAGS = ACCESS_ACL | DEFAULT_ACL;
    /** Every flag. */
    public static final int FLAG_BITS = ACL_FLAGS | InodeFlags.ALL;

    public Inode {
        if ((permissions & ~PERMISSION_BITS) != 0) {
            throw new IllegalArgumentException("permissions beyond 07777: 0" + Integer.toOctalString(permissions));
        }
        if ((type == FileType.DIRECTORY) != (parent != null)) {
            throw new IllegalArgumentException("a directory has a parent and nothing else has: " + ino);
        }
        if ((type == FileType.SYMLINK) != (symlinkTarget != null)) {
            throw new IllegalArgumentException("a symlink has a target and nothing else has: " + ino);
        }
        if ((flagBits & ~FLAG_BITS) != 0 || xattrCount < Integer.bitCount(flagBits & ACL_FLAGS)) {
            throw new IllegalArgumentException("ACLs are attributes: " + flagBits + " of " + xattrCount);
        }
        boolean whole = allocatedBytes >= 0 && allocatedBytes % Blocks.PAGE_BYTES == 0;
        if (!whole || allocatedBytes > 0 && type != FileType.REGULAR) {
            throw new IllegalArgumentException("files take whole pages, and nothing else does: " + allocatedBytes);
        }
    }

    /** One without extended attributes, in no quota tree; a file has no holes. */
    public Inode(Ino ino, FileType type, int permissions, int uid, int gid, long links, long sizeBytes, long atimeNanos,
            long mtimeNanos, long ctimeNanos, long btimeNanos, long rdev, Ino parent, Bytes symlinkTarget) {
        this(ino, type, permissions, uid, gid, links, sizeBytes, atimeNanos, mtimeNanos, ctimeNanos, btimeNanos, rdev,
                parent, symlinkTarget, 0, 0, null,
                type == FileType.REGULAR ? wholePages(sizeBytes) : 0);
    }

    /** Type and permissions as {@code st_mode}. */
    public int mode() {
        return type.modeBits() | permissions;
    }

    public boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }

    public Inode withIdentity(int newPermissions, int newUid, int newGid) {
        return new Inode(ino, type, newPermissions, newUid, newGid, links, sizeBytes, atimeNanos, mtimeNanos,
                ctimeNanos, btimeNanos, rdev, parent, symlinkTarget, xattrCount, flagBits, quotaTree,
                allocatedBytes);
    }

    public Inode withLinks(long newLinks) {
        return new Inode(ino, type, permissions, uid, gid, newLinks, sizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, parent, symlinkTarget, xattrCount, flagBits, quotaTree,
                allocatedBytes);
    }

    public Inode withSize(long newSizeBytes) {
        return new Inode(ino, type, permissions, uid, gid, links, newSizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, parent, symlinkTarget, xattrCount, flagBits, quotaTree,
                allocatedBytes);
    }

    public Inode withTimes(long newAtimeNanos, long newMtimeNanos, long newCtimeNanos) {
        return new Inode(ino, type, permissions, uid, gid, links, sizeBytes, newAtimeNanos, newMtimeNanos,
                newCtimeNanos, btimeNanos, rdev, parent, symlinkTarget, xattrCount, flagBits, quotaTree,
                allocatedBytes);
    }

    public Inode withParent(Ino newParent) {
        return new Inode(ino, type, permissions, uid, gid, links, sizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, newParent, symlinkTarget, xattrCount, flagBits, quotaTree,
                allocatedBytes);
    }

    /** @param newAclFlags a sum of {@link #ACCESS_ACL} and {@link #DEFAULT_ACL} */
    public Inode withXattrs(int newXattrCount, int newAclFlags) {
        return new Inode(ino, type, permissions, uid, gid, links, sizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, parent, symlinkTarget, newXattrCount, flags() | newAclFlags, quotaTree,
                allocatedBytes);
    }

    /** @param newFlags of {@link InodeFlags} */
    public Inode withFlags(int newFlags) {
        return new Inode(ino, type, permissions, uid, gid, links, sizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, parent, symlinkTarget, xattrCount, aclFlags() | newFlags, quotaTree,
                allocatedBytes);
    }

    /** @param newQuotaTree null for none */
    public Inode withQuotaTree(Ino newQuotaTree) {
        return new Inode(ino, type, permissions, uid, gid, links, sizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, parent, symlinkTarget, xattrCount, flagBits, newQuotaTree,
                allocatedBytes);
    }

    public Inode withAllocated(long newAllocatedBytes) {
        return new Inode(ino, type, permissions, uid, gid, links, sizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, parent, symlinkTarget, xattrCount, flagBits, quotaTree, newAllocatedBytes);
    }

    private static long wholePages(long bytes) {
        return (Math.max(0, bytes) + Blocks.PAGE_BYTES - 1) / Blocks.PAGE_BYTES * Blocks.PAGE_BYTES;
    }

    /** A regular file that has data in every page: which pages are holes need not be asked. */
    public boolean isWithoutHoles() {
        return allocatedBytes == wholePages(sizeBytes);
    }

    /**
     * The quota tree of the directory that holds this inode: the top of a tree is itself named outside of it. Null for
     * none.
     */
    public Ino outerQuotaTree() {
        return ino.equals(quotaTree) ? null : quotaTree;
    }

    /**
     * A sum of {@link #ACCESS_ACL} and {@link #DEFAULT_ACL}: which ACLs it has, so whether permissions say everything.
     */
    public int aclFlags() {
        return flagBits & ACL_FLAGS;
    }

    /** Those of {@link InodeFlags} that are set. */
    public int flags() {
        return flagBits & InodeFlags.ALL;
    }

    public boolean hasAccessAcl() {
        return (flagBits & ACCESS_ACL) != 0;
    }

    public boolean hasDefaultAcl() {
        return (flagBits & DEFAULT_ACL) != 0;
    }
}
