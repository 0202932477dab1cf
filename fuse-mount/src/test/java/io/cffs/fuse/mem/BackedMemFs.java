package io.cffs.fuse.mem;

import io.cffs.fuse.FopenFlags;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.OpenFlags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/** Gives files that are opened for reading a copy on a local file system, which the kernel reads by itself. */
public final class BackedMemFs extends MemFs {
    private final Path directory;
    private final Map<Long, Backed> backed = new HashMap<>(); // @GuardedBy("this")
    private final Map<Long, Integer> plain = new HashMap<>(); // @GuardedBy("this"): opens through the page cache

    private static final class Backed {
        int id;
        int opens;
    }

    public BackedMemFs(Path directory) {
        super(FuseReply.FOREVER, false);
        this.directory = directory;
    }

    /** Whether the kernel has told us of every close. */
    public synchronized boolean isAllClosed() {
        return backed.isEmpty() && plain.isEmpty();
    }

    @Override
    public synchronized void create(FuseRequest in, FuseReply out) {
        super.create(in, out);
        plain.merge(lastMade(), 1, Integer::sum);
    }

    @Override
    public synchronized void open(FuseRequest in, FuseReply out) {
        MemNode node = node(in.nodeId());
        boolean writes = OpenFlags.isWritable(in.flags());
        Backed known = backed.get(node.ino);
        if (known == null && !writes && !plain.containsKey(node.ino)) {
            known = new Backed();
            known.id = notifier.backingFiles().register(copyOf(node));
            backed.put(node.ino, known);
        }
        if (known == null || known.id == 0) {
            plain.merge(node.ino, 1, Integer::sum);
            super.open(in, out);
            return;
        }
        known.opens++;
        int flags = FopenFlags.PASSTHROUGH | (writes ? FopenFlags.DIRECT_IO : 0);
        out.openedBacked(node.ino, flags, known.id);
    }

    @Override
    public synchronized void release(FuseRequest in, FuseReply out) {
        Backed known = backed.get(in.nodeId());
        if (known == null) {
            plain.computeIfPresent(in.nodeId(), (ino, opens) -> opens == 1 ? null : opens - 1);
        } else if (--known.opens == 0) {
            backed.remove(in.nodeId());
            notifier.backingFiles().forget(known.id);
        }
        out.ok();
    }

    private Path copyOf(MemNode node) {
        Path file = directory.resolve("backing-" + node.ino);
        try {
            Files.deleteIfExists(file);
            ByteBuffer bytes = node.content.duplicate().position(0).limit((int) node.sizeBytes);
            try (FileChannel to = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
            }
            return file;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
