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
        Bytes symlinkTarget) {

    public static final int PERMISSION_BITS = 07777;

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
                ctimeNanos, btimeNanos, rdev, parent, symlinkTarget);
    }

    public Inode withLinks(long newLinks) {
        return new Inode(ino, type, permissions, uid, gid, newLinks, sizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, parent, symlinkTarget);
    }

    public Inode withSize(long newSizeBytes) {
        return new Inode(ino, type, permissions, uid, gid, links, newSizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, parent, symlinkTarget);
    }

    public Inode withTimes(long newAtimeNanos, long newMtimeNanos, long newCtimeNanos) {
        return new Inode(ino, type, permissions, uid, gid, links, sizeBytes, newAtimeNanos, newMtimeNanos,
                newCtimeNanos, btimeNanos, rdev, parent, symlinkTarget);
    }

    public Inode withParent(Ino newParent) {
        return new Inode(ino, type, permissions, uid, gid, links, sizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, newParent, symlinkTarget);
    }
}
