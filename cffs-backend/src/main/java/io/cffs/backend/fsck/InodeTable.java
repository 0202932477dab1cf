package io.cffs.backend.fsck;

import io.cffs.model.Blocks;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import java.util.Arrays;

/**
 * The inodes of a snapshot in columns, 78 bytes each, found by binary search. One thread.
 *
 * <p>Rows are numbered from 0 in order of the inode number; they must be added in that order.
 */
final class InodeTable {
    private static final FileType[] TYPES = FileType.values();
    private static final int FIRST_ROOM = 1024;

    private long[] inos = new long[FIRST_ROOM];
    private long[] sizes = new long[FIRST_ROOM];
    private long[] statedParents = new long[FIRST_ROOM];
    private long[] versions = new long[FIRST_ROOM];
    private int[] statedLinks = new int[FIRST_ROOM];
    private int[] namesSeen = new int[FIRST_ROOM];
    private int[] subdirectoriesSeen = new int[FIRST_ROOM];
    private byte[] types = new byte[FIRST_ROOM];
    /** Row of the directory that holds a name of this directory; -1 while none was seen. */
    private int[] holders = new int[FIRST_ROOM];
    private int[] entriesSeen = new int[FIRST_ROOM];
    private int[] xattrsSeen = new int[FIRST_ROOM];
    private int[] statedXattrs = new int[FIRST_ROOM];
    private byte[] statedAcls = new byte[FIRST_ROOM];
    private byte[] aclsSeen = new byte[FIRST_ROOM];
    private long[] quotaTrees = new long[FIRST_ROOM];
    private long[] statedPages = new long[FIRST_ROOM];
    private long[] pagesSeen = new long[FIRST_ROOM];
    private int count;

    void add(CommitTs version, Inode inode) {
        if (count == inos.length) {
            grow();
        }
        if (count > 0 && inode.ino().value() <= inos[count - 1]) {
            throw new AssertionError("inodes come in order of their number: " + inode.ino());
        }
        inos[count] = inode.ino().value();
        sizes[count] = inode.sizeBytes();
        statedParents[count] = inode.parent() == null ? 0 : inode.parent().value();
        versions[count] = version.value();
        statedLinks[count] = (int) Math.min(inode.links(), Integer.MAX_VALUE);
        types[count] = (byte) inode.type().ordinal();
        holders[count] = -1;
        statedXattrs[count] = inode.xattrCount();
        statedAcls[count] = (byte) inode.aclFlags();
        quotaTrees[count] = inode.quotaTree() == null ? 0 : inode.quotaTree().value();
        statedPages[count] = inode.allocatedBytes() / Blocks.PAGE_BYTES;
        count++;
    }

    private void grow() {
        int room = Math.multiplyExact(count, 2);
        inos = Arrays.copyOf(inos, room);
        sizes = Arrays.copyOf(sizes, room);
        statedParents = Arrays.copyOf(statedParents, room);
        versions = Arrays.copyOf(versions, room);
        statedLinks = Arrays.copyOf(statedLinks, room);
        namesSeen = Arrays.copyOf(namesSeen, room);
        subdirectoriesSeen = Arrays.copyOf(subdirectoriesSeen, room);
        types = Arrays.copyOf(types, room);
        holders = Arrays.copyOf(holders, room);
        entriesSeen = Arrays.copyOf(entriesSeen, room);
        xattrsSeen = Arrays.copyOf(xattrsSeen, room);
        statedXattrs = Arrays.copyOf(statedXattrs, room);
        statedAcls = Arrays.copyOf(statedAcls, room);
        aclsSeen = Arrays.copyOf(aclsSeen, room);
        quotaTrees = Arrays.copyOf(quotaTrees, room);
        statedPages = Arrays.copyOf(statedPages, room);
        pagesSeen = Arrays.copyOf(pagesSeen, room);
    }

    int count() {
        return count;
    }

    /** The row of an inode; negative when there is none. */
    int rowOf(Ino ino) {
        return Arrays.binarySearch(inos, 0, count, ino.value());
    }

    /** Notes a name of {@code row} in the directory {@code holder}. */
    void noteName(int row, int holder) {
        namesSeen[row]++;
        entriesSeen[holder]++;
        if (type(row) == FileType.DIRECTORY) {
            subdirectoriesSeen[holder]++;
            holders[row] = holder;
        }
    }

    /** Notes a name that names nothing: it still counts as an entry of its directory. */
    void noteDanglingName(int holder) {
        entriesSeen[holder]++;
    }

    void noteXattr(int row, int aclFlag) {
        xattrsSeen[row]++;
        aclsSeen[row] |= (byte) aclFlag;
    }

    boolean xattrsAreAsStated(int row) {
        return statedXattrs[row] == xattrsSeen[row] && statedAcls[row] == aclsSeen[row];
    }

    /** For people. */
    String statedXattrs(int row) {
        return statedXattrs[row] + " attributes, ACL flags " + statedAcls[row];
    }

    /** For people. */
    String seenXattrs(int row) {
        return xattrsSeen[row] + " attributes, ACL flags " + aclsSeen[row];
    }

    /** Notes pages of a block that hold data. */
    void notePages(int row, int pageCount) {
        pagesSeen[row] += pageCount;
    }

    long statedPages(int row) {
        return statedPages[row];
    }

    long pagesSeen(int row) {
        return pagesSeen[row];
    }

    /** 0 for none. */
    long quotaTree(int row) {
        return quotaTrees[row];
    }

    Ino ino(int row) {
        return new Ino(inos[row]);
    }

    FileType type(int row) {
        return TYPES[types[row]];
    }

    long sizeBytes(int row) {
        return sizes[row];
    }

    long statedParent(int row) {
        return statedParents[row];
    }

    CommitTs version(int row) {
        return new CommitTs(versions[row]);
    }

    long statedLinks(int row) {
        return statedLinks[row];
    }

    long namesSeen(int row) {
        return namesSeen[row];
    }

    long entriesSeen(int row) {
        return entriesSeen[row];
    }

    int holder(int row) {
        return holders[row];
    }

    /** What the names say that the link count should be. */
    long expectedLinks(int row) {
        return type(row) == FileType.DIRECTORY ? 2L + subdirectoriesSeen[row] : namesSeen[row];
    }
}
