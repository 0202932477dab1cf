package io.cffs.daemon.session;

import io.cffs.txn.port.BackendException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waiting for the backend. */
final class BackendAnswers {
    private BackendAnswers() {}

    /** What the backend answers; each of its futures has a bound in time, which the backend keeps. */
    static <T> T answered(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BackendException failure) {
                throw failure;
            }
            throw new BackendException(BackendException.Cause.PROTOCOL, "the backend client failed", e.getCause());
        }
    }
}
