package io.cffs.fuse.mount;

import io.cffs.fuse.InitFlag;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How to mount. Immutable; made with {@link #at}, then changed field by field through the {@code with} methods.
 *
 * @param mountPoint an existing directory; {@code /dev/fd/N} stands for an inherited descriptor
 * @param fsName the source that mount tables show
 * @param subtype the type is shown as fuse.{@code subtype}
 * @param allowOther other users may use the mount
 * @param defaultPermissions the kernel checks modes itself
 * @param readOnly mounted with MS_RDONLY
 * @param transport who speaks with the kernel
 * @param inheritedFd a descriptor of /dev/fuse that somebody has mounted already; -1 for none
 * @param ways which ways to mount may be tried, in this order
 * @param readers threads that take requests, 1 to 64; through io_uring one for each processor at least
 * @param transferBytesMax largest READ and WRITE, 4 KiB to 16 MiB; the kernel may allow less
 * @param readaheadBytesMax most that the kernel reads ahead of a program
 * @param backgroundMax asynchronous requests (readahead, direct I/O in flight) that the kernel sends at a time
 * @param flags features wanted; those that the kernel does not offer are left out
 * @param requestTimeoutSeconds a request not answered in this time ends the connection; 0 for never
 * @param guarded a helper process unmounts when this one is killed; not for inherited descriptors
 * @param closeAtMost how long {@code close} waits for requests under way
 * @param ioUring requests come through io_uring (Linux 6.14 and newer) instead of reads of /dev/fuse, with a warning
 *     where that cannot be had. Not with an inherited descriptor: native calls would cost the start of its process
 * @param mountFlags beside {@code nosuid} and {@code nodev}, which every mount has
 */
public record MountOptions(
        Path mountPoint,
        String fsName,
        String subtype,
        boolean allowOther,
        boolean defaultPermissions,
        boolean readOnly,
        Transport transport,
        int inheritedFd,
        List<MountWay> ways,
        int readers,
        int transferBytesMax,
        int readaheadBytesMax,
        int backgroundMax,
        Set<InitFlag> flags,
        int requestTimeoutSeconds,
        boolean guarded,
        Duration closeAtMost,
        boolean ioUring,
        Set<MountFlag> mountFlags) {

    public static final int READERS_MAX = 64;
    public static final int TRANSFER_BYTES_MIN = 4 << 10;
    public static final int TRANSFER_BYTES_LIMIT = 16 << 20;

    private static final String INHERITED_PREFIX = "/dev/fd/";

    /** Who speaks with the kernel. */
    public enum Transport {
        /** This library itself, over /dev/fuse. */
        DEVFUSE,
        /** The host's libfuse 2 through jnr-fuse: paths instead of inodes, nothing cached by the kernel. */
        LIBFUSE
    }

    public MountOptions {
        Objects.requireNonNull(mountPoint, "mountPoint");
        ways = List.copyOf(ways);
        flags = Set.copyOf(flags);
        mountFlags = Set.copyOf(mountFlags);
        requireBetween("readers", readers, 1, READERS_MAX);
        requireBetween("transferBytesMax", transferBytesMax, TRANSFER_BYTES_MIN, TRANSFER_BYTES_LIMIT);
        requireBetween("readaheadBytesMax", readaheadBytesMax, 0, Integer.MAX_VALUE);
        requireBetween("backgroundMax", backgroundMax, 1, 0xffff);
        requireBetween("requestTimeoutSeconds", requestTimeoutSeconds, 0, 0xffff);
        requireCleanName(fsName);
        requireCleanName(subtype);
    }

    private static void requireBetween(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " must be " + min + " to " + max + ": " + value);
        }
    }

    private static void requireCleanName(String name) {
        if (name.isEmpty() || name.chars().anyMatch(c -> c == ',' || c < ' ')) {
            throw new IllegalArgumentException("a mount's name may not hold commas or control characters: " + name);
        }
    }

    /** The usual options for this mount point. */
    public static MountOptions at(Path mountPoint) {
        return new MountOptions(mountPoint, "fuse", "java", false, false, false, Transport.DEVFUSE, -1,
                List.of(MountWay.values()), 4, 1 << 20, 1 << 20, 64, EnumSet.copyOf(InitFlag.USUAL), 0,
                false, Duration.ofSeconds(5), false, Set.of());
    }

    /** The inherited descriptor, from its own option or from a mount point of the form /dev/fd/N. */
    public OptionalInt descriptor() {
        if (inheritedFd >= 0) {
            return OptionalInt.of(inheritedFd);
        }
        String path = mountPoint.toString();
        String digits = path.startsWith(INHERITED_PREFIX) ? path.substring(INHERITED_PREFIX.length()) : "";
        return digits.matches("[0-9]{1,9}") ? OptionalInt.of(Integer.parseInt(digits)) : OptionalInt.empty();
    }

    public MountOptions withNames(String newFsName, String newSubtype) {
        return new MountOptions(mountPoint, newFsName, newSubtype, allowOther, defaultPermissions, readOnly, transport,
                inheritedFd, ways, readers, transferBytesMax, readaheadBytesMax, backgroundMax, flags,
                requestTimeoutSeconds, guarded, closeAtMost, ioUring, mountFlags);
    }

    public MountOptions withAccess(boolean newAllowOther, boolean newDefaultPermissions, boolean newReadOnly) {
        return new MountOptions(mountPoint, fsName, subtype, newAllowOther, newDefaultPermissions, newReadOnly,
                transport, inheritedFd, ways, readers, transferBytesMax, readaheadBytesMax, backgroundMax, flags,
                requestTimeoutSeconds, guarded, closeAtMost, ioUring, mountFlags);
    }

    public MountOptions withTransport(Transport newTransport) {
        return new MountOptions(mountPoint, fsName, subtype, allowOther, defaultPermissions, readOnly, newTransport,
                inheritedFd, ways, readers, transferBytesMax, readaheadBytesMax, backgroundMax, flags,
                requestTimeoutSeconds, guarded, closeAtMost, ioUring, mountFlags);
    }

    public MountOptions withInheritedFd(int fd) {
        return new MountOptions(mountPoint, fsName, subtype, allowOther, defaultPermissions, readOnly, transport, fd,
                ways, readers, transferBytesMax, readaheadBytesMax, backgroundMax, flags, requestTimeoutSeconds,
                guarded, closeAtMost, ioUring, mountFlags);
    }

    public MountOptions withWays(MountWay... newWays) {
        return new MountOptions(mountPoint, fsName, subtype, allowOther, defaultPermissions, readOnly, transport,
                inheritedFd, List.of(newWays), readers, transferBytesMax, readaheadBytesMax, backgroundMax, flags,
                requestTimeoutSeconds, guarded, closeAtMost, ioUring, mountFlags);
    }

    public MountOptions withReaders(int newReaders) {
        return new MountOptions(mountPoint, fsName, subtype, allowOther, defaultPermissions, readOnly, transport,
                inheritedFd, ways, newReaders, transferBytesMax, readaheadBytesMax, backgroundMax, flags,
                requestTimeoutSeconds, guarded, closeAtMost, ioUring, mountFlags);
    }

    public MountOptions withTransfer(int newTransferBytesMax, int newReadaheadBytesMax, int newBackgroundMax) {
        return new MountOptions(mountPoint, fsName, subtype, allowOther, defaultPermissions, readOnly, transport,
                inheritedFd, ways, readers, newTransferBytesMax, newReadaheadBytesMax, newBackgroundMax, flags,
                requestTimeoutSeconds, guarded, closeAtMost, ioUring, mountFlags);
    }

    public MountOptions withFlags(Set<InitFlag> newFlags) {
        return new MountOptions(mountPoint, fsName, subtype, allowOther, defaultPermissions, readOnly, transport,
                inheritedFd, ways, readers, transferBytesMax, readaheadBytesMax, backgroundMax, newFlags,
                requestTimeoutSeconds, guarded, closeAtMost, ioUring, mountFlags);
    }

    public MountOptions withTimeouts(int newRequestTimeoutSeconds, Duration newCloseAtMost) {
        return new MountOptions(mountPoint, fsName, subtype, allowOther, defaultPermissions, readOnly, transport,
                inheritedFd, ways, readers, transferBytesMax, readaheadBytesMax, backgroundMax, flags,
                newRequestTimeoutSeconds, guarded, newCloseAtMost, ioUring, mountFlags);
    }

    public MountOptions withGuard(boolean newGuarded) {
        return new MountOptions(mountPoint, fsName, subtype, allowOther, defaultPermissions, readOnly, transport,
                inheritedFd, ways, readers, transferBytesMax, readaheadBytesMax, backgroundMax, flags,
                requestTimeoutSeconds, newGuarded, closeAtMost, ioUring, mountFlags);
    }

    public MountOptions withIoUring(boolean newIoUring) {
        return new MountOptions(mountPoint, fsName, subtype, allowOther, defaultPermissions, readOnly, transport,
                inheritedFd, ways, readers, transferBytesMax, readaheadBytesMax, backgroundMax, flags,
                requestTimeoutSeconds, guarded, closeAtMost, newIoUring, mountFlags);
    }

    public MountOptions withMountFlags(Set<MountFlag> newMountFlags) {
        return new MountOptions(mountPoint, fsName, subtype, allowOther, defaultPermissions, readOnly, transport,
                inheritedFd, ways, readers, transferBytesMax, readaheadBytesMax, backgroundMax, flags,
                requestTimeoutSeconds, guarded, closeAtMost, ioUring, newMountFlags);
    }

    /** Who may do what, in the words of mount(8): for programs and libraries that mount for us. */
    List<String> accessWords() {
        List<String> words = new ArrayList<>(List.of("nosuid", "nodev", readOnly ? "ro" : "rw"));
        mountFlags.stream().map(MountFlag::word).sorted().forEach(words::add);
        if (allowOther) {
            words.add("allow_other");
        }
        if (defaultPermissions) {
            words.add("default_permissions");
        }
        return words;
    }
}
