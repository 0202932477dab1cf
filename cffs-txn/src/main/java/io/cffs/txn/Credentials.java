package io.cffs.txn;

/**
 * On whose behalf an operation runs. Immutable; safe to share between threads.
 *
 * <p>uid 0 is privileged: it passes every permission check, keeps set-id bits when it writes, and may give files away.
 */
public final class Credentials {
    /** The privileged user in its own group: checks pass and record nothing. */
    public static final Credentials ROOT = new Credentials(0, 0, new int[0], false);

    private final int uid;
    private final int gid;
    private final int[] groups;
    private final boolean kernelChecksPermissions;
    private final int umask;

    /**
     * @param uid unsigned 32 bit, of the caller's file-system identity
     * @param gid unsigned 32 bit
     * @param groups supplementary groups; copied. Empty when not known or not needed (uid 0)
     * @param kernelChecksPermissions the mount runs with {@code default_permissions}: the kernel decides from the
     *     attributes that it was handed, so operations do not check again but record every identity they hand out
     */
    public Credentials(int uid, int gid, int[] groups, boolean kernelChecksPermissions) {
        this(uid, gid, groups.clone(), kernelChecksPermissions, 0);
    }

    private Credentials(int uid, int gid, int[] owned, boolean kernelChecksPermissions, int umask) {
        this.uid = uid;
        this.gid = gid;
        this.groups = owned;
        this.kernelChecksPermissions = kernelChecksPermissions;
        this.umask = umask;
    }

    /** @param newUmask of umask(2); only the low nine bits count */
    public Credentials withUmask(int newUmask) {
        return new Credentials(uid, gid, groups, kernelChecksPermissions, newUmask & 0777);
    }

    /** What is taken from the permissions of new inodes; 0 unless {@link #withUmask} says otherwise. */
    public int umask() {
        return umask;
    }

    public int uid() {
        return uid;
    }

    public int gid() {
        return gid;
    }

    public boolean kernelChecksPermissions() {
        return kernelChecksPermissions;
    }

    public boolean isPrivileged() {
        return uid == 0;
    }

    /** Whether the caller's group or one of its supplementary groups is this one. */
    public boolean isMemberOf(int group) {
        if (gid == group) {
            return true;
        }
        for (int member : groups) {
            if (member == group) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return Integer.toUnsignedString(uid) + ":" + Integer.toUnsignedString(gid);
    }
}
