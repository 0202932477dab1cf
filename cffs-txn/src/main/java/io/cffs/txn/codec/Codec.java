package io.cffs.txn.codec;

/**
 * The byte form of one type. Immutable, safe for use by many threads.
 *
 * @param <T> values compare with equals, and {@code decode(encode(x))} equals {@code x}
 */
public final class Codec<T> {
    /** Of every top-level form; a program refuses versions that it does not know. */
    public static final int FORMAT_VERSION = 2;

    private final String what;
    private final ByteWriter.Element<T> writer;
    private final ByteReader.Element<T> reader;

    Codec(String what, ByteWriter.Element<T> writer, ByteReader.Element<T> reader) {
        this.what = what;
        this.writer = writer;
        this.reader = reader;
    }

    /** For messages: what this is the form of. */
    public String what() {
        return what;
    }

    /** The top-level form: a version byte and the value. */
    public byte[] encode(T value) {
        ByteWriter to = new ByteWriter(128);
        encode(value, to);
        return to.toArray();
    }

    /** Appends the top-level form. */
    public void encode(T value, ByteWriter to) {
        to.putByte(FORMAT_VERSION);
        writer.write(value, to);
    }

    /** Reads a top-level form that fills {@code bytes}. */
    public T decode(byte[] bytes) throws CodecException {
        return decode(new ByteReader(bytes));
    }

    /** Reads a top-level form that fills what remains in {@code from}. */
    public T decode(ByteReader from) throws CodecException {
        try {
            int version = from.takeByte();
            if (version != FORMAT_VERSION) {
                throw new CodecException("format " + version + " is not known here, which knows " + FORMAT_VERSION);
            }
            T value = reader.read(from);
            from.expectEnd();
            return value;
        } catch (CodecException e) {
            throw new CodecException("Not a " + what + ": " + e.getMessage() + ".");
        } catch (IllegalArgumentException e) {
            // The types check themselves; what they refuse is as malformed as what the reader refuses.
            throw new CodecException("Not a " + what + ": " + e.getMessage() + ".");
        }
    }

    /** The form inside another one: no version byte. */
    void write(T value, ByteWriter to) {
        writer.write(value, to);
    }

    /** May throw IllegalArgumentException, too: {@link #decode} turns it into a refusal. */
    T read(ByteReader from) throws CodecException {
        return reader.read(from);
    }
}
