package io.cffs.fuse.mount;

import io.cffs.fuse.Errno;
import io.cffs.fuse.sys.Libc;
import io.cffs.fuse.sys.NamespaceCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Mounts that are in no name space anybody else is in, and are lent to the name spaces of other processes.
 *
 * <p>One thread of this process has a mount name space of its own. There every mount is made, so nobody sees it, and
 * all of them are gone when this process is, whatever way it ends. To lend one, the thread copies the mount
 * (open_tree), enters the other name space (setns), attaches the copy there (move_mount) and comes back. The copy
 * shares the file system, with all that the kernel has cached of it, and goes with the name space it was attached in;
 * so a file system may serve one process after the other and stay warm.
 *
 * <p>Needs CAP_SYS_ADMIN over both name spaces and Linux 5.2. Safe for use by several threads; every wait is bounded,
 * because a path in another name space may lead to a file system that does not answer.
 */
public final class PrivateMounts implements AutoCloseable {
    private static final int STEP_SECONDS_MAX = 15;
    private static final String DEVICE = "/dev/fuse";

    private final Path room;
    private final ExecutorService thread;
    private final int home;
    private final List<Integer> scratch = new CopyOnWriteArrayList<>(); // descriptors of directories
    private final AtomicBoolean closed = new AtomicBoolean();
    private long made; // used by the thread alone

    private PrivateMounts(Path room, List<Path> left) throws IOException {
        this.room = room;
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("fuse-private-mounts").factory());
        boolean complete = false;
        try {
            home = onThread(() -> moveOut(left));
            complete = true;
        } finally {
            if (!complete) {
                thread.shutdownNow();
            }
        }
    }

    /** A mount that was made here. */
    public record Made(int deviceFd, Path path) {}

    /**
     * @param room an existing directory, over which a small tmpfs is mounted in the private name space
     * @param left mount points of the host that the private name space is not to have: what is mounted there would stay
     *     in use by it where mounts are private and the host unmounts it; nothing there is no error
     * @throws IOException when this process may not do that
     */
    public static PrivateMounts in(Path room, Path... left) throws IOException {
        return new PrivateMounts(room, List.of(left));
    }

    private int moveOut(List<Path> left) throws IOException {
        require(NamespaceCalls.unshare(NamespaceCalls.CLONE_NEWNS | NamespaceCalls.CLONE_FS),
                "cannot make a mount name space");
        // Slave: what the host unmounts goes here too, or this copy would keep it busy.
        require(Libc.mount("none", "/", "none", NamespaceCalls.MS_REC | NamespaceCalls.MS_SLAVE, ""),
                "cannot part from the host's mounts");
        left.forEach(each -> Libc.umount2(each.toString(), Libc.MNT_DETACH));
        require(Libc.mount("fuse", room.toString(), "tmpfs",
                Libc.MS_NOSUID | Libc.MS_NODEV | NamespaceCalls.MS_NOEXEC, "size=256k,mode=0700"),
                "cannot mount a tmpfs on " + room);
        return require(Libc.open("/proc/thread-self/ns/mnt", Libc.O_CLOEXEC), "cannot open the mount name space");
    }

    /**
     * Mounts a FUSE file system that is served through the descriptor in the answer. Whoever serves it closes that.
     *
     * @param name what mount tables show
     * @param uid the user it is for, with this group
     * @param allowOther other users who see it may use it, too
     */
    public Made mount(String name, String subtype, boolean readOnly, int uid, int gid, boolean allowOther)
            throws IOException {
        return onThread(() -> {
            Path path = Files.createDirectory(room.resolve(Long.toString(++made)));
            int fd = require(Libc.open(DEVICE, Libc.O_RDWR | Libc.O_CLOEXEC), "cannot open " + DEVICE);
            long flags = Libc.MS_NOSUID | Libc.MS_NODEV | (readOnly ? Libc.MS_RDONLY : 0);
            int result = Libc.mount(name, path.toString(), "fuse." + subtype, flags, "fd=" + fd
                    + ",rootmode=40000,user_id=" + Integer.toUnsignedString(uid)
                    + ",group_id=" + Integer.toUnsignedString(gid) + (allowOther ? ",allow_other" : ""));
            if (result < 0) {
                Libc.close(fd);
                Files.delete(path);
                throw new IOException("cannot mount: " + ErrnoText.of(-result));
            }
            return new Made(fd, path);
        });
    }

    /**
     * Makes a mount appear on a directory of another name space.
     *
     * @param namespaceFd of the name space: {@code /proc/PID/ns/mnt}
     * @param owner the user who must own the directory, or -1 when that does not matter
     */
    public void lend(Made made, int namespaceFd, Path directory, long owner) throws IOException {
        onThread(() -> {
            int copy = require(NamespaceCalls.cloneMount(made.path().toString()), "cannot copy the mount");
            try {
                require(NamespaceCalls.enterMounts(namespaceFd), "cannot enter the mount name space");
                attach(copy, directory, owner);
            } finally {
                comeHome();
                Libc.close(copy);
            }
            return null;
        });
    }

    private static void attach(int copy, Path directory, long owner) throws IOException {
        int at = require(Libc.open(directory.toString(),
                NamespaceCalls.O_PATH | NamespaceCalls.O_DIRECTORY | Libc.O_CLOEXEC), "cannot open " + directory);
        try {
            if (owner >= 0 && NamespaceCalls.ownerOf(at) != owner) {
                throw new IOException(directory + " does not belong to user " + owner);
            }
            require(NamespaceCalls.attachMount(copy, at), "cannot mount on " + directory);
        } finally {
            Libc.close(at);
        }
    }

    /** Takes what lies topmost on a directory of another name space away, lazily. Nothing there is no error. */
    public void takeBack(int namespaceFd, Path directory) throws IOException {
        onThread(() -> {
            try {
                require(NamespaceCalls.enterMounts(namespaceFd), "cannot enter the mount name space");
                int result = Libc.umount2(directory.toString(), Libc.MNT_DETACH);
                if (result < 0 && result != -Errno.EINVAL && result != -Errno.ENOENT) {
                    throw new IOException("cannot unmount " + directory + ": " + ErrnoText.of(-result));
                }
            } finally {
                comeHome();
            }
            return null;
        });
    }

    /** Unmounts here. Where it is lent to, it stays until that name space ends, dead once nobody serves it. */
    public void unmount(Made made) throws IOException {
        onThread(() -> {
            int result = Libc.umount2(made.path().toString(), Libc.MNT_DETACH);
            if (result == 0) {
                Files.delete(made.path());
            }
            return null;
        });
    }

    /**
     * A directory in memory that has no name anywhere: only this process reaches it, by the path in the answer, until
     * this is closed. Nothing is left of it when this process is killed.
     *
     * @param mebibytesMax how much it may hold, 1 and up; what it holds is memory of the host
     */
    public Path scratch(int mebibytesMax) throws IOException {
        return onThread(() -> {
            Path path = Files.createDirectory(room.resolve("scratch" + ++made));
            require(Libc.mount("cffs-scratch", path.toString(), "tmpfs", Libc.MS_NOSUID | Libc.MS_NODEV
                    | NamespaceCalls.MS_NOEXEC, "mode=0700,size=" + mebibytesMax + "m"), "cannot mount a tmpfs");
            int fd = Libc.open(path.toString(),
                    NamespaceCalls.O_PATH | NamespaceCalls.O_DIRECTORY | Libc.O_CLOEXEC);
            Libc.umount2(path.toString(), Libc.MNT_DETACH); // what is open stays
            scratch.add(require(fd, "cannot open the tmpfs"));
            return Path.of("/proc/self/fd/" + fd);
        });
    }

    private void comeHome() {
        int result = NamespaceCalls.enterMounts(home);
        if (result < 0) {
            throw new AssertionError("the thread of the private mounts is lost in another name space: " + result);
        }
    }

    /** Opens the mount name space of a process; the caller closes it by {@link Libc#close}. */
    public static int namespaceOf(int pid) throws IOException {
        return require(Libc.open("/proc/" + pid + "/ns/mnt", Libc.O_CLOEXEC),
                "cannot open the mount name space of process " + pid);
    }

    /** Gives a name space back that {@link #namespaceOf} has opened. */
    public static void closeNamespace(int namespaceFd) {
        Libc.close(namespaceFd);
    }

    private static int require(int result, String what) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": " + ErrnoText.of(-result));
        }
        return result;
    }

    private <T> T onThread(Callable<T> step) throws IOException {
        Future<T> done = thread.submit(step);
        try {
            return done.get(STEP_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new AssertionError("a step of the private mounts failed", e.getCause());
        } catch (TimeoutException e) {
            done.cancel(false);
            throw new IOException("mounting did not end within " + STEP_SECONDS_MAX + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while mounting", e);
        }
    }

    /** The thread ends, and with it the name space and every mount in it. Harmless when called again. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            thread.shutdown();
            Libc.close(home);
            scratch.forEach(Libc::close);
        }
    }
}
