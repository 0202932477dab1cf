package io.cffs.daemon.session;

/**
 * Whoever keeps copies of what attempts were answered: the kernel, behind the FUSE adapter. Called by the thread that
 * drives the session, with no lock held, never from inside a request.
 */
public interface KernelCaches {
    /** Nobody keeps anything. */
    KernelCaches NONE = new KernelCaches() {
        @Override
        public void expire() {}

        @Override
        public void drain() {}
    };

    /**
     * Makes the kernel forget everything that attempts before the present one were answered. Pages that programs have
     * changed through mappings meanwhile arrive as writes: see {@link Session#dropsLateWrites}.
     */
    void expire();

    /** Makes the kernel write the pages that programs have changed through mappings, while the attempt is open. */
    void drain();
}
