package io.cffs.model;

/**
 * A commit timestamp: dense, increasing, per volume. It is the serial order: the n-th commit of a volume has value n.
 * As a snapshot it names the state after that commit.
 *
 * @param value 0 (the empty volume: a root directory and nothing else) and up
 */
public record CommitTs(long value) implements Comparable<CommitTs> {
    /** The state of a volume that nobody has written to yet. */
    public static final CommitTs ZERO = new CommitTs(0);

    public CommitTs {
        if (value < 0) {
            throw new IllegalArgumentException("commit timestamp must not be negative: " + value);
        }
    }

    public CommitTs next() {
        return new CommitTs(value + 1);
    }

    public boolean isAfter(CommitTs other) {
        return value > other.value;
    }

    @Override
    public int compareTo(CommitTs other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "ts:" + value;
    }
}
