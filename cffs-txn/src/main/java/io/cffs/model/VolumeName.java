package io.cffs.model;

/**
 * The name of a volume: a tree with its own commit order.
 *
 * @param value 1 to 63 of a-z, 0-9, '-', '_', '.', first a letter or digit, so that it is a safe file and DNS name
 */
public record VolumeName(String value) {
    public static final VolumeName DEFAULT = new VolumeName("default");

    public VolumeName {
        if (!value.matches("[a-z0-9][a-z0-9_.-]{0,62}")) {
            throw new IllegalArgumentException(
                    "a volume name is 1 to 63 of a-z, 0-9, '-', '_', '.', first a letter or digit: " + value);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
