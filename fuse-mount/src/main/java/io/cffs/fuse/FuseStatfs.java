package io.cffs.fuse;

/**
 * Figures for statfs(2).
 *
 * @param blocks of the file system, in units of {@code blockSizeBytes}
 * @param blocksFree those not in use
 * @param blocksAvailable those that users without privilege may still use
 * @param files inodes in all
 * @param filesFree inodes that may still be made
 * @param nameBytesMax longest name
 */
public record FuseStatfs(
        long blocks,
        long blocksFree,
        long blocksAvailable,
        long files,
        long filesFree,
        int blockSizeBytes,
        int nameBytesMax) {}
