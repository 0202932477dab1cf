package io.cffs.fuse.mount;

import io.cffs.fuse.InitFlag;
import io.cffs.fuse.sys.Libc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How to mount. Immutable: made with {@link #at}, which gives every option its usual value; each {@code with} method
 * returns a copy with other ones, or throws {@link IllegalArgumentException} with a sentence for a value that is out of
 * range.
 *
 * <p>The fields say what is usual. Copies are made by {@code clone}, so that a new option cannot be forgotten in them.
 */
public final class MountOptions implements Cloneable {
    public static final int READERS_MAX = 64;
    public static final int TRANSFER_BYTES_MIN = 4 << 10;
    public static final int TRANSFER_BYTES_LIMIT = 16 << 20;

    /** What fusermount3 and libfuse add by themselves, too. */
    private static final Set<MountFlag> UNTRUSTED = Set.of(MountFlag.NOSUID, MountFlag.NODEV);
    private static final String INHERITED_PREFIX = "/dev/fd/";

    /** Who speaks with the kernel. */
    public enum Transport {
        /** This library itself, over /dev/fuse. */
        DEVFUSE,
        /** The host's libfuse 2 through jnr-fuse: paths instead of inodes, nothing cached by the kernel. */
        LIBFUSE
    }

    private Path mountPoint;

    private String fsName = "fuse";
    private String subtype = "java";

    private boolean allowOther;
    private boolean defaultPermissions;
    private boolean readOnly;
    private Set<MountFlag> mountFlags = UNTRUSTED;

    private Transport transport = Transport.DEVFUSE;
    private int inheritedFd = -1;
    private List<MountWay> ways = List.of(MountWay.values());
    private boolean guarded;

    private Set<InitFlag> flags = Set.copyOf(InitFlag.USUAL);
    private int readers = 4;
    private boolean ioUring;
    private int transferBytesMax = 1 << 20;
    private int readaheadBytesMax = 1 << 20;
    private int backgroundMax = 64;

    private int requestTimeoutSeconds;
    private Duration closeAtMost = Duration.ofSeconds(5);

    /** The usual options for this mount point, an existing directory or {@code /dev/fd/N}, an inherited descriptor. */
    public static MountOptions at(Path mountPoint) {
        return new MountOptions(mountPoint);
    }

    private MountOptions(Path mountPoint) {
        this.mountPoint = Objects.requireNonNull(mountPoint, "mountPoint");
    }

    public MountOptions withMountPoint(Path directory) {
        MountOptions changed = copy();
        changed.mountPoint = Objects.requireNonNull(directory, "mountPoint");
        return changed;
    }

    public Path mountPoint() {
        return mountPoint;
    }

    /**
     * @param newFsName the source that mount tables show
     * @param newSubtype the type is shown as fuse.{@code newSubtype}
     */
    public MountOptions withNames(String newFsName, String newSubtype) {
        MountOptions changed = copy();
        changed.fsName = cleanName(newFsName);
        changed.subtype = cleanName(newSubtype);
        return changed;
    }

    public String fsName() {
        return fsName;
    }

    public String subtype() {
        return subtype;
    }

    /** Other users may use the mount. */
    public MountOptions withAllowOther(boolean wanted) {
        MountOptions changed = copy();
        changed.allowOther = wanted;
        return changed;
    }

    public boolean allowOther() {
        return allowOther;
    }

    /** The kernel checks modes itself. */
    public MountOptions withDefaultPermissions(boolean wanted) {
        MountOptions changed = copy();
        changed.defaultPermissions = wanted;
        return changed;
    }

    public boolean defaultPermissions() {
        return defaultPermissions;
    }

    /** Mounted with MS_RDONLY. */
    public MountOptions withReadOnly(boolean wanted) {
        MountOptions changed = copy();
        changed.readOnly = wanted;
        return changed;
    }

    public boolean readOnly() {
        return readOnly;
    }

    /** Usually {@code nosuid} and {@code nodev}; only root can mount without them. */
    public MountOptions withMountFlag(MountFlag flag, boolean wanted) {
        Set<MountFlag> newFlags = EnumSet.of(flag);
        newFlags.addAll(mountFlags);
        if (!wanted) {
            newFlags.remove(flag);
        }
        MountOptions changed = copy();
        changed.mountFlags = Set.copyOf(newFlags);
        return changed;
    }

    public Set<MountFlag> mountFlags() {
        return mountFlags;
    }

    /** Throws when this asks for what root alone may have and this process is not root's. */
    void requireRights() throws MountPointException {
        if (!mountFlags.containsAll(UNTRUSTED) && Libc.uid() != 0) {
            throw new MountPointException("only root may mount with suid or dev");
        }
    }

    /** In the words of mount(8): for programs and libraries that mount for us. */
    List<String> accessWords() {
        List<String> words = new ArrayList<>(List.of(readOnly ? "ro" : "rw"));
        for (MountFlag flag : MountFlag.values()) {
            if (mountFlags.contains(flag)) {
                words.add(flag.word());
            } else if (UNTRUSTED.contains(flag)) {
                words.add(flag.without());
            }
        }
        if (allowOther) {
            words.add("allow_other");
        }
        if (defaultPermissions) {
            words.add("default_permissions");
        }
        return words;
    }

    public MountOptions withTransport(Transport newTransport) {
        MountOptions changed = copy();
        changed.transport = newTransport;
        return changed;
    }

    public Transport transport() {
        return transport;
    }

    /** A descriptor of /dev/fuse that somebody has mounted already; -1, the usual value, for none. */
    public MountOptions withInheritedFd(int fd) {
        MountOptions changed = copy();
        changed.inheritedFd = fd;
        return changed;
    }

    public int inheritedFd() {
        return inheritedFd;
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

    /** Which ways to mount may be tried, in this order; usually all. */
    public MountOptions withWays(MountWay... newWays) {
        MountOptions changed = copy();
        changed.ways = List.of(newWays);
        return changed;
    }

    public List<MountWay> ways() {
        return ways;
    }

    /** A helper process unmounts when this one is killed; not for inherited descriptors. */
    public MountOptions withGuard(boolean wanted) {
        MountOptions changed = copy();
        changed.guarded = wanted;
        return changed;
    }

    public boolean guarded() {
        return guarded;
    }

    /** Features wanted; those that the kernel does not offer are left out. */
    public MountOptions withFlags(Set<InitFlag> newFlags) {
        MountOptions changed = copy();
        changed.flags = Set.copyOf(newFlags);
        return changed;
    }

    public Set<InitFlag> flags() {
        return flags;
    }

    /** Threads that take requests, 1 to {@link #READERS_MAX}; through io_uring one for each processor at least. */
    public MountOptions withReaders(int count) {
        MountOptions changed = copy();
        changed.readers = between("readers", count, 1, READERS_MAX);
        return changed;
    }

    public int readers() {
        return readers;
    }

    /**
     * Requests come through io_uring (Linux 6.14 and newer) instead of reads of /dev/fuse, with a warning where that
     * cannot be had. Not with an inherited descriptor: native calls would cost the start of its process.
     */
    public MountOptions withIoUring(boolean wanted) {
        MountOptions changed = copy();
        changed.ioUring = wanted;
        return changed;
    }

    public boolean ioUring() {
        return ioUring;
    }

    /**
     * @param newTransferBytesMax largest READ and WRITE, {@link #TRANSFER_BYTES_MIN} to {@link #TRANSFER_BYTES_LIMIT};
     *     the kernel may allow less
     * @param newReadaheadBytesMax most that the kernel reads ahead of a program
     * @param newBackgroundMax asynchronous requests (readahead, direct I/O in flight) that the kernel sends at a time,
     *     1 to 65535
     */
    public MountOptions withTransfer(int newTransferBytesMax, int newReadaheadBytesMax, int newBackgroundMax) {
        MountOptions changed = copy();
        changed.transferBytesMax =
                between("transferBytesMax", newTransferBytesMax, TRANSFER_BYTES_MIN, TRANSFER_BYTES_LIMIT);
        changed.readaheadBytesMax = between("readaheadBytesMax", newReadaheadBytesMax, 0, Integer.MAX_VALUE);
        changed.backgroundMax = between("backgroundMax", newBackgroundMax, 1, 0xffff);
        return changed;
    }

    public int transferBytesMax() {
        return transferBytesMax;
    }

    public int readaheadBytesMax() {
        return readaheadBytesMax;
    }

    public int backgroundMax() {
        return backgroundMax;
    }

    /**
     * @param newRequestTimeoutSeconds a request not answered in this time ends the connection, 1 to 65535; 0, the usual
     *     value, for never
     * @param newCloseAtMost how long {@code close} waits for requests under way
     */
    public MountOptions withTimeouts(int newRequestTimeoutSeconds, Duration newCloseAtMost) {
        MountOptions changed = copy();
        changed.requestTimeoutSeconds = between("requestTimeoutSeconds", newRequestTimeoutSeconds, 0, 0xffff);
        changed.closeAtMost = newCloseAtMost;
        return changed;
    }

    public int requestTimeoutSeconds() {
        return requestTimeoutSeconds;
    }

    public Duration closeAtMost() {
        return closeAtMost;
    }

    private MountOptions copy() {
        try {
            return (MountOptions) clone();
        } catch (CloneNotSupportedException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static int between(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " must be " + min + " to " + max + ": " + value);
        }
        return value;
    }

    private static String cleanName(String name) {
        if (name.isEmpty() || name.chars().anyMatch(c -> c == ',' || c < ' ')) {
            throw new IllegalArgumentException("a mount's name may not hold commas or control characters: " + name);
        }
        return name;
    }
}
