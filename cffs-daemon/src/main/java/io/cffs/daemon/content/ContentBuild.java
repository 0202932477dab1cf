package io.cffs.daemon.content;

import io.cffs.model.Blocks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A content that is being filled with what a program reads, in whatever order the reads come. Only sequential and
 * large reads are taken, so that a program that reads here and there does not pay for a file that will never be whole.
 *
 * <p>What was written is read again before it becomes a content, against a sum over all pages that was taken from the
 * bytes themselves. Whatever goes wrong abandons it. Safe for use by many threads.
 */
public final class ContentBuild {
    private static final Logger LOG = LoggerFactory.getLogger(ContentBuild.class);
    /** Reads as large as these are taken wherever they are. */
    private static final int LARGE_BYTES = 16 << 10;
    private static final int CHECK_BYTES = 1 << 20;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final ContentFiles files;
    private final ContentKey key;
    private final Path part;
    private final long pageCount;
    private final BitSet taken = new BitSet(); // @GuardedBy("this")
    private long left; // @GuardedBy("this"): pages that are not written yet
    private long sum; // @GuardedBy("this")
    private FileChannel channel; // @GuardedBy("this") for assignment
    private boolean over; // @GuardedBy("this"): abandoned or published

    ContentBuild(ContentFiles files, ContentKey key, Path part) {
        this.files = files;
        this.key = key;
        this.part = part;
        this.pageCount = Math.ceilDiv(key.sizeBytes(), (long) Blocks.PAGE_BYTES);
        this.left = pageCount;
    }

    public ContentKey key() {
        return key;
    }

    /**
     * Bytes of the file, as a program got them.
     *
     * @param bytes from {@code offset} on; taken from its position to its limit, neither of which moves
     * @return whether the content is complete with these: then {@link #finish} is to be called, once
     */
    public boolean offer(long offset, ByteBuffer bytes) {
        long first = Math.ceilDiv(offset, (long) Blocks.PAGE_BYTES);
        long end = offset + bytes.remaining();
        long last = end >= key.sizeBytes() ? pageCount : end / Blocks.PAGE_BYTES;
        if (last <= first) {
            return false;
        }
        try {
            FileChannel to = claim(first, last, bytes.remaining() >= LARGE_BYTES);
            return to != null && write(to, offset, first, last, bytes);
        } catch (IOException e) {
            LOG.debug("a content cannot be kept", e);
            abandon();
            return false;
        }
    }

    /** Null when these pages are not wanted. */
    private synchronized FileChannel claim(long first, long last, boolean large) throws IOException {
        boolean follows = first == 0 || taken.get((int) first - 1);
        if (over || !large && !follows || taken.nextClearBit((int) first) >= last) {
            return null;
        }
        if (channel == null) {
            if (!files.hasRoom(key.sizeBytes())) {
                throw new IOException("the disk has no room for a content");
            }
            channel = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        }
        return channel;
    }

    private boolean write(FileChannel to, long offset, long first, long last, ByteBuffer bytes) throws IOException {
        boolean complete = false;
        for (long page = first; page < last;) {
            // Runs of pages that nobody else has taken go out in one write.
            long stop = takeRun(page, last);
            if (stop > page) {
                ByteBuffer run = part(bytes, offset, page, stop);
                long runSum = sumOf(run.duplicate(), page);
                for (long at = page * Blocks.PAGE_BYTES; run.hasRemaining();) {
                    at += to.write(run, at);
                }
                complete = written(stop - page, runSum);
            }
            page = Math.max(stop, page + 1);
        }
        return complete;
    }

    private ByteBuffer part(ByteBuffer bytes, long offset, long page, long stop) {
        int from = bytes.position() + (int) (page * Blocks.PAGE_BYTES - offset);
        long end = Math.min(stop * Blocks.PAGE_BYTES, key.sizeBytes());
        return bytes.duplicate().limit(bytes.position() + (int) (end - offset)).position(from);
    }

    /** Where the pages from {@code page} on end that are the caller's to write now; {@code page} when none are. */
    private synchronized long takeRun(long page, long last) {
        if (taken.get((int) page)) {
            return page;
        }
        int next = taken.nextSetBit((int) page);
        long stop = next < 0 ? last : Math.min(last, next);
        taken.set((int) page, (int) stop);
        return stop;
    }

    private synchronized boolean written(long pages, long runSum) {
        left -= pages;
        sum += runSum;
        return left == 0 && !over;
    }

    /** Does not depend on the order in which pages come. */
    private static long sumOf(ByteBuffer bytes, long firstPage) {
        long total = 0;
        CRC32C crc = new CRC32C();
        int end = bytes.limit();
        for (long page = firstPage; bytes.position() < end; page++) {
            bytes.limit(Math.min(end, bytes.position() + Blocks.PAGE_BYTES));
            crc.reset();
            crc.update(bytes);
            total += (crc.getValue() + page * GOLDEN) * (GOLDEN | 1) ^ crc.getValue() << 32;
        }
        return total;
    }

    /**
     * Checks what lies on the disk and makes it a content. Reads the whole file: not to be called by a thread that
     * somebody waits for.
     *
     * @return whether it is one now
     */
    public boolean finish() {
        try {
            if (isSound()) {
                files.publish(key, part);
                end(false);
                return true;
            }
            LOG.atWarn().setMessage("a content was not what had been written; it is thrown away")
                    .addKeyValue("file", part).log();
        } catch (IOException e) {
            LOG.debug("a content cannot be kept", e);
        }
        abandon();
        return false;
    }

    private boolean isSound() throws IOException {
        FileChannel from;
        long expected;
        synchronized (this) {
            from = channel;
            expected = sum;
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHECK_BYTES);
        long total = 0;
        for (long at = 0; at < key.sizeBytes(); at += CHECK_BYTES) {
            buffer.clear();
            while (buffer.hasRemaining() && from.read(buffer, at + buffer.position()) > 0) {
                continue;
            }
            total += sumOf(buffer.flip(), at / Blocks.PAGE_BYTES);
        }
        return from.size() == key.sizeBytes() && total == expected;
    }

    /** Gives up; nothing stays on the disk. Harmless when it is over. */
    public void abandon() {
        end(true);
    }

    private synchronized void end(boolean remove) {
        if (over) {
            return;
        }
        over = true;
        if (channel == null) {
            return;
        }
        try {
            channel.close();
            if (remove) {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            LOG.debug("a part of a content stays on the disk for now", e);
        }
    }
}
