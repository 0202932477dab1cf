package io.cffs.txn.ops;

import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.STRANGER;
import static io.cffs.txn.ops.Volume.TRUSTED;
import static io.cffs.txn.ops.Volume.USER;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.model.Bytes;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.ops.SetattrRequest.TimeSetting;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What POSIX says about permissions, set-id bits, link counts and times, beyond what the model compares. */
class PosixRulesTest {
    private static final long DAY_NANOS = 24L * 3600 * 1_000_000_000;

    private final Volume volume = Volume.sample();
    private final Transaction tx = volume.begin();

    private Ino at(String path) {
        return volume.ino(path);
    }

    private Inode seen(String path) throws FsException {
        return tx.inode(at(path));
    }

    private static void refused(FsError error, org.junit.jupiter.api.function.Executable call) {
        assertEquals(error, assertThrows(FsException.class, call).error());
    }

    private void chmod(String path, int permissions) throws FsException {
        Setattr.run(tx, ROOT, at(path), SetattrRequest.chmod(permissions));
    }

    private void write(Credentials who, String path) throws FsException {
        WriteRange.run(tx, who, at(path), 0, ByteBuffer.wrap(new byte[10]));
    }

    // Set-id bits.

    @Test
    void aWriteByAUserTakesSetIdBitsAway() throws FsException {
        chmod("/file", 06755);
        write(USER, "/file");
        assertEquals(0755, seen("/file").permissions());
    }

    @Test
    void aWriteByTheSuperuserKeepsThem() throws FsException {
        chmod("/file", 06755);
        write(ROOT, "/file");
        assertEquals(06755, seen("/file").permissions());
    }

    @Test
    void setGidWithoutGroupExecutionStaysForMembersOfTheGroup() throws FsException {
        chmod("/file", 02644);
        write(USER, "/file");
        assertEquals(02644, seen("/file").permissions());
        write(STRANGER, "/file");
        assertEquals(0644, seen("/file").permissions());
    }

    @Test
    void truncatingTakesSetIdBitsAwayToo() throws FsException {
        chmod("/file", 06755);
        Open.run(tx, USER, at("/file"), OpenFlags.WRITE_TRUNCATE);
        assertEquals(0755, seen("/file").permissions());
    }

    @Test
    void aNewOwnerGetsNoSetIdBits() throws FsException {
        chmod("/file", 06755);
        Setattr.run(tx, ROOT, at("/file"), SetattrRequest.chown(7, 7));
        assertEquals(0755, seen("/file").permissions());
        chmod("/dir", 02755);
        Setattr.run(tx, ROOT, at("/dir"), SetattrRequest.chown(7, 7));
        assertEquals(02755, seen("/dir").permissions());
    }

    @Test
    void nobodySetsSetGidForAForeignGroup() throws FsException {
        Setattr.run(tx, ROOT, at("/file"), SetattrRequest.chown(1000, 77));
        Setattr.run(tx, USER, at("/file"), SetattrRequest.chmod(02755));
        assertEquals(0755, seen("/file").permissions());
    }

    @Test
    void whereTheKernelChecksItsDecisionsStand() throws FsException {
        Setattr.run(tx, ROOT, at("/file"), SetattrRequest.chown(1, 77));
        Setattr.run(tx, TRUSTED, at("/file"), SetattrRequest.chmod(02755));
        assertEquals(02755, seen("/file").permissions());
        Unlink.run(tx, TRUSTED, Ino.ROOT, name("file"));
    }

    // Permissions.

    @Test
    void theOwnersBitsCountForTheOwnerEvenIfOthersMayMore() throws FsException {
        chmod("/file", 0077);
        refused(FsError.ACCESS_DENIED, () -> Access.run(tx, USER, at("/file"), 4));
        Access.run(tx, STRANGER, at("/file"), 7);
    }

    @Test
    void aSupplementaryGroupCounts() throws FsException {
        Setattr.run(tx, ROOT, at("/file"), SetattrRequest.chown(7, 50));
        chmod("/file", 0040);
        Access.run(tx, USER, at("/file"), 4);
        refused(FsError.ACCESS_DENIED, () -> Access.run(tx, STRANGER, at("/file"), 4));
    }

    @Test
    void aFileCreatedWithoutPermissionsIsOpenForItsCreator() throws FsException {
        Inode made = Create.run(tx, USER, at("/dir"), name("x"), 0, OpenFlags.READ_WRITE);
        assertEquals(0, made.permissions());
        refused(FsError.ACCESS_DENIED, () -> Open.run(tx, USER, made.ino(), OpenFlags.READ));
    }

    @Test
    void aReadOnlyTransactionRefusesEveryChange() {
        Transaction readOnly = volume.begin(new TransactionOptions(true, false, true));
        refused(FsError.READ_ONLY, () -> Mkdir.run(readOnly, ROOT, Ino.ROOT, name("x"), 0755));
        refused(FsError.READ_ONLY, () -> Unlink.run(readOnly, ROOT, Ino.ROOT, name("file")));
        refused(FsError.READ_ONLY, () -> Rmdir.run(readOnly, ROOT, Ino.ROOT, name("empty")));
        refused(FsError.READ_ONLY, () -> Link.run(readOnly, ROOT, at("/file"), Ino.ROOT, name("x")));
        refused(FsError.READ_ONLY, () ->
                Rename.run(readOnly, ROOT, Ino.ROOT, name("file"), Ino.ROOT, name("x"), Rename.Mode.REPLACE));
        refused(FsError.READ_ONLY, () -> Open.run(readOnly, ROOT, at("/file"), OpenFlags.WRITE));
        refused(FsError.READ_ONLY, () -> Open.run(readOnly, ROOT, at("/file"), OpenFlags.WRITE_TRUNCATE));
        refused(FsError.READ_ONLY, () -> Setattr.run(readOnly, ROOT, at("/file"), SetattrRequest.chmod(0)));
        refused(FsError.READ_ONLY, () -> AppendRange.run(readOnly, ROOT, at("/file"), ByteBuffer.allocate(1)));
        refused(FsError.READ_ONLY, () -> Access.run(readOnly, ROOT, at("/file"), 2));
    }

    // Links.

    @Test
    void theCountOfLinksHasALimit() {
        Inode full = volume.state.inode(at("/file")).withLinks(Link.LINKS_MAX);
        volume.state.objects.put(new ObjectKey.InodeKey(at("/file")), new StoredObject.InodeObject(full));
        Transaction later = volume.begin();
        refused(FsError.TOO_MANY_LINKS, () -> Link.run(later, ROOT, at("/file"), Ino.ROOT, name("x")));
    }

    @Test
    void whatHasLostItsLastNameGetsNoNewOne() throws FsException {
        Ino file = at("/file");
        tx.retain(file);
        Unlink.run(tx, ROOT, Ino.ROOT, name("file"));
        assertEquals(0, Getattr.run(tx, file).links());
        refused(FsError.NOT_FOUND, () -> Link.run(tx, ROOT, file, Ino.ROOT, name("x")));
    }

    @Test
    void aRemovedDirectoryTakesNoNames() throws FsException {
        Ino empty = at("/empty");
        Rmdir.run(tx, ROOT, Ino.ROOT, name("empty"));
        refused(FsError.NOT_FOUND, () -> Mkdir.run(tx, ROOT, empty, name("x"), 0755));
        refused(FsError.NOT_FOUND, () ->
                Rename.run(tx, ROOT, Ino.ROOT, name("file"), empty, name("x"), Rename.Mode.REPLACE));
        assertEquals(0, Readdir.run(tx, ROOT, empty, new DirectoryStream(), 0, 10).size());
    }

    @Test
    void linkCountsOfDirectoriesFollowTheirSubdirectories() throws FsException {
        long before = seen("/dir").links();
        Rename.run(tx, ROOT, Ino.ROOT, name("empty"), at("/dir"), name("moved"), Rename.Mode.REPLACE);
        assertEquals(before + 1, seen("/dir").links());
        assertEquals(at("/dir"), seen("/empty").parent());
        assertEquals(2, seen("/empty").links());
    }

    // Times.

    @Test
    void aNameThatComesOrGoesChangesTheDirectory() throws FsException {
        volume.ticker.now += 10;
        Mkdir.run(tx, ROOT, at("/dir"), name("x"), 0755);
        assertEquals(volume.ticker.now, seen("/dir").mtimeNanos());
        assertEquals(volume.ticker.now, seen("/dir").ctimeNanos());
        volume.ticker.now += 10;
        Unlink.run(tx, ROOT, Ino.ROOT, name("one"));
        assertEquals(volume.ticker.now, tx.inode(Ino.ROOT).mtimeNanos());
        assertEquals(volume.ticker.now, seen("/two").ctimeNanos());
    }

    @Test
    void aWriteChangesTheFileAndARenameItsStatus() throws FsException {
        volume.ticker.now += 10;
        write(USER, "/file");
        assertEquals(volume.ticker.now, seen("/file").mtimeNanos());
        assertEquals(volume.ticker.now, seen("/file").ctimeNanos());
        long written = volume.ticker.now;
        volume.ticker.now += 10;
        Rename.run(tx, ROOT, Ino.ROOT, name("file"), Ino.ROOT, name("x"), Rename.Mode.REPLACE);
        assertEquals(written, seen("/file").mtimeNanos());
        assertEquals(volume.ticker.now, seen("/file").ctimeNanos());
    }

    @Test
    void timesAreSetAsAskedAndTheStatusTimeIsNow() throws FsException {
        volume.ticker.now += 10;
        Setattr.run(tx, ROOT, at("/file"), SetattrRequest.utimens(new TimeSetting.At(-5), new TimeSetting.Now()));
        assertEquals(-5, seen("/file").atimeNanos());
        assertEquals(volume.ticker.now, seen("/file").mtimeNanos());
        assertEquals(volume.ticker.now, seen("/file").ctimeNanos());
    }

    @Test
    void anAccessTimeMovesWhenItIsNotNewerThanTheLastChangeOrADayOld() throws FsException {
        volume.ticker.now += 10;
        readOne("/file");
        long first = volume.ticker.now;
        assertEquals(first, seen("/file").atimeNanos());
        volume.ticker.now += DAY_NANOS - 1;
        readOne("/file");
        assertEquals(first, seen("/file").atimeNanos());
        volume.ticker.now += 1;
        readOne("/file");
        assertEquals(volume.ticker.now, seen("/file").atimeNanos());
    }

    private void readOne(String path) throws FsException {
        ReadRange.run(tx, at(path), 0, ByteBuffer.allocate(1));
    }

    // Lengths of names and targets.

    @Test
    void aTargetOfPathLengthFits() throws FsException {
        Symlink.run(tx, ROOT, Ino.ROOT, name("x"), Bytes.copyOf(new byte[Symlink.TARGET_BYTES_MAX]));
        refused(FsError.NAME_TOO_LONG, () -> io.cffs.model.Name.of(new byte[256]));
    }
}
