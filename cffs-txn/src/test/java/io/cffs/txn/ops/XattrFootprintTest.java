package io.cffs.txn.ops;

import static io.cffs.txn.ops.Footprint.footprintOf;
import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.STRANGER;
import static io.cffs.txn.ops.Volume.USER;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.AclNames;
import io.cffs.model.Bytes;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Exact footprints of operations on extended attributes and ACLs, and of what ACLs decide. */
class XattrFootprintTest {
    private static final Name USER_A = name("user.a");
    private static final Bytes VALUE = Bytes.ofUtf8("value");
    /** user::rw- user:1001:rw- group::r-- mask::rw- other::--- */
    private static final Bytes NAMED = acl("0100 0600 ffffffff 0200 0600 e9030000 0400 0400 ffffffff"
            + " 1000 0600 ffffffff 2000 0000 ffffffff");
    /** user::rw- group::r-- other::--- */
    private static final Bytes MINIMAL = acl("0100 0600 ffffffff 0400 0400 ffffffff 2000 0000 ffffffff");

    private static Bytes acl(String entries) {
        return Bytes.owning(HexFormat.of().parseHex("02000000" + entries.replace(" ", "")));
    }

    private static Volume with(Volume.Body body) {
        Volume volume = Volume.sample();
        volume.commit(body);
        return volume;
    }

    private static Footprint on(Volume volume, Volume.Body body) {
        return footprintOf(volume, TransactionOptions.DEFAULT, body);
    }

    private static void set(Transaction tx, Ino ino, Name name, Bytes value) throws FsException {
        Setxattr.run(tx, ROOT, ino, name, value, Setxattr.Mode.SET, false);
    }

    private static FsError refusal(Volume.Body body, Transaction tx) {
        return assertThrows(FsException.class, () -> body.in(tx)).error();
    }

    @Test
    void aValueOrItsAbsenceIsRead() {
        Volume volume = Volume.sample();
        on(volume, tx -> Getxattr.run(tx, ROOT, volume.ino("/file"), USER_A))
                .refused(FsError.NO_ATTRIBUTE).reads("xattr /file user.a");
        on(volume, tx -> Getxattr.run(tx, STRANGER, volume.ino("/file"), USER_A))
                .refused(FsError.NO_ATTRIBUTE).reads("identity /file", "xattr /file user.a");
        on(volume, tx -> Getxattr.run(tx, ROOT, volume.ino("/file"), AclNames.ACCESS))
                .refused(FsError.NO_ATTRIBUTE).reads("identity /file");
        Volume set = with(tx -> set(tx, volume.ino("/file"), USER_A, VALUE));
        on(set, tx -> assertEquals(VALUE, Getxattr.run(tx, ROOT, set.ino("/file"), USER_A)))
                .reads("xattr /file user.a").writes();
    }

    @Test
    void settingIsBlindUnlessItAsksForMore() {
        Volume volume = Volume.sample();
        Ino file = volume.ino("/file");
        on(volume, tx -> set(tx, file, USER_A, VALUE)).reads().writes("xattr /file user.a", "times /file c");
        on(volume, tx -> Setxattr.run(tx, USER, file, USER_A, VALUE, Setxattr.Mode.SET, false))
                .reads("identity /file").writes("xattr /file user.a", "times /file c");
        on(volume, tx -> Setxattr.run(tx, ROOT, file, USER_A, VALUE, Setxattr.Mode.CREATE, false))
                .reads("xattr /file user.a").writes("xattr /file user.a", "times /file c");
        on(volume, tx -> Setxattr.run(tx, ROOT, file, USER_A, VALUE, Setxattr.Mode.REPLACE, false))
                .refused(FsError.NO_ATTRIBUTE).reads("xattr /file user.a");
        on(volume, tx -> Removexattr.run(tx, ROOT, file, USER_A))
                .refused(FsError.NO_ATTRIBUTE).reads("xattr /file user.a");
        Volume set = with(tx -> set(tx, file, USER_A, VALUE));
        on(set, tx -> Removexattr.run(tx, ROOT, file, USER_A))
                .reads("xattr /file user.a").writes("no xattr /file user.a", "times /file c");
    }

    @Test
    void aListIsReadAndShowsWhatWasDoneHere() {
        Volume volume = with(tx -> {
            set(tx, new Ino(2), USER_A, VALUE);
            set(tx, new Ino(2), name("trusted.t"), VALUE);
        });
        Ino file = volume.ino("/file");
        assertEquals(new Ino(2), file);
        on(volume, tx -> assertEquals(List.of(name("trusted.t"), USER_A), Listxattr.run(tx, ROOT, file)))
                .reads("xattrs /file").writes();
        on(volume, tx -> assertEquals(List.of(USER_A), Listxattr.run(tx, USER, file))).reads("xattrs /file").writes();
        on(volume, tx -> {
            set(tx, file, name("user.b"), VALUE);
            Removexattr.run(tx, ROOT, file, USER_A);
            assertEquals(List.of(name("trusted.t"), name("user.b")), Listxattr.run(tx, ROOT, file));
        }).reads("xattr /file user.a", "xattrs /file")
                .writes("xattr /file user.b", "no xattr /file user.a", "times /file c");
    }

    @Test
    void whatIsCreatedHereReadsNothing() {
        footprintOf(tx -> {
            Ino made = Create.run(tx, ROOT, Ino.ROOT, name("x"), 0644, OpenFlags.CREATE_NEW).ino();
            assertEquals(FsError.NO_ATTRIBUTE, refusal(at -> Getxattr.run(at, ROOT, made, USER_A), tx));
            set(tx, made, USER_A, VALUE);
            set(tx, made, name("user.b"), VALUE);
            Removexattr.run(tx, ROOT, made, name("user.b"));
            assertEquals(List.of(USER_A), Listxattr.run(tx, ROOT, made));
        }).reads("absent /x", "identity /")
                .writes("create new REGULAR 0644 0:0", "put /x = new", "times / mc", "xattr new user.a");
    }

    @Test
    void namesAndTheirSpaces() {
        Volume volume = Volume.sample();
        Transaction tx = volume.begin();
        Ino file = volume.ino("/file");
        Ino fifo = volume.ino("/fifo");
        Ino sticky = volume.ino("/sticky");
        assertEquals(FsError.NOT_SUPPORTED, refusal(at -> set(at, file, name("other.a"), VALUE), tx));
        assertEquals(FsError.NOT_SUPPORTED, refusal(at -> set(at, file, name("system.a"), VALUE), tx));
        assertEquals(FsError.INVALID_ARGUMENT, refusal(at -> set(at, file, name("user."), VALUE), tx));
        assertEquals(FsError.VALUE_TOO_LARGE,
                refusal(at -> set(at, file, USER_A, Bytes.owning(new byte[65_537])), tx));
        assertEquals(FsError.NOT_PERMITTED, refusal(at -> set(at, fifo, USER_A, VALUE), tx));
        assertEquals(FsError.NO_ATTRIBUTE, refusal(at -> Getxattr.run(at, ROOT, fifo, USER_A), tx));
        assertEquals(FsError.NOT_PERMITTED, refusal(at -> Setxattr.run(
                at, USER, file, name("trusted.t"), VALUE, Setxattr.Mode.SET, false), tx));
        assertEquals(FsError.NOT_PERMITTED, refusal(at -> Setxattr.run(
                at, USER, sticky, USER_A, VALUE, Setxattr.Mode.SET, false), tx));
        assertEquals(FsError.ACCESS_DENIED, refusal(at -> Setxattr.run(
                at, STRANGER, file, USER_A, VALUE, Setxattr.Mode.SET, false), tx));
        tx.discard();
    }

    @Test
    void anAclChangesTheModeAndAMinimalOneIsDropped() {
        Volume volume = Volume.sample();
        Ino file = volume.ino("/file");
        on(volume, tx -> set(tx, file, AclNames.ACCESS, NAMED)).reads("identity /file")
                .writes("identity /file 0660 1000:1000", "xattr /file system.posix_acl_access", "times /file c");
        on(volume, tx -> set(tx, file, AclNames.ACCESS, MINIMAL)).reads("identity /file")
                .writes("identity /file 0640 1000:1000", "times /file c");
        Volume set = with(tx -> set(tx, file, AclNames.ACCESS, NAMED));
        on(set, tx -> set(tx, file, AclNames.ACCESS, MINIMAL)).reads("identity /file").writes(
                "identity /file 0640 1000:1000", "no xattr /file system.posix_acl_access", "times /file c");
        on(set, tx -> Removexattr.run(tx, ROOT, file, AclNames.ACCESS))
                .reads("identity /file", "xattr /file system.posix_acl_access")
                .writes("no xattr /file system.posix_acl_access", "times /file c");
        on(volume, tx -> Removexattr.run(tx, ROOT, file, AclNames.ACCESS)).reads("identity /file").writes();
    }

    @Test
    void chmodChangesTheAcl() throws FsException {
        Volume volume = with(tx -> set(tx, new Ino(2), AclNames.ACCESS, NAMED));
        Ino file = volume.ino("/file");
        on(volume, tx -> Setattr.run(tx, ROOT, file, SetattrRequest.chmod(0604)))
                .reads("identity /file", "xattr /file system.posix_acl_access")
                .writes("identity /file 0604 1000:1000", "xattr /file system.posix_acl_access", "times /file c");
        Transaction tx = volume.begin();
        Setattr.run(tx, ROOT, file, SetattrRequest.chmod(0604));
        Bytes expected = acl("0100 0600 ffffffff 0200 0600 e9030000 0400 0400 ffffffff 1000 0000 ffffffff"
                + " 2000 0400 ffffffff");
        assertEquals(expected, Getxattr.run(tx, ROOT, file, AclNames.ACCESS));
        tx.discard();
    }

    @Test
    void aPermissionCheckReadsTheAcl() {
        Volume volume = with(tx -> set(tx, new Ino(2), AclNames.ACCESS, NAMED));
        Ino file = volume.ino("/file");
        on(volume, tx -> Open.run(tx, STRANGER, file, OpenFlags.READ_WRITE))
                .reads("identity /file", "xattr /file system.posix_acl_access").writes();
        on(volume, tx -> Open.run(tx, USER, file, OpenFlags.READ_WRITE)).reads("identity /file").writes();
        on(volume, tx -> Open.run(tx, ROOT, file, OpenFlags.READ_WRITE)).reads().writes();
        footprintOf(tx -> Open.run(tx, STRANGER, file, OpenFlags.READ_WRITE))
                .refused(FsError.ACCESS_DENIED).reads("identity /file");
    }

    @Test
    void onlySoundAclsOfTheOwnerAreSet() {
        Volume volume = Volume.sample();
        Transaction tx = volume.begin();
        Ino file = volume.ino("/file");
        List<Bytes> unsound = List.of(Bytes.EMPTY, VALUE, Bytes.owning(new byte[] {2, 0, 0, 0, 1}),
                acl("0100 0600 ffffffff 0400 0400 ffffffff"),
                acl("0100 0600 ffffffff 0100 0600 ffffffff 0400 0400 ffffffff 2000 0000 ffffffff"),
                acl("0100 0600 ffffffff 0200 0600 e9030000 0400 0400 ffffffff 2000 0000 ffffffff"),
                acl("0100 0800 ffffffff 0400 0400 ffffffff 2000 0000 ffffffff"),
                acl("0400 0600 ffffffff 0100 0400 ffffffff 2000 0000 ffffffff"));
        for (Bytes value : unsound) {
            assertEquals(FsError.INVALID_ARGUMENT, refusal(at -> set(at, file, AclNames.ACCESS, value), tx));
        }
        assertEquals(FsError.NOT_PERMITTED, refusal(at -> Setxattr.run(
                at, STRANGER, file, AclNames.ACCESS, NAMED, Setxattr.Mode.SET, false), tx));
        assertEquals(FsError.ACCESS_DENIED, refusal(at -> set(at, file, AclNames.DEFAULT, NAMED), tx));
        assertEquals(FsError.NOT_SUPPORTED,
                refusal(at -> set(at, volume.ino("/link"), AclNames.ACCESS, NAMED), tx));
        tx.discard();
    }

    @Test
    void aDefaultAclTakesThePlaceOfTheUmask() {
        footprintOf(tx -> Create.run(tx, ROOT.withUmask(027), Ino.ROOT, name("x"), 0666, OpenFlags.CREATE_NEW))
                .reads("absent /x", "identity /")
                .writes("create new REGULAR 0640 0:0", "put /x = new", "times / mc");
        Volume volume = with(tx -> set(tx, Ino.ROOT, AclNames.DEFAULT, NAMED));
        on(volume, tx -> Create.run(tx, ROOT.withUmask(077), Ino.ROOT, name("x"), 0644, OpenFlags.CREATE_NEW))
                .reads("absent /x", "identity /", "xattr / system.posix_acl_default")
                .writes("create new REGULAR 0640 0:0", "put /x = new", "times / mc",
                        "xattr new system.posix_acl_access");
        on(volume, tx -> Mkdir.run(tx, ROOT.withUmask(077), Ino.ROOT, name("x"), 0777))
                .reads("absent /x", "identity /", "xattr / system.posix_acl_default")
                .writes("create new DIRECTORY 0660 0:0", "put /x = new", "times / mc",
                        "xattr new system.posix_acl_access", "xattr new system.posix_acl_default");
    }

    @Test
    void capabilitiesGoWithAnyChangeOfContentOrOwner() {
        Name capability = name("security.capability");
        Volume volume = with(tx -> set(tx, new Ino(2), capability, VALUE));
        Ino file = volume.ino("/file");
        on(volume, tx -> WriteRange.run(tx, ROOT, file, 4096, ByteBuffer.allocate(4096)))
                .reads("xattr /file security.capability")
                .writes("write /file 4096+4096", "no xattr /file security.capability", "times /file mc");
        on(volume, tx -> Setattr.run(tx, ROOT, file, SetattrRequest.chown(7, 7)))
                .reads("identity /file", "xattr /file security.capability")
                .writes("identity /file 0644 7:7", "no xattr /file security.capability", "times /file c");
        on(Volume.sample(), tx -> WriteRange.run(tx, ROOT, file, 4096, ByteBuffer.allocate(4096)))
                .reads().writes("write /file 4096+4096", "times /file mc");
    }

    @Test
    void aFileWithoutANameLeavesNothingUntilItIsLinked() {
        footprintOf(tx -> {
            Ino made = Tmpfile.run(tx, ROOT.withUmask(022), Ino.ROOT, 0666).ino();
            tx.retain(made);
            WriteRange.run(tx, ROOT, made, 0, ByteBuffer.allocate(5000));
            assertTrue(tx.isReadOnly());
            tx.release(made);
        }).reads("identity /").writes();
        footprintOf(tx -> {
            Ino made = Tmpfile.run(tx, ROOT.withUmask(022), Ino.ROOT, 0666).ino();
            tx.retain(made);
            WriteRange.run(tx, ROOT, made, 0, ByteBuffer.allocate(5000));
            assertEquals(1, Link.run(tx, ROOT, made, Ino.ROOT, name("x")).links());
            tx.release(made);
            assertFalse(tx.isReadOnly());
            Unlink.run(tx, ROOT, Ino.ROOT, name("x"));
            assertEquals(FsError.NOT_FOUND, refusal(at -> Link.run(at, ROOT, made, Ino.ROOT, name("y")), tx));
        }).reads("identity /", "absent /x", "absent /y").writes();
        footprintOf(tx -> {
            Ino made = Tmpfile.run(tx, ROOT, Ino.ROOT, 0600).ino();
            Link.run(tx, ROOT, made, Ino.ROOT, name("x"));
        }).reads("identity /", "absent /x")
                .writes("create new REGULAR 0600 0:0", "put /x = new", "times / mc");
    }
}
