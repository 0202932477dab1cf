package io.cffs.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Checksum;

/** An immutable run of bytes that compares by content: symlink targets, attribute values, inline data. */
public final class Bytes {
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] content;

    private Bytes(byte[] owned) {
        this.content = owned;
    }

    public static Bytes copyOf(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
    }

    /** Copies what remains in the buffer; the buffer's position does not move. */
    public static Bytes copyOf(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(buffer.position(), copy);
        return copy.length == 0 ? EMPTY : new Bytes(copy);
    }

    /** Takes the array over without a copy: the caller must never write to it again. */
    public static Bytes owning(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes);
    }

    public static Bytes ofUtf8(String text) {
        return owning(text.getBytes(StandardCharsets.UTF_8));
    }

    public int length() {
        return content.length;
    }

    public byte at(int index) {
        return content[index];
    }

    public byte[] toArray() {
        return content.clone();
    }

    /** A read-only view without a copy, position 0, limit {@link #length()}. */
    public ByteBuffer asBuffer() {
        return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }

    /** Copies {@code length} bytes from {@code from} into {@code target} at {@code targetIndex}. */
    public void copyTo(int from, byte[] target, int targetIndex, int length) {
        System.arraycopy(content, from, target, targetIndex, length);
    }

    /** Puts {@code length} bytes from {@code from} on into {@code target} and advances its position. */
    public void copyTo(int from, int length, ByteBuffer target) {
        target.put(content, from, length);
    }

    /** Adds {@code length} bytes from {@code from} on to a checksum. */
    public void addTo(Checksum sum, int from, int length) {
        sum.update(content, from, length);
    }

    public Bytes slice(int from, int to) {
        if (from == 0 && to == content.length) {
            return this;
        }
        return owning(Arrays.copyOfRange(content, from, to));
    }

    public String toUtf8() {
        return new String(content, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return content.length + " bytes";
    }
}
