package io.cffs.fuse;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.fuse.wire.Golden;
import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.RequestWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Each field of each request, read from the bytes that the kernel's structs have. */
class GoldenRequestTest {
    private static FuseRequest request(int opcode, String struct, String... names) {
        ByteBuffer frame = Golden.request(opcode, struct, names);
        FuseRequest request = new FuseRequest(frame);
        assertEquals(0, request.accept(frame.limit()), FuseOpcode.nameOf(opcode));
        return request;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void header() {
        ByteBuffer frame = ByteBuffer.wrap(Golden.bytes("in_header")).order(Layout.ORDER);
        FuseRequest in = new FuseRequest(frame);
        assertEquals(0, in.accept(Layout.IN_HEADER));
        assertEquals(FuseOpcode.STATFS, in.opcode());
        assertEquals(0x0102030405060708L, in.unique());
        assertEquals(9, in.nodeId());
        assertEquals(10, in.uid());
        assertEquals(11, in.gid());
        assertEquals(12, in.pid());
    }

    @Test
    void attributes() {
        FuseRequest get = request(FuseOpcode.GETATTR, "getattr_in");
        assertTrue(get.hasFh());
        assertEquals(77, get.fh());
        FuseRequest set = request(FuseOpcode.SETATTR, "setattr_in");
        assertEquals(0x7ff, set.valid());
        assertTrue(set.hasFh());
        assertEquals(77, set.fh());
        assertEquals(1L << 33, set.newSizeBytes());
        assertEquals(99, set.lockOwner());
        assertEquals(1700000001_000000011L, set.newAtimeNanos());
        assertEquals(1700000002_000000022L, set.newMtimeNanos());
        assertEquals(1700000003_000000033L, set.newCtimeNanos());
        assertEquals(0100600, set.mode());
        assertEquals(1000, set.newUid());
        assertEquals(1001, set.newGid());
        assertFalse(set.killsPrivileges());
        FuseRequest statx = request(FuseOpcode.STATX, "statx_in");
        assertTrue(statx.hasFh());
        assertEquals(77, statx.fh());
        assertEquals(6, request(FuseOpcode.ACCESS, "access_in").accessMask());
    }

    @Test
    void makingAndNaming() {
        FuseRequest mknod = request(FuseOpcode.MKNOD, "mknod_in", "n");
        assertEquals(0100644, mknod.mode());
        assertEquals(0x0803, mknod.rdev());
        assertEquals(022, mknod.umask());
        assertEquals("n", text(mknod.name()));
        FuseRequest mkdir = request(FuseOpcode.MKDIR, "mkdir_in", "n");
        assertEquals(0755, mkdir.mode());
        assertEquals(022, mkdir.umask());
        FuseRequest symlink = request(FuseOpcode.SYMLINK, null, "link", "target/of it");
        assertEquals("link", text(symlink.name()));
        assertEquals("target/of it", text(symlink.symlinkTarget()));
        FuseRequest rename = request(FuseOpcode.RENAME, "rename_in", "old", "new");
        assertEquals(8, rename.newParent());
        assertEquals(0, rename.renameFlags());
        FuseRequest rename2 = request(FuseOpcode.RENAME2, "rename2_in", "old", "new");
        assertEquals(8, rename2.newParent());
        assertEquals(2, rename2.renameFlags());
        assertEquals("old", text(rename2.name()));
        assertEquals("new", text(rename2.newName()));
        assertEquals(13, request(FuseOpcode.LINK, "link_in", "n").oldNodeId());
        FuseRequest create = request(FuseOpcode.CREATE, "create_in", "n");
        assertEquals(0102, create.flags());
        assertEquals(0100640, create.mode());
        assertEquals(027, create.umask());
        assertTrue(create.killsPrivileges());
    }

    @Test
    void openFiles() {
        FuseRequest open = request(FuseOpcode.OPEN, "open_in");
        assertEquals(02002, open.flags());
        assertTrue(open.killsPrivileges());
        FuseRequest release = request(FuseOpcode.RELEASE, "release_in");
        assertEquals(77, release.fh());
        assertEquals(1, release.flags());
        assertTrue(release.releasesFlock());
        assertEquals(99, release.lockOwner());
        FuseRequest flush = request(FuseOpcode.FLUSH, "flush_in");
        assertEquals(77, flush.fh());
        assertEquals(99, flush.lockOwner());
        FuseRequest read = request(FuseOpcode.READ, "read_in");
        assertEquals(77, read.fh());
        assertEquals(1L << 40, read.offset());
        assertEquals(131072, read.size());
        assertEquals(1, read.flags());
        FuseRequest write = request(FuseOpcode.WRITE, "write_in", "data");
        assertEquals(5, write.size());
        assertEquals(5, write.data().remaining());
        assertEquals('d', write.data().get(0));
        assertEquals(5, write.writeFlags());
        assertTrue(write.killsPrivileges());
        assertEquals(02001, write.flags());
        assertTrue(request(FuseOpcode.FSYNC, "fsync_in").isDataSync());
        FuseRequest fallocate = request(FuseOpcode.FALLOCATE, "fallocate_in");
        assertEquals(1L << 40, fallocate.offset());
        assertEquals(1L << 41, fallocate.length());
        assertEquals(3, fallocate.fallocateMode());
        FuseRequest lseek = request(FuseOpcode.LSEEK, "lseek_in");
        assertEquals(1L << 40, lseek.offset());
        assertEquals(4, lseek.whence());
    }

    @Test
    void copies() {
        FuseRequest copy = request(FuseOpcode.COPY_FILE_RANGE, "copy_file_range_in");
        assertEquals(77, copy.fh());
        assertEquals(1L << 40, copy.offset());
        assertEquals(14, copy.outNodeId());
        assertEquals(78, copy.outFh());
        assertEquals(1L << 41, copy.outOffset());
        assertEquals(4096, copy.length());
    }

    @Test
    void locksAttributesAndTheRest() {
        FuseRequest lock = request(FuseOpcode.SETLKW, "lk_in");
        assertEquals(77, lock.fh());
        assertEquals(99, lock.lockOwner());
        assertEquals(10, lock.lockStart());
        assertEquals(20, lock.lockEnd());
        assertEquals(1, lock.lockType());
        assertEquals(4, lock.lockPid());
        assertTrue(lock.isFlock());
        FuseRequest setxattr = request(FuseOpcode.SETXATTR, "setxattr_in", "user.k", "ab");
        assertEquals("user.k", text(setxattr.name()));
        assertArrayEquals(new byte[] {'a', 'b', 0}, setxattr.xattrValue());
        assertEquals(1, setxattr.xattrFlags());
        assertEquals(256, request(FuseOpcode.GETXATTR, "getxattr_in", "user.k").size());
        assertEquals(3, request(FuseOpcode.FORGET, "forget_in").forgetLookups());
        assertEquals(42, request(FuseOpcode.INTERRUPT, "interrupt_in").interruptedUnique());
    }

    @Test
    void batchesOfForgets() {
        ByteBuffer frame = ByteBuffer.allocate(256).order(Layout.ORDER);
        int length = new RequestWriter(frame).begin(FuseOpcode.BATCH_FORGET, 1, 0, 0, 0, 0)
                .putBytes(ByteBuffer.wrap(Golden.bytes("batch_forget_in")))
                .putBytes(ByteBuffer.wrap(Golden.bytes("forget_one"))).put(30L).put(31L).end();
        FuseRequest in = new FuseRequest(frame);
        assertEquals(0, in.accept(length));
        assertEquals(2, in.forgetCount());
        assertEquals(15, in.forgetNodeId(0));
        assertEquals(16, in.forgetLookups(0));
        assertEquals(31, in.forgetLookups(1));
        assertThrows(IndexOutOfBoundsException.class, () -> in.forgetNodeId(2));
    }

    @Test
    void groupsComeInAnExtensionBehindTheRequest() {
        ByteBuffer frame = ByteBuffer.allocate(256).order(Layout.ORDER);
        int length = new RequestWriter(frame).begin(FuseOpcode.MKDIR, 1, 9, 0, 0, 0).put(0755).put(022)
                .putName("dir1234".getBytes(StandardCharsets.UTF_8))
                .putBytes(ByteBuffer.wrap(Golden.bytes("ext_header"))).put(2).put(500).put(501).put(0).end();
        frame.putShort(Layout.IN_EXTLEN, (short) 3);
        FuseRequest in = new FuseRequest(frame);
        assertEquals(0, in.accept(length));
        assertEquals("dir1234", text(in.name()));
        assertArrayEquals(new int[] {500, 501}, in.supplementaryGroups());
    }

    @Test
    void askingForWhatARequestHasNotIsABug() {
        FuseRequest in = request(FuseOpcode.UNLINK, null, "n");
        assertThrows(IllegalStateException.class, in::offset);
        assertThrows(IllegalStateException.class, in::newName);
        assertThrows(IllegalStateException.class, in::fh);
        assertThrows(IllegalStateException.class, in::mode);
        assertThrows(IllegalStateException.class, in::data);
    }
}
