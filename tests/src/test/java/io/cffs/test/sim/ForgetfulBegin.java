package io.cffs.test.sim;

import io.cffs.txn.port.BackendPort;
import java.util.concurrent.CompletableFuture;

/** Now and then the answer to begin does not say what has changed, so that the cache has to ask about each thing. */
final class ForgetfulBegin extends BackendLayer {
    private final FaultPlan faults;

    ForgetfulBegin(BackendPort backend, FaultPlan faults) {
        super(backend);
        this.faults = faults;
    }

    @Override
    public CompletableFuture<Begun> begin(BeginRequest request) {
        return backend.begin(request).thenApply(begun -> faults.strikes(Fault.CACHE_LOST, 2)
                ? new Begun(begun.snapshot(), begun.leaseId(), begun.leaseMillis(), null, begun.alreadyCommitted())
                : begun);
    }
}
