package io.cffs.daemon.cache;

import io.cffs.model.VolumeName;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * 128 bits that name a volume for ever and everywhere: two stores that both have a volume "default" differ in it, so
 * functions of one tenant may share a cache file whatever stores they use.
 */
public record VolumeIdentity(long high, long low) {
    /** @param store the uuid in the store's FORMAT file */
    public static VolumeIdentity of(UUID store, VolumeName volume) {
        UUID mixed = UUID.nameUUIDFromBytes((store + "/" + volume.value()).getBytes(StandardCharsets.US_ASCII));
        return new VolumeIdentity(mixed.getMostSignificantBits(), mixed.getLeastSignificantBits());
    }
}
