package io.cffs.daemon.mount;

import io.cffs.daemon.fuse.VolumeFigures;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.VolumeName;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.VolumeStatus;
import io.cffs.txn.port.Ticker;
import java.util.concurrent.CompletionException;

/**
 * Figures that the backend told at most a second ago: programs ask for them in bursts. Safe for use by many
 * threads.
 */
final class StatusFigures implements VolumeFigures {
    private static final long KEPT_NANOS = 1_000_000_000L;

    private final BackendPort backend;
    private final VolumeName volume;
    private final Ticker ticker;
    private volatile Told last;

    private record Told(VolumeStatus status, long atNanos) {}

    StatusFigures(BackendPort backend, VolumeName volume, Ticker ticker) {
        this.backend = backend;
        this.volume = volume;
        this.ticker = ticker;
    }

    @Override
    public VolumeStatus now() throws FsException {
        Told told = last;
        long now = ticker.monotonicNanos();
        if (told == null || now - told.atNanos() >= KEPT_NANOS) {
            try {
                told = new Told(backend.status(volume).join(), now);
            } catch (CompletionException e) {
                throw new FsException(FsError.ENVIRONMENT_FAILED);
            }
            last = told;
        }
        return told.status();
    }
}
