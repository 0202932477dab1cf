package io.cffs.txn.ops;

/**
 * The attributes that one call sets, together or not at all. Null leaves an attribute as it is.
 *
 * @param permissions the new low 12 bits of the mode (chmod)
 * @param uid unsigned 32 bit (chown)
 * @param gid unsigned 32 bit (chown)
 * @param sizeBytes the new length (truncate)
 * @param throughHandle the length is set through a handle that is open for writing: no permission is checked for it
 */
public record SetattrRequest(
        Integer permissions,
        Integer uid,
        Integer gid,
        Long sizeBytes,
        TimeSetting atime,
        TimeSetting mtime,
        boolean throughHandle) {

    public static SetattrRequest chmod(int permissions) {
        return new SetattrRequest(permissions, null, null, null, null, null, false);
    }

    /** Either may be null. */
    public static SetattrRequest chown(Integer uid, Integer gid) {
        return new SetattrRequest(null, uid, gid, null, null, null, false);
    }

    public static SetattrRequest truncate(long sizeBytes) {
        return new SetattrRequest(null, null, null, sizeBytes, null, null, false);
    }

    public static SetattrRequest ftruncate(long sizeBytes) {
        return new SetattrRequest(null, null, null, sizeBytes, null, null, true);
    }

    /** Either may be null (UTIME_OMIT). */
    public static SetattrRequest utimens(TimeSetting atime, TimeSetting mtime) {
        return new SetattrRequest(null, null, null, null, atime, mtime, false);
    }

    /** A time as utimensat(2) takes it. */
    public sealed interface TimeSetting {
        /** Nanoseconds since 1970. */
        record At(long nanos) implements TimeSetting {}

        /** UTIME_NOW. */
        record Now() implements TimeSetting {}
    }
}
