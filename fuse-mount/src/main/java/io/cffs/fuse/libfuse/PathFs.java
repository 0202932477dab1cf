package io.cffs.fuse.libfuse;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseOpcode;
import io.cffs.fuse.SetattrValid;
import io.cffs.fuse.loopback.FuseCaller.Answer;
import io.cffs.fuse.loopback.FuseCaller.Caller;
import io.cffs.fuse.wire.Layout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.FuseStubFS;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.FuseContext;
import ru.serce.jnrfuse.struct.FuseFileInfo;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/** libfuse's callbacks: they unpack its structs and leave the rest to {@link PathCalls}. Nothing is thrown into C. */
final class PathFs extends FuseStubFS {
    private static final Logger log = LoggerFactory.getLogger(PathFs.class);
    private static final long UTIME_NOW = (1L << 30) - 1;
    private static final long UTIME_OMIT = (1L << 30) - 2;
    private static final int CALLBACKS_BEFORE_FLAGS = 38;
    /** Third in libfuse's word of flags. Without it a change of one time alone comes to nothing, and is no error. */
    private static final int FLAG_UTIME_OMIT_OK = 1 << 2;
    private static final int LISTING_BYTES = 64 << 10;
    /** From a listed kind (DT_REG) to that in a mode (S_IFREG). */
    private static final int KIND_SHIFT = 12;

    private final PathCalls calls;
    private final Runnable ready;

    /** @param ready runs when libfuse has agreed with the kernel */
    PathFs(PathCalls calls, Runnable ready) {
        this.calls = calls;
        this.ready = ready;
        Struct.getMemory(fuseOperations).putInt(CALLBACKS_BEFORE_FLAGS * Long.BYTES, FLAG_UTIME_OMIT_OK);
    }

    @Override
    public Pointer init(Pointer connection) {
        ready.run();
        return null;
    }

    private static int guarded(LongSupplier call) {
        try {
            return (int) call.getAsLong();
        } catch (RuntimeException | AssertionError thrown) {
            log.error("callback failed: answered with EIO", thrown);
            return -Errno.EIO;
        }
    }

    private Caller who() {
        FuseContext context = getContext();
        return new Caller(context.uid.intValue(), context.gid.intValue(), context.pid.intValue());
    }

    private int umask() {
        return getContext().umask.intValue();
    }

    private static int stat(Answer answer, FileStat into) {
        if (!answer.isOk()) {
            return -answer.errno();
        }
        ByteBuffer attr = answer.body().slice(Layout.ATTR_OUT_ATTR, Layout.ATTR).order(Layout.ORDER);
        into.st_ino.set(attr.getLong(0));
        into.st_size.set(attr.getLong(8));
        into.st_blocks.set(attr.getLong(16));
        setTime(into.st_atim, attr.getLong(24), attr.getInt(48));
        setTime(into.st_mtim, attr.getLong(32), attr.getInt(52));
        setTime(into.st_ctim, attr.getLong(40), attr.getInt(56));
        into.st_mode.set(attr.getInt(60));
        into.st_nlink.set(attr.getInt(64));
        into.st_uid.set(attr.getInt(68));
        into.st_gid.set(attr.getInt(72));
        into.st_rdev.set(attr.getInt(76));
        into.st_blksize.set(attr.getInt(80));
        return 0;
    }

    private static void setTime(Timespec time, long seconds, int nanos) {
        time.tv_sec.set(seconds);
        time.tv_nsec.set(nanos);
    }

    @Override
    public int getattr(String path, FileStat stat) {
        return guarded(() -> stat(calls.at(who(), path, FuseOpcode.GETATTR, body -> body.put(0).put(0).put(0L)), stat));
    }

    @Override
    public int fgetattr(String path, FileStat stat, FuseFileInfo fi) {
        return guarded(() -> stat(calls.getattr(who(), fi.fh.get()), stat));
    }

    @Override
    public int readlink(String path, Pointer buffer, long size) {
        return guarded(() -> {
            Answer answer = calls.at(who(), path, FuseOpcode.READLINK, body -> {});
            if (answer.isOk()) {
                int length = (int) Math.min(answer.body().remaining(), size - 1);
                buffer.put(0, answer.body().array(), 0, length);
                buffer.putByte(length, (byte) 0);
            }
            return -answer.errno();
        });
    }

    @Override
    public int mknod(String path, long mode, long rdev) {
        return guarded(() -> calls.make(who(), path, FuseOpcode.MKNOD,
                body -> body.put((int) mode).put((int) rdev).put(umask()).put(0), body -> {}));
    }

    @Override
    public int mkdir(String path, long mode) {
        return guarded(() -> calls.make(who(), path, FuseOpcode.MKDIR, body -> body.put((int) mode).put(umask()),
                body -> {}));
    }

    @Override
    public int unlink(String path) {
        return guarded(() -> calls.remove(who(), path, FuseOpcode.UNLINK));
    }

    @Override
    public int rmdir(String path) {
        return guarded(() -> calls.remove(who(), path, FuseOpcode.RMDIR));
    }

    @Override
    public int symlink(String target, String path) {
        return guarded(() -> calls.symlink(who(), target, path));
    }

    @Override
    public int rename(String from, String to) {
        return guarded(() -> calls.rename(who(), from, to));
    }

    @Override
    public int link(String from, String to) {
        return guarded(() -> calls.link(who(), from, to));
    }

    @Override
    public int chmod(String path, long mode) {
        return guarded(() -> calls.setattr(who(), path, Setattr.mode(SetattrValid.MODE, (int) mode)));
    }

    @Override
    public int chown(String path, long uid, long gid) {
        int valid = ((int) uid != -1 ? SetattrValid.UID : 0) | ((int) gid != -1 ? SetattrValid.GID : 0);
        return guarded(() -> calls.setattr(who(), path, Setattr.owner(valid, (int) uid, (int) gid)));
    }

    @Override
    public int truncate(String path, long size) {
        return guarded(() -> calls.setattr(who(), path, Setattr.size(SetattrValid.SIZE, size)));
    }

    @Override
    public int ftruncate(String path, long size, FuseFileInfo fi) {
        int valid = SetattrValid.SIZE | SetattrValid.FH;
        return guarded(() -> calls.setattr(who(), fi.fh.get(), Setattr.size(valid, size)));
    }

    @Override
    public int utimens(String path, Timespec[] times) {
        long atimeNanos = times[0].tv_nsec.longValue();
        long mtimeNanos = times[1].tv_nsec.longValue();
        int valid = validOf(atimeNanos, SetattrValid.ATIME, SetattrValid.ATIME_NOW)
                | validOf(mtimeNanos, SetattrValid.MTIME, SetattrValid.MTIME_NOW);
        Setattr change = new Setattr(valid, 0, times[0].tv_sec.get(), (int) atimeNanos, times[1].tv_sec.get(),
                (int) mtimeNanos, 0, 0, 0);
        return guarded(() -> calls.setattr(who(), path, change));
    }

    private static int validOf(long nanos, int given, int now) {
        return nanos == UTIME_OMIT ? 0 : nanos == UTIME_NOW ? given | now : given;
    }

    private static int opened(long result, FuseFileInfo fi) {
        if (result > 0) {
            fi.fh.set(result);
            return 0;
        }
        return (int) result;
    }

    @Override
    public int open(String path, FuseFileInfo fi) {
        return guarded(() -> opened(calls.open(who(), path, FuseOpcode.OPEN, fi.flags.intValue()), fi));
    }

    @Override
    public int create(String path, long mode, FuseFileInfo fi) {
        return guarded(() -> opened(calls.create(who(), path, (int) mode, fi.flags.intValue(), umask()), fi));
    }

    @Override
    public int read(String path, Pointer buffer, long size, long offset, FuseFileInfo fi) {
        return guarded(() -> {
            int wanted = (int) Math.min(size, calls.transferBytesMax());
            Answer answer = calls.read(who(), fi.fh.get(), FuseOpcode.READ, offset, wanted, fi.flags.intValue());
            int length = Math.min(answer.body().remaining(), wanted);
            buffer.put(0, answer.body().array(), 0, length);
            return answer.isOk() ? length : -answer.errno();
        });
    }

    @Override
    public int write(String path, Pointer buffer, long size, long offset, FuseFileInfo fi) {
        return guarded(() -> {
            byte[] data = new byte[(int) Math.min(size, calls.transferBytesMax())];
            buffer.get(0, data, 0, data.length);
            Answer answer = calls.write(who(), fi.fh.get(), offset, ByteBuffer.wrap(data), fi.flags.intValue());
            return answer.isOk() ? answer.body().getInt(0) : -answer.errno();
        });
    }

    /** What a handler does not have, the kernel would not have asked for again: success. */
    private static int optional(Answer answer) {
        return answer.errno() == Errno.ENOSYS ? 0 : -answer.errno();
    }

    @Override
    public int flush(String path, FuseFileInfo fi) {
        return guarded(() -> optional(calls.on(who(), fi.fh.get(), FuseOpcode.FLUSH,
                body -> body.put(0L).put(fi.lock_owner.get()))));
    }

    @Override
    public int fsync(String path, int dataOnly, FuseFileInfo fi) {
        return guarded(() -> optional(calls.on(who(), fi.fh.get(), FuseOpcode.FSYNC,
                body -> body.put(dataOnly != 0 ? 1 : 0).put(0))));
    }

    @Override
    public int release(String path, FuseFileInfo fi) {
        return guarded(() -> calls.release(Caller.ROOT, fi.fh.get(), FuseOpcode.RELEASE, fi.flags.intValue()));
    }

    @Override
    public int opendir(String path, FuseFileInfo fi) {
        return guarded(() -> opened(calls.open(who(), path, FuseOpcode.OPENDIR, fi.flags.intValue()), fi));
    }

    @Override
    public int releasedir(String path, FuseFileInfo fi) {
        return guarded(() -> calls.release(Caller.ROOT, fi.fh.get(), FuseOpcode.RELEASEDIR, fi.flags.intValue()));
    }

    @Override
    public int readdir(String path, Pointer buffer, FuseFillDir filler, long offset, FuseFileInfo fi) {
        return guarded(() -> {
            FileStat entry = new FileStat(Runtime.getSystemRuntime());
            long cookie = 0;
            Answer page;
            do {
                page = calls.read(who(), fi.fh.get(), FuseOpcode.READDIR, cookie, LISTING_BYTES, 0);
                cookie = page.isOk() ? fill(page.body(), entry, buffer, filler) : 0;
            } while (cookie != 0);
            return -page.errno();
        });
    }

    /**
     * @param entry of which libfuse takes the inode number and the kind; with none it lists 2^32 - 1 and "unknown"
     * @return the cookie of the last entry, 0 when there was none
     */
    private static long fill(ByteBuffer entries, FileStat entry, Pointer buffer, FuseFillDir filler) {
        long cookie = 0;
        int at = 0;
        while (entries.limit() - at >= Layout.DIRENT) {
            byte[] name = new byte[entries.getInt(at + Layout.DIRENT_NAMELEN)];
            entries.get(at + Layout.DIRENT, name);
            entry.st_ino.set(entries.getLong(at + Layout.DIRENT_INO));
            entry.st_mode.set(entries.getInt(at + Layout.DIRENT_TYPE) << KIND_SHIFT);
            filler.apply(buffer, new String(name, StandardCharsets.UTF_8), entry, 0);
            cookie = entries.getLong(at + Layout.DIRENT_OFF);
            at += Layout.align8(Layout.DIRENT + name.length);
        }
        return cookie;
    }

    @Override
    public int statfs(String path, Statvfs into) {
        return guarded(() -> {
            Answer answer = calls.at(who(), path, FuseOpcode.STATFS, body -> {});
            if (answer.isOk()) {
                into.f_blocks.set(answer.body().getLong(0));
                into.f_bfree.set(answer.body().getLong(8));
                into.f_bavail.set(answer.body().getLong(16));
                into.f_files.set(answer.body().getLong(24));
                into.f_ffree.set(answer.body().getLong(32));
                into.f_bsize.set(answer.body().getInt(40));
                into.f_namemax.set(answer.body().getInt(44));
                into.f_frsize.set(answer.body().getInt(48));
            }
            return -answer.errno();
        });
    }

    @Override
    public int access(String path, int mask) {
        return guarded(() -> optional(calls.at(who(), path, FuseOpcode.ACCESS, body -> body.put(mask).put(0))));
    }

    @Override
    public int setxattr(String path, String name, Pointer value, long size, int flags) {
        byte[] bytes = new byte[(int) size];
        value.get(0, bytes, 0, bytes.length);
        return guarded(() -> -calls.at(who(), path, FuseOpcode.SETXATTR, body -> body.put(bytes.length).put(flags)
                .putName(name.getBytes(StandardCharsets.UTF_8)).putBytes(ByteBuffer.wrap(bytes))).errno());
    }

    @Override
    public int getxattr(String path, String name, Pointer value, long size) {
        return guarded(() -> sized(calls.at(who(), path, FuseOpcode.GETXATTR,
                body -> body.put((int) size).put(0).putName(name.getBytes(StandardCharsets.UTF_8))), value, size));
    }

    @Override
    public int listxattr(String path, Pointer list, long size) {
        return guarded(() -> sized(calls.at(who(), path, FuseOpcode.LISTXATTR, body -> body.put((int) size).put(0)),
                list, size));
    }

    private static int sized(Answer answer, Pointer into, long size) {
        if (!answer.isOk()) {
            return -answer.errno();
        }
        if (size == 0) {
            return answer.body().getInt(0);
        }
        int length = (int) Math.min(answer.body().remaining(), size);
        into.put(0, answer.body().array(), 0, length);
        return length;
    }

    @Override
    public int removexattr(String path, String name) {
        return guarded(() -> -calls.at(who(), path, FuseOpcode.REMOVEXATTR,
                body -> body.putName(name.getBytes(StandardCharsets.UTF_8))).errno());
    }

    @Override
    public int fallocate(String path, int mode, long offset, long length, FuseFileInfo fi) {
        return guarded(() -> -calls.on(who(), fi.fh.get(), FuseOpcode.FALLOCATE,
                body -> body.put(offset).put(length).put(mode).put(0)).errno());
    }
}
