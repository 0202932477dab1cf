package io.cffs.backend.store;

import io.cffs.model.Bytes;
import io.cffs.txn.port.BackendException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The twin of {@link FileBlockStore} in memory. Puts are durable at once, as they are there; it can run full. */
public final class MemoryBlockStore implements BlockStore {
    private final Map<String, Bytes> objects = new ConcurrentHashMap<>();
    private volatile boolean full;

    /** While true, puts fail as on a full disk. */
    public void setFull(boolean isFull) {
        full = isFull;
    }

    /** Flips bits of one stored byte: a rotten disk. */
    public void rot(String name, int offset) {
        objects.computeIfPresent(name, (key, bytes) -> {
            byte[] content = bytes.toArray();
            content[offset] ^= 0x55;
            return Bytes.owning(content);
        });
    }

    @Override
    public boolean putIfAbsent(String name, List<ByteBuffer> parts) {
        FileBlockStore.requireLegal(name);
        if (full) {
            throw new BackendException(BackendException.Cause.NO_SPACE, "no space left for blocks", null);
        }
        ByteBuffer content = ByteBuffer.allocate(parts.stream().mapToInt(ByteBuffer::remaining).sum());
        parts.forEach(part -> content.put(part.duplicate()));
        return objects.putIfAbsent(name, Bytes.owning(content.array())) == null;
    }

    @Override
    public Bytes get(String name, long offset, int length) {
        Bytes content = objects.get(name);
        if (content == null) {
            return null;
        }
        int from = (int) Math.min(offset, content.length());
        return content.slice(from, Math.min(content.length(), from + length));
    }

    @Override
    public long length(String name) {
        Bytes content = objects.get(name);
        return content == null ? -1 : content.length();
    }

    @Override
    public void delete(String name) {
        objects.remove(name);
    }

    @Override
    public void list(Consumer<String> reader) {
        objects.keySet().forEach(reader);
    }

    @Override
    public void close() {
        // The objects stay for the next one who opens the volume.
    }
}
