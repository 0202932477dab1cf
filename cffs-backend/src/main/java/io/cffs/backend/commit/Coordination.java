package io.cffs.backend.commit;

import io.cffs.model.Epoch;
import io.cffs.model.VolumeName;

/** Who leads a volume. Safe for use by many threads. */
public interface Coordination {
    /**
     * Takes the lead of a volume.
     *
     * @param newestSeen the newest epoch that the volume's log knows; null for none
     * @return an epoch newer than that and than all others given out for the volume
     */
    Epoch lead(VolumeName volume, Epoch newestSeen);

    /**
     * Whether this epoch still leads, as far as is known here. The log's fence decides, this only saves useless work.
     */
    boolean leads(VolumeName volume, Epoch epoch);
}
