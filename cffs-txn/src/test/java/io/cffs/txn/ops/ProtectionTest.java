package io.cffs.txn.ops;

import static io.cffs.txn.ops.Footprint.footprintOf;
import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.STRANGER;
import static io.cffs.txn.ops.Volume.USER;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.InodeFlags;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.apply.MutationRefused;
import io.cffs.txn.ops.SetattrRequest.TimeSetting;
import io.cffs.txn.validate.WriteFootprint;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What depends on flags, and what their change collides with. What they forbid is compared with the kernel's own rules:
 * {@code io.cffs.test.mount.InodeFlagsMountTest}.
 */
class ProtectionTest {
    private final Volume volume = Volume.sample();
    private final Ino file = volume.ino("/file");
    private final Ino dir = volume.ino("/dir");
    private final Ino inner = volume.ino("/dir/inner");

    private static void depends(boolean depends, Volume.Body body) {
        footprintOf(body).dependsOnProtection(depends);
    }

    private WriteFootprint set(Ino ino, int flags) {
        try {
            return volume.state.commit(List.of(new Mutation.SetFlags(ino, flags))).footprint();
        } catch (MutationRefused e) {
            throw new AssertionError(e.toString(), e);
        }
    }

    private Footprint footprint(Volume.Body body) {
        return footprintOf(volume, TransactionOptions.DEFAULT, body);
    }

    @Test
    void whoeverMayChangeSomethingDependsOnProtectionOnce() {
        depends(true, tx -> Open.run(tx, ROOT, file, OpenFlags.WRITE));
        depends(true, tx -> Open.run(tx, USER, file, OpenFlags.APPEND));
        depends(true, tx -> Access.run(tx, ROOT, file, Permissions.WRITE));
        depends(true, tx -> Unlink.run(tx, ROOT, dir, name("inner")));
        depends(true, tx -> Rmdir.run(tx, ROOT, Ino.ROOT, name("empty")));
        depends(true, tx -> Mkdir.run(tx, ROOT, dir, name("x"), 0777));
        depends(true, tx -> Tmpfile.run(tx, ROOT, dir, 0666));
        depends(true, tx -> Link.run(tx, ROOT, file, dir, name("x")));
        depends(true, tx -> Rename.run(tx, ROOT, dir, name("inner"), dir, name("x"), Rename.Mode.REPLACE));
        depends(true, tx -> Setattr.run(tx, ROOT, file, SetattrRequest.chmod(0600)));
        depends(true, tx -> Setattr.run(tx, ROOT, file, SetattrRequest.chown(1, 1)));
        depends(true, tx -> Setattr.run(tx, ROOT, file, SetattrRequest.truncate(1)));
        depends(true, tx -> Setattr.run(tx, ROOT, file, SetattrRequest.utimens(new TimeSetting.At(1), null)));
        depends(true, tx -> Setxattr.run(
                tx, ROOT, file, name("user.x"), Bytes.ofUtf8("y"), Setxattr.Mode.SET, false));
        depends(true, tx -> Fallocate.run(tx, ROOT, file, Fallocate.Mode.PUNCH_HOLE, 0, 4096));
        depends(true, tx -> {
            Unlink.run(tx, ROOT, dir, name("inner"));
            Open.run(tx, ROOT, file, OpenFlags.WRITE);
        });
    }

    @Test
    void whoReadsOrWritesWhatIsOpenDoesNot() {
        depends(false, tx -> Open.run(tx, USER, file, OpenFlags.READ));
        depends(false, tx -> Access.run(tx, USER, file, Permissions.READ));
        depends(false, tx -> Getattr.run(tx, file));
        depends(false, tx -> Getflags.run(tx, file));
        depends(false, tx -> Lookup.run(tx, USER, dir, name("inner")));
        depends(false, tx -> WriteRange.run(tx, ROOT, file, 0, ByteBuffer.allocate(4096)));
        depends(false, tx -> AppendRange.run(tx, ROOT, file, ByteBuffer.allocate(10)));
    }

    @Test
    void whoIsRefusedHasReadTheIdentity() {
        set(file, InodeFlags.IMMUTABLE);
        footprint(tx -> Open.run(tx, ROOT, file, OpenFlags.WRITE)).refused(FsError.NOT_PERMITTED)
                .reads("identity /file").dependsOnProtection(false);
        set(file, InodeFlags.APPEND);
        footprint(tx -> Open.run(tx, ROOT, file, OpenFlags.WRITE)).refused(FsError.NOT_PERMITTED)
                .reads("identity /file");
        set(dir, InodeFlags.IMMUTABLE);
        footprint(tx -> Unlink.run(tx, ROOT, dir, name("inner"))).refused(FsError.NOT_PERMITTED)
                .reads("identity /dir", "present /dir/inner").dependsOnProtection(false);
    }

    @Test
    void chattrReadsTheIdentityAndSetsAllFlags() {
        footprint(tx -> Setflags.run(tx, ROOT, file, InodeFlags.IMMUTABLE | InodeFlags.NODUMP))
                .reads("identity /file").writes("flags /file 0x50", "times /file c").dependsOnProtection(false);
        footprint(tx -> Setflags.run(tx, USER, file, InodeFlags.NOATIME))
                .reads("identity /file").writes("flags /file 0x80", "times /file c");
        footprint(tx -> Setflags.run(tx, USER, file, InodeFlags.APPEND)).refused(FsError.NOT_PERMITTED);
        footprint(tx -> Setflags.run(tx, STRANGER, file, 0)).refused(FsError.NOT_PERMITTED);
        footprint(tx -> Setflags.run(tx, ROOT, file, 8)).refused(FsError.NOT_SUPPORTED);
        footprint(tx -> Getflags.run(tx, file)).reads("identity /file").writes();
    }

    @Test
    void setAndClearedAgainSendsNoFlags() {
        footprint(tx -> {
            Setflags.run(tx, ROOT, file, InodeFlags.IMMUTABLE);
            assertEquals(InodeFlags.IMMUTABLE, Getflags.run(tx, file));
            Setflags.run(tx, ROOT, file, 0);
        }).reads("identity /file").writes("times /file c");
    }

    @Test
    void aChangeOfProtectionCollidesWithEveryChangeThatWasAllowed() throws FsException {
        ReadKey protection = new ReadKey.Xattr(Ino.ROOT, InodeFlags.PROTECTION);
        Transaction writer = volume.begin();
        Open.run(writer, ROOT, file, OpenFlags.WRITE);
        WriteRange.run(writer, ROOT, file, 0, ByteBuffer.allocate(4096));
        List<ReadKey> reads = Volume.request(writer).reads();
        writer.discard();
        assertEquals(List.of(protection), reads);

        WriteFootprint protects = set(file, InodeFlags.IMMUTABLE);
        assertTrue(reads.stream().anyMatch(protects::collidesWith));
        assertTrue(protects.collidesWith(new ReadKey.Identity(file)), "who was told the flags, or refused");
        assertFalse(protects.collidesWith(new ReadKey.XattrList(Ino.ROOT)));
        assertFalse(protects.collidesWith(new ReadKey.Identity(inner)));
        WriteFootprint plain = set(inner, InodeFlags.NODUMP);
        assertFalse(plain.collidesWith(protection), "flags that forbid nothing");
        assertTrue(plain.collidesWith(new ReadKey.Identity(inner)));
        assertFalse(set(file, InodeFlags.IMMUTABLE).collidesWith(protection), "nothing new");
        assertTrue(set(file, 0).collidesWith(protection));
    }

    @Test
    void whatIsMadeInADirectoryHasItsHarmlessFlags() throws FsException {
        set(dir, InodeFlags.NODUMP | InodeFlags.NOATIME | InodeFlags.APPEND);
        volume.commit(tx -> {
            Mkdir.run(tx, ROOT, dir, name("below"), 0777);
            Link.run(tx, ROOT, file, dir, name("linked"));
        });
        volume.state.check();
        assertEquals(InodeFlags.NODUMP | InodeFlags.NOATIME,
                volume.state.inode(volume.ino("/dir/below")).flags());
        assertEquals(0, volume.state.inode(file).flags());
    }

    @Test
    void readingMovesNoAccessTimeOfAFileThatIsToKeepIt() throws FsException {
        for (int flags : new int[] {0, InodeFlags.NOATIME}) {
            set(file, flags);
            Transaction tx = volume.begin();
            volume.ticker.now += 48L * 3600 * 1_000_000_000;
            ReadRange.run(tx, file, 0, ByteBuffer.allocate(10));
            assertEquals(flags == 0, tx.isChanged(file));
            tx.discard();
        }
    }

    @Test
    void flagsAndAclsDoNotTouchOneAnother() throws FsException {
        set(file, InodeFlags.ALL);
        assertEquals(InodeFlags.ALL, volume.state.inode(file).flags());
        assertEquals(0, volume.state.inode(file).aclFlags());
        assertEquals(InodeFlags.ALL, volume.state.inode(file).withXattrs(2, 3).flags());
        assertEquals(3, volume.state.inode(file).withXattrs(2, 3).withFlags(0).aclFlags());
    }
}
