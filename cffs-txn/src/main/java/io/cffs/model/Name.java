package io.cffs.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One component of a path: 1 to 255 bytes, without '/' and NUL, never "." or "..", never decoded. Ordered by unsigned
 * bytes, which is also the order in which a directory is stored and listed. Extended attributes have names of the same
 * kind that may hold '/'.
 */
public final class Name implements Comparable<Name> {
    /** NAME_MAX of limits.h on Linux, in bytes. */
    public static final int BYTES_MAX = 255;

    private final byte[] bytes;
    private final int hash;

    private Name(byte[] owned) {
        this.bytes = owned;
        this.hash = Arrays.hashCode(owned);
    }

    /**
     * A name of a copy of these bytes.
     *
     * @throws FsException {@link FsError#NAME_TOO_LONG} over 255 bytes, {@link FsError#INVALID_ARGUMENT} for an empty
     *     name, ".", "..", or one with '/' or NUL
     */
    public static Name of(byte[] bytes) throws FsException {
        if (bytes.length > BYTES_MAX) {
            throw new FsException(FsError.NAME_TOO_LONG);
        }
        if (!isLegal(bytes)) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        return new Name(bytes.clone());
    }

    /**
     * The name of an extended attribute, prefix included: a copy of 1 to 255 bytes (XATTR_NAME_MAX) without NUL.
     *
     * @throws FsException {@link FsError#BUFFER_TOO_SMALL} as the kernel has it for any other length,
     *     {@link FsError#INVALID_ARGUMENT} for one with NUL
     */
    public static Name ofXattr(byte[] bytes) throws FsException {
        if (bytes.length == 0 || bytes.length > BYTES_MAX) {
            throw new FsException(FsError.BUFFER_TOO_SMALL);
        }
        for (byte b : bytes) {
            if (b == 0) {
                throw new FsException(FsError.INVALID_ARGUMENT);
            }
        }
        return new Name(bytes.clone());
    }

    /** For names written in code and in tests. Throws IllegalArgumentException where {@link #of} would refuse. */
    public static Name of(String utf8) {
        byte[] bytes = utf8.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > BYTES_MAX || !isLegal(bytes)) {
            throw new IllegalArgumentException("not a file name: " + utf8);
        }
        return new Name(bytes);
    }

    /** Whether these bytes may be stored as a name (the length limit included). */
    public static boolean isLegal(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > BYTES_MAX) {
            return false;
        }
        for (byte b : bytes) {
            if (b == 0 || b == '/') {
                return false;
            }
        }
        boolean dot = bytes.length == 1 && bytes[0] == '.';
        boolean dotDot = bytes.length == 2 && bytes[0] == '.' && bytes[1] == '.';
        return !dot && !dotDot;
    }

    public byte[] toBytes() {
        return bytes.clone();
    }

    public int lengthBytes() {
        return bytes.length;
    }

    public byte byteAt(int index) {
        return bytes[index];
    }

    @Override
    public int compareTo(Name other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Name name && hash == name.hash && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** For people: UTF-8 with replacement characters. Never store or compare this. */
    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
