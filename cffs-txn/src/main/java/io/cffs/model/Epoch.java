package io.cffs.model;

/**
 * The fencing number of a volume's leader: grows with every change of leader; a commit of an older epoch is refused.
 *
 * @param value 1 and up
 */
public record Epoch(long value) implements Comparable<Epoch> {
    public Epoch {
        if (value < 1) {
            throw new IllegalArgumentException("epoch must be positive: " + value);
        }
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }
}
