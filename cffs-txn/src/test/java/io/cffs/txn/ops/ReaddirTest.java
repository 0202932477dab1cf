package io.cffs.txn.ops;

import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    private void link(String file) throws FsException {
        Link.run(tx, ROOT, volume.ino("/b"), Ino.ROOT, name(file));
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
    void goingToTheStartLeavesOtherPlacesWhereTheyAre() throws FsException {
        List<Readdir.Entry> all = read(0, 100);
        long d = all.get(3).cookie();
        long f = all.get(4).cookie();
        assertEquals(".", names(read(0, 1)));
        assertEquals("f h", names(read(d, 100)));
        create(tx, "c");
        assertEquals(". .. b c", names(read(0, 4)));
        List<Readdir.Entry> afterD = read(d, 100);
        assertEquals("f h", names(afterD));
        assertEquals(f, afterD.getFirst().cookie());
    }

    @Test
    void cookiesStayThoughNamesComeAndGoAnywhere() throws FsException {
        SplittableRandom random = new SplittableRandom(7);
        TreeSet<String> there = new TreeSet<>(List.of("b", "d", "f", "h"));
        Map<String, Long> cookies = new HashMap<>();
        for (int step = 0; step < 3_000; step++) {
            String some = "n" + random.nextInt(200);
            if (!there.contains(some)) {
                there.add(some);
                link(some);
            } else if (random.nextBoolean()) {
                there.remove(some);
                Unlink.run(tx, ROOT, Ino.ROOT, name(some));
            }
            String from = random.nextInt(4) == 0 || cookies.isEmpty()
                    ? ""
                    : List.copyOf(cookies.keySet()).get(random.nextInt(cookies.size()));
            int limit = 1 + random.nextInt(20);
            List<Readdir.Entry> part = read(from.isEmpty() ? 2 : cookies.get(from), limit);
            String expected = there.tailSet(from, false).stream().limit(limit).collect(Collectors.joining(" "));
            assertEquals(expected, names(part));
            for (Readdir.Entry entry : part) {
                Long before = cookies.put(entry.name().toString(), entry.cookie());
                assertTrue(before == null || before == entry.cookie(), entry.name() + " at step " + step);
            }
        }
    }

    @Test
    void aBusyDirectoryThatIsListedOverAndOverTakesNoMoreRoom() throws FsException {
        for (int round = 0; round < 200; round++) {
            for (int file = 0; file < 50; file++) {
                link(round + "-" + file);
                if (round > 0) {
                    Unlink.run(tx, ROOT, Ino.ROOT, name(round - 1 + "-" + file));
                }
            }
            long cookie = 0;
            for (List<Readdir.Entry> part = read(0, 30); !part.isEmpty(); part = read(cookie, 30)) {
                cookie = part.getLast().cookie();
            }
            assertTrue(stream.size() <= DirectoryStream.GONE_MAX + 3 * 54, "kept " + stream.size());
        }
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
