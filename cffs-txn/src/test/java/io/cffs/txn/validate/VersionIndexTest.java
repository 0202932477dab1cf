package io.cffs.txn.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome.Witness;
import io.cffs.txn.ReadKey;
import io.cffs.txn.validate.WriteFootprint.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The index against what it stands for: a scan of every footprint after the snapshot. */
class VersionIndexTest {
    private static boolean scan(List<CommittedFootprint> commits, ReadKey key, long snapshot) {
        return commits.stream().anyMatch(c -> c.at().value() > snapshot && c.footprint().collidesWith(key));
    }

    @Test
    void answersAsAScanOfTheFootprintsWould() {
        int stale = 0;
        int fresh = 0;
        for (int seed = 0; seed < 400; seed++) {
            Histories random = new Histories(seed);
            VersionIndex index = new VersionIndex(CommitTs.ZERO, 1 + random.below(60), 1 + random.below(100));
            List<CommittedFootprint> commits = new ArrayList<>();
            for (int at = 1; at <= 80; at++) {
                CommittedFootprint commit = random.commit(at);
                commits.add(commit);
                index.add(commit);
                long floor = index.floor().value();
                for (int i = 0; i < 8; i++) {
                    ReadKey key = random.key();
                    long snapshot = floor + random.below((int) (at - floor) + 1);
                    Optional<Witness> found = Validator.firstStale(List.of(key), new CommitTs(snapshot), index);
                    String where = "seed " + seed + " at " + at + " snapshot " + snapshot + " " + key;
                    assertEquals(scan(commits, key, snapshot), found.isPresent(), where);
                    found.ifPresent(witness -> isARealOne(commits, witness, snapshot, where));
                    stale += found.isPresent() ? 1 : 0;
                    fresh += found.isPresent() ? 0 : 1;
                }
            }
        }
        assertTrue(stale > 20_000, "the histories must conflict often enough to prove something: " + stale);
        assertTrue(fresh > 20_000, "and not conflict often enough: " + fresh);
    }

    private static void isARealOne(List<CommittedFootprint> commits, Witness witness, long snapshot, String where) {
        CommittedFootprint other = commits.get((int) witness.otherAt().value() - 1);
        assertTrue(other.at().value() > snapshot, where);
        assertTrue(other.footprint().collidesWith(witness.key()), where);
        assertEquals(other.txn(), witness.other(), where);
    }

    @Test
    void snapshotsBelowTheFloorAreValidatedFromStoredFootprints() {
        for (int seed = 0; seed < 300; seed++) {
            Histories random = new Histories(1000 + seed);
            VersionIndex index = new VersionIndex(CommitTs.ZERO, 10, 1000);
            List<CommittedFootprint> commits = new ArrayList<>();
            for (int at = 1; at <= 60; at++) {
                commits.add(random.commit(at));
                index.add(commits.getLast());
            }
            int snapshot = random.below(61);
            int floor = (int) index.floor().value();
            List<CommittedFootprint> older = snapshot < floor ? commits.subList(snapshot, floor) : List.of();
            List<ReadKey> keys = random.keys(1 + random.below(3));
            boolean expected = keys.stream().anyMatch(key -> scan(commits, key, snapshot));
            Optional<Witness> found =
                    Validator.firstStale(keys, new CommitTs(snapshot), index, older.iterator());
            assertEquals(expected, found.isPresent(), "seed " + seed);
            found.ifPresent(witness -> isARealOne(commits, witness, snapshot, "below the floor"));
        }
    }

    @Test
    void belowTheFloorTheIndexAloneIsNotAsked() {
        VersionIndex index = new VersionIndex(CommitTs.ZERO, 1, 1000);
        Histories random = new Histories(1);
        index.add(random.commit(1));
        index.add(random.commit(2));
        assertEquals(new CommitTs(1), index.floor());
        assertThrows(IllegalArgumentException.class,
                () -> Validator.firstStale(List.of(), CommitTs.ZERO, index));
        assertThrows(IllegalArgumentException.class, () -> index.add(random.commit(2)));
    }

    @Test
    void whatItHoldsFollowsTheWindow() {
        Histories random = new Histories(5);
        VersionIndex index = new VersionIndex(CommitTs.ZERO, 50, 100);
        for (int at = 1; at <= 5000; at++) {
            index.add(random.commit(at));
            // Every run of pages that comes in splits at most one other.
            assertTrue(index.heldEntries() <= 200, "at " + at + ": " + index.heldEntries());
        }
        for (int at = 5001; at <= 5051; at++) {
            index.add(new CommittedFootprint(new CommitTs(at), new TxnId(1, at), WriteFootprint.EMPTY));
        }
        assertEquals(0, index.heldEntries());
    }

    @Test
    void theFirstStaleKeyIsTheWitness() {
        VersionIndex index = new VersionIndex(CommitTs.ZERO, 10, 10);
        Ino ino = new Ino(5);
        TxnId txn = new TxnId(3, 4);
        index.add(new CommittedFootprint(new CommitTs(1), txn,
                new WriteFootprint(List.of(new Change.OfLength(ino, 10), new Change.OfPages(ino, 0, 0)))));
        List<ReadKey> reads = List.of(
                new ReadKey.LengthAtLeast(ino, 10), new ReadKey.Pages(ino, 0, 0), new ReadKey.LengthExactly(ino));
        assertEquals(
                Optional.of(new Witness(new ReadKey.Pages(ino, 0, 0), txn, new CommitTs(1), null)),
                Validator.firstStale(reads, CommitTs.ZERO, index));
        assertEquals(Optional.empty(), Validator.firstStale(reads, new CommitTs(1), index));
    }
}
