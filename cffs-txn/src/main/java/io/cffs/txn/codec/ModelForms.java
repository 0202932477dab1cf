package io.cffs.txn.codec;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.Quota;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.StagedId;

/** Forms of the words of io.cffs.model. */
final class ModelForms {
    /** Largest extended attribute (XATTR_SIZE_MAX of limits.h) in bytes. */
    static final int XATTR_BYTES_MAX = 65_536;
    /** Longest symlink target (PATH_MAX) in bytes. */
    static final int TARGET_BYTES_MAX = 4096;
    static final long PAGE_MAX = Blocks.pageOf(Blocks.FILE_BYTES_MAX);
    private static final int TAG_INODE = 1;
    private static final int TAG_DENTRY = 2;
    private static final int TAG_BLOCK = 3;
    private static final int TAG_XATTR = 4;
    private static final int TAG_QUOTA = 5;

    private ModelForms() {}

    static void putIno(Ino ino, ByteWriter to) {
        to.putUnsigned(ino.value());
    }

    static Ino takeIno(ByteReader from) throws CodecException {
        return new Ino(from.takeUnsigned(Long.MAX_VALUE));
    }

    static void putName(Name name, ByteWriter to) {
        to.putRun(name.toBytes());
    }

    static Name takeName(ByteReader from) throws CodecException {
        try {
            return Name.of(from.takeRun(Name.BYTES_MAX));
        } catch (FsException e) {
            throw new CodecException("a name is not legal");
        }
    }

    /** The name of an extended attribute, put with {@link #putName}. */
    static Name takeXattrName(ByteReader from) throws CodecException {
        try {
            return Name.ofXattr(from.takeRun(Name.BYTES_MAX));
        } catch (FsException e) {
            throw new CodecException("a name of an attribute is not legal");
        }
    }

    static void putTs(CommitTs ts, ByteWriter to) {
        to.putUnsigned(ts.value());
    }

    static CommitTs takeTs(ByteReader from) throws CodecException {
        return new CommitTs(from.takeUnsigned(Long.MAX_VALUE));
    }

    static void putTxn(TxnId txn, ByteWriter to) {
        to.putFixed(txn.high());
        to.putFixed(txn.low());
    }

    static TxnId takeTxn(ByteReader from) throws CodecException {
        return new TxnId(from.takeFixed(), from.takeFixed());
    }

    static void putStaged(StagedId id, ByteWriter to) {
        putTxn(id.txn(), to);
        to.putUnsigned(id.sequence());
    }

    static StagedId takeStaged(ByteReader from) throws CodecException {
        return new StagedId(takeTxn(from), from.takeInt(Integer.MAX_VALUE));
    }

    static void putVolume(VolumeName volume, ByteWriter to) {
        to.putText(volume.value());
    }

    static VolumeName takeVolume(ByteReader from) throws CodecException {
        return new VolumeName(from.takeText(63));
    }

    static void putBytes(Bytes bytes, ByteWriter to) {
        to.putRun(bytes);
    }

    static Bytes takeBytes(ByteReader from, int bytesMax) throws CodecException {
        return Bytes.owning(from.takeRun(bytesMax));
    }

    static void putType(FileType type, ByteWriter to) {
        to.putByte(type.modeBits() >>> 12);
    }

    static FileType takeType(ByteReader from) throws CodecException {
        int bits = from.takeByte();
        if (bits == 0 || bits > 15) {
            throw new CodecException("no file type has number " + bits);
        }
        return FileType.ofMode(bits << 12);
    }

    static void putInode(Inode inode, ByteWriter to) {
        putIno(inode.ino(), to);
        putType(inode.type(), to);
        to.putUnsigned(inode.permissions());
        to.putUnsigned(Integer.toUnsignedLong(inode.uid()));
        to.putUnsigned(Integer.toUnsignedLong(inode.gid()));
        to.putUnsigned(inode.links());
        to.putUnsigned(inode.sizeBytes());
        to.putFixed(inode.atimeNanos());
        to.putFixed(inode.mtimeNanos());
        to.putFixed(inode.ctimeNanos());
        to.putFixed(inode.btimeNanos());
        to.putFixed(inode.rdev());
        if (inode.isDirectory()) {
            putIno(inode.parent(), to);
        }
        if (inode.type() == FileType.SYMLINK) {
            putBytes(inode.symlinkTarget(), to);
        }
        to.putUnsigned(inode.xattrCount());
        to.putByte(inode.flagBits());
        to.putOptional(inode.quotaTree(), ModelForms::putIno);
        to.putUnsigned(inode.allocatedBytes() / Blocks.PAGE_BYTES);
    }

    static Inode takeInode(ByteReader from) throws CodecException {
        Ino ino = takeIno(from);
        FileType type = takeType(from);
        int permissions = from.takeInt(Inode.PERMISSION_BITS);
        int uid = (int) from.takeUnsigned(0xFFFF_FFFFL);
        int gid = (int) from.takeUnsigned(0xFFFF_FFFFL);
        long links = from.takeUnsigned(Long.MAX_VALUE);
        long sizeBytes = from.takeUnsigned(Blocks.FILE_BYTES_MAX);
        long atimeNanos = from.takeFixed();
        long mtimeNanos = from.takeFixed();
        long ctimeNanos = from.takeFixed();
        long btimeNanos = from.takeFixed();
        long rdev = from.takeFixed();
        Ino parent = type == FileType.DIRECTORY ? takeIno(from) : null;
        Bytes target = type == FileType.SYMLINK ? takeBytes(from, TARGET_BYTES_MAX) : null;
        int xattrCount = from.takeInt(Integer.MAX_VALUE);
        int flagBits = from.takeByte();
        if ((flagBits & ~Inode.FLAG_BITS) != 0 || xattrCount < Integer.bitCount(flagBits & Inode.ACL_FLAGS)) {
            throw new CodecException("flags " + flagBits + " do not go with " + xattrCount + " attributes");
        }
        Ino quotaTree = from.takeOptional(ModelForms::takeIno);
        long pages = from.takeUnsigned(type == FileType.REGULAR ? PAGE_MAX : 0);
        return new Inode(ino, type, permissions, uid, gid, links, sizeBytes, atimeNanos, mtimeNanos, ctimeNanos,
                btimeNanos, rdev, parent, target, xattrCount, flagBits, quotaTree, pages * Blocks.PAGE_BYTES);
    }

    static void putKey(ObjectKey key, ByteWriter to) {
        switch (key) {
            case ObjectKey.InodeKey inode -> {
                to.putByte(TAG_INODE);
                putIno(inode.ino(), to);
            }
            case ObjectKey.DentryKey dentry -> {
                to.putByte(TAG_DENTRY);
                putIno(dentry.parent(), to);
                putName(dentry.name(), to);
            }
            case ObjectKey.BlockKey block -> {
                to.putByte(TAG_BLOCK);
                putIno(block.ino(), to);
                to.putUnsigned(block.index());
            }
            case ObjectKey.XattrKey xattr -> {
                to.putByte(TAG_XATTR);
                putIno(xattr.ino(), to);
                putName(xattr.name(), to);
            }
            case ObjectKey.QuotaKey quota -> {
                to.putByte(TAG_QUOTA);
                putIno(quota.tree(), to);
            }
        }
    }

    static ObjectKey takeKey(ByteReader from) throws CodecException {
        int tag = from.takeByte();
        return switch (tag) {
            case TAG_INODE -> new ObjectKey.InodeKey(takeIno(from));
            case TAG_DENTRY -> new ObjectKey.DentryKey(takeIno(from), takeName(from));
            case TAG_BLOCK -> new ObjectKey.BlockKey(
                    takeIno(from), from.takeUnsigned(Blocks.blockOf(Blocks.FILE_BYTES_MAX)));
            case TAG_XATTR -> new ObjectKey.XattrKey(takeIno(from), takeXattrName(from));
            case TAG_QUOTA -> new ObjectKey.QuotaKey(takeIno(from));
            default -> throw new CodecException("no kind of object has number " + tag);
        };
    }

    static void putObject(StoredObject object, ByteWriter to) {
        switch (object) {
            case StoredObject.InodeObject inode -> {
                to.putByte(TAG_INODE);
                putInode(inode.inode(), to);
            }
            case StoredObject.DentryObject dentry -> {
                to.putByte(TAG_DENTRY);
                putIno(dentry.ino(), to);
                putType(dentry.type(), to);
            }
            case StoredObject.BlockObject block -> {
                to.putByte(TAG_BLOCK);
                putBytes(block.raw(), to);
                to.putUnsigned(Integer.toUnsignedLong(block.pages()));
            }
            case StoredObject.XattrObject xattr -> {
                to.putByte(TAG_XATTR);
                putBytes(xattr.value(), to);
            }
            case StoredObject.QuotaObject quota -> {
                to.putByte(TAG_QUOTA);
                putQuota(quota.quota(), to);
            }
        }
    }

    static StoredObject takeObject(ByteReader from) throws CodecException {
        int tag = from.takeByte();
        return switch (tag) {
            case TAG_INODE -> new StoredObject.InodeObject(takeInode(from));
            case TAG_DENTRY -> new StoredObject.DentryObject(takeIno(from), takeType(from));
            case TAG_BLOCK -> takeBlock(from);
            case TAG_XATTR -> new StoredObject.XattrObject(takeBytes(from, XATTR_BYTES_MAX));
            case TAG_QUOTA -> new StoredObject.QuotaObject(takeQuota(from));
            default -> throw new CodecException("no kind of object has number " + tag);
        };
    }

    private static StoredObject takeBlock(ByteReader from) throws CodecException {
        Bytes raw = takeBytes(from, Blocks.BLOCK_BYTES);
        int pages = (int) from.takeUnsigned(0xFFFF_FFFFL);
        return new StoredObject.BlockObject(raw, pages);
    }

    static void putQuota(Quota quota, ByteWriter to) {
        to.putUnsigned(quota.bytesMax());
        to.putUnsigned(quota.inodesMax());
        to.putUnsigned(quota.bytesUsed());
        to.putUnsigned(quota.inodesUsed());
        to.putByte(quota.phase().ordinal());
    }

    static Quota takeQuota(ByteReader from) throws CodecException {
        return new Quota(from.takeUnsigned(Long.MAX_VALUE), from.takeUnsigned(Long.MAX_VALUE),
                from.takeUnsigned(Long.MAX_VALUE), from.takeUnsigned(Long.MAX_VALUE), takePhase(from));
    }

    static Quota.Phase takePhase(ByteReader from) throws CodecException {
        int number = from.takeByte();
        if (number >= Quota.Phase.values().length) {
            throw new CodecException("no phase of a quota has number " + number);
        }
        return Quota.Phase.values()[number];
    }

    /** Null for 0. */
    static Ino takeInoOrNull(ByteReader from) throws CodecException {
        long number = from.takeUnsigned(Long.MAX_VALUE);
        return number == 0 ? null : new Ino(number);
    }
}
