package io.cffs.fuse.mount;

/** What the kernel sees to by itself, if it is asked to: see mount(8), "filesystem-independent mount options". */
public enum MountFlag {
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

    /** As mount(8) has it. */
    public String word() {
        return word;
    }

    /** As mount(2) has it. */
    long bit() {
        return bit;
    }
}
