package io.cffs.daemon.fuse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The virtual files: {@code /.cffs} and what is in it. Their node numbers are above all that a volume gives out. */
enum ControlNode {
    DIRECTORY(".cffs", 0555),
    STATUS("status", 0444),
    TXN("txn", 0444),
    BEGIN("begin", 0666),
    COMMIT("commit", 0666),
    ABORT("abort", 0666);

    private static final long FIRST = 1L << 62;
    private static final ControlNode[] ALL = values();

    private final byte[] name;
    private final int permissions;

    ControlNode(String name, int permissions) {
        this.name = name.getBytes(StandardCharsets.US_ASCII);
        this.permissions = permissions;
    }

    static boolean isControl(long nodeId) {
        return nodeId >= FIRST;
    }

    static boolean isDirectoryName(byte[] candidate) {
        return Arrays.equals(candidate, DIRECTORY.name);
    }

    /** Null for a number that names none. */
    static ControlNode of(long nodeId) {
        long index = nodeId - FIRST;
        return index >= 0 && index < ALL.length ? ALL[(int) index] : null;
    }

    /** A file in the directory; null when there is none of this name. */
    static ControlNode file(byte[] candidate) {
        for (ControlNode node : ALL) {
            if (node != DIRECTORY && Arrays.equals(node.name, candidate)) {
                return node;
            }
        }
        return null;
    }

    long nodeId() {
        return FIRST + ordinal();
    }

    byte[] nameBytes() {
        return name.clone();
    }

    int permissions() {
        return permissions;
    }

    boolean isCommand() {
        return this == BEGIN || this == COMMIT || this == ABORT;
    }
}
