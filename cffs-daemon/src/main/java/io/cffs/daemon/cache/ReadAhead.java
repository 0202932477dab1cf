package io.cffs.daemon.cache;

import io.cffs.model.Ino;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sees sequential readers and says what to fetch before they ask. The window starts at 2 blocks and doubles each time a
 * reader has used up half of it, up to a bound. A reader that jumps starts over. Knows nothing of files' ends. Not
 * safe for use by many threads: the session lock guards it.
 */
final class ReadAhead {
    /** Files watched at a time; the least recently read one is forgotten. */
    private static final int FILES_MAX = 256;
    /** The kernel's reader threads may swap neighbours: this far from the last block is not a jump. */
    private static final int DISORDER_BLOCKS = 2;

    private final int windowBlocksMax;
    private Ino lastIno; // null before the first
    private Reader lastReader;
    private final Map<Ino, Reader> readers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Ino, Reader> eldest) {
            return size() > FILES_MAX;
        }
    };

    ReadAhead(int windowBlocksMax) {
        this.windowBlocksMax = windowBlocksMax;
    }

    /** A block is being read: which blocks to fetch ahead now, {@link Window#NONE} for nothing. */
    Window onRead(Ino ino, long index) {
        if (windowBlocksMax == 0) {
            return Window.NONE;
        }
        if (!ino.equals(lastIno)) {
            lastIno = ino;
            lastReader = readers.computeIfAbsent(ino, _ -> new Reader());
        }
        return lastReader.onRead(index, windowBlocksMax);
    }

    /** Blocks {@code from} (inclusive) to {@code to} (exclusive). */
    record Window(long from, long to) {
        static final Window NONE = new Window(0, 0);

        boolean isEmpty() {
            return from >= to;
        }
    }

    private static final class Reader {
        private long last = -1;
        private long aheadEnd;
        private int window = 2;

        Window onRead(long index, int windowMax) {
            if (index <= last && index >= last - DISORDER_BLOCKS) {
                return Window.NONE;
            }
            boolean sequential = index > last && index <= last + DISORDER_BLOCKS;
            last = index;
            if (!sequential) {
                window = 2;
                aheadEnd = index + 1;
                return Window.NONE;
            }
            if (index + window / 2 < aheadEnd) {
                return Window.NONE;
            }
            Window wish = new Window(Math.max(aheadEnd, index + 1), index + 1 + Math.min(window, windowMax));
            aheadEnd = Math.max(aheadEnd, wish.to());
            window = Math.min(window * 2, Math.max(2, windowMax));
            return wish;
        }
    }
}
