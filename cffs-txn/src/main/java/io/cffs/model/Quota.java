package io.cffs.model;

/**
 * The limits of a quota tree, or of the whole volume, and what is used of them.
 *
 * <p>A tree is named by the number of its top directory, the volume by {@link Ino#ROOT}. An inode belongs to at most
 * one tree ({@link Inode#quotaTree}) and always to the volume. Used are one inode for each inode and the bytes that
 * {@link QuotaCharge} says.
 *
 * @param bytesMax in bytes, 0 and up; {@link #UNLIMITED} for no limit
 * @param inodesMax 0 and up; {@link #UNLIMITED} for no limit
 * @param bytesUsed 0 and up
 * @param inodesUsed 0 and up
 */
public record Quota(long bytesMax, long inodesMax, long bytesUsed, long inodesUsed, Phase phase) {
    /** As a limit: none. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** Whether all that belongs to the tree has been counted. */
    public enum Phase {
        /** The content that the directory had when its quota was set is being counted. */
        COUNTING,
        /** Everything below the directory is counted. */
        COMPLETE,
        /** The quota is being taken away; nothing is limited any more. */
        REMOVING
    }

    public Quota {
        if (bytesMax < 0 || inodesMax < 0 || bytesUsed < 0 || inodesUsed < 0) {
            throw new IllegalArgumentException("a quota is not negative");
        }
    }

    public Quota withLimits(long newBytesMax, long newInodesMax, Phase newPhase) {
        return new Quota(newBytesMax, newInodesMax, bytesUsed, inodesUsed, newPhase);
    }

    /** What is used grows or shrinks; a sum that would be negative, which only damage can cause, becomes 0. */
    public Quota plus(long bytes, long inodes) {
        return new Quota(bytesMax, inodesMax, Math.max(0, bytesUsed + bytes), Math.max(0, inodesUsed + inodes), phase);
    }

    /** Whether this much more fits. What does not grow always fits, even beyond a limit that was lowered. */
    public boolean hasRoom(long moreBytes, long moreInodes) {
        boolean bytesFit = moreBytes <= 0 || bytesUsed + moreBytes <= bytesMax;
        boolean inodesFit = moreInodes <= 0 || inodesUsed + moreInodes <= inodesMax;
        return bytesFit && inodesFit;
    }
}
