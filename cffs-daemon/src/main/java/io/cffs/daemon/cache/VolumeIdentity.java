package io.cffs.daemon.cache;

import io.cffs.txn.port.BackendPort.VolumeStatus;
import java.util.UUID;

/**
 * 128 bits that name a volume for ever and everywhere: two stores that both have a volume "default" differ in it, so
 * functions of one tenant may share a cache file whatever stores they use.
 */
public record VolumeIdentity(long high, long low) {
    /** Of the volume that said this. */
    public static VolumeIdentity of(VolumeStatus status) {
        UUID identity = status.identity();
        return new VolumeIdentity(identity.getMostSignificantBits(), identity.getLeastSignificantBits());
    }
}
