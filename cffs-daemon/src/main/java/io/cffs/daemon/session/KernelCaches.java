package io.cffs.daemon.session;

import io.cffs.model.ObjectKey;
import io.cffs.txn.ReadKey;
import java.util.List;

/**
 * Whoever keeps copies of what attempts were answered: the kernel, behind the FUSE adapter. Called by the thread that
 * drives the session, never from inside a request.
 */
public interface KernelCaches {
    /** Nobody keeps anything. */
    KernelCaches NONE = new KernelCaches() {
        @Override
        public void prepare(List<ObjectKey> changes) {}

        @Override
        public void expire() {}

        @Override
        public List<ReadKey> assumed() {
            return List.of();
        }

        @Override
        public int assumedMost() {
            return 0;
        }

        @Override
        public void drain() {}
    };

    /**
     * With the session's lock held, while no attempt is open: decides what has to go before the next one is used.
     *
     * @param changes what differs between what earlier attempts were answered and the snapshot of the next; null when
     *     that is not known, so that nothing may stay
     */
    void prepare(List<ObjectKey> changes);

    /**
     * With no lock held: makes the kernel forget what {@link #prepare} has decided. Pages that programs have changed
     * through mappings meanwhile arrive as writes: see {@link Session#dropsLateWrites}.
     */
    void expire();

    /**
     * With no lock held, while no request is admitted: what programs may have read in the open attempt from what
     * earlier ones were answered. To be validated with what the attempt has read itself.
     */
    List<ReadKey> assumed();

    /** A number that {@link #assumed} does not exceed, found without listing them. */
    int assumedMost();

    /** Makes the kernel write the pages that programs have changed through mappings, while the attempt is open. */
    void drain();
}
