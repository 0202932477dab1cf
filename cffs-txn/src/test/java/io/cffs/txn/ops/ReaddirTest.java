package io.cffs.txn.ops;

import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cookies: places in a listing keep their meaning while the directory changes. */
class ReaddirTest {
    private final Volume volume = new Volume();
    private final DirectoryStream stream = new DirectoryStream();
    private Transaction tx;

    ReaddirTest() {
        volume.commit(body -> {
            for (String file : List.of("b", "d", "f", "h")) {
                create(body, file);
            }
        });
        tx = volume.begin();
    }

    private static void create(Transaction tx, String file) throws FsException {
        Create.run(tx, ROOT, Ino.ROOT, name(file), 0644, OpenFlags.CREATE_NEW);
    }

    private List<Readdir.Entry> read(long cookie, int limit) throws FsException {
        return Readdir.run(tx, ROOT, Ino.ROOT, stream, cookie, limit);
    }

    private static String names(List<Readdir.Entry> entries) {
        List<String> names = new ArrayList<>();
        entries.forEach(entry -> names.add(
                entry.name() != null ? entry.name().toString() : entry.cookie() == 1 ? "." : ".."));
        return String.join(" ", names);
    }

    @Test
    void theTwoDotsComeFirstAndTheEndIsEmpty() throws FsException {
        List<Readdir.Entry> all = read(0, 100);
        assertEquals(". .. b d f h", names(all));
        assertEquals(Ino.ROOT, all.get(1).ino());
        assertEquals(List.of(), read(all.getLast().cookie(), 100));
    }

    @Test
    void oneByOneGivesTheSame() throws FsException {
        StringBuilder names = new StringBuilder();
        long cookie = 0;
        for (List<Readdir.Entry> one = read(0, 1); !one.isEmpty(); one = read(cookie, 1)) {
            cookie = one.getFirst().cookie();
            names.append(names(one));
        }
        assertEquals("...bdfh", names.toString());
    }

    @Test
    void removingWhatWasListedSkipsNothing() throws FsException {
        StringBuilder names = new StringBuilder();
        long cookie = 2;
        for (List<Readdir.Entry> one = read(cookie, 1); !one.isEmpty(); one = read(cookie, 1)) {
            cookie = one.getFirst().cookie();
            names.append(names(one));
            Unlink.run(tx, ROOT, Ino.ROOT, one.getFirst().name());
        }
        assertEquals("bdfh", names.toString());
        assertEquals(". ..", names(read(0, 100)));
    }

    @Test
    void addingBehindThePlaceListsNothingTwice() throws FsException {
        long d = read(2, 2).get(1).cookie();
        create(tx, "a");
        create(tx, "c");
        create(tx, "e");
        assertEquals("e f h", names(read(d, 100)));
    }

    @Test
    void aCookieLeadsBackToItsPlace() throws FsException {
        List<Readdir.Entry> all = read(0, 100);
        long d = all.get(3).cookie();
        long f = all.get(4).cookie();
        create(tx, "e");
        assertEquals("e f h", names(read(d, 100)));
        assertEquals("h", names(read(f, 100)));
        assertEquals("e f h", names(read(d, 100)));
        assertEquals(f, read(d, 100).get(1).cookie());
    }

    @Test
    void startingAgainSeesTheDirectoryAsItIs() throws FsException {
        read(0, 100);
        create(tx, "c");
        Unlink.run(tx, ROOT, Ino.ROOT, name("h"));
        assertEquals(". .. b c d f", names(read(0, 100)));
    }

    @Test
    void aCookieNeverGivenOutMeansTheEnd() throws FsException {
        read(0, 100);
        assertTrue(read(1_000_000, 100).isEmpty());
    }

    @Test
    void entriesCarryTheirInodesWithOwnChanges() throws FsException {
        Setattr.run(tx, ROOT, volume.ino("/d"), SetattrRequest.chmod(0600));
        Readdir.Entry d = read(0, 100).get(3);
        assertEquals(0600, d.inode().permissions());
        assertEquals(volume.ino("/d"), d.ino());
    }
}
