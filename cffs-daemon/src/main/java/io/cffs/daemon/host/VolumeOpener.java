package io.cffs.daemon.host;

import io.cffs.daemon.mount.MountedVolume;
import io.cffs.model.VolumeName;
import java.io.IOException;

/** Serves a volume on a mount that exists already, with what all mounts of the host share. */
public interface VolumeOpener {
    /**
     * @param deviceFd of /dev/fuse, mounted; closed by the volume, also when this throws
     * @param allowOther the mount was made so that every user who sees it may use it
     * @throws IOException when it cannot be served, with one sentence
     */
    MountedVolume open(VolumeName volume, int deviceFd, boolean readOnly, boolean allowOther)
            throws IOException;
}
