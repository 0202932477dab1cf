package io.cffs.model;

/**
 * The name of a volume: a tree with its own commit order.
 *
 * @param value 1 to 63 of a-z, 0-9, '-', '_', '.', first a letter or digit, so that it is a safe file and DNS name
 */
public record VolumeName(String value) {
    public static final VolumeName DEFAULT = new VolumeName("default");
    private static final int LENGTH_MAX = 63;

    public VolumeName {
        if (!isName(value)) {
            throw new IllegalArgumentException(
                    "a volume name is 1 to 63 of a-z, 0-9, '-', '_', '.', first a letter or digit: " + value);
        }
    }

    /** By hand: every request names its volume, and a regular expression takes longer than decoding the rest of it. */
    private static boolean isName(String value) {
        if (value.isEmpty() || value.length() > LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean plain = c >= 'a' && c <= 'z' || c >= '0' && c <= '9';
            if (!plain && (i == 0 || c != '-' && c != '_' && c != '.')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return value;
    }
}
