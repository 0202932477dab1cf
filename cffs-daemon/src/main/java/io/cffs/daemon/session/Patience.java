package io.cffs.daemon.session;

import java.util.concurrent.CompletableFuture;

/** Who has made the request that a thread serves, and whether it still waits for the answer. */
@FunctionalInterface
public interface Patience {
    /** Whoever asks waits as long as it takes. */
    Patience ENDLESS = () -> null;

    /**
     * To be asked by a thread that is about to wait inside a request.
     *
     * @return completes when nobody waits for the answer any more; null when somebody always does
     */
    CompletableFuture<?> endsFor();
}
