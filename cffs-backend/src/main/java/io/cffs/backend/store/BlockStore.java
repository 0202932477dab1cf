package io.cffs.backend.store;

import io.cffs.model.Bytes;
import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * Bulk objects by name: put once, read in ranges, deleted. What the staged data of transactions is kept in, on a
 * local disk or in an object store. Safe for use by many threads. Failures are {@link BackendException} {@code
 * STORE_FAILED}, or {@code NO_SPACE} for a put.
 */
public interface BlockStore extends AutoCloseable {
    /**
     * Stores an object, durably when this returns. A name that is taken keeps its object.
     *
     * @param name 1 to 128 of a-z, 0-9 and '-'
     * @param parts what it consists of, each buffer's remaining bytes; taken over, the bytes do not change
     * @return false when the name was taken
     */
    boolean putIfAbsent(String name, List<ByteBuffer> parts);

    /** As {@link #putIfAbsent(String, List)}, with one part. */
    default boolean putIfAbsent(String name, Bytes content) {
        return putIfAbsent(name, List.of(content.asBuffer()));
    }

    /** Looks at a file before it becomes an object. */
    @FunctionalInterface
    interface Inspection {
        /** May write to the file. False when it is not to become an object; it is then left where it is. */
        boolean accepts(FileChannel file) throws IOException;
    }

    /** Where processes of this host may leave files for {@link #adopt}; null where there is no such place. */
    default Path door() {
        return null;
    }

    /**
     * As {@link #putIfAbsent(String, List)}, with a file of {@link #door} for the object's content. When this returns
     * true the file is gone from there.
     *
     * @return false when {@code inspection} did not want it
     * @throws BackendException {@code REFUSED} when there is no regular file of this name there
     */
    default boolean adopt(String file, String name, Inspection inspection) {
        throw new BackendException(BackendException.Cause.REFUSED, "this store takes no files", null);
    }

    /**
     * Up to {@code length} bytes from {@code offset} on: fewer at the object's end. Null when there is no such
     * object.
     */
    Bytes get(String name, long offset, int length);

    /** Length in bytes; -1 when there is no such object. */
    long length(String name);

    /** Deletes an object; nothing happens when there is none. */
    void delete(String name);

    /** Gives the names of all objects, in no order; those put or deleted meanwhile may be missing or not. */
    void list(Consumer<String> reader);

    @Override
    void close();
}
