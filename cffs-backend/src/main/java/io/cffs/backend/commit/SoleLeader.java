package io.cffs.backend.commit;

import io.cffs.model.Epoch;
import io.cffs.model.VolumeName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Coordination where the lock on the store's directory already makes this process the only one that could lead. */
public final class SoleLeader implements Coordination {
    private final Map<VolumeName, Epoch> epochs = new ConcurrentHashMap<>();

    @Override
    public Epoch lead(VolumeName volume, Epoch newestSeen) {
        return epochs.compute(volume, (name, given) -> {
            long newest = Math.max(newestSeen == null ? 0 : newestSeen.value(), given == null ? 0 : given.value());
            return new Epoch(newest + 1);
        });
    }

    @Override
    public boolean leads(VolumeName volume, Epoch epoch) {
        return epoch.equals(epochs.get(volume));
    }
}
