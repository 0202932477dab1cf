package io.cffs.txn.codec;

import io.cffs.model.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/**
 * A growing array of bytes. Not safe for use by several threads.
 *
 * <p>A {@link #gathering} one leaves long runs where they are: a commit's file bytes are most of its form, and whoever
 * sends or logs the form copies it anyway, into memory that the kernel reads.
 */
public final class ByteWriter {
    /** Shorter runs, a page among them, are copied: a piece of its own costs about as much. */
    private static final int RUN_BYTES_MIN = 8192;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes;
    private int length;
    private final Pieces.Runs runs; // null: all is copied

    public ByteWriter(int expectedBytes) {
        this(expectedBytes, null);
    }

    private ByteWriter(int expectedBytes, Pieces.Runs runs) {
        this.bytes = new byte[Math.max(16, expectedBytes)];
        this.runs = runs;
    }

    /** Ask it for its {@link #pieces}; {@link #array} has a part of them only. */
    public static ByteWriter gathering(int expectedBytes) {
        return new ByteWriter(expectedBytes, new Pieces.Runs());
    }

    /** Writes one element. */
    public interface Element<T> {
        void write(T value, ByteWriter to);
    }

    public int length() {
        return runs == null ? length : Math.addExact(length, runs.lengthBytes());
    }

    public byte[] toArray() {
        if (runs != null) {
            return pieces().toArray();
        }
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    /** All that was written; valid until the next write. */
    public Pieces pieces() {
        return new Pieces(bytes, length, runs);
    }

    /** The array itself, of which the first {@link #length()} bytes count; valid until the next write. */
    public byte[] array() {
        return bytes;
    }

    /** Makes room at once for what is known to come, instead of copying what is there again and again. */
    public void expect(long more) {
        room((int) Math.min(more, Integer.MAX_VALUE / 2));
    }

    /** Whether a run of this length would stay where it is, and needs no room here. */
    boolean leaves(long runBytes) {
        return runs != null && runBytes >= RUN_BYTES_MIN;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), bytes.length + (bytes.length >> 1)));
        }
    }

    public void putByte(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    /**
     * @throws IllegalArgumentException for a negative number: ours to prevent, so it is not encoded as something
     * else
     */
    public void putUnsigned(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("not an unsigned number: " + value);
        }
        room(10);
        long rest = value;
        while (rest >= 0x80) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    public void putFixed(long value) {
        room(8);
        LONG.set(bytes, length, value);
        length += 8;
    }

    public void putBoolean(boolean value) {
        putByte(value ? 1 : 0);
    }

    public void putEnum(Enum<?> value) {
        putByte(value.ordinal());
    }

    /** Bytes without a length before them. */
    public void putRaw(byte[] source, int from, int count) {
        room(count);
        System.arraycopy(source, from, bytes, length, count);
        length += count;
    }

    public void putRun(byte[] source) {
        putUnsigned(source.length);
        putRaw(source, 0, source.length);
    }

    public void putRun(Bytes source) {
        int count = source.length();
        putUnsigned(count);
        if (leaves(count)) {
            runs.add(length, source);
            return;
        }
        room(count);
        source.copyTo(0, bytes, length, count);
        length += count;
    }

    public void putText(String text) {
        putRun(text.getBytes(StandardCharsets.UTF_8));
    }

    public <T> void putOptional(T value, Element<? super T> element) {
        putBoolean(value != null);
        if (value != null) {
            element.write(value, this);
        }
    }

    public <T> void putList(Collection<? extends T> values, Element<T> element) {
        putUnsigned(values.size());
        for (T value : values) {
            element.write(value, this);
        }
    }
}
