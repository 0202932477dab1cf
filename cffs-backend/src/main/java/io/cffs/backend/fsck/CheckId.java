package io.cffs.backend.fsck;

/**
 * What is checked. The short ids are stable: scripts and documents name them. Letters group them: B log and ledger, C
 * versions, D inodes, E names, F blocks, G extended attributes, H quotas.
 */
public enum CheckId {
    COMMITS_DENSE("B2", "commit timestamps have no gap and no repetition"),
    LEDGER_MATCHES_COMMITS("B8", "the ledger names one outcome per transaction and invocation, that of its commit"),
    VERSIONS_COMMITTED("C3", "no version is newer than the last commit"),
    INODE_LEGAL("D1", "type, mode and times of an inode are legal"),
    SIZE_COVERS_BLOCKS("D2", "no block lies beyond the length of its file"),
    ALLOCATION_MATCHES_BLOCKS("D3", "a file takes the pages of its blocks that hold data"),
    LINK_COUNT_MATCHES_DENTRIES("D4", "link counts are those of the names"),
    INODE_REACHABLE("D10", "every inode has a name"),
    DENTRY_NAMES_INODE("E1", "every name names an inode of its type"),
    ONE_PARENT("E2", "a directory has one name, in the directory that it calls its parent"),
    NO_CYCLE("E3", "every directory is below the root"),
    NAME_LEGAL("E4", "names are legal"),
    ENTRY_COUNT("E6", "a directory's size is the number of its names"),
    XATTR_HAS_INODE("G1", "every extended attribute belongs to an inode"),
    XATTR_COUNT("G2", "an inode counts its extended attributes and knows which ACLs it has"),
    BLOCK_HAS_FILE("F1", "every block belongs to a regular file"),
    BLOCK_PRESENT("F2", "the bytes of every block are there"),
    BLOCK_CHECKSUM("F3", "the bytes of every block match their checksum"),
    BLOCK_REFERENCE("F4", "bytes that a block shares with others are known to be in use"),
    QUOTA_MATCHES_TREE("H1", "a quota has used what the inodes that count to it make together"),
    QUOTA_TREE_OF_DIRECTORY("H2", "an inode counts to the quota tree of the directory that holds it");

    private final String shortId;
    private final String promise;

    CheckId(String shortId, String promise) {
        this.shortId = shortId;
        this.promise = promise;
    }

    /** For example {@code D4}. */
    public String shortId() {
        return shortId;
    }

    /** What holds when there is no finding, as a clause for people. */
    public String promise() {
        return promise;
    }
}
