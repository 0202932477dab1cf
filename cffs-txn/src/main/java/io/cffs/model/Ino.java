package io.cffs.model;

/**
 * The number of an inode: positive, unique in its volume for ever (never given out twice).
 *
 * @param value 1 and up; 1 is the root directory
 */
public record Ino(long value) implements Comparable<Ino> {
    /** The root directory of every volume. */
    public static final Ino ROOT = new Ino(1);

    public Ino {
        if (value < 1) {
            throw new IllegalArgumentException("ino must be positive: " + value);
        }
    }

    @Override
    public int compareTo(Ino other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return "ino:" + value;
    }
}
