package io.cffs.daemon.fuse;

import io.cffs.model.FsException;
import io.cffs.txn.port.BackendPort.VolumeStatus;

/** Where statfs(2) gets its figures: they belong to no snapshot. */
@FunctionalInterface
public interface VolumeFigures {
    /** @throws FsException ENVIRONMENT_FAILED when the backend does not tell */
    VolumeStatus now() throws FsException;
}
