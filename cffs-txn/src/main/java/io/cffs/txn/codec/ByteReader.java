package io.cffs.txn.codec;

import io.cffs.model.Ino;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads what a {@link ByteWriter} wrote from bytes that nobody vouches for: each method gives a value within the bounds
 * that the caller states, or throws. Not safe for use by several threads.
 */
public final class ByteReader {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final int limit;
    private int position;
    private Ino lastDirectory;

    public ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    public ByteReader(byte[] bytes, int from, int limit) {
        this.bytes = bytes;
        this.position = from;
        this.limit = limit;
    }

    /** Reads one element. */
    public interface Element<T> {
        T read(ByteReader from) throws CodecException;
    }

    public int remaining() {
        return limit - position;
    }

    /** @throws CodecException when bytes are left */
    public void expectEnd() throws CodecException {
        if (remaining() != 0) {
            throw new CodecException(remaining() + " bytes follow the value");
        }
    }

    private void need(int count) throws CodecException {
        if (remaining() < count) {
            throw new CodecException("the bytes end early: " + count + " more expected, " + remaining() + " there");
        }
    }

    /** 0 to 255. */
    public int takeByte() throws CodecException {
        need(1);
        return bytes[position++] & 0xFF;
    }

    /** 0 to {@code max}. */
    public long takeUnsigned(long max) throws CodecException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = takeByte();
            if (shift == 63 && next > 0) {
                break;
            }
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                if (value > max) {
                    throw new CodecException("a number is too large: " + value + " of at most " + max);
                }
                return value;
            }
        }
        throw new CodecException("a number is longer than 63 bits");
    }

    /** The same object again while a list goes on about one directory. */
    Ino takeDirectory() throws CodecException {
        long number = takeUnsigned(Long.MAX_VALUE);
        if (lastDirectory == null || lastDirectory.value() != number) {
            lastDirectory = new Ino(number);
        }
        return lastDirectory;
    }

    /** 0 to {@code max}. */
    public int takeInt(int max) throws CodecException {
        return (int) takeUnsigned(max);
    }

    public long takeFixed() throws CodecException {
        need(8);
        long value = (long) LONG.get(bytes, position);
        position += 8;
        return value;
    }

    public boolean takeBoolean() throws CodecException {
        return switch (takeByte()) {
            case 0 -> false;
            case 1 -> true;
            default -> throw new CodecException("a yes or no is neither 0 nor 1");
        };
    }

    /** @param values all values of the type, in order */
    public <E extends Enum<E>> E takeEnum(E[] values) throws CodecException {
        int ordinal = takeByte();
        if (ordinal >= values.length) {
            throw new CodecException("no " + values[0].getDeclaringClass().getSimpleName() + " has number " + ordinal);
        }
        return values[ordinal];
    }

    public byte[] takeRaw(int count) throws CodecException {
        need(count);
        byte[] taken = Arrays.copyOfRange(bytes, position, position + count);
        position += count;
        return taken;
    }

    /** A length and so many bytes. */
    public byte[] takeRun(int bytesMax) throws CodecException {
        return takeRaw(takeInt(bytesMax));
    }

    /** UTF-8, at most {@code charsMax} UTF-16 characters. */
    public String takeText(int charsMax) throws CodecException {
        int length = takeInt(Math.multiplyExact(charsMax, 3));
        need(length);
        try {
            ByteBuffer run = ByteBuffer.wrap(bytes, position, length);
            String text = StandardCharsets.UTF_8.newDecoder().decode(run).toString();
            if (text.length() > charsMax) {
                throw new CodecException("a text has more than " + charsMax + " characters");
            }
            position += length;
            return text;
        } catch (CharacterCodingException e) {
            throw new CodecException("a text is not UTF-8");
        }
    }

    /** Null when the value is not there. */
    public <T> T takeOptional(Element<T> element) throws CodecException {
        return takeBoolean() ? element.read(this) : null;
    }

    /**
     * @param bytesEachMin fewest bytes of an element, 1 and up: a count that the remaining bytes cannot hold is
     * refused
     *     before room is made for it
     */
    public <T> List<T> takeList(int countMax, int bytesEachMin, Element<T> element) throws CodecException {
        int count = takeInt(countMax);
        if (count > remaining() / bytesEachMin) {
            throw new CodecException("a list of " + count + " does not fit into " + remaining() + " bytes");
        }
        List<T> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(element.read(this));
        }
        return values;
    }
}
