package io.cffs.backend.server;

import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;

/**
 * Room for the requests of one connection, cut out of the room that all connections share. The reader takes it, and so
 * stops reading when there is none; whoever has sent the answer gives it back.
 */
final class RequestRoom {
    private static final int UNIT_BYTES = 1024;

    private final Semaphore requests;
    private final Semaphore units;
    private final Semaphore sharedUnits;
    private final int requestsMax;
    private final int unitsMax;

    /** @param sharedUnits as {@link #shared} made it */
    RequestRoom(ServerLimits limits, Semaphore sharedUnits) {
        this.requestsMax = limits.requestsMax();
        this.unitsMax = unitsIn(Math.min(limits.requestBytesMax(), limits.totalBytesMax()));
        this.requests = new Semaphore(requestsMax);
        this.units = new Semaphore(unitsMax);
        this.sharedUnits = sharedUnits;
    }

    static Semaphore shared(ServerLimits limits) {
        return new Semaphore(unitsIn(limits.totalBytesMax()), true);
    }

    private static int unitsIn(int bytes) {
        return Math.max(1, bytes / UNIT_BYTES);
    }

    /** A frame larger than all room there is takes all of it. */
    private int unitsFor(int bytes) {
        return Math.min(unitsMax, bytes / UNIT_BYTES + 1);
    }

    void take(int bytes) throws InterruptedIOException {
        try {
            requests.acquire();
            units.acquire(unitsFor(bytes));
            sharedUnits.acquire(unitsFor(bytes));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for room");
        }
    }

    void give(int bytes) {
        sharedUnits.release(unitsFor(bytes));
        units.release(unitsFor(bytes));
        requests.release();
    }

    int underWay() {
        return requestsMax - requests.availablePermits();
    }
}
