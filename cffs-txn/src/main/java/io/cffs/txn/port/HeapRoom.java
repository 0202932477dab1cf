package io.cffs.txn.port;

/** The heap that the transactions of a process may take together. Safe for use by many threads. */
public interface HeapRoom {
    /** Where nobody counts. */
    HeapRoom ENDLESS = new HeapRoom() {
        @Override
        public void use(long bytes) {}

        @Override
        public long leftBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public long bytesMax() {
            return Long.MAX_VALUE;
        }
    };

    /** Takes note of what is in use from now on, or with a negative number no more. Refuses nothing. */
    void use(long bytes);

    /** Negative when more is in use than should be. */
    long leftBytes();

    /** What may be in use in all. */
    long bytesMax();
}
