package io.cffs.fuse.mount;

/** What the kernel sees to by itself, if it is asked to: see mount(8), "filesystem-independent mount options". */
public enum MountFlag {
    /** Set-user-ID bits and file capabilities give nobody more rights. Every mount has it, unless root wants none. */
    NOSUID("nosuid", 2),
    /** Device nodes are entries that nobody opens. Every mount has it, unless root wants none. */
    NODEV("nodev", 4),
    /** No file is executed. */
    NOEXEC("noexec", 8),
    /** Reading moves no access time. The kernel leaves access times to the file system, so the handler is told, too. */
    NOATIME("noatime", 1024);

    private final String word;
    private final long bit;

    MountFlag(String word, long bit) {
        this.word = word;
        this.bit = bit;
    }

    /** As mount(8) has it; {@link #without} for the opposite. */
    public String word() {
        return word;
    }

    /** What mount(8) calls it when this is off. */
    String without() {
        return word.substring("no".length());
    }

    /** As mount(2) has it. */
    long bit() {
        return bit;
    }
}
