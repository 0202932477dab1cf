package io.cffs.backend.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A flat directory. Creation, renaming and deletion of names are durable after {@link #sync()} and not before. Safe for
 * use by many threads.
 */
public interface DurableDirectory {
    /** Creates and opens a file. FileAlreadyExistsException when the name is taken. */
    DurableFile create(String name) throws IOException;

    /** Opens an existing file for reading and writing. NoSuchFileException when there is none. */
    DurableFile open(String name) throws IOException;

    /** Opens an existing file for writes that are durable at once, past the page cache where that can be done. */
    DurableWriter openDurable(String name) throws IOException;

    boolean exists(String name) throws IOException;

    /** All names, sorted. */
    List<String> names() throws IOException;

    /** Gives {@code from} the name {@code to} in one step; a file that had it is gone. */
    void rename(String from, String to) throws IOException;

    /**
     * Takes over a file that lies elsewhere on the same disk: from then on it is called {@code name} here, and is not
     * there any more. In one step; what it holds has to be made durable before.
     */
    default void adopt(Path file, String name) throws IOException {
        throw new IOException("no file can come from elsewhere into " + describe());
    }

    /** Removes a file; nothing happens when there is none. */
    void delete(String name) throws IOException;

    void sync() throws IOException;

    /** Bytes that may still be written, at most. */
    long usableBytes() throws IOException;

    /** Where it is, for people. */
    String describe();
}
