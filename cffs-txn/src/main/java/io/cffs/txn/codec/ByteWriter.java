package io.cffs.txn.codec;

import io.cffs.model.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/** A growing array of bytes. Not safe for use by several threads. */
public final class ByteWriter {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes;
    private int length;

    public ByteWriter(int expectedBytes) {
        this.bytes = new byte[Math.max(16, expectedBytes)];
    }

    /** Writes one element. */
    public interface Element<T> {
        void write(T value, ByteWriter to);
    }

    public int length() {
        return length;
    }

    public byte[] toArray() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    /** The array itself, of which the first {@link #length()} bytes count; valid until the next write. */
    public byte[] array() {
        return bytes;
    }

    /** Makes room at once for what is known to come, instead of copying what is there again and again. */
    public void expect(long more) {
        room((int) Math.min(more, Integer.MAX_VALUE / 2));
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
