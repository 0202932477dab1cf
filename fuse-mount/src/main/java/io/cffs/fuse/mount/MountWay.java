package io.cffs.fuse.mount;

/**
 * Ways to get a mount, in the order in which they are tried. The first way of all, an inherited descriptor, is taken
 * whenever one is given. The last, a user name space, is not a way of its own: a launcher starts the process under
 * {@code unshare -Urm}, and then {@link #SYSCALL} works without privilege.
 */
public enum MountWay {
    /** mount(2), for who may. */
    SYSCALL,
    /** The set-user-id program fusermount3, which passes back a descriptor. */
    FUSERMOUNT
}
