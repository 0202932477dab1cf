package io.cffs.daemon.staging;

import io.cffs.model.FsException;
import java.nio.ByteBuffer;

/** What an object shall hold, while it is being read out of a transaction. */
@FunctionalInterface
interface ObjectBytes {
    /**
     * Fills what remains in {@code target} with the object's bytes from {@code from} on.
     *
     * @return false when they are not any more what they were when the object was begun: it is not wanted then
     */
    boolean read(int from, ByteBuffer target) throws FsException;

    /** All of it; null when it is not wanted any more. */
    default byte[] all(int lengthBytes) throws FsException {
        byte[] content = new byte[lengthBytes];
        return read(0, ByteBuffer.wrap(content)) ? content : null;
    }
}
