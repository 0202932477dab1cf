package io.cffs.daemon.session;

import io.cffs.txn.TransactionOptions;
import io.cffs.txn.port.PageFrames;
import io.cffs.txn.port.Ticker;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What attempts of a session are made of. Handed in by the composition root; not closed by the session.
 *
 * @param options for every attempt; whether it is read-only comes from the invocation
 * @param timer runs short tasks that never block
 */
public record AttemptParts(
        PageFrames frames,
        Staging staging,
        TransactionOptions options,
        SessionLimits limits,
        Ticker ticker,
        ScheduledExecutorService timer) {

    TransactionOptions optionsFor(Invocation invocation) {
        return new TransactionOptions(
                options.readOnly() || invocation.readOnly(), options.strictTimes(), options.relatime(),
                options.limits());
    }
}
