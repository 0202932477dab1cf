package io.cffs.test.sim;

import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;

/** Where the backend runs. What arrives while it is down is lost; what it has not answered when it dies, too. */
interface BackendNode {
    /** Runs a call on the backend if it is up, and hands in the reply if there is one. */
    <T> void serve(Function<BackendPort, CompletableFuture<T>> call, Consumer<RemoteBackend.Reply<T>> reply);

    /** Counts the processes that have run here. */
    int process();

    /** A node that never fails. */
    static BackendNode steady(BackendPort backend) {
        return new BackendNode() {
            @Override
            public <T> void serve(
                    Function<BackendPort, CompletableFuture<T>> call, Consumer<RemoteBackend.Reply<T>> reply) {
                answer(call.apply(backend), reply);
            }

            @Override
            public int process() {
                return 1;
            }
        };
    }

    static <T> void answer(CompletableFuture<T> future, Consumer<RemoteBackend.Reply<T>> reply) {
        future.whenComplete((value, failure) -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause == null) {
                reply.accept(new RemoteBackend.Reply<>(value, null));
            } else if (cause instanceof BackendException known) {
                reply.accept(new RemoteBackend.Reply<>(null, known));
            } else {
                throw new AssertionError("the backend failed with what is no BackendException", cause);
            }
        });
    }
}
