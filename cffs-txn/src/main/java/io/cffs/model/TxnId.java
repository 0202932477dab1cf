package io.cffs.model;

/**
 * The identity of one transaction over all its attempts and resends: 128 random bits, chosen by the session. The same
 * id never takes effect twice.
 */
public record TxnId(long high, long low) {
    @Override
    public String toString() {
        return String.format("%016x%016x", high, low);
    }

    /** Reads what {@link #toString()} writes. Throws IllegalArgumentException for anything else. */
    public static TxnId parse(String hex) {
        if (!hex.matches("[0-9a-f]{32}")) {
            throw new IllegalArgumentException("a transaction id is 32 hex digits: " + hex);
        }
        long high = Long.parseUnsignedLong(hex.substring(0, 16), 16);
        return new TxnId(high, Long.parseUnsignedLong(hex.substring(16), 16));
    }
}
